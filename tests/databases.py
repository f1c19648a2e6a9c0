"""Fixtures for tests on real databases, imported by the conftest of each folder that needs them.

The tables are made once for a test process: a SQLite file is copied for every test, a PostgreSQL database is emptied.
"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import URL, delete, make_url

from storage.sql.migrations import migrate
from storage.sql.store import SqlStore
from storage.sql.tables import metadata
from storage.vault import Vault
from tests.builders import a_client, a_contact, an_item, an_office
from tests.servers import fresh_database

DATABASES = ("sqlite", "postgresql")
LARGE = 1_000_000
"""Bytes of all tables: what is left of deleted rows stays until there is more. Cutting off 35 tables takes ten times as
long as deleting the few rows that most tests write."""
_SIZE = "SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_DELETE = [str(delete(table)) for table in reversed(metadata.sorted_tables)]
_BEGIN_ANEW = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
WHERE last_value IS NOT NULL
"""
A_VAULT = Vault(bytes(range(32)))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to be copied."""
    file = tmp_path_factory.mktemp("prepared") / "paraaf.db"
    await migrate(f"sqlite:///{file}")
    return file


def copy_sqlite(prepared: Path, folder: Path) -> str:
    """The URL of a copy of the prepared file in that folder."""
    return f"sqlite:///{shutil.copy(prepared, folder / 'paraaf.db')}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def prepared_postgres(postgres_server: URL) -> AsyncIterator[str]:
    """The URL of a database with all tables, for one test at a time."""
    async with fresh_database(postgres_server) as url:
        address = url.render_as_string(hide_password=False)
        await migrate(address)
        yield address


@pytest.fixture(params=DATABASES)
def used_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables, which an earlier test may have filled."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("prepared_postgres"))
    return copy_sqlite(request.getfixturevalue("prepared_sqlite"), tmp_path)


@pytest.fixture
async def database_url(used_database_url: str) -> str:
    """The URL of an empty database with all tables: each test runs on SQLite and on PostgreSQL."""
    if used_database_url.startswith("postgresql"):
        await empty_postgres(used_database_url)
    return used_database_url


async def empty_postgres(url: str) -> None:
    """Empty every table, and let every sequence begin anew."""
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        if await connection.fetchval(_SIZE) > LARGE:
            await connection.execute(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
        else:
            await connection.execute(";".join((*_DELETE, _BEGIN_ANEW)))
    finally:
        await connection.close()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqlStore]:
    """An empty store."""
    opened = SqlStore(database_url, vault=A_VAULT)
    yield opened
    await opened.dispose()


@pytest.fixture
async def office_store(store: SqlStore) -> SqlStore:
    """A store with the office, client, contact and dossier item that the builders speak of."""
    async with store.transaction() as transaction:
        await transaction.offices.save(an_office())
        await transaction.people.save_client(a_client())
        await transaction.people.save_contact(a_contact())
        await transaction.dossiers.add(an_item())
    return store
