from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.domain.rates import Limit, Rate
from bot.ports import Pace
from storage.redis.pace import RedisPace
from storage.redis.process_pace import ProcessPace
from storage.redis.reaching import open_redis
from tests.fakes import Stopwatch

TWO_A_MINUTE = Limit("two a minute", (Rate(2, 60),))
OF_TEAMS = Limit("a conversation", (Rate(7, 1), Rate(8, 2), Rate(60, 30), Rate(1_800, 3_600)))
UNKNOWN = Limit("unknown")


@dataclass
class Paced:
    """A pace with the stopwatch it goes by."""

    pace: Pace
    now: Stopwatch

    async def ask(self, *limits: Limit, patient: bool = False) -> float:
        """Seconds to wait."""
        return (await self.pace.ask(limits, patient=patient)).total_seconds()

    async def ask_often(self, times: int, *limits: Limit, patient: bool = False) -> list[float]:
        """The same, so many times at one moment."""
        return [await self.ask(*limits, patient=patient) for _ in range(times)]


@pytest.fixture(params=["process", "redis"])
async def paced(request: pytest.FixtureRequest) -> AsyncIterator[Paced]:
    now = Stopwatch()
    if request.param == "process":
        yield Paced(ProcessPace(now), now)
        return
    pace = RedisPace(open_redis(request.getfixturevalue("redis_url")), now, clock=now)
    yield Paced(pace, now)
    await pace.close()


async def test_as_many_go_as_the_rate_lets_through(paced: Paced) -> None:
    assert await paced.ask_often(2, TWO_A_MINUTE) == [0, 0]
    assert await paced.ask(TWO_A_MINUTE) == 60
    paced.now.seconds += 59.999
    assert await paced.ask(TWO_A_MINUTE) > 0
    paced.now.seconds += 0.001
    assert await paced.ask_often(2, TWO_A_MINUTE) == [0, 0]


async def test_what_was_told_to_wait_counts_for_nothing(paced: Paced) -> None:
    await paced.ask_often(50, TWO_A_MINUTE)
    paced.now.seconds += 60
    assert await paced.ask_often(2, TWO_A_MINUTE) == [0, 0]


async def test_each_limit_has_its_own_rate(paced: Paced) -> None:
    await paced.ask_often(3, TWO_A_MINUTE)
    assert await paced.ask(Limit("other", TWO_A_MINUTE.rates)) == 0
    assert await paced.ask_often(100, UNKNOWN) == [0] * 100


async def test_a_call_goes_only_when_all_its_limits_let_it(paced: Paced) -> None:
    other = Limit("other", (Rate(1, 10),))
    assert await paced.ask(TWO_A_MINUTE, other) == 0
    assert await paced.ask(TWO_A_MINUTE, other) == 10
    paced.now.seconds += 10
    assert await paced.ask(TWO_A_MINUTE, other) == 0
    paced.now.seconds += 10
    assert await paced.ask(TWO_A_MINUTE, other) == 40
    assert await paced.ask(other) == 0


async def test_every_rate_of_a_limit_is_kept_to(paced: Paced) -> None:
    went: list[float] = []
    while len(went) < 200:
        wait = await paced.ask(OF_TEAMS)
        if wait:
            paced.now.seconds += wait
        else:
            went.append(paced.now.seconds)
    for rate in OF_TEAMS.rates:
        spans = [later - earlier for earlier, later in zip(went, went[rate.most :], strict=False)]
        assert all(span >= rate.seconds - 0.000_01 for span in spans), rate
    assert went[59] - went[0] < 30, "as fast as it may"
    assert went[-1] - went[0] < 4 * 30


async def test_what_the_platform_says_is_obeyed(paced: Paced) -> None:
    await paced.pace.hold(UNKNOWN, timedelta(seconds=30))
    await paced.pace.hold(UNKNOWN, timedelta(seconds=10))  # the longer one stays
    assert await paced.ask(TWO_A_MINUTE, UNKNOWN) == 30
    assert await paced.ask_often(2, TWO_A_MINUTE) == [0, 0], "nothing else waits for it"
    paced.now.seconds += 29.9
    assert await paced.ask(UNKNOWN) > 0
    paced.now.seconds += 0.1
    assert await paced.ask_often(3, UNKNOWN) == [0, 0, 0]


async def test_the_patient_are_told_times_one_after_the_other(paced: Paced) -> None:
    limit = Limit("workspace", (Rate(1, 0.2),))
    await paced.ask(limit)
    told = await paced.ask_often(50, limit, patient=True)
    assert told == pytest.approx([0.2 * number for number in range(1, 51)])


async def test_a_long_line_of_the_patient_is_in_nobodys_way(paced: Paced) -> None:
    limit = Limit("workspace", (Rate(1, 0.2),))
    await paced.ask_often(1_000, limit, patient=True)
    assert await paced.ask(limit) == pytest.approx(0.2)
    paced.now.seconds += 0.2
    assert await paced.ask(limit) == 0


@pytest.mark.parametrize("names", [("a\nb", "a:b"), ("é🙂", "e"), ("x" * 5_000, "x")])
async def test_any_names_are_told_apart(paced: Paced, names: Sequence[str]) -> None:
    for name in names:
        limit = Limit(name, (Rate(1, 60),))
        assert await paced.ask(limit) == 0
        assert await paced.ask(limit) == 60
