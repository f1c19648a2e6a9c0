"""A look for what expired costs the same however many requests there are: it reads what is due, by an index."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ports import Store
from storage.sql.engine import connect
from storage.sql.expired_envelopes import EXPIRED
from tests import builders as a
from tests.storage.test_reminder_plans import MOMENTS, explain

COPIED = (
    *("office_id", "client_id", "platform", "tenant", "channel", "message", "remind", "state", "revision", "sent_at"),
    *("sender_platform", "sender_tenant", "sender_user_id", "sender_name"),
)
FILL = """
INSERT INTO envelopes (id, request_key, expires_at, {columns})
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000)
SELECT 'copy-' || n, 'copy-' || n, {moment}, {columns} FROM numbers, envelopes WHERE envelopes.id = 'envelope-1'
"""


@pytest.fixture
async def engine(database_url: str, office_store: Store) -> AsyncIterator[AsyncEngine]:
    """A database with 5,000 requests that expire, a minute apart."""
    async with office_store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    engines = connect(database_url)
    async with engines.writing.begin() as connection:
        moment = MOMENTS[engines.writing.dialect.name]
        await connection.execute(text(FILL.format(columns=", ".join(COPIED), moment=moment)))
        await connection.execute(text("ANALYZE"))
    yield engines.writing
    await engines.dispose()


@pytest.mark.parametrize("minutes", [0, 2_500])
async def test_what_expired_is_found_in_order_by_its_index(engine: AsyncEngine, minutes: int) -> None:
    plan = await explain(engine, EXPIRED.limit(50), {"now": a.at(minutes)})
    assert "ix_envelopes_expiring" in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort" not in plan, plan
