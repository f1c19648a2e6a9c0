"""The database's tables, step by step, and the one call that brings a database up to date."""

import asyncio
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.domain.errors import StoreUnavailable
from storage.sql.engine import connect
from storage.sql.troubles import TROUBLES, translate

_ONE_AT_A_TIME = 7_238_546_001
"""Key of the advisory lock that replicas starting together queue on; any number that nothing else here uses."""

_LONGEST_STEP = 600.0
"""Seconds for one statement of a step, such as an index on a large table, or for another replica's steps."""

_log = structlog.get_logger(__name__)

_LOCKED = "database is locked"
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds. SQLite waits for its turn to write, but not for its turn to make a new file a WAL database."""


async def migrate(url: str) -> None:
    """Bring the database at `url` to the newest tables, in one transaction; several may call this at once.

    Tables that a newer version made are left as they are.

    Raises `StoreUnavailable` when the database does not answer.
    """
    for wait in _WAITS:
        try:
            return await _migrate(url)
        except StoreUnavailable as busy:
            if _LOCKED not in busy.reason:
                raise
            await asyncio.sleep(wait)
    return await _migrate(url)


async def _migrate(url: str) -> None:
    engines = connect(url, answer=_LONGEST_STEP)
    try:
        async with engines.writing.begin() as connection:
            await connection.run_sync(_upgrade)
    except TROUBLES as error:
        raise translate(error) from error
    finally:
        await engines.dispose()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    config = configure(connection)
    if step := find_newer_step(connection, config):
        # A newer version is about to take over, and its tables are made for this one as well.
        _log.warning("tables_newer", step=step)
        return
    command.upgrade(config, "head")


def find_newer_step(connection: Connection, config: Config) -> str | None:
    """The step that the tables are at, where only a newer version of Paraaf knows it."""
    step = MigrationContext.configure(connection).get_current_revision()
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    return step if step is not None and step not in known else None


def configure(connection: Connection) -> Config:
    """Alembic's configuration for these migrations on an open connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
