"""A claim costs the same however many reminders there are: it reads what is due, by an index."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ports import Store
from storage.sql.engine import connect
from storage.sql.reminders import DUE, OF_PEOPLE
from tests import builders as a

FILL = """
INSERT INTO reminders (office_id, envelope_id, platform, tenant, user_id, since, due_at)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
SELECT 'office-1', 'envelope-1', 'slack', 'T0', 'U' || n, {moment}, {moment} FROM numbers
"""
MOMENTS = {
    "sqlite": "datetime('2026-03-02', n || ' minutes') || '.000000'",
    "postgresql": "timestamptz '2026-03-02Z' + n * interval '1 min'",
}


@pytest.fixture
async def engine(database_url: str, office_store: Store) -> AsyncIterator[AsyncEngine]:
    """A database with 20,000 reminders, a minute apart."""
    async with office_store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    engines = connect(database_url)
    async with engines.writing.begin() as connection:
        await connection.execute(text(FILL.format(moment=MOMENTS[engines.writing.dialect.name])))
        await connection.execute(text("ANALYZE"))
    yield engines.writing
    await engines.dispose()


async def explain(engine: AsyncEngine, query: Select[Any], values: dict[str, Any]) -> str:
    is_sqlite = engine.dialect.name == "sqlite"
    written = query.params(**values).compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
    async with engine.connect() as connection:
        asked = text(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{str(written).replace(':', chr(92) + ':')}")
        return "\n".join(str(tuple(row)) for row in await connection.execute(asked))


@pytest.mark.parametrize("minutes", [0, 10_000])
async def test_what_is_due_is_found_in_order_by_its_index(engine: AsyncEngine, minutes: int) -> None:
    plan = await explain(engine, DUE.limit(100), {"now": a.at(minutes)})
    assert "ix_reminders_due" in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort" not in plan, plan


async def test_what_else_the_same_people_have_is_looked_up(engine: AsyncEngine) -> None:
    plan = await explain(engine, OF_PEOPLE, {"now": a.at(10_000), "users": ["U5", "U77"]})
    assert "ix_reminders_of_person" in plan, plan
