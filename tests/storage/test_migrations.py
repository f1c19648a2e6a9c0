import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import StoreUnavailable
from storage.sql.engine import connect
from storage.sql.leftovers import LEFTOVERS
from storage.sql.migrations import configure, migrate
from storage.sql.tables import metadata

# Constraints and indexes with their conditions, which Alembic does not compare.
CONSTRAINTS = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
SCHEMA = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'"
A_CALL = """
INSERT INTO offices VALUES ('o', 'Kantoor', 'nl', NULL, '[]', 0, 'off', 1, 3, 3, 2, 5, NULL, NULL);
INSERT INTO clients VALUES ('c', 'o', '1', '1', 'Bakker', 'bakker', '');
INSERT INTO envelopes
    (id, office_id, client_id, platform, tenant, channel, sender_platform, sender_tenant, sender_user_id, sender_name,
     sent_at, request_key, message, remind, state, revision)
    VALUES ('e', 'o', 'c', 'slack', 't', 'h', 'slack', 't', 'u', 'n', '2026-01-01', 'r', '', 1, 'open', 1);
INSERT INTO webhooks VALUES ('s', 'o', 'https://hooks.example', 1, '2026-01-01', '');
INSERT INTO webhook_calls VALUES
    (7, 'o', 's', 'e', 'envelope.rejected', '2026-01-01', 'dead', '2026-01-01', NULL, 3, 'status 500', '2026-01-01');
"""


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engines = connect(database_url)
    yield engines.writing
    await engines.dispose()


async def test_migrations_make_the_tables_that_the_code_expects(engine: AsyncEngine) -> None:
    def compare(connection: Connection) -> list[object]:
        options = {"include_object": is_used}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(compare) == []


def is_used(thing: object, *_: object) -> bool:
    return not isinstance(thing, Column) or f"{thing.table.name}.{thing.name}" not in LEFTOVERS


async def test_sqlite_gets_the_same_constraints_either_way(tmp_path: Path) -> None:
    migrated, created = (f"sqlite:///{tmp_path / name}" for name in ("migrated.db", "created.db"))
    await migrate(migrated)
    assert await read_rows(migrated, SCHEMA) == await read_rows(created, SCHEMA, create=True)


async def test_postgresql_gets_the_same_constraints_either_way(postgres_url: str, prepared_postgres: str) -> None:
    for query in (CONSTRAINTS, INDEXES):
        migrated = {row for row in await read_rows(prepared_postgres, query) if row[0] != "alembic_version"}
        created = await read_rows(postgres_url, query, create=query is CONSTRAINTS)
        assert migrated == created


async def read_rows(url: str, query: str, *, create: bool = False) -> set[tuple[str, ...]]:
    engines = connect(url)
    async with engines.writing.begin() as connection:
        if create:
            await connection.run_sync(metadata.create_all)
        found = {tuple(sort_parts(str(field)) for field in row) for row in await connection.execute(text(query))}
    await engines.dispose()
    return found


def sort_parts(definition: str) -> str:
    """The two ways write the columns and constraints of a table in another order, and break lines elsewhere."""
    if not definition.startswith("CREATE TABLE"):
        return definition
    head, _, body = " ".join(definition.split()).partition("(")
    parts, depth = [""], 0
    for char in body.removesuffix(")"):
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return "\n".join([head, *sorted(part.strip() for part in parts)])


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    await migrate(database_url)


async def test_replicas_may_start_at_once(tmp_path: Path, postgres_url: str) -> None:
    for url in (postgres_url, f"sqlite:///{tmp_path / 'new folder' / 'paraaf.db'}"):
        await asyncio.gather(*(migrate(url) for _ in range(4)))


async def test_a_database_that_is_away_is_said_to_be(tmp_path: Path, unused_tcp_port: int) -> None:
    with pytest.raises(StoreUnavailable):
        await migrate(f"postgresql://paraaf@127.0.0.1:{unused_tcp_port}/paraaf")
    folder = tmp_path / "a folder.db"
    folder.mkdir()
    with pytest.raises(StoreUnavailable):
        await migrate(f"sqlite:///{folder}")


async def test_calls_outlast_that_their_table_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "paraaf.db"
    engines = connect(f"sqlite:///{file}")
    async with engines.writing.begin() as opened:
        await opened.run_sync(lambda connection: command.upgrade(configure(connection), "0015"))
    await engines.dispose()
    with sqlite3.connect(file) as connection:
        connection.executescript(A_CALL)
    connection.close()
    await migrate(f"sqlite:///{file}")
    again = sqlite3.connect(file)
    kept = again.execute("SELECT id, envelope_id, delivery_id, event, state, attempts, last_error FROM webhook_calls")
    assert kept.fetchall() == [(7, "e", None, "envelope.rejected", "dead", 3, "status 500")]
    again.close()


async def test_migrations_keep_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "paraaf.db"
    await migrate(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO offices VALUES ('o', 'Kantoor', 'nl', NULL, '[]', 0, 'off', 1, 3, 3, 2, 5, NULL, NULL)"
        )
    connection.close()
    await migrate(f"sqlite:///{file}")
    again = sqlite3.connect(file)
    assert again.execute("SELECT name FROM offices").fetchall() == [("Kantoor",)]
    again.close()
