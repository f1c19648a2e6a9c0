"""What happened, in a few words, as every line of a log has it."""

from typing import Literal, assert_never

from bot.domain.log import Happening
from bot.texts import Texts

_Delegating = Literal[
    Happening.DELEGATION_ASKED,
    Happening.DELEGATED,
    Happening.DELEGATION_REFUSED,
    Happening.DELEGATION_TAKEN_BACK,
]
_Ending = Literal[Happening.WITHDRAWN, Happening.SUPERSEDED, Happening.EXPIRED]
_Intake = Literal[Happening.DELIVERED, Happening.DELIVERY_CHOSEN, Happening.DELIVERY_REJECTED]
_Delivering = Literal[Happening.UNDELIVERABLE, Happening.DELIVERY_RETRIED, Happening.DELIVERY_DROPPED]


def name_happening(happening: Happening, texts: Texts) -> str:
    """What happened, in a few words."""
    match happening:
        case Happening.LINKED:
            return texts.say("Linked the conversation to this dossier")
        case Happening.CONTACT_CONFIRMED:
            return texts.say("Confirmed who the signer is")
        case Happening.SENT:
            return texts.say("Sent for signing")
        case Happening.VIEWED:
            return texts.say("Opened a document")
        case Happening.PAGES_OPENED:
            return texts.say("Looked at pages")
        case Happening.APPROVED:
            return texts.say("Approved")
        case Happening.REJECTED:
            return texts.say("Rejected")
        case Happening.WITHDRAWN | Happening.SUPERSEDED | Happening.EXPIRED:
            return _name_end(happening, texts)
        case Happening.SEALED:
            return texts.say("Sealed the PDF")
        case Happening.DELIVERED | Happening.DELIVERY_CHOSEN | Happening.DELIVERY_REJECTED:
            return _name_intake(happening, texts)
        case (
            Happening.DELEGATION_ASKED
            | Happening.DELEGATED
            | Happening.DELEGATION_REFUSED
            | Happening.DELEGATION_TAKEN_BACK
        ):
            return _name_delegation(happening, texts)
        case Happening.FIELDS_PLACED:
            return texts.say("Placed fields on a document")
        case Happening.REMINDED | Happening.ESCALATED:
            is_reminder = happening is Happening.REMINDED
            return texts.say("Reminded the signer") if is_reminder else texts.say("Told that reminders did not help")
        case Happening.UNDELIVERABLE | Happening.DELIVERY_RETRIED | Happening.DELIVERY_DROPPED:
            return _name_delivery(happening, texts)
        case _:
            assert_never(happening)


def _name_end(happening: _Ending, texts: Texts) -> str:
    match happening:
        case Happening.WITHDRAWN:
            return texts.say("Withdrew the request")
        case Happening.SUPERSEDED:
            return texts.say("Replaced by a corrected version")
        case Happening.EXPIRED:
            return texts.say("The request expired")
        case _:
            assert_never(happening)


def _name_intake(happening: _Intake, texts: Texts) -> str:
    match happening:
        case Happening.DELIVERED:
            return texts.say("Filed and sent a delivery")
        case Happening.DELIVERY_CHOSEN:
            return texts.say("Chose what to do with a delivery")
        case Happening.DELIVERY_REJECTED:
            return texts.say("Rejected a delivery")
        case _:
            assert_never(happening)


def _name_delivery(happening: _Delivering, texts: Texts) -> str:
    match happening:
        case Happening.UNDELIVERABLE:
            return texts.say("A message could not be delivered")
        case Happening.DELIVERY_RETRIED:
            return texts.say("An administrator had a message delivered again")
        case Happening.DELIVERY_DROPPED:
            return texts.say("An administrator gave up a message")
        case _:
            assert_never(happening)


def _name_delegation(happening: _Delegating, texts: Texts) -> str:
    match happening:
        case Happening.DELEGATION_ASKED:
            return texts.say("Asked to pass the task on")
        case Happening.DELEGATED:
            return texts.say("Passed the task on")
        case Happening.DELEGATION_REFUSED:
            return texts.say("Refused to pass the task on")
        case Happening.DELEGATION_TAKEN_BACK:
            return texts.say("Kept the task after all")
        case _:
            assert_never(happening)
