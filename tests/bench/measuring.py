"""How it is measured: in turns, since a machine is never equally busy, and summed up by medians."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

SERVER_CORE, LOAD_CORE = 0, 1


@dataclass(frozen=True, slots=True)
class Effort:
    """How often and how much: `rounds` of each side in turns, and for one round so many requests, decisions, …"""

    rounds: int
    requests: int
    decisions: int
    starts: int
    presses_before_memory: int
    deliveries: int
    documents: int
    searches: int
    entries: int
    thinner: int
    envelopes: int


FULL = Effort(
    rounds=9,
    requests=1_000,
    decisions=250,
    starts=5,
    presses_before_memory=1_000,
    deliveries=1_000,
    documents=10_000,
    searches=100,
    entries=1_000_000,
    thinner=1,
    envelopes=1_000_000,
)
QUICK = Effort(
    rounds=1,
    requests=40,
    decisions=16,
    starts=1,
    presses_before_memory=50,
    deliveries=20,
    documents=100,
    searches=3,
    entries=2_000,
    thinner=100,
    envelopes=1_000,
)


@dataclass(frozen=True, slots=True)
class Timed:
    """What one round took: `elapsed` for all of it, `each` for every single one, in seconds."""

    elapsed: float
    each: Sequence[float]

    @property
    def rate(self) -> float:
        """How many a second."""
        return len(self.each) / self.elapsed

    @property
    def middle(self) -> float:
        """Milliseconds that half of them took less than."""
        return median(self.each) * 1000

    @property
    def slow(self) -> float:
        """Milliseconds that 95 of 100 took less than."""
        return (quantiles(self.each, n=20)[-1] if len(self.each) > 1 else self.each[0]) * 1000


async def alternate(
    rounds: int, ours: Callable[[], Awaitable[Timed]], other: Callable[[], Awaitable[Timed]]
) -> tuple[list[Timed], list[Timed]]:
    """Run both in turns, and change who goes first every round."""
    ours_timed: list[Timed] = []
    other_timed: list[Timed] = []
    turns = ((ours, ours_timed), (other, other_timed))
    for number in range(rounds):
        for measure, timed in turns if number % 2 == 0 else reversed(turns):
            timed.append(await measure())
    return ours_timed, other_timed


async def time_each(works: Sequence[Callable[[], Awaitable[object]]], at_once: int = 1) -> Timed:
    """Do all of them, so many at a time."""
    waiting = iter(works)
    each: list[float] = []

    async def take_turns() -> None:
        for work in waiting:
            begun = perf_counter()
            await work()
            each.append(perf_counter() - begun)

    begun = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(take_turns())
    return Timed(perf_counter() - begun, each)


def middle_ratio(ours: Sequence[float], other: Sequence[float]) -> float:
    """The median of the ratios of each round, which a slow minute of the machine moves less than that of the sums."""
    return median(mine / theirs for mine, theirs in zip(ours, other, strict=True))


@contextmanager
def stay_on(core: int) -> Iterator[None]:
    """Keep this process, and those it starts meanwhile, on one core, so that server and load do not chase each other.

    Does nothing where the system cannot, or where there is one core.
    """
    if not hasattr(os, "sched_setaffinity") or len(before := sorted(os.sched_getaffinity(0))) <= 1:
        yield
        return
    os.sched_setaffinity(0, {before[core]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
