"""Recording goes on as fast behind a long log, and behind a long outage: no query reads what it does not need."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.envelope import EnvelopeId
from bot.domain.log import EVERYTHING, DossierLog
from bot.ports import Store
from storage.sql.engine import connect
from storage.sql.log import write_search
from storage.sql.owed_evidence import DUE, LINES_OF_KEYS
from tests import builders as a

SIZE, OWED = 20_000, 10_000
FILL = (
    """
INSERT INTO log (
    office_id, happening, by_platform, by_tenant, by_user_id, by_name, at, client_id, envelope_id, key, facts
)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
SELECT 'office-1', 'viewed', 'slack', 'T0', 'U0', 'x', {moment}, 'client-1', 'envelope-1', 'key-' || n, '{{}}'
FROM numbers
""",
    """
INSERT INTO evidence_owed (key, office_id, due_at, attempts)
SELECT key, office_id, at, 0 FROM log WHERE id > 10000 ORDER BY id
""",
    """
INSERT INTO evidence_receipts (key, office_id, envelope_id, origin, "index", entry_hash, recorded_at)
SELECT key, office_id, envelope_id, 'o', id, '{hash}', at FROM log WHERE id <= 10000
""",
)
MOMENTS = {
    "sqlite": "datetime('2026-03-02', n || ' seconds') || '.000000'",
    "postgresql": "timestamptz '2026-03-02Z' + n * interval '1 s'",
}


@pytest.fixture
async def engine(database_url: str, office_store: Store) -> AsyncIterator[AsyncEngine]:
    """A database with 10,000 lines that are recorded, and 10,000 that are owed."""
    async with office_store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    engines = connect(database_url)
    for statement in FILL:
        async with engines.writing.begin() as connection:
            moment = MOMENTS[engines.writing.dialect.name]
            await connection.execute(text(statement.format(moment=moment, hash="0" * 64)))
    async with engines.writing.begin() as connection:
        await connection.execute(text("ANALYZE"))
    yield engines.writing
    await engines.dispose()


async def explain(engine: AsyncEngine, query: Select[Any], values: dict[str, Any]) -> str:
    is_sqlite = engine.dialect.name == "sqlite"
    written = query.params(**values).compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
    async with engine.connect() as connection:
        asked = text(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{str(written).replace(':', chr(92) + ':')}")
        return "\n".join(str(tuple(row)) for row in await connection.execute(asked))


async def test_a_claim_reads_nothing_of_the_log(engine: AsyncEngine) -> None:
    plan = await explain(engine, DUE.limit(64), {"now": a.at(60 * 24)})
    assert " log" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort" not in plan, plan
    # What is held up is found once.
    assert "CORRELATED" not in plan, plan
    assert "hashed SubPlan" in plan or "LIST SUBQUERY" in plan, plan
    lines = await explain(engine, LINES_OF_KEYS, {"keys": ["key-19000", "key-19001"]})
    assert "uq_log_key" in lines, lines
    assert_narrow(lines)


async def test_receipts_of_a_page_are_looked_up(engine: AsyncEngine) -> None:
    page = write_search(a.OFFICE, DossierLog(a.CLIENT), EVERYTHING, None).limit(50)
    assert_narrow(await explain(engine, page, {}))


async def test_claims_go_on_in_order_through_all_that_an_outage_left(engine: AsyncEngine, office_store: Store) -> None:
    seen: list[int] = []
    for number in range(3):
        now = a.at(60 * 24 + number)
        async with office_store.transaction() as tx:
            claimed = await tx.owed_evidence.claim(now, timedelta(minutes=2), 64)
            await tx.owed_evidence.postpone(claimed[32:], now)
            for owed in claimed[:32]:
                seen.append(owed.line.number)
                receipt = a.a_receipt(index=owed.line.number)
                assert await tx.owed_evidence.recorded(owed, receipt, now)
    assert seen == [*range(10_001, 10_097)]
    async with office_store.reading() as tx:
        assert (await tx.owed_evidence.lag()).owed == OWED - len(seen)
        assert len(await tx.log.of_envelope(a.OFFICE, EnvelopeId("envelope-1"))) == SIZE


def assert_narrow(plan: str) -> None:
    """Fails for a plan that reads a whole table."""
    for table in ("log", "evidence_receipts"):
        assert f"Seq Scan on {table}" not in plan, plan
        assert f"SCAN {table}" not in plan, plan
