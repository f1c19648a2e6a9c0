"""What source packages deliver: documents that are to be signed without anybody at the office asking for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.dossier import Content
from bot.domain.envelope import EnvelopeId
from bot.domain.people import Account, ClientId, ContactId, OfficeId
from bot.domain.places import MessageRef, Place

SourceId = NewType("SourceId", str)
DeliveryId = NewType("DeliveryId", str)


class Kind(StrEnum):
    """What kind of document was delivered, in the words that source packages use."""

    INCOME_TAX = "ib"
    CORPORATE_TAX = "vpb"
    VAT = "ob"
    INTRA_COMMUNITY = "icp"
    PAYROLL_TAX = "loonheffing"
    ANNUAL_ACCOUNTS = "jaarrekening"
    FILED_ACCOUNTS = "publicatiestukken"
    ENGAGEMENT = "opdrachtbevestiging"
    AUDIT_OPINION = "controleverklaring"
    """Reserved by law for a qualified certificate of the accountant's own: taken in, filed, never sent by Paraaf."""
    OTHER = "overig"


@dataclass(frozen=True, slots=True)
class SourcePackage:
    """The software that documents of an office come from; `name` is unique in the office and names its folder.

    Only the SHA-256 of its token is kept; None once it was revoked, after which nothing is taken from the package.
    `pattern` is how the names of files in its folder are read, see `bot.domain.file_pattern`; empty where they say
    nothing.
    """

    id: SourceId
    office: OfficeId
    name: str
    token_hash: str | None
    pattern: str = ""


class DeliveryState(StrEnum):
    """What became of a delivery. Nothing but `RECEIVED` and `WAITING` can change any more."""

    RECEIVED = "received"
    """Kept; what to do with it was not looked at yet."""
    WAITING = "waiting"
    """Something is doubtful, and staff are asked in the intake channel."""
    SENT = "sent"
    REFUSED = "refused"
    """Staff rejected the delivery, or the law does not let it be signed this way."""


class Doubt(StrEnum):
    """Why a delivery waits for staff: nothing is guessed."""

    NO_TEMPLATE = "no template"
    SEVERAL_TEMPLATES = "several templates"
    UNKNOWN_CLIENT = "unknown client"
    NO_CONVERSATION = "no conversation"
    SEVERAL_CONVERSATIONS = "several conversations"
    NO_PREFERRED_CONTACT = "no preferred contact"
    CONTACT_NOT_THERE = "contact not there"
    """The preferred contact takes no part in the conversation, or nobody said which account is theirs."""
    NO_SENDER = "no sender"
    """Nobody holds the role that the template lets send, or they take no part in the conversation."""
    DISAGREES = "disagrees"
    """The SBR instance that came along says another client, kind or period than the delivery."""
    CANNOT_BE_SEALED = "cannot be sealed"
    TOO_WEAK = "too weak"
    """The template that staff chose lets this kind be signed in a weaker way than it needs."""
    NO_STANDARD_DOCUMENT = "no standard document"
    """Something that the template sends along is not in the office's own dossier any more."""
    QUALIFIED_ONLY = "qualified only"
    """The law reserves this kind for a qualified certificate; staff can only reject the delivery."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What staff decided about a delivery, in place of what would have been looked up; None where they did not."""

    client: ClientId | None = None
    template: str | None = None
    """The name of a workflow template."""
    place: Place | None = None
    contact: ContactId | None = None
    sender: Account | None = None
    """Who of staff sends it, whoever has the role."""

    def filled_from(self, other: "Choices") -> "Choices":
        """With those of `other` where these say nothing."""
        return Choices(
            client=self.client or other.client,
            template=self.template or other.template,
            place=self.place or other.place,
            contact=self.contact or other.contact,
            sender=self.sender or other.sender,
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """Who of staff rejected a delivery, why, and when."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One document that a source package delivered, as it said it is.

    `key` is the source's own: the same key of the same source is the same delivery. `period` is as given, such as
    `2025` or `2025-Q3`. `title` is what people read; empty where the source gave none. `reference` is the source's own
    name for the document, told back in webhooks. `instance` is the SBR instance that came along. `extra` is what
    else the source said, kept as it is, and the hashes of the numbers that the government knows the client by. `card`
    is where staff were asked in the intake channel.
    """

    id: DeliveryId
    office: OfficeId
    source: SourceId
    key: str
    kind: Kind
    client_number: str
    period: str
    file_name: str
    content: Content
    media_type: str
    pages: int | None
    received_at: datetime
    title: str = ""
    reference: str = ""
    instance: Content | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    state: DeliveryState = DeliveryState.RECEIVED
    doubts: tuple[Doubt, ...] = ()
    choices: Choices = Choices()
    envelope: EnvelopeId | None = None
    refused: Refused | None = None
    card: MessageRef | None = None
    revision: int = 1

    def wait(self, doubts: tuple[Doubt, ...]) -> "Delivery":
        """As it waits for staff."""
        return replace(self, state=DeliveryState.WAITING, doubts=doubts)

    def send(self, envelope: EnvelopeId) -> "Delivery":
        """As it was sent."""
        return replace(self, state=DeliveryState.SENT, doubts=(), envelope=envelope)

    def choose(self, chosen: Choices) -> "Delivery":
        """As it is looked at once more, with what staff chose."""
        return replace(self, state=DeliveryState.RECEIVED, choices=chosen.filled_from(self.choices))

    def refuse(self, refused: Refused) -> "Delivery":
        """As staff rejected it."""
        return replace(self, state=DeliveryState.REFUSED, refused=refused)

    def is_repeated_by(self, other: "Delivery") -> bool:
        """Whether `other` says the same of the same bytes, under whatever file name."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAID)


_SAID = (
    "office",
    "source",
    "key",
    "kind",
    "client_number",
    "period",
    "content",
    "title",
    "reference",
    "instance",
    "extra",
)
