"""What every test may ask for: throwaway servers, one of each for a test process, started at the first wish for it."""

import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from pytest_asyncio import is_async_test
from redis import Redis
from sqlalchemy import URL, make_url

from tests.servers import fresh_database, read_database_url, run_postgres, run_redis
from tests.sparing import forget_applications, share_compiled_statements

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

HERE = Path(__file__).parent
ONE_LOOP = (HERE / "adapters" / "teams", HERE / "adapters" / "web")
"""Folders whose tests share an event loop, and with it one browser: see `tests/chromium.py`."""
LONGEST_FIRST = ("test_bench.py", "e2e", "evidence", "scenarios", "adapters")
"""What takes long begins early, so that no process is left alone with it at the end."""
REDIS_DATABASES = 16  # a Redis server's default number of databases


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The server to make databases on: the one that PARAAF_TEST_DATABASE_URL names, else one of our own."""
    if named := os.environ.get("PARAAF_TEST_DATABASE_URL"):
        yield read_database_url(named)
        return
    with run_postgres() as url:
        yield url


@pytest.fixture
async def postgres_url(postgres_server: URL) -> AsyncIterator[str]:
    """`postgresql+asyncpg://…`: a database of this test alone, empty, dropped afterwards."""
    async with fresh_database(postgres_server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def redis_server(worker_id: str) -> Iterator[str]:
    """A database of this test process on the named Redis (PARAAF_TEST_REDIS_URL), else a server of our own."""
    named = os.environ.get("PARAAF_TEST_REDIS_URL")
    if named is None:
        with run_redis() as url:
            yield url
        return
    address = make_url(named)
    number = int(address.database or 0) + (0 if worker_id == "master" else int(worker_id.removeprefix("gw")))
    if number >= REDIS_DATABASES:
        pytest.fail(f"A Redis has {REDIS_DATABASES} databases, one for each test process: use fewer processes.")
    own = address.set(database=str(number)).render_as_string(hide_password=False)
    with Redis.from_url(own) as connection:
        if connection.dbsize():
            pytest.fail(f"Database {number} of PARAAF_TEST_REDIS_URL holds keys; the tests would empty it.")
    yield own


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """`redis://…`: an empty database for this test, emptied again afterwards."""
    with Redis.from_url(redis_server) as connection:
        connection.flushdb()
        yield redis_server
        connection.flushdb()


def pytest_configure() -> None:
    share_compiled_statements()


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish() -> None:
    forget_applications()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_find_turn)
    for item in items:
        if item.path.parent in ONE_LOOP and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def _find_turn(item: pytest.Item) -> int:
    part = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
    return LONGEST_FIRST.index(part) if part in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _refuse_skip((yield))


def _refuse_skip(report: Report) -> Report:
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"Skipped, but with CI=true nothing may be skipped: {report.longrepr}"
    return report
