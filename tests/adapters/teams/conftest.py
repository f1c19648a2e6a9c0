from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest_asyncio

from storage.sql.store import SqlStore
from tests.adapters.teams.stage import Stage, open_stage
from tests.chromium import chromium, started_chromium
from tests.databases import copy_sqlite, prepared_sqlite
from tests.strict_teams import StrictTeams

__all__ = ["chromium", "prepared_sqlite", "started_chromium"]


@pytest_asyncio.fixture(loop_scope="session")
async def teams() -> AsyncIterator[StrictTeams]:
    async with StrictTeams() as teams:
        yield teams


@pytest_asyncio.fixture(loop_scope="session")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def store(prepared_sqlite: Path, tmp_path: Path) -> AsyncIterator[SqlStore]:
    """An empty database; what differs between databases is tested where the storage is."""
    opened = SqlStore(copy_sqlite(prepared_sqlite, tmp_path))
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore) -> AsyncIterator[Stage]:
    """The adapter over HTTP, with a router that answers what a test tells it to."""
    async with open_stage(teams, session, store) as stage:
        yield stage
