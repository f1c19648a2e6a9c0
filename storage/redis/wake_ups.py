"""Tells processes that work by themselves that there is something new, so that they need not wait for their next look.

A word that is lost costs that wait, a second, and nothing else. All deployments on one Redis server hear each other,
which costs them a look.
"""

import asyncio
from collections.abc import Callable

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

CHANNEL = "paraaf:wake"

_ANSWER_SECONDS = 1.0
_PAUSE_SECONDS = 5.0
"""After a failure Redis is left alone this long."""
_LISTEN_SECONDS = 30.0
"""A connection on which nothing was said for longer is asked whether it still works."""

_log = structlog.get_logger(__name__)


class RedisWakeUps:
    """Both ends: `tell` in whoever takes requests, `listen` in whoever works."""

    def __init__(self, redis: Redis, pause: float = _PAUSE_SECONDS) -> None:
        self._redis = redis
        self._pause = pause
        self._untold = asyncio.Event()

    def tell(self) -> None:
        """Wake the others, as soon as `pass_on` gets to it; many calls at once are one word."""
        self._untold.set()

    async def pass_on(self) -> None:
        """Tell the others, for ever."""
        while True:
            await self._untold.wait()
            self._untold.clear()
            try:
                await self._redis.publish(CHANNEL, b"")
            except (RedisError, OSError) as error:
                await self._wait(error)

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` for every word that is heard, for ever, and when listening began: one may have been missed."""
        while True:
            try:
                async with self._redis.pubsub() as heard:
                    await heard.subscribe(CHANNEL)
                    while True:
                        if await heard.get_message(timeout=_LISTEN_SECONDS):
                            wake()
            except (RedisError, OSError) as error:
                await self._wait(error)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()

    async def _wait(self, error: Exception) -> None:
        _log.warning("wake_ups_away", kind=type(error).__name__)
        await asyncio.sleep(self._pause)


def open_wake_ups(url: str) -> RedisWakeUps:
    """Wake-ups by the Redis at a `redis://` or `rediss://` URL; nothing is connected yet. Raises `ValueError`."""
    redis = Redis.from_url(
        url,
        socket_timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_ANSWER_SECONDS,
        socket_keepalive=True,
        health_check_interval=_LISTEN_SECONDS,
        retry=Retry(NoBackoff(), 1),  # for a connection that ended while it lay idle
    )
    return RedisWakeUps(redis)
