"""What differs between the guards: time in the process's own, outages and replicas in the one on Redis."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import ConnectionPool
from structlog.testing import capture_logs

from storage.redis.guard import ProcessDuplicateGuard, RedisDuplicateGuard, open_redis_guard
from storage.redis.reaching import open_redis
from tests.fakes import BreakableRedis, Stopwatch
from tests.proxy import Way, between

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[BreakableRedis]:
    client = BreakableRedis(connection_pool=ConnectionPool.from_url(redis_url))
    yield client
    await client.aclose(close_connection_pool=True)


async def test_a_request_is_first_again_after_its_time() -> None:
    now = Stopwatch()
    guard = ProcessDuplicateGuard(now)
    assert await guard.first("a", MINUTE)
    now.seconds += 59.9
    assert not await guard.first("a", MINUTE)
    now.seconds += 0.1
    assert await guard.first("a", MINUTE)
    assert not await guard.first("a", MINUTE)


async def test_memory_stays_bounded() -> None:
    now = Stopwatch()
    guard = ProcessDuplicateGuard(now, most=100)
    for number in range(150):
        await guard.first(str(number), MINUTE)
    assert len(guard._expiries) == 100
    assert await guard.first("0", MINUTE)
    assert not await guard.first("149", MINUTE)
    now.seconds += 61
    await guard.first("fresh", MINUTE)
    assert list(guard._expiries) == ["fresh"]


async def test_redis_forgets_after_the_time_that_was_asked(redis: BreakableRedis) -> None:
    await RedisDuplicateGuard(redis).first("a", timedelta(milliseconds=1_500))
    assert 0 < await redis.pttl("paraaf:seen:a") <= 1_500


async def test_replicas_share_what_they_took_in(redis: BreakableRedis) -> None:
    one, other = RedisDuplicateGuard(redis), RedisDuplicateGuard(redis)
    assert await one.first("a", MINUTE)
    assert not await other.first("a", MINUTE)
    await one.forget("a")
    assert await RedisDuplicateGuard(redis).first("a", MINUTE)


async def test_what_this_process_remembers_needs_no_redis(redis: BreakableRedis) -> None:
    guard = RedisDuplicateGuard(redis)
    await guard.first("a", MINUTE)
    asked = redis.asked
    assert not await guard.first("a", MINUTE)
    assert redis.asked == asked


async def test_without_redis_the_process_guards_alone_and_says_so_once(redis: BreakableRedis) -> None:
    now = Stopwatch()
    guard = RedisDuplicateGuard(redis, now)
    assert await guard.first("before", MINUTE)
    redis.is_away = True
    with capture_logs() as logs:
        assert await guard.first("a", MINUTE)
        assert not await guard.first("a", MINUTE)
        assert not await guard.first("before", MINUTE)
        now.seconds += 6
        assert await guard.first("b", MINUTE)
        await guard.forget("b")
        assert await guard.first("b", MINUTE)
        redis.is_away = False
        now.seconds += 6
        assert await guard.first("c", MINUTE)
        assert await guard.first("d", MINUTE)
    assert [line["event"] for line in logs] == ["redis_away", "redis_back"]


async def test_an_outage_costs_one_slow_request_not_every_one(redis: BreakableRedis) -> None:
    now = Stopwatch()
    guard = RedisDuplicateGuard(redis, now)
    redis.is_away = True
    for number in range(10):
        assert await guard.first(str(number), MINUTE)
    assert redis.asked == 1
    now.seconds += 6
    await guard.first("later", MINUTE)
    assert redis.asked == 2


async def test_a_redis_that_was_never_there_is_an_outage(unused_tcp_port: int) -> None:
    guard = open_redis_guard(f"redis://127.0.0.1:{unused_tcp_port}/0")
    with capture_logs() as logs:
        assert await guard.first("a", MINUTE)
        assert not await guard.first("a", MINUTE)
    await guard.close()
    assert [line["event"] for line in logs] == ["redis_away"]


@pytest.mark.parametrize("away", [Way.CUT, Way.HANGING])
async def test_requests_are_let_in_while_redis_is_away_and_shared_again_afterwards(redis_url: str, away: Way) -> None:
    now = Stopwatch()
    async with between(redis_url) as proxy:
        here, there = RedisDuplicateGuard(open_redis(proxy.reach(redis_url)), now), open_redis_guard(redis_url)
        assert await here.first("a", MINUTE)
        proxy.turn(away)
        assert [await here.first("b", MINUTE), await here.first("b", MINUTE)] == [True, False]
        proxy.turn(Way.OPEN)
        now.seconds += 60
        assert await there.first("c", MINUTE)
        assert not await here.first("c", MINUTE)
        await here.close()
        await there.close()


async def test_a_request_is_first_although_redis_was_asked_again_because_its_answer_was_lost(redis_url: str) -> None:
    async with between(redis_url) as proxy:
        here, there = open_redis_guard(proxy.reach(redis_url)), open_redis_guard(redis_url)
        proxy.lose_answer(b"NX")
        assert await here.first("lost answer", MINUTE)
        assert not await there.first("lost answer", MINUTE)
        await here.close()
        await there.close()
