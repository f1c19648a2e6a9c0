"""Code of the last release works on the newest tables, so that replicas can be replaced one by one.

`schema_of_last_release.json` is what that code knows. A release writes it anew, with PARAAF_UPDATE_SCHEMA=1.
"""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from storage.sql.engine import connect
from storage.sql.migrations import migrate
from tests.storage.schema import find_breaks, read_schema

GOLDEN = Path(__file__).parents[1] / "golden" / "schema_of_last_release.json"

# What a migration could do, and the words of the break that has to be found.
BREAKING = {
    "DROP TABLE placing_links": "placing_links is missing",
    "ALTER TABLE outbox RENAME TO outgoing": "outbox is missing",
    "ALTER TABLE outbox DROP COLUMN last_error": "outbox.last_error is missing",
    "ALTER TABLE outbox RENAME COLUMN facts TO contents": "outbox.facts is missing",
    "ALTER TABLE outbox ALTER COLUMN last_error SET NOT NULL": "outbox.last_error may be NULL no more",
    "ALTER TABLE outbox ALTER COLUMN attempts TYPE text": "outbox.attempts was integer and is text",
    "ALTER TABLE outbox ADD COLUMN tries integer NOT NULL": "outbox.tries is new, required, and has no default",
    "ALTER TABLE reminders ALTER COLUMN leases DROP DEFAULT": "reminders.leases is filled by no default any more",
    "ALTER TABLE outbox ADD CHECK (attempts < 100)": "outbox: new: CHECK ((attempts < 100))",
    "ALTER TABLE outbox ADD UNIQUE (conversation, id)": "outbox: new: UNIQUE (conversation, id)",
    "CREATE UNIQUE INDEX one_card ON outbox (subject) WHERE errand = 'show card'": "outbox: new: CREATE UNIQUE INDEX",
    "ALTER TABLE outbox ADD FOREIGN KEY (subject) REFERENCES envelopes (id)": "outbox: new: FOREIGN KEY (subject)",
    "ALTER TABLE outbox DROP CONSTRAINT ck_outbox_state, ADD CHECK (state IN ('pending'))": "outbox: new: CHECK",
    "ALTER TABLE outbox ADD COLUMN a text, ADD CHECK ((a IS NULL) = (last_error IS NULL))": "outbox: new: CHECK",
    "ALTER TABLE outbox ADD COLUMN a text DEFAULT 'x', ADD UNIQUE (a, errand)": "outbox: new: UNIQUE (a, errand)",
}
HARMLESS = (
    "CREATE TABLE more (id text PRIMARY KEY)",
    "ALTER TABLE outbox ADD COLUMN tries integer",
    "ALTER TABLE outbox ADD COLUMN tries integer NOT NULL DEFAULT 0",
    "ALTER TABLE outbox ADD COLUMN a text, ADD UNIQUE (a, errand), ADD CHECK (length(a) > 1)",
    "ALTER TABLE outbox ADD COLUMN a text NOT NULL DEFAULT 'x', ADD CHECK (a IN ('x', 'y'))",
    "ALTER TABLE outbox ADD COLUMN of text REFERENCES envelopes (id)",
    "ALTER TABLE outbox ALTER COLUMN conversation DROP NOT NULL",
    "ALTER TABLE outbox DROP CONSTRAINT ck_outbox_state, ADD CHECK (state IN ('pending', 'paused', 'dead'))",
    "CREATE INDEX ix_more ON outbox (errand, subject)",
)


@pytest.fixture
async def connection(prepared_postgres: str) -> AsyncIterator[AsyncConnection]:
    """In a transaction that is undone."""
    engines = connect(prepared_postgres)
    async with engines.writing.connect() as opened:
        yield opened
        await opened.rollback()
    await engines.dispose()


async def test_the_last_release_works_on_the_newest_tables(connection: AsyncConnection) -> None:
    newest = await connection.run_sync(read_schema)
    if os.environ.get("PARAAF_UPDATE_SCHEMA"):
        GOLDEN.write_text(json.dumps(newest, indent=1, sort_keys=True) + "\n")
    assert find_breaks(json.loads(GOLDEN.read_text()), newest) == []


async def test_what_would_break_it_is_found(connection: AsyncConnection) -> None:
    before = await connection.run_sync(read_schema)
    for change, words in BREAKING.items():
        async with connection.begin_nested() as step:
            await connection.execute(text(change))
            breaks = find_breaks(before, await connection.run_sync(read_schema))
            assert [each for each in breaks if each.startswith(words)], (change, breaks)
            await step.rollback()


async def test_what_only_adds_is_let_through(connection: AsyncConnection) -> None:
    before = await connection.run_sync(read_schema)
    for change in HARMLESS:
        async with connection.begin_nested() as step:
            await connection.execute(text(change))
            assert find_breaks(before, await connection.run_sync(read_schema)) == [], change
            await step.rollback()


async def test_an_older_version_starts_on_newer_tables(postgres_url: str, tmp_path: Path) -> None:
    for url in (postgres_url, f"sqlite:///{tmp_path / 'paraaf.db'}"):
        await migrate(url)
        await _set_step(url, "9999")
        with capture_logs() as told:
            await migrate(url)
        assert [(each["event"], each["step"]) for each in told] == [("tables_newer", "9999")]


async def _set_step(url: str, step: str) -> None:
    engines = connect(url)
    async with engines.writing.begin() as opened:
        await opened.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})
    await engines.dispose()
