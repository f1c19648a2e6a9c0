"""The transaction log that people read: who did what, when, where; and what part of it somebody may read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, assert_never

from bot.domain.envelope import Envelope, EnvelopeId, EnvelopeState, Party
from bot.domain.people import Account, ClientId, OfficeId
from bot.domain.places import Place
from bot.domain.signature import TypedSignature

if TYPE_CHECKING:
    from bot.domain.evidence import Receipt


class Happening(StrEnum):
    """What a log line says happened.

    Lines about passing a task on bear the names of both: fact `from` is the signer who asked for it, `to` who was to
    take their place, each with the platform's user id in `from_account` and `to_account`. `note` is what the signer
    wrote to staff, `reason` what staff wrote when they refused; the line is by whoever did it.
    """

    LINKED = "linked"
    CONTACT_CONFIRMED = "contact confirmed"
    SENT = "sent"
    VIEWED = "viewed"
    PAGES_OPENED = "pages opened"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    """Not everybody had answered when its expiry passed. By Paraaf; the account is that of who sent the request."""
    DELEGATION_ASKED = "delegation asked"
    DELEGATED = "delegated"
    DELEGATION_REFUSED = "delegation refused"
    DELEGATION_TAKEN_BACK = "delegation taken back"
    FIELDS_PLACED = "fields placed"
    REMINDED = "reminded"
    """Fact `to` is the signer's name, `to_account` their user id, `how` is "direct" or "thread" for a mention there. By
    the staff member who asked for it, else by Paraaf under the signer's account; so is the next."""
    ESCALATED = "escalated"
    """Sender and relatiebeheerder were told that reminders did not help: `to` are their names, `from` the signer's."""
    SEALED = "sealed"
    """By Paraaf; the account is that of who sent the request."""
    UNDELIVERABLE = "undeliverable"
    """What Paraaf itself found out; its line bears the account of who is told of it."""
    DELIVERY_RETRIED = "delivery retried"
    """An administrator had `errand` tried once more. By Paraaf, as `UNDELIVERABLE` is; so is the next."""
    DELIVERED = "delivered"
    """What a source package delivered was filed and sent, by the `template`: `source`, `kind`, `period`. By Paraaf."""
    DELIVERY_CHOSEN = "delivery chosen"
    """Staff chose for a delivery: `client`, `template`, `channel`, `contact`; `lasting` where from now on."""
    DELIVERY_REJECTED = "delivery rejected"
    """Staff rejected a delivery, with the `reason`."""
    DELIVERY_DROPPED = "delivery dropped"
    """An administrator let Paraaf forget `errand`."""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where a line stands in a log that is ordered by time, then by number."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `envelope` or `client` is what it is about; `facts` are the particulars of this happening, by name.

    `number` is where it stands in the log, 0 before it was added; `receipt` is where the evidence has it, None until it
    does; `evidence_follows` says that it will, which it never does of a line from before there was evidence. Lines are
    the same whatever these are.
    """

    office: OfficeId
    happening: Happening
    by: Party
    at: datetime
    client: ClientId
    envelope: EnvelopeId | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    number: int = field(default=0, compare=False)
    receipt: "Receipt | None" = field(default=None, compare=False)
    evidence_follows: bool = field(default=False, compare=False)

    @property
    def is_signed(self) -> bool:
        """Whether it tells of an approval with a drawn or typed signature."""
        return self.happening is Happening.APPROVED and "signature" in self.facts

    @property
    def position(self) -> LogPosition:
        """Where it stands."""
        return LogPosition(self.at, self.number)


@dataclass(frozen=True, slots=True)
class EnvelopeLog:
    """The lines about one envelope."""

    envelope: EnvelopeId


@dataclass(frozen=True, slots=True)
class DossierLog:
    """The lines about one client's dossier, its envelopes included."""

    client: ClientId


@dataclass(frozen=True, slots=True)
class SignerLog:
    """The lines about the envelopes of one conversation that one account is a signer of."""

    signer: Account
    conversation: Place


LogScope = EnvelopeLog | DossierLog | SignerLog
"""What part of a log somebody may read."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines of it they want: from `since` until just before `until`, by `person`, about envelopes in `state` now.

    `person` is a platform's user id; what Paraaf did by itself is nobody's. What is None or empty filters nothing.
    """

    since: datetime | None = None
    until: datetime | None = None
    person: str = ""
    state: EnvelopeState | None = None


EVERYTHING = LogFilter()


@dataclass(frozen=True, slots=True)
class LoggedDocument:
    """A document as a log names it; `sha256` in lower-case hex, empty where the line does not say."""

    name: str
    sha256: str


class Unreadable(Enum):
    """Why a signature that somebody gave cannot be shown."""

    ERASED = "erased"
    """The key of whoever gave it is gone."""
    DAMAGED = "damaged"
    """What is kept is not what was put there."""


@dataclass(frozen=True, slots=True)
class LoggedSignature:
    """What signer `number`, from 1, of an envelope signed with: a drawing as PNG, a typed name, or why neither."""

    number: int
    content: bytes | TypedSignature | Unreadable


@dataclass(frozen=True, slots=True)
class Subject:
    """What a log line is about: an envelope as it is now, with the documents that were sent.

    `evidence` is the entry that proves the state it is in.
    """

    state: EnvelopeState
    documents: tuple[LoggedDocument, ...]
    evidence: "Receipt | None" = None


LOG_READING_TIME = timedelta(hours=1)
"""How long a link to a log works, as long as one to the documents."""


@dataclass(frozen=True, slots=True)
class LogLink:
    """A link for `viewer` to the page of a log, until `expires_at`; opening it does not use it up.

    `secret_hash` is the SHA-256 of the secret in the address, in hex. `as_staff` is what `viewer` was when it was made:
    a link that was made for a signer opens nothing for who is no signer any more.
    """

    secret_hash: str
    office: OfficeId
    scope: LogScope
    viewer: Party
    as_staff: bool
    expires_at: datetime

    def shows(self, envelope: Envelope) -> bool:
        """Whether it opens the lines about an envelope, as that is now."""
        if envelope.office != self.office or not (self.as_staff or envelope.signer(self.viewer.account)):
            return False
        match self.scope:
            case EnvelopeLog(id_):
                return envelope.id == id_
            case DossierLog(client):
                return envelope.client == client
            case SignerLog(signer, conversation):
                return envelope.conversation == conversation and envelope.signer(signer) is not None
            case _:
                assert_never(self.scope)
