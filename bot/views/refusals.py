"""Refusals in words: what is wrong, and what to do."""

from bot.domain.envelope import Answer, EnvelopeState
from bot.domain.errors import (
    AlreadyAnswered,
    ConversationNotLinked,
    ConversationRelinked,
    EnvelopeClosed,
    FilesNotTaken,
    FileTrouble,
    LinkRefused,
    LinkTrouble,
    NobodyToSign,
    NoClients,
    NotAllowedToReadLog,
    NotAllowedToView,
    NotAParticipant,
    NotRejected,
    NotStaff,
    NotTheSigner,
    NotYourTurn,
    Refusal,
    SignatureRequired,
    UnknownEnvelope,
    UnknownTenant,
)
from bot.domain.faults import InvalidInput
from bot.domain.people import Platform
from bot.domain.reminders import RemindedRecently
from bot.texts import Texts
from bot.views.commands import LINK, spell
from bot.views.delegation_refusals import DelegationRefusal, word_delegation_refusal
from bot.views.envelope_words import name_state
from bot.views.fault_words import word_fault
from bot.views.intake_refusals import IntakeRefusal, word_intake_refusal
from bot.views.placing_refusals import PlacingRefusal, word_placing_refusal
from cards.model import Anchor, Card, Element, FormErrors, Plain, Text


def explain(refusal: Refusal, texts: Texts, platform: Platform) -> Card:
    """A refusal as a private card, for a reader on this platform."""
    words = _word(refusal, texts, platform)
    elements: list[Element] = [Text((Plain(words),))]
    if isinstance(refusal, EnvelopeClosed) and refusal.successor_link:
        elements.append(Text((Anchor(texts.say("Open the corrected version"), refusal.successor_link),)))
    return Card("", tuple(elements), words)


def explain_outage(texts: Texts, *, is_certain: bool = True) -> str:
    """A platform or the database did not answer; unless `is_certain`, something may have been recorded after all."""
    if not is_certain:
        return texts.say("The connection broke while this was being recorded. Press again to see whether it was.")
    return texts.say("The connection is not answering right now. Nothing was recorded; please try again in a moment.")


def explain_absence(texts: Texts, platform: Platform) -> str:
    """Paraaf itself is not in the conversation, so it can neither ask who takes part in it nor post there."""
    match platform:
        case Platform.SLACK:
            return texts.say(
                "Paraaf does not take part in this conversation. Invite it with /invite @Paraaf, then try again."
            )
        case Platform.TEAMS:
            return texts.say(
                "Paraaf does not take part in this conversation. Add the app Paraaf to it, then try again."
            )


def explain_platform_refusal(texts: Texts, why: str) -> str:
    """The platform refuses something for good, for `why` in its own words, and only an administrator can mend it."""
    return texts.say(
        "The chat platform refuses this ({why}). Nothing was recorded. Tell the administrator of Paraaf.", why=why
    )


def explain_failure(incident: str, texts: Texts) -> Card:
    """Our own mistake, with the number under which the log has it."""
    words = texts.say(
        "This did not work because of a mistake in Paraaf. Nothing was recorded. "
        "Try again; if it stays, tell the office this number: {incident}.",
        incident=incident,
    )
    return Card("", (Text((Plain(words),)),), words)


def explain_faults(invalid: InvalidInput, texts: Texts) -> FormErrors:
    """What is wrong with which field."""
    return FormErrors({field: word_fault(field, fault, texts) for field, fault in invalid.faults.items()})


def _word(refusal: Refusal, texts: Texts, platform: Platform) -> str:
    match refusal:
        case UnknownTenant():
            return texts.say("No office in Paraaf belongs to this organisation yet. Ask your accountant to connect it.")
        case NotStaff(office):
            return texts.say("Only staff of {office} can do this. Ask them in this conversation.", office=office)
        case NotAParticipant(name):
            return texts.say(
                "{name} does not take part in this conversation now, so nothing was recorded. "
                "Ask to be invited, then try again.",
                name=name,
            )
        case ConversationNotLinked():
            return texts.say(
                "This conversation is not linked to a client yet. Type {command} to do that.",
                command=spell(platform, LINK),
            )
        case ConversationRelinked(client):
            return texts.say(
                "This conversation was linked to {client} while you were filling this in, so nothing was sent. "
                "Start again to send documents of that client.",
                client=client,
            )
        case NoClients():
            return texts.say("There are no clients yet. Ask the administrator to import them: paraaf clients import.")
        case NobodyToSign():
            return texts.say(
                "There is nobody in this conversation who can sign. Invite the client to it, then try again."
            )
        case FilesNotTaken(name, trouble, limit):
            return _word_file_trouble(name, trouble, texts.size(limit or 0), texts)
        case RemindedRecently(again):
            return texts.say(
                "A reminder was sent less than an hour ago. You can send the next one from {moment} on.",
                moment=texts.moment(again),
            )
        case InvalidInput(faults):
            return " ".join(word_fault(field, fault, texts) for field, fault in faults.items())
        case _:
            return _word_about_envelope(refusal, texts, platform)


def _word_about_envelope(refusal: Refusal, texts: Texts, platform: Platform) -> str:
    match refusal:
        case NotTheSigner(signers):
            return texts.say(
                "Only {signers} can answer this request. Nothing was changed.", signers=_join(signers, texts)
            )
        case NotYourTurn(name):
            return texts.say(
                "{name} signs first. You get a message when it is your turn. Nothing was changed.", name=name
            )
        case NotAllowedToView(signers):
            return texts.say("These documents are for {signers} and the office.", signers=_join(signers, texts))
        case NotAllowedToReadLog(signers):
            return texts.say("This log is for {signers} and the office.", signers=_join(signers, texts))
        case AlreadyAnswered(Answer.APPROVED, at):
            return texts.say("You approved this on {moment}. That answer is final.", moment=texts.moment(at))
        case AlreadyAnswered(Answer.REJECTED, at):
            return texts.say("You rejected this on {moment}. That answer is final.", moment=texts.moment(at))
        case EnvelopeClosed(state, by, at):
            return _word_closed(state, by, texts.moment(at), texts)
        case NotRejected(EnvelopeState.OPEN):
            return texts.say("This request is still open. Withdraw it first, or wait for the answer.")
        case NotRejected(state):
            return texts.say(
                "A corrected version follows a rejection, but this request is: {state}. "
                "Start a new one with {command}.",
                state=name_state(state, texts),
                command=spell(platform),
            )
        case UnknownEnvelope():
            return texts.say("This request no longer exists. Ask the office to send it again.")
        case LinkRefused(trouble):
            return _word_link_trouble(trouble, texts)
        case SignatureRequired():
            return texts.say(
                "This request asks for your signature, which the chat cannot take, so nothing was recorded. "
                "Press Approve on the card and open the page."
            )
        case _:
            return _word_elsewhere(refusal, texts)


def _word_elsewhere(refusal: Refusal, texts: Texts) -> str:
    if isinstance(refusal, DelegationRefusal):
        return word_delegation_refusal(refusal, texts)
    if isinstance(refusal, IntakeRefusal):
        return word_intake_refusal(refusal, texts)
    if isinstance(refusal, PlacingRefusal):
        return word_placing_refusal(refusal, texts)
    message = f"a refusal without words: {type(refusal).__name__}"
    raise TypeError(message)


def _word_link_trouble(trouble: LinkTrouble, texts: Texts) -> str:
    match trouble:
        case LinkTrouble.EXPIRED:
            return texts.say("This link has expired. Press View on the card in the chat for a new one.")
        case LinkTrouble.USED:
            return texts.say("This link was used already. Press View on the card in the chat for a new one.")
        case LinkTrouble.PASSED_ON:
            return texts.say("You passed this task on, so your link to it opens nothing any more.")
        case LinkTrouble.UNKNOWN:
            return texts.say("This link is not valid. Press View on the card in the chat for a new one.")


def _word_closed(state: EnvelopeState, by: str, moment: str, texts: Texts) -> str:
    match state:
        case EnvelopeState.COMPLETED:
            return texts.say("{name} approved this on {moment}. It is signed.", name=by, moment=moment)
        case EnvelopeState.REJECTED:
            return texts.say("{name} rejected this on {moment}. It can no longer be signed.", name=by, moment=moment)
        case EnvelopeState.WITHDRAWN:
            return texts.say("{name} withdrew this on {moment}. There is nothing left to do.", name=by, moment=moment)
        case EnvelopeState.SUPERSEDED:
            return texts.say(
                "{name} sent a corrected version on {moment}. That one counts now.", name=by, moment=moment
            )
        case EnvelopeState.EXPIRED:
            return texts.say("This expired on {moment}. Ask the office to send it again.", moment=moment)
        case EnvelopeState.OPEN:
            message = "an open envelope is not closed"
            raise ValueError(message)


def _word_file_trouble(name: str, trouble: FileTrouble, limit: str, texts: Texts) -> str:
    match trouble:
        case FileTrouble.GONE:
            return texts.say("The file {name} is no longer there. Upload it again and send again.", name=name)
        case FileTrouble.TOO_LARGE:
            return texts.say(
                "The file {name} is larger than {limit}. Make it smaller and send again.", name=name, limit=limit
            )
        case FileTrouble.EMPTY:
            return texts.say("The file {name} is empty. Upload the right file and send again.", name=name)
        case FileTrouble.FOREIGN:
            return texts.say(
                "The file {name} is kept outside this chat. Upload the file itself and send again.", name=name
            )


def _join(names: tuple[str, ...], texts: Texts) -> str:
    if len(names) == 1:
        return names[0]
    return texts.say("{names} or {last}", names=", ".join(names[:-1]), last=names[-1])
