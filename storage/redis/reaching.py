"""Reaching Redis, and doing without it: an outage costs one slow request now and then, and nothing else."""

import time
from collections.abc import Callable

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

_log = structlog.get_logger(__name__)

_ANSWER_SECONDS = 0.3
"""A tenth of the time in which Slack wants its answer; a healthy Redis takes a hundredth of this."""
_PAUSE_SECONDS = 5.0
"""After a failure Redis is left alone this long, so that an outage costs one slow request, not every one."""


class Outage:
    """Whether Redis is left alone now; it is logged when it goes and when it comes back, with `what` depends on it."""

    def __init__(self, what: str, now: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._now = now
        self._away_until: float | None = None

    @property
    def is_on(self) -> bool:
        """Whether it failed when it was asked last."""
        return self._away_until is not None

    @property
    def is_paused(self) -> bool:
        """Whether it failed a moment ago."""
        return self._away_until is not None and self._now() < self._away_until

    def note_failure(self, error: Exception) -> None:
        """It did not answer."""
        if self._away_until is None:
            _log.warning("redis_away", error=str(error), **{self._what: "this process only"})
        self._away_until = self._now() + _PAUSE_SECONDS

    def note_answer(self) -> None:
        """It answered."""
        if self._away_until is not None:
            _log.info("redis_back", **{self._what: "shared"})
        self._away_until = None


def open_redis(url: str) -> Redis:
    """A client for a `redis://` or `rediss://` URL; nothing is connected yet. Raises `ValueError`."""
    return Redis.from_url(
        url,
        socket_timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_ANSWER_SECONDS,
        # One try more, for a connection that ended while it lay idle.
        retry=Retry(NoBackoff(), 1),
    )
