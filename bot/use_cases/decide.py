"""Approve or reject: the dialogs, and the answer itself.

Nothing is decided by reading first and writing later: an answer is saved against the revision it was decided on, and
when somebody else was first the envelope is read again, which tells exactly what they did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.conversation import Actor, Answer, Done, Open, Press, Submission
from bot.domain.accounts import Asks, find_adoption_fault
from bot.domain.envelope import Answer as SignerAnswer
from bot.domain.envelope import Decision, Envelope, EnvelopeId, EnvelopeState, Party
from bot.domain.errors import (
    Conflict,
    LinkRefused,
    LinkTrouble,
    NotAParticipant,
    SignatureRequired,
    UnknownEnvelope,
)
from bot.domain.faults import Fault, InvalidInput
from bot.domain.links import SIGNING_HOURS, SigningLink
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.signature import Drawing, DrawnSignature, Signature, TypedSignature
from bot.domain.typed_text import PLACE_LENGTH, REASON_LENGTH, find_fault, tidy
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import find_office, read_office
from bot.use_cases.draft import read_day, read_text
from bot.use_cases.expire import close_expired
from bot.use_cases.keep_delegation import show_lapsed
from bot.use_cases.notify_turn import notify_turns
from bot.use_cases.schedule import start_reminders
from bot.use_cases.signing_link import give_link
from bot.use_cases.tell_source import tell_source
from bot.views import adoption, forms
from bot.views.consent import name_consent
from bot.views.envelope_words import find_day


@dataclass(frozen=True, slots=True)
class Given:
    """An answer whose every field was checked, with the signature that came along with it."""

    decision: Decision
    signature: Signature | None = None


async def ask_approval(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The approve dialog, which leads to the signing page where a signature is required.

    Raises what `Envelope.require_turn` raises.
    """
    async with ports.store.reading() as tx:
        office = await find_office(tx, press.actor)
        envelope = await tx.envelopes.get(office.id, EnvelopeId(press.value))
        last_place = await tx.envelopes.last_place(press.actor.account)
    envelope = await _require_turn(ports, envelope, press.actor)
    if envelope.drawing is Drawing.REQUIRED:
        address = await give_link(ports, envelope, press.actor, as_staff=False)
        return Open(forms.sign_form(envelope, address, SIGNING_HOURS, texts))
    return Open(forms.approve_form(envelope, last_place, find_day(ports.clock.now()), texts))


async def ask_reason(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The reject dialog. Raises what `Envelope.require_turn` raises."""
    envelope = await _read_turn(ports, press.actor, press.value)
    return Open(forms.reject_form(envelope, envelope.id, texts))


async def approve(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Record the approval with its place and the consent text that was shown.

    Raises `InvalidInput`, and what `record_answer` raises.
    """
    actor = submission.actor
    envelope = await _read_turn(ports, actor, submission.context)
    place, day = read_text(submission.values, forms.PLACE), read_day(submission.values, adoption.ADOPTED_ON)
    decision, faults = read_approval(ports, envelope, place, day, texts)
    return await _answer(ports, actor, envelope, decision, faults)


async def reject(ports: Ports, submission: Submission) -> Answer:
    """Record the rejection with its reason. Raises what `approve` raises."""
    actor = submission.actor
    envelope = await _read_turn(ports, actor, submission.context)
    return await _answer(ports, actor, envelope, *read_rejection(ports, read_text(submission.values, forms.REASON)))


def read_approval(
    ports: Ports, envelope: Envelope, place: str, adopted_on: date | None, texts: Texts
) -> tuple[Decision, dict[str, Fault]]:
    """The approval that somebody gave at this place, with the consent in this language, and what is wrong with it.

    `adopted_on` counts where the envelope asks when annual accounts were adopted.
    """
    decision = Decision(
        SignerAnswer.APPROVED,
        ports.clock.now(),
        place=tidy(place),
        consent=name_consent(envelope.way, envelope.asks, texts),
        adopted_on=adopted_on if envelope.asks is Asks.ADOPT else None,
    )
    faults = {
        forms.PLACE: find_fault(tidy(place), PLACE_LENGTH),
        adoption.ADOPTED_ON: find_adoption_fault(envelope, adopted_on, find_day(decision.at)),
    }
    return decision, {field: fault for field, fault in faults.items() if fault}


def read_rejection(ports: Ports, reason: str) -> tuple[Decision, dict[str, Fault]]:
    """The rejection that somebody gave for this reason, and what is wrong with it."""
    reason = tidy(reason)
    fault = find_fault(reason, REASON_LENGTH)
    decision = Decision(SignerAnswer.REJECTED, ports.clock.now(), reason=reason)
    return decision, {forms.REASON: fault} if fault else {}


async def record_answer(
    ports: Ports, envelope: Envelope, by: Party, given: Given, link: SigningLink | None = None
) -> Envelope:
    """The envelope as it is saved with this answer, which uses up the link through which it was given, if one was.

    Whether the person takes part in the conversation now is asked from the platform (rule 2). Raises `NotAParticipant`,
    `SignatureRequired`, `InvalidInput` where another signer named another day of adoption meanwhile, `LinkRefused` for
    a link that was used before, what `Envelope.require_turn` raises, and a `PlatformError` when the platform does not
    answer.
    """
    envelope.require_turn(by.account)
    approves = given.decision.answer is SignerAnswer.APPROVED
    if approves and envelope.drawing is Drawing.REQUIRED and given.signature is None:
        raise SignatureRequired
    if not await ports.directories[by.account.platform].takes_part(envelope.conversation, by.account):
        raise NotAParticipant(by.name)
    while True:
        try:
            # Asked only now, since a platform may have taken its time.
            return await _save(ports, await close_expired(ports, envelope), by, given, link)
        except Conflict:  # Somebody else was first; as in `settle`, every change leaves fewer possible.
            envelope = await _read_again(ports, envelope)
        except LinkRefused:
            (await _read_again(ports, envelope)).require_turn(by.account)  # tells what was answered through it
            raise


async def _answer(
    ports: Ports, actor: Actor, envelope: Envelope, decision: Decision, faults: dict[str, Fault]
) -> Answer:
    if faults:
        raise InvalidInput(faults)
    await record_answer(ports, envelope, Party(actor.account, actor.name), Given(decision))
    return Done()


async def _save(ports: Ports, before: Envelope, by: Party, given: Given, link: SigningLink | None) -> Envelope:
    envelope, at = before.answer(by.account, given.decision), given.decision.at
    _require_one_day(before, given.decision)
    async with ports.store.transaction() as tx:
        if link and not await tx.links.use_up(link.secret_hash, at):
            raise LinkRefused(LinkTrouble.USED)
        if given.signature:
            await tx.signatures.add(envelope, by.account, given.signature)
        await tx.log.add([_log_answer(envelope, by, given)])
        for errand in _errands_after(envelope):
            await tx.outbox.put(Outgoing(envelope.office, envelope.conversation, errand, envelope.id), at)
        for more in (*notify_turns(envelope, before), *show_lapsed(envelope)):
            await tx.outbox.put(more, at)
        await start_reminders(tx, at, envelope, before)
        await tell_source(tx, envelope, at)
        return await tx.envelopes.save(envelope)  # last, since it takes along what was added before


def _require_one_day(before: Envelope, decision: Decision) -> None:
    if decision.answer is SignerAnswer.APPROVED:
        fault = find_adoption_fault(before, decision.adopted_on, find_day(decision.at))
        if fault:
            raise InvalidInput({adoption.ADOPTED_ON: fault})


def _errands_after(envelope: Envelope) -> Sequence[Errand]:
    if envelope.state is EnvelopeState.REJECTED:
        return (Errand.SHOW_CARD, Errand.NOTE_REJECTION)
    if envelope.state is EnvelopeState.COMPLETED:
        return (Errand.SHOW_CARD, Errand.NOTE_COMPLETION)
    return (Errand.SHOW_CARD,)


def _log_answer(envelope: Envelope, by: Party, given: Given) -> LogLine:
    decision = given.decision
    approved = decision.answer is SignerAnswer.APPROVED
    happening = Happening.APPROVED if approved else Happening.REJECTED
    told = {
        "place": decision.place,
        "derived_place": decision.derived_place,
        "reason": decision.reason,
        "consent": decision.consent,
        "signature": _name_kind(given.signature),
        "asks": envelope.asks.value if approved and envelope.asks is Asks.ADOPT else None,
        "adopted_on": decision.adopted_on.isoformat() if decision.adopted_on else None,
    }
    facts = {name: value for name, value in told.items() if value}
    facts["documents"] = " ".join(document.sha256 for document in envelope.documents)
    return LogLine(envelope.office, happening, by, decision.at, envelope.client, envelope.id, facts)


def _name_kind(signature: Signature | None) -> str | None:
    match signature:
        case DrawnSignature():
            return "drawn"
        case TypedSignature():
            return "typed"
        case None:
            return None


async def _read_again(ports: Ports, envelope: Envelope) -> Envelope:
    async with ports.store.single_query() as tx:
        found = await tx.envelopes.get(envelope.office, envelope.id)
    if found is None:
        raise UnknownEnvelope
    return found


async def _read_turn(ports: Ports, actor: Actor, envelope: str) -> Envelope:
    async with ports.store.single_query() as tx:
        found = await tx.envelopes.at_tenant(actor.account.platform, actor.office_tenant, EnvelopeId(envelope))
    if found is None:
        await read_office(ports, actor)  # an unknown workspace is told apart from an unknown envelope
    return await _require_turn(ports, found, actor)


async def _require_turn(ports: Ports, envelope: Envelope | None, actor: Actor) -> Envelope:
    if envelope is None:
        raise UnknownEnvelope
    envelope = await close_expired(ports, envelope)
    envelope.require_turn(actor.account)
    return envelope
