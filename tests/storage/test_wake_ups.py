"""Who waits in another process hears that there is something new, and is as well off without."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from adapters.working import beside
from storage.redis.wake_ups import open_wake_ups
from tests.proxy import Way, between

PATIENCE = 20.0


@asynccontextmanager
async def telling(url: str) -> AsyncIterator[Callable[[], None]]:
    wake_ups = open_wake_ups(url)
    wake_ups._pause = 0.01
    async with beside(wake_ups.pass_on()):
        yield wake_ups.tell
    await wake_ups.close()


@asynccontextmanager
async def listening(url: str, heard: asyncio.Event) -> AsyncIterator[None]:
    wake_ups = open_wake_ups(url)
    wake_ups._pause = 0.01
    async with beside(wake_ups.listen(heard.set)):
        yield
    await wake_ups.close()


async def hear(heard: asyncio.Event, tell: Callable[[], None]) -> None:
    """Tell until it is heard; what was told while nobody listened is lost, and nothing else."""
    heard.clear()
    async with asyncio.timeout(PATIENCE):
        while not heard.is_set():
            tell()
            await asyncio.sleep(0.01)


async def test_another_process_hears_and_goes_on_hearing(redis_url: str) -> None:
    heard = asyncio.Event()
    async with telling(redis_url) as tell, listening(redis_url, heard):
        await hear(heard, tell)
        await hear(heard, tell)


@pytest.mark.parametrize("away", [Way.CUT, Way.HANGING])
async def test_who_tells_goes_on_when_redis_is_back(redis_url: str, away: Way) -> None:
    heard = asyncio.Event()
    async with between(redis_url) as proxy, telling(proxy.reach(redis_url)) as tell, listening(redis_url, heard):
        await hear(heard, tell)
        proxy.turn(away)
        with capture_logs() as told:
            async with asyncio.timeout(PATIENCE):
                while not told:
                    tell()
                    await asyncio.sleep(0.01)
        proxy.turn(Way.OPEN)
        await hear(heard, tell)


async def test_a_listener_subscribes_again(redis_url: str) -> None:
    heard = asyncio.Event()
    async with between(redis_url) as proxy, telling(redis_url) as tell, listening(proxy.reach(redis_url), heard):
        await hear(heard, tell)
        proxy.turn(Way.CUT)
        proxy.turn(Way.OPEN)
        await hear(heard, tell)
