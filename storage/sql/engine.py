"""Connections to SQLite and PostgreSQL, set up so that what is committed is on the disk and nobody waits for ever."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from storage.sql.patience import MOMENT, STATEMENT_SECONDS, at_most
from storage.sql.sqlite_driver import Threads
from storage.sql.types import to_json

_BUSY_MILLISECONDS = 5_000
"""How long SQLite waits for a writer in another process; writers in this one queue before they reach it."""
_CONNECT_SECONDS = 5
_GONE_SECONDS = 30
"""After this PostgreSQL asks a silent client whether it is there, and gives it up after as long again."""
_CONNECTIONS = 20
"""How many a process has to PostgreSQL at most; by default it takes 100 (`max_connections`)."""
_FORGOTTEN_MILLISECONDS = 60_000
"""After this a transaction that does nothing is ended by PostgreSQL, so that a hung replica holds no locks."""
PATIENCE = 5.0
"""Seconds that statements under way are given when the connections are closed."""
_LOOK_AGAIN = 0.01
IDLE_SECONDS = 30
"""A connection that lay idle longer is asked whether it still works: a firewall or restart may have ended it."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Where to begin transactions that write and transactions that only read, and where a query runs by itself."""

    writing: AsyncEngine
    reading: AsyncEngine
    querying: AsyncEngine
    threads: Threads | None = None

    @property
    def queues_writers(self) -> bool:
        """Whether the database takes one writer at a time."""
        return self.writing.dialect.name == "sqlite"

    async def dispose(self) -> None:
        """Close every connection, as soon as nothing is under way on any, or after `PATIENCE`."""
        # Else a thread of SQLite's driver would tell its result to a loop that may have ended by then.
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while any(_count_busy(engine) for engine in (self.writing, self.reading)):  # noqa: ASYNC110 - a pool tells no event
                    await asyncio.sleep(_LOOK_AGAIN)
        await self.writing.dispose()
        await self.reading.dispose()
        if self.threads:
            await self.threads.end(PATIENCE)


def _count_busy(engine: AsyncEngine) -> int:
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


def connect(url: str, *, ask_after: float = IDLE_SECONDS, answer: float = STATEMENT_SECONDS) -> Engines:
    """Engines for a `sqlite:///FILE` or `postgresql://…` URL. Raises `ValueError` for any other.

    Nothing is connected yet. A connection that lay idle for `ask_after` seconds is asked before it is used. A statement
    may take `answer` seconds, unless the store that begins it has less patience.
    """
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite":
            return _connect_sqlite(address.set(drivername="sqlite+aiosqlite"))
        case "postgresql" | "postgres":
            return _connect_postgresql(address.set(drivername="postgresql+asyncpg"), ask_after, answer)
        case other:
            raise ValueError(f"a database URL begins with sqlite:// or postgresql://, not {other}://")


def _connect_sqlite(url: URL) -> Engines:
    if not url.database or ":memory:" in url.database:
        raise ValueError("a SQLite URL names a file: a database in memory is lost and cannot be shared")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": orjson.loads}
    threads = Threads()
    options |= {"connect_args": {"async_creator_fn": threads.open}}
    writing = create_async_engine(url, pool_size=1, max_overflow=0, **options)
    reading = create_async_engine(url, pool_size=4, max_overflow=4, **options)
    for engine, begin, query_only in ((writing, "BEGIN IMMEDIATE", "OFF"), (reading, "BEGIN", "ON")):
        _prepare_sqlite(engine, begin, query_only)
    return Engines(writing, reading, reading, threads)  # a transaction in a file costs no round trips


def _prepare_sqlite(engine: AsyncEngine, begin: str, query_only: str) -> None:
    pragmas = {
        "busy_timeout": _BUSY_MILLISECONDS,
        "journal_mode": "WAL",
        "synchronous": "FULL",  # the journal is flushed at every commit, not only at checkpoints
        "foreign_keys": "ON",
        "query_only": query_only,
    }

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin transactions at a moment of its own.
        connection.isolation_level = None
        cursor = connection.cursor()
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _connect_postgresql(url: URL, ask_after: float, answer: float) -> Engines:
    query = dict(url.query)
    # libpq's name for what the driver calls `ssl`; the values are the same.
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    engine = create_async_engine(
        url.set(query=query),
        # What was opened stays open, else every rush pays for it again: opening one takes longer than ten decisions.
        # The one given back last is taken first, since it has the statements prepared.
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=STATEMENT_SECONDS,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": _CONNECT_SECONDS,
            "command_timeout": answer,
            "server_settings": {
                "application_name": "paraaf",
                "timezone": "UTC",
                "jit": "off",  # compiling costs more than any statement of ours
                "idle_in_transaction_session_timeout": str(_FORGOTTEN_MILLISECONDS),
                # So that a replica whose machine went dark holds no locks either.
                "tcp_keepalives_idle": str(_GONE_SECONDS),
                "tcp_keepalives_interval": str(_GONE_SECONDS // 3),
                "tcp_keepalives_count": "3",
                "tcp_user_timeout": str(2 * _GONE_SECONDS * 1000),
            },
        },
    )
    _check_idle(engine, ask_after)
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(engine, reading, engine.execution_options(isolation_level="AUTOCOMMIT"))


def _check_idle(engine: AsyncEngine, ask_after: float) -> None:
    @event.listens_for(engine.sync_engine, "checkin")
    def note_time(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["idle_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ask(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        idle_since = entry.info.get("idle_since")
        if idle_since is None or time.monotonic() - idle_since < ask_after:
            return
        driver: Any = entry.driver_connection
        try:
            with at_most(MOMENT, driver.terminate):
                engine.dialect.do_ping(connection)
        except (engine.dialect.loaded_dbapi.Error, OSError) as error:
            raise DisconnectionError("the connection ended while it lay idle") from error
