"""What is told of the evidence beside whether Paraaf is ready."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from adapters.web.health import LATE, tell_owed
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore
from tests import builders as a
from tests.fakes import FixedClock

SECOND = timedelta(seconds=1)


@pytest_asyncio.fixture(loop_scope="session")
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """A database that owes the evidence one line, of `a.at()`."""
    url = f"sqlite:///{tmp_path}/paraaf.db"
    await migrate(url)
    store = SqlStore(url)
    async with store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(a.an_item())
        await tx.envelopes.add(a.an_envelope())
        await tx.log.add([a.a_log_line()])
    yield store
    await store.dispose()


async def test_what_waits_for_a_moment_is_no_trouble_and_what_waits_for_long_is(store: SqlStore) -> None:
    clock = FixedClock()
    clock.move(a.a_log_line().at + LATE - clock.now())
    assert await tell_owed(store, clock) is None
    clock.move(SECOND)
    told = await tell_owed(store, clock)
    assert told == f"events that wait: 1, the oldest since {a.a_log_line().at:%Y-%m-%d %H:%M} UTC; see paraaf doctor"


async def test_what_was_refused_is_told_at_once(store: SqlStore) -> None:
    clock = FixedClock()
    async with store.transaction() as tx:
        (owed,) = await tx.owed_evidence.claim(a.at(60), LATE, 9)
        await tx.owed_evidence.refuse(owed, a.at(120))
    assert await tell_owed(store, clock) == "events that were refused: 1; see paraaf doctor"


async def test_a_database_that_is_away_is_told_elsewhere(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}")  # a folder
    assert await tell_owed(store, FixedClock()) is None
    await store.dispose()
