"""A log of a million lines is read by its indexes: no query reads or sorts more than it shows."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.envelope import EnvelopeState
from bot.domain.log import EVERYTHING, DossierLog, LogFilter, LogPosition, SignerLog
from bot.ports import Store
from storage.sql.engine import connect
from storage.sql.log import PEOPLE, write_search
from tests import builders as a
from tests.storage.test_tasks_indexes import PLACE, fill

FILTERS = {
    "everything": (LogFilter(), "ix_log_of_client"),
    "period": (LogFilter(since=a.at(10), until=a.at(900)), "ix_log_of_client"),
    "person": (LogFilter(person="U7"), "ix_log_of_person"),
    "person and period": (LogFilter(since=a.at(10), person="U7"), "ix_log_of_person"),
}
FILL = """
INSERT INTO log (office_id, happening, by_platform, by_tenant, by_user_id, by_name, at, client_id, facts)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
SELECT 'office-1', 'linked', 'slack', 'T0', 'U' || (n % 40), 'x', {moment}, 'client-1', '{{}}' FROM numbers
"""
FOLLOW = """
INSERT INTO log (office_id, happening, by_platform, by_tenant, by_user_id, by_name, at, client_id, envelope_id, facts)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5)
SELECT 'office-1', 'viewed', 'slack', 'T0', 'U0', 'x', {moment}, 'client-1', envelopes.id, '{{}}'
FROM envelopes, numbers
"""
MOMENTS = {
    "sqlite": "datetime('2026-03-02', n || ' seconds') || '.000000'",
    "postgresql": "timestamptz '2026-03-02Z' + n * interval '1 s'",
}


@pytest.fixture
async def engine(database_url: str, office_store: Store) -> AsyncIterator[AsyncEngine]:
    """A database whose log has 20,000 lines of one client, by 40 people."""
    engines = connect(database_url)
    async with engines.writing.begin() as connection:
        await connection.execute(text(FILL.format(moment=MOMENTS[engines.writing.dialect.name])))
    async with engines.writing.begin() as connection:
        await connection.execute(text("ANALYZE"))
    yield engines.writing
    await engines.dispose()


async def explain(engine: AsyncEngine, query: Select[Any]) -> str:
    is_sqlite = engine.dialect.name == "sqlite"
    written = query.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
    async with engine.connect() as connection:
        asked = text(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{str(written).replace(':', chr(92) + ':')}")
        return "\n".join(str(tuple(row)) for row in await connection.execute(asked))


@pytest.mark.parametrize("name", FILTERS)
async def test_a_page_far_back_is_read_from_an_index(engine: AsyncEngine, name: str) -> None:
    wanted, index = FILTERS[name]
    before = LogPosition(a.at(300), 9_000)
    plan = await explain(engine, write_search(a.OFFICE, DossierLog(a.CLIENT), wanted, before).limit(50))
    assert index in plan
    assert_narrow(plan)
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


async def test_a_state_is_looked_for_among_the_lines_of_one_client(engine: AsyncEngine) -> None:
    wanted = LogFilter(state=EnvelopeState.REJECTED)
    assert_narrow(await explain(engine, write_search(a.OFFICE, DossierLog(a.CLIENT), wanted, None).limit(50)))


async def test_people_are_told_apart_without_reading_every_line(engine: AsyncEngine, office_store: Store) -> None:
    plan = await explain(engine, PEOPLE.params(office=a.OFFICE, client=a.CLIENT).limit(100))
    assert "ix_log_of_person" in plan
    assert_narrow(plan)
    async with office_store.reading() as tx:
        people = await tx.log.people(a.OFFICE, a.CLIENT, 100)
    assert len(people) == 40
    assert people[0].account.user == "U0"  # line 20,000


async def test_the_envelopes_of_a_signer_are_found_by_their_account(database_url: str, office_store: Store) -> None:
    engines = connect(database_url)
    async with engines.writing.begin() as connection:
        await connection.run_sync(fill)
        await connection.execute(text(FOLLOW.format(moment=MOMENTS[engines.writing.dialect.name])))
    async with engines.writing.begin() as connection:
        await connection.execute(text("ANALYZE"))
    scope = SignerLog(a.a_staff_account("U0STAFF7"), PLACE)
    plan = await explain(engines.writing, write_search(a.OFFICE, scope, EVERYTHING, None).limit(50))
    await engines.dispose()
    async with office_store.reading() as tx:
        assert await tx.log.find(a.OFFICE, scope, EVERYTHING, None, 50)  # so the plan was about something
    for index in ("ix_envelope_signers_of_account", "ix_log_of_envelope"):
        assert index in plan, plan
    assert_narrow(plan)
    assert not re.search(r"Seq Scan on (?!evidence_)|SCAN envelope", plan), plan


def assert_narrow(plan: str) -> None:
    """Fails for a plan that reads the whole log."""
    assert "Seq Scan on log" not in plan
    assert "SCAN log" not in plan
