"""What the paces do not have in common: replicas and outages of Redis. And that they come to the same, step by step."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import ConnectionPool
from structlog.testing import capture_logs

from bot.domain.people import Platform
from bot.domain.places import Place
from bot.domain.rates import Call, Limit, Rate, find_limits
from storage.redis.pace import JOIN_SECONDS, UNTOLD_REPLICAS, RedisPace, open_redis_pace
from storage.redis.process_pace import ProcessPace
from tests.fakes import BreakableRedis, Stopwatch

HOUR = 3_600
FOUR = (Limit("four an hour", (Rate(4, HOUR),)),)
ONE = (Limit("one an hour", (Rate(1, HOUR),)),)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[BreakableRedis]:
    client = BreakableRedis(connection_pool=ConnectionPool.from_url(redis_url))
    yield client
    await client.aclose(close_connection_pool=True)


async def let_through(pace: RedisPace | ProcessPace, limits: Sequence[Limit], times: int = 20) -> int:
    return [await pace.ask(limits) for _ in range(times)].count(timedelta(0))


async def test_replicas_share_the_rates_by_the_time_of_redis(redis: BreakableRedis) -> None:
    replicas = [RedisPace(redis) for _ in range(3)]
    waits = await asyncio.gather(*(replica.ask(FOUR) for replica in replicas * 10))
    assert waits.count(timedelta(0)) == 4
    assert all(wait > timedelta(minutes=59) for wait in waits if wait)


async def test_what_the_platform_told_one_replica_is_obeyed_by_all(redis: BreakableRedis) -> None:
    one, other = RedisPace(redis), RedisPace(redis)
    await one.hold(FOUR[0], timedelta(hours=2))
    assert timedelta(minutes=119) < await other.ask(FOUR) <= timedelta(hours=2)


async def test_redis_forgets_what_says_nothing_any_more(redis: BreakableRedis) -> None:
    pace = RedisPace(redis)
    await pace.hold(Limit("held"), timedelta(minutes=1))
    for _ in range(9):
        await pace.ask(FOUR)
    keys = [key if isinstance(key, str) else key.decode() for key in await redis.keys("paraaf:pace*")]
    assert sorted(keys) == [
        "paraaf:pace",
        *(f"paraaf:pace:four an hour{end}" for end in ("", ":times")),
        "paraaf:pace:held",
    ]
    longest = (9 + 1) * HOUR * 1_000
    assert all([0 < await redis.pttl(key) <= longest for key in keys])
    assert await redis.llen("paraaf:pace:four an hour:times") == 4


async def test_without_redis_each_replica_keeps_to_its_share(redis: BreakableRedis) -> None:
    replicas = [RedisPace(redis, Stopwatch()) for _ in range(2)]
    for _ in range(2):
        for replica in replicas:
            await replica.ask([Limit("elsewhere")])
            replica._join_at = 0  # the next one says so again, and hears of both
    redis.is_away = True
    assert [await let_through(replica, FOUR) for replica in replicas] == [2, 2]


async def test_where_redis_was_never_there_several_replicas_are_thought_to_be(unused_tcp_port: int) -> None:
    pace = open_redis_pace(f"redis://127.0.0.1:{unused_tcp_port}/0")
    assert await let_through(pace, [Limit("many", (Rate(40, HOUR),))], 50) == 40 // UNTOLD_REPLICAS
    assert await let_through(pace, ONE) == 1
    assert await pace.ask(ONE) > timedelta(hours=UNTOLD_REPLICAS - 1)
    await pace.close()


async def test_what_went_and_was_held_before_the_outage_counts_in_it(redis: BreakableRedis) -> None:
    pace = RedisPace(redis)
    await pace.ask(ONE)
    await pace.hold(FOUR[0], timedelta(hours=1))
    redis.is_away = True
    assert await let_through(pace, ONE) == await let_through(pace, FOUR) == 0


async def test_what_went_and_was_held_in_the_outage_counts_after_it_for_all(redis: BreakableRedis) -> None:
    now = Stopwatch()
    pace, other = RedisPace(redis, now), RedisPace(redis)
    redis.is_away = True
    with capture_logs() as logs:
        assert await let_through(pace, ONE) == 1
        await pace.hold(FOUR[0], timedelta(hours=1))
        redis.is_away = False
        now.seconds += 6
        assert await pace.ask([Limit("elsewhere")]) == timedelta(0)
    assert await let_through(other, ONE) == await let_through(other, FOUR) == 0
    assert [line["event"] for line in logs] == ["redis_away", "redis_back"]


async def test_an_outage_costs_one_slow_call_not_every_one(redis: BreakableRedis) -> None:
    now = Stopwatch()
    pace = RedisPace(redis, now)
    redis.is_away = True
    await let_through(pace, FOUR, 10)
    await pace.hold(FOUR[0], timedelta(seconds=1))
    assert redis.asked == 1


async def test_a_replica_that_is_gone_has_no_share(redis: BreakableRedis) -> None:
    now = Stopwatch()
    stays, goes = RedisPace(redis, now, clock=now), RedisPace(redis, now, clock=now)
    await goes.ask(ONE)
    await stays.ask(ONE)
    assert stays._own.share == 2
    now.seconds += 7 * JOIN_SECONDS
    await stays.ask(ONE)
    assert stays._own.share == 1


@pytest.mark.parametrize(("back", "let"), [(60, 0), (HOUR, 1)])
async def test_a_clock_of_redis_that_was_set_back_closes_nothing_for_long(
    redis: BreakableRedis, back: int, let: int
) -> None:
    now = Stopwatch()
    now.seconds += 2 * HOUR
    pace = RedisPace(redis, clock=now)
    await pace.ask(ONE)
    await pace.hold(FOUR[0], timedelta(hours=1))
    now.seconds -= back
    assert await let_through(pace, ONE) == await let_through(pace, FOUR, 1) == let
    now.seconds += 1
    assert await let_through(pace, ONE) == 0  # what went since is counted


async def test_memory_stays_bounded() -> None:
    now = Stopwatch()
    pace = ProcessPace(now)
    for number in range(25_000):
        await pace.ask(find_limits(Call.SEND, Place(Platform.SLACK, "T1", f"C{number}")))
        now.seconds += 0.001
    assert len(pace._books) <= 10_001


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 3), st.booleans()),
        st.tuples(st.just("hold"), st.integers(0, 3), st.integers(0, 5_000)),
        st.tuples(st.just("pass"), st.integers(0, 5_000), st.just(0)),
    ),
    min_size=5,
    max_size=40,
)
CALLS = (
    find_limits(Call.SEND, Place(Platform.SLACK, "T1", "C1")),
    find_limits(Call.SEND, Place(Platform.SLACK, "T1", "C2")),
    find_limits(Call.UPDATE, Place(Platform.TEAMS, "T1", "C1")),
    find_limits(Call.OPEN_CHAT, Place(Platform.TEAMS, "T1", "C1")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_redis_and_the_process_come_to_the_same(redis_url: str, steps: list[tuple[str, int, int]]) -> None:
    asyncio.run(compare(redis_url, steps))


async def compare(redis_url: str, steps: list[tuple[str, int, int]]) -> None:
    async with BreakableRedis(connection_pool=ConnectionPool.from_url(redis_url)) as client:
        await client.flushdb()
        await take_steps(client, steps)
        await client.connection_pool.disconnect()


async def take_steps(client: BreakableRedis, steps: list[tuple[str, int, int]]) -> None:
    now = Stopwatch()
    own = ProcessPace(now)
    shared = RedisPace(client, now, clock=now)
    for what, number, more in steps:
        if what == "ask":
            told = [await pace.ask(CALLS[number], patient=bool(more)) for pace in (own, shared)]
            assert told[0] == told[1]
        elif what == "hold":
            for pace in (own, shared):
                await pace.hold(CALLS[number][0], timedelta(milliseconds=more))
        else:
            now.seconds += number / 1_000
