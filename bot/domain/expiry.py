"""Until when a request can be answered, where its sender set that: to the end of a day in the office's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.envelope import Closing, Envelope, EnvelopeState, Party, close

_ZONE = ZoneInfo("Europe/Amsterdam")


def find_end(day: date) -> datetime:
    """The moment at which this day is over in Europe/Amsterdam, in UTC: the first one that is too late."""
    return datetime.combine(day + timedelta(days=1), time(), _ZONE).astimezone(UTC)


def find_last_day(expires_at: datetime) -> date:
    """The day in Europe/Amsterdam on which there is still time before `expires_at`."""
    return (expires_at - datetime.resolution).astimezone(_ZONE).date()


def has_expired(envelope: Envelope, now: datetime) -> bool:
    """Whether nobody can answer any more because its expiry passed, and that still has to be recorded."""
    return envelope.state is EnvelopeState.OPEN and envelope.expires_at is not None and envelope.expires_at <= now


def expire(envelope: Envelope) -> tuple[Envelope, Closing]:
    """The envelope as expired, by Paraaf and at the moment that was set, and that closing of it.

    Raises `EnvelopeClosed` when it already has a final state, `ValueError` where no moment was set.
    """
    envelope.require_open()
    if envelope.expires_at is None:
        message = f"envelope {envelope.id} never expires"
        raise ValueError(message)
    closing = Closing(Party(envelope.sender.account, "Paraaf"), envelope.expires_at)
    return close(envelope, EnvelopeState.EXPIRED, closing), closing
