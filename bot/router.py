"""From what somebody did to the use case that it asks for: tables, and one place where refusals become words."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.conversation import (
    Actor,
    Answer,
    Command,
    Done,
    FormErrors,
    Interaction,
    Lookup,
    Press,
    Submission,
    Tell,
)
from bot.domain.errors import PlatformError, Refusal, StoreUnavailable, Undeliverable, UnknownEnvelope
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.people import Person
from bot.domain.typed_text import DOCUMENTS
from bot.following import Follow, follow, name_interaction
from bot.incidents import describe, name_incident
from bot.ports import Ports
from bot.texts import Texts, texts_for
from bot.use_cases.answer_delegation import allow, ask_refusal, confirm_taker, refuse
from bot.use_cases.answer_delivery import (
    ask_choice,
    ask_why_not,
    choose,
    identify,
    look_again,
    make_client_conversation,
    refuse_delivery,
)
from bot.use_cases.ask_reminder import remind_now, show_reminder, snooze
from bot.use_cases.bring_files import bring_files
from bot.use_cases.decide import approve, ask_approval, ask_reason, reject
from bot.use_cases.delegate import ask_taker, submit_delegation, take_back
from bot.use_cases.draft import SHOWN_NAME, Draft
from bot.use_cases.intake_channel import choose_intake
from bot.use_cases.link import ask_client, link_conversation, start_sending
from bot.use_cases.logs import filter_log, show_envelope_log, show_log
from bot.use_cases.look_up import look_up
from bot.use_cases.send import arrange_signers, choose_asks, choose_signers, confirm_signer, submit_draft
from bot.use_cases.show import show_view
from bot.use_cases.tasks import tell_tasks, turn_page
from bot.use_cases.view_documents import show_documents
from bot.use_cases.withdraw import start_correction, withdraw
from bot.views import adoption, delegation, envelope_card, forms, intake, log_forms, reminders
from bot.views.help import show_help, show_words
from bot.views.refusals import (
    explain,
    explain_absence,
    explain_failure,
    explain_faults,
    explain_outage,
    explain_platform_refusal,
)
from bot.views.task_list import TASK_ACTIONS
from cards.text import shorten

_log = structlog.get_logger(__name__)

_PRESSES: dict[str, Callable[[Ports, Press, Texts], Awaitable[Answer]]] = {
    envelope_card.APPROVE: ask_approval,
    envelope_card.REJECT: ask_reason,
    envelope_card.DELEGATE: ask_taker,
    delegation.ALLOW: allow,
    delegation.REFUSE_IT: ask_refusal,
    delegation.TAKE_BACK: lambda ports, press, _texts: take_back(ports, press),
    envelope_card.VIEW: show_documents,
    envelope_card.REMIND: remind_now,
    reminders.SNOOZE: snooze,
    reminders.SHOW_REMINDER: show_reminder,
    envelope_card.WITHDRAW: lambda ports, press, _texts: withdraw(ports, press),
    envelope_card.RESEND: start_correction,
    envelope_card.SHOW: show_view,
    **dict.fromkeys(TASK_ACTIONS, turn_page),
    envelope_card.LOG: show_envelope_log,
    intake.CHOOSE: ask_choice,
    intake.AGAIN: lambda ports, press, _texts: look_again(ports, press),
    intake.REFUSE: ask_why_not,
    intake.MAKE: make_client_conversation,
}
_SUBMISSIONS: dict[str, Callable[[Ports, Submission, Texts], Awaitable[Answer]]] = {
    forms.SEND: submit_draft,
    adoption.CHOOSE_ASKS: choose_asks,
    forms.CHOOSE_SIGNERS: choose_signers,
    forms.ARRANGE_SIGNERS: arrange_signers,
    forms.CONFIRM_SIGNER: confirm_signer,
    forms.LINK: link_conversation,
    forms.BRING: bring_files,
    forms.APPROVE: approve,
    log_forms.DOSSIER_LOG: filter_log,
    forms.REJECT: lambda ports, submission, _texts: reject(ports, submission),
    delegation.ASK: lambda ports, submission, _texts: submit_delegation(ports, submission),
    delegation.CONFIRM: lambda ports, submission, _texts: confirm_taker(ports, submission),
    intake.CHOOSE: choose,
    intake.IDENTIFY: lambda ports, submission, _texts: identify(ports, submission),
    intake.REFUSE: lambda ports, submission, _texts: refuse_delivery(ports, submission),
    delegation.REFUSE: lambda ports, submission, _texts: refuse(ports, submission),
}
_HELP_WORDS = {"help", "hulp", "?"}
_LINK_WORDS = {"koppel", "link"}
_TASK_WORDS = {"taken", "tasks"}
_INTAKE_WORDS = {"intake", "inname"}
_LOG_WORDS = {"log", "taaklog", "dossierlog"}


class Router:
    """Answers every interaction. `wake` is called after whatever may have put something in the outbox."""

    def __init__(self, ports: Ports, wake: Callable[[], None], follow: Follow = follow) -> None:
        self._ports = ports
        self._wake = wake
        self._follow = follow

    async def handle(self, interaction: Interaction) -> Answer:
        """The answer to an interaction, refusals and outages in the reader's language included.

        What the answer acknowledges is committed when this returns. Raises only what is a mistake of ours; see
        `failed`.
        """
        if isinstance(interaction, Press) and interaction.action not in _PRESSES:
            return Done()  # A link button opens its address by itself and asks nothing of us.
        kind = type(interaction).__name__
        with self._follow(f"answer {kind}", **name_interaction(interaction)):
            answer = await self._answer_or_refuse(interaction)
            _log.info("router.answered", interaction=kind, answer=type(answer).__name__)
            return answer

    async def _answer_or_refuse(self, interaction: Interaction) -> Answer:
        texts, platform = texts_for(interaction.actor.locale), interaction.actor.account.platform
        try:
            person = await self._ask_who(interaction.actor)
            texts = texts_for(person.locale or interaction.actor.locale)
            return await self._answer(_name_actor(interaction, person), texts)
        except InvalidInput as invalid:
            return (
                explain_faults(invalid, texts)
                if isinstance(interaction, Submission)
                else Tell(explain(invalid, texts, platform))
            )
        except Refusal as refusal:
            return Tell(explain(refusal, texts, platform))
        except Undeliverable as refusal:
            if refusal.absent:
                return Tell(show_words(explain_absence(texts, platform)))
            _log.warning("router.refused", why=refusal.reason)
            return _answer_outage(interaction, explain_platform_refusal(texts, refusal.reason))
        except (PlatformError, StoreUnavailable) as outage:
            _log.warning("router.outage", outage=type(outage).__name__)
            is_certain = not (isinstance(outage, StoreUnavailable) and outage.at_commit)
            return _answer_outage(interaction, explain_outage(texts, is_certain=is_certain))
        finally:
            self._wake()

    async def failed(self, interaction: Interaction) -> Answer:
        """The answer after a mistake of ours, called while it is being handled.

        The log has it under the number that the person is given.
        """
        incident, error = name_incident(), sys.exception()
        told = describe(error) if error else {}
        with follow("failure", **name_interaction(interaction)):
            _log.error("router.mistake", incident=incident, interaction=type(interaction).__name__, **told)
        return Tell(explain_failure(incident, texts_for(interaction.actor.locale)))

    async def _ask_who(self, actor: Actor) -> Person:
        directory = self._ports.directories[actor.account.platform]
        return await directory.person(actor)

    async def _answer(self, interaction: Interaction, texts: Texts) -> Answer:
        match interaction:
            case Command():
                return await self._answer_command(interaction, texts)
            case Press():
                return await _PRESSES[interaction.action](self._ports, interaction, texts)
            case Submission():
                submit = _SUBMISSIONS.get(interaction.form)
                if submit is None:
                    raise UnknownEnvelope
                return await submit(self._ports, interaction, texts)
            case Lookup():
                return await look_up(self._ports, interaction, texts)

    async def _answer_command(self, command: Command, texts: Texts) -> Answer:
        word, platform = command.words.strip().casefold(), command.actor.account.platform
        draft = Draft(
            place=command.place,
            files=tuple(file.id for file in command.files),
            file_names=tuple(shorten(file.name, SHOWN_NAME) for file in command.files),
        )
        if len(command.files) > DOCUMENTS.stop - 1:
            raise InvalidInput({forms.RECENT: Fault(Problem.TOO_MANY, DOCUMENTS.stop - 1)})
        if word in _HELP_WORDS:
            return Tell(show_help(texts, platform))
        if word in _INTAKE_WORDS:
            return await choose_intake(self._ports, command, texts)
        if word in _TASK_WORDS:
            return await tell_tasks(self._ports, command, texts)
        if word in _LINK_WORDS:
            return await ask_client(self._ports, command.actor, replace(draft, wants_send=False), texts)
        if word in _LOG_WORDS:
            return await show_log(self._ports, command.actor, command.place, texts)
        if word:
            words = texts.say("“{words}” is not something that Paraaf knows.", words=command.words.strip())
            return Tell(show_help(texts, platform, words))
        return await start_sending(self._ports, command.actor, draft, texts)


def _name_actor(interaction: Interaction, person: Person) -> Interaction:
    """The interaction with its actor as the directory knows them: a payload may carry a login name only."""
    if not person.active:
        return interaction
    return replace(interaction, actor=replace(interaction.actor, name=person.name, account=person.account))


def _answer_outage(interaction: Interaction, words: str) -> Answer:
    """A dialog keeps what was typed, with the words at its first field."""
    if isinstance(interaction, Submission) and interaction.values:
        return FormErrors({next(iter(interaction.values)): words})
    return Tell(show_words(words))
