"""Twelve deaths of three replicas break no promise, and a mistake in the code is noticed after a few."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.history import find_broken_promises
from tests.chaos.run import Outcome, Wish, run_chaos


async def run(wish: Wish, database: str, redis: str) -> Outcome:
    """In a folder with a short name: a socket lies in it."""
    with TemporaryDirectory(prefix="paraaf-chaos-") as folder:
        return await run_chaos(wish, Path(folder), database, redis)


async def test_nothing_is_lost_and_nothing_said_twice(postgres_url: str, redis_url: str) -> None:
    outcome = await run(Wish(seed=7, kills=12), postgres_url, redis_url)
    assert find_broken_promises(outcome.history) == []
    assert outcome.kills == 12
    assert outcome.accepted > 6
