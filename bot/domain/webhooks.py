"""The way back to source packages: what they are told of envelopes that came of their deliveries."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NewType

from bot.domain.delivery import SourceId
from bot.domain.envelope import Envelope, EnvelopeId, EnvelopeState
from bot.domain.people import OfficeId

CallId = NewType("CallId", int)

OLD_SECRET_HOLDS = timedelta(days=7)
"""How long calls are signed with the secret before this one as well, so that it can be replaced without a gap."""


class WebhookEvent(StrEnum):
    """What a source package is told, by the names that it reads."""

    COMPLETED = "envelope.completed"
    """In the certified way once the sealed PDF is there."""
    REJECTED = "envelope.rejected"
    WITHDRAWN = "envelope.withdrawn"
    EXPIRED = "envelope.expired"
    SUPERSEDED = "envelope.superseded"
    PING = "ping"
    """A test, about no envelope."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a source package of an office is called; `url` is empty once it was removed.

    `generation` counts its secrets, from 1; it got this one at `renewed_at`. `stopped` says in machine words why it is
    called no more, and is empty while it is.
    """

    source: SourceId
    office: OfficeId
    url: str
    generation: int
    renewed_at: datetime
    stopped: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it is called."""
        return bool(self.url) and not self.stopped

    def renew(self, now: datetime) -> "Webhook":
        """With another secret."""
        return replace(self, generation=self.generation + 1, renewed_at=now)

    def list_generations(self, now: datetime) -> tuple[int, ...]:
        """The secrets to sign with, the newest first: for a while the one before as well."""
        is_recent = self.generation > 1 and now - self.renewed_at < OLD_SECRET_HOLDS
        return (self.generation, self.generation - 1) if is_recent else (self.generation,)


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """That a source package is to be told of something that happened to an envelope."""

    office: OfficeId
    source: SourceId
    envelope: EnvelopeId
    event: WebhookEvent
    occurred_at: datetime

    @property
    def event_id(self) -> str:
        """The same for every try, and when it is told again later, so that who is called can know it again."""
        return name_event(self.envelope, self.event)


@dataclass(frozen=True, slots=True)
class ClaimedCall:
    """A call that this process may make until its lease ends; `attempts` counts the tries begun before this one."""

    id: CallId
    call: WebhookCall
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class ListedCall:
    """A call as an administrator sees it; `buried` is what failed for good, the others wait."""

    id: CallId
    call: WebhookCall
    created_at: datetime
    due_at: datetime
    tries: int
    last_error: str
    buried: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: an HTTP status, and how long the other side asks to wait, where it does."""

    status: int
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """Whether it was taken in."""
        return 200 <= self.status < 300  # noqa: PLR2004 - as HTTP has it


@dataclass(eq=False)
class CallFailed(Exception):
    """A source package could not be called, for `reason` in machine words; trying again may help."""

    reason: str


def name_event(envelope: EnvelopeId, event: WebhookEvent) -> str:
    """The id of an event: no dot is in it, since dots join what is signed (Standard Webhooks)."""
    return "evt_" + sha256(f"{envelope}\n{event}".encode()).hexdigest()[:32]


def find_event(envelope: Envelope) -> WebhookEvent | None:
    """What there is to tell of an envelope as it is; None while it is open, and until what is sealed is there."""
    if envelope.state is EnvelopeState.OPEN or envelope.is_being_sealed:
        return None
    return WebhookEvent(f"envelope.{envelope.state}")
