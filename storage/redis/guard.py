"""Duplicate guards: which requests were taken in, remembered by this process and, with Redis, by all replicas."""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from storage.redis.reaching import Outage, open_redis

_MOST_KEYS = 100_000
"""About 20 MB; the oldest go first, which costs a second look at a repeated request, never correctness."""


class ProcessDuplicateGuard:
    """Keeps `bot.ports.DuplicateGuard` in this process's memory, for `most` requests at a time."""

    def __init__(self, now: Callable[[], float] = time.monotonic, most: int = _MOST_KEYS) -> None:
        self._now = now
        self._most = most
        self._expiries: dict[str, float] = {}

    async def first(self, key: str, keep: timedelta) -> bool:
        now = self._now()
        if self._expiries.get(key, now) > now:
            return False
        # Taken out first, so that the order of the keys is the order in which they came.
        self._expiries.pop(key, None)
        self._expiries[key] = now + keep.total_seconds()
        self._drop_old(now)
        return True

    async def forget(self, key: str) -> None:
        self._expiries.pop(key, None)

    def _drop_old(self, now: float) -> None:
        while self._expiries:
            oldest = next(iter(self._expiries))
            if self._expiries[oldest] > now and len(self._expiries) <= self._most:
                return
            del self._expiries[oldest]


class RedisDuplicateGuard:
    """Keeps `bot.ports.DuplicateGuard` in Redis, and in this process as well.

    What this process remembers is answered without asking Redis, and is all there is while Redis is away; it is logged
    when Redis goes and when it comes back.
    """

    def __init__(self, redis: Redis, now: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._own = ProcessDuplicateGuard(now)
        self._outage = Outage("guard", now)

    async def first(self, key: str, keep: timedelta) -> bool:
        if not await self._own.first(key, keep):
            return False
        if self._outage.is_paused:
            return True
        # The client asks again where the answer was lost, so what is there already may be what was written just now.
        mark = secrets.token_bytes(8)
        try:
            added = await self._redis.set(_name(key), mark, nx=True, px=keep)
            is_first = bool(added) or await self._redis.get(_name(key)) == mark
        except (RedisError, OSError) as error:
            self._outage.note_failure(error)
            return True
        self._outage.note_answer()
        return is_first

    async def forget(self, key: str) -> None:
        await self._own.forget(key)
        try:
            await self._redis.delete(_name(key))
        except (RedisError, OSError) as error:
            self._outage.note_failure(error)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()


def open_redis_guard(url: str) -> RedisDuplicateGuard:
    """A guard on the Redis at a `redis://` or `rediss://` URL; nothing is connected yet. Raises `ValueError`."""
    return RedisDuplicateGuard(open_redis(url))


def _name(key: str) -> str:
    return f"paraaf:seen:{key}"
