"""SQLite's driver, with threads that are waited for."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import aiosqlite

_ROWS_AT_ONCE = 64
"""Rows that one trip to the thread fetches, as the driver's own default."""


class Threads:
    """Opens connections, each of which has a thread, and knows which of those have still to end.

    The driver lets go of a connection that could not be opened, or was given up, while its thread has still to tell a
    loop that it stopped; a loop that ended by then makes that thread fail.
    """

    def __init__(self) -> None:
        self._ending: set[asyncio.Future[Any]] = set()

    def open(self, database: str, **options: Any) -> Awaitable[aiosqlite.Connection]:  # noqa: ANN401 - as SQLAlchemy chooses
        """A connection to that file, with the options of `sqlite3.connect`."""
        return _Connection(lambda: sqlite3.connect(database, **options), self._note)

    async def end(self, patience: float) -> None:
        """Wait until every thread that is to end has told so, or for `patience` seconds."""
        if self._ending:
            await asyncio.wait(self._ending, timeout=patience)

    def _note(self, ending: asyncio.Future[Any]) -> None:
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


class _Connection(aiosqlite.Connection):
    def __init__(
        self, connector: Callable[[], sqlite3.Connection], note: Callable[[asyncio.Future[Any]], None]
    ) -> None:
        super().__init__(connector, _ROWS_AT_ONCE)
        self._thread.daemon = True  # as SQLAlchemy does with those that it makes itself
        self._note = note

    def stop(self) -> asyncio.Future[Any] | None:
        ending = super().stop()
        if ending is not None:
            self._note(ending)
        return ending
