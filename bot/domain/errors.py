"""Everything that Paraaf refuses, as facts; `bot.views.refusals` puts them into words.

`bot.domain.delegation_refusals` has those about passing a task on, `bot.domain.intake_refusals` those about deliveries,
`bot.domain.faults` those about fields of a form, `bot.domain.placing` those about fields on a document.

Refusal                      the person is told why, privately; nothing changed
├── UnknownTenant            no office belongs to this workspace or tenant
├── NotStaff                 only staff may do this
├── NotAParticipant          the person does not take part in the conversation (any more)
├── NotTheSigner             somebody else is asked to answer
├── NotYourTurn              somebody else signs first
├── PassedOn                 the person was asked, and passed the task on
├── NotTheDelegator          only who asked to pass a task on may take that back
├── DelegationClosed         a request to pass a task on was answered or taken back
├── DelegationLapsed         the signer answered before staff did
├── CannotTakeOver           somebody cannot become the signer
├── NobodyToTakeOver         nobody in the conversation could become the signer
├── NotAllowedToView         only the signers and staff may open the documents
├── NotAllowedToReadLog      only the signers and staff may read the log
├── AlreadyAnswered          the signer's own answer is final
├── EnvelopeClosed           the envelope has reached a final state
├── NotRejected              only a rejected envelope can be superseded
├── UnknownEnvelope          there is no such envelope in this office
├── ConversationNotLinked    the conversation has no dossier yet
├── NoClients                the office has no clients to link a conversation to
├── NobodyToSign             nobody in the conversation could be asked
├── RemindedRecently         staff reminded less than an hour ago
├── DeliverySettled          something became of a delivery already
├── UnknownDelivery          there is no such delivery at this office
├── IntakeNotPrivate         others than staff take part in what was to be the intake channel
├── LinkRefused              a personal link is unknown, used, expired, or for a signer who passed the task on
├── SignatureRequired        the approval needs a signature, which only the signing page can take
├── FilesNotTaken            files could not be taken from the platform
└── InvalidInput             one or more fields of a form are wrong
PlatformError                a platform did not do what was asked
├── PlatformUnavailable      no answer or an outage: nothing was done, trying again may help
├── RateLimited              the platform asks to wait
├── DeliveryUnclear          the platform may or may not have taken the message
└── Undeliverable            the platform refuses for good
Conflict                     somebody else changed the same envelope first; read again and decide again
StoreUnavailable             the database does not answer: nothing was changed
KeyRefused                   the key of personal data cannot be used
EvidenceUnavailable          the evidence log does not answer: trying again may help
EvidenceRefused              the evidence log does not take this for what it is
SealingUnavailable           nothing can be sealed now: trying again may help
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.envelope import Answer, EnvelopeState


class Refusal(Exception):
    """A person asked for something that is not possible; nothing was changed."""


@dataclass(eq=False)
class UnknownTenant(Refusal):
    """No office belongs to this workspace or tenant."""


@dataclass(eq=False)
class NotStaff(Refusal):
    """Only staff of `office` may do this."""

    office: str


@dataclass(eq=False)
class NotAParticipant(Refusal):
    """`name` does not take part in the conversation now."""

    name: str


@dataclass(eq=False)
class NotTheSigner(Refusal):
    """The answer is asked of `signers`, by name, and of nobody else."""

    signers: tuple[str, ...]


@dataclass(eq=False)
class NotYourTurn(Refusal):
    """The signers answer one after the other, and `name` is who comes now."""

    name: str


@dataclass(eq=False)
class NotAllowedToView(Refusal):
    """The documents are for `signers`, by name, and for staff."""

    signers: tuple[str, ...]


@dataclass(eq=False)
class NotAllowedToReadLog(Refusal):
    """The log is for `signers`, by name, and for staff."""

    signers: tuple[str, ...]


@dataclass(eq=False)
class AlreadyAnswered(Refusal):
    """This signer answered before, and that answer is final."""

    answer: "Answer"
    at: datetime


@dataclass(eq=False)
class EnvelopeClosed(Refusal):
    """The envelope reached `state` through `by` at `at`; `successor_link` opens what took its place."""

    state: "EnvelopeState"
    by: str
    at: datetime
    successor_link: str | None = None


@dataclass(eq=False)
class NotRejected(Refusal):
    """A corrected version follows a rejection, and this envelope is in `state`."""

    state: "EnvelopeState"


@dataclass(eq=False)
class UnknownEnvelope(Refusal):
    """There is no such envelope in this office."""


@dataclass(eq=False)
class ConversationNotLinked(Refusal):
    """The conversation is not linked to a client's dossier."""


@dataclass(eq=False)
class ConversationRelinked(Refusal):
    """The conversation was linked to `client`, by name, after the dialog had been opened for another."""

    client: str


@dataclass(eq=False)
class NoClients(Refusal):
    """The office has no clients yet."""


@dataclass(eq=False)
class NobodyToSign(Refusal):
    """Nobody else takes part in the conversation, so nobody can be asked."""


class LinkTrouble(StrEnum):
    """Why a personal link does not open anything."""

    UNKNOWN = "unknown"
    """There is no such link, or what it was for is no more."""
    EXPIRED = "expired"
    USED = "used"
    PASSED_ON = "passed on"
    """It was for a signer who passed the task on."""


@dataclass(eq=False)
class LinkRefused(Refusal):
    """A personal link does not open anything (any more).

    `at` is when it was used or expired, `answer` what was answered where it was used for that.
    """

    trouble: LinkTrouble
    at: datetime | None = None
    answer: "Answer | None" = None


@dataclass(eq=False)
class SignatureRequired(Refusal):
    """The approval of this envelope needs a signature, which only the signing page can take."""


class FileTrouble(StrEnum):
    """Why a file could not be taken."""

    GONE = "gone"
    TOO_LARGE = "too large"
    EMPTY = "empty"
    FOREIGN = "foreign"


@dataclass(eq=False)
class FilesNotTaken(Refusal):
    """The file `name` could not be taken from the platform; `limit` in bytes where it was too large."""

    name: str
    trouble: FileTrouble
    limit: int | None = None


class PlatformError(Exception):
    """A platform did not do what was asked."""


@dataclass(eq=False)
class PlatformUnavailable(PlatformError):
    """No answer in time, or an outage. Nothing was done."""

    reason: str


@dataclass(eq=False)
class RateLimited(PlatformError):
    """The platform asks to wait before the next call. Nothing was done."""

    retry_after: timedelta


@dataclass(eq=False)
class DeliveryUnclear(PlatformError):
    """The connection broke after the message was handed over: look it up before sending it again."""

    reason: str


@dataclass(eq=False)
class Undeliverable(PlatformError):
    """The platform refuses for good, for `reason`: the channel or message is gone, the app was removed.

    `absent` says that it is because Paraaf is not in the conversation, which people there can mend.
    """

    reason: str
    absent: bool = False


class Conflict(Exception):
    """Somebody else changed the same row first."""


@dataclass(eq=False)
class StoreUnavailable(Exception):
    """The database does not answer: nothing was changed, and trying again may help.

    Only when `at_commit` is set the connection broke while the commit was under way, so that it may have been done
    after all: read again before telling anybody that it was not.
    """

    reason: str
    at_commit: bool = False


class KeyRefused(Exception):
    """The key of personal data cannot be read, or is another one's; the message says why and what to do."""


@dataclass(eq=False)
class EvidenceUnavailable(Exception):
    """The evidence cannot be recorded or proved now, for `reason`. What was asked may have been done: ask again."""

    reason: str


@dataclass(eq=False)
class EvidenceRefused(Exception):
    """The evidence says something else of this decision already, or cannot say it; `reason` is a machine word.

    Asking again does not help: somebody has to look.
    """

    reason: str


@dataclass(eq=False)
class SealingUnavailable(Exception):
    """Nothing can be sealed now, for `reason`: trying again may help, once somebody mends it."""

    reason: str
