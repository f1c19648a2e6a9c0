"""A few deaths, so that `make chaos`, which takes minutes and finds more, works when somebody needs it."""

import tempfile
from pathlib import Path

from tests.chaos.history import find_broken_promises
from tests.chaos.run import Wish, run_chaos

SEED, KILLS = 5, 4


async def test_nothing_is_lost_when_replicas_die(postgres_url: str, redis_url: str) -> None:
    wish = Wish(SEED, KILLS, rooms=1, channels=1, chats=1)
    with tempfile.TemporaryDirectory(prefix="paraaf-chaos-") as folder:  # short, as the path of a socket has to be
        outcome = await run_chaos(wish, Path(folder), postgres_url, redis_url)
    assert outcome.kills == KILLS
    assert len(outcome.history.kept) >= 3
    assert find_broken_promises(outcome.history) == []
