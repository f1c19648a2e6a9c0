"""The transaction log that people read: who did what, when, where; and what part of it somebody may read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.envelope import EnvelopeId, EnvelopeState, Party
from bot.domain.people import Account, ClientId, OfficeId
from bot.domain.places import Place

if TYPE_CHECKING:
    from bot.domain.evidence import Receipt


class Happening(StrEnum):
    """What a log line says happened."""

    LINKED = "linked"
    CONTACT_CONFIRMED = "contact confirmed"
    SENT = "sent"
    VIEWED = "viewed"
    PAGES_OPENED = "pages opened"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    DELEGATION_ASKED = "delegation asked"
    DELEGATED = "delegated"
    DELEGATION_REFUSED = "delegation refused"
    DELEGATION_TAKEN_BACK = "delegation taken back"
    UNDELIVERABLE = "undeliverable"
    """What Paraaf itself found out; its line bears the account of who is told of it."""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where a line stands in a log that is ordered by time, then by number."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `envelope` or `client` is what it is about; `facts` are the particulars of this happening, by name.

    `number` is where it stands in the log, 0 before it was added; `receipt` is where the evidence has it, None until it
    does. Lines are the same whatever these are.
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


@dataclass(frozen=True, slots=True)
class Subject:
    """What a log line is about: an envelope as it is now, with the documents that were sent."""

    state: EnvelopeState
    documents: tuple[LoggedDocument, ...]


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
