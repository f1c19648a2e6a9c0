"""The way back to source packages: what they are told of their deliveries, and of envelopes that came of these."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NewType

from bot.domain.delivery import DeliveryId, SourceId
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
    DELIVERY_REJECTED = "delivery.rejected"
    """Staff rejected the delivery itself: no envelope came of it."""
    PING = "ping"
    """A test, about nothing."""


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
    """That a source package is to be told of something that happened to an envelope, else to a delivery."""

    office: OfficeId
    source: SourceId
    envelope: EnvelopeId | None
    event: WebhookEvent
    occurred_at: datetime
    delivery: DeliveryId | None = None

    @property
    def event_id(self) -> str:
        """The same for every try, and when it is told again later, so that who is called can know it again."""
        return name_event(self.subject, self.event)

    @property
    def subject(self) -> str:
        """The id of what it is about."""
        return self.envelope or self.delivery or ""


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


def name_event(subject: str, event: WebhookEvent) -> str:
    """The id of an event: no dot is in it, since dots join what is signed (Standard Webhooks)."""
    return "evt_" + sha256(f"{subject}\n{event}".encode()).hexdigest()[:32]


def find_event(envelope: Envelope) -> WebhookEvent | None:
    """What there is to tell of an envelope as it is; None while it is open, and until what is sealed is there."""
    if envelope.state is EnvelopeState.OPEN or envelope.is_being_sealed:
        return None
    return WebhookEvent(f"envelope.{envelope.state}")
