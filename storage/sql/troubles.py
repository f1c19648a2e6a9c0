"""The one place where what a database or driver raises becomes an error of the core.

    Conflict           a unique value was taken meanwhile; PostgreSQL broke a deadlock or a serialization failure
    StoreUnavailable   no connection, no answer in time, no room, shutting down

Everything else is a mistake of ours, and stays what it is.
"""

import sqlite3

from asyncpg.exceptions import InterfaceError as DriverError
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.domain.errors import Conflict, StoreUnavailable

_RACES = frozenset({"23505", "40001", "40P01"})
"""SQLSTATE: unique_violation, serialization_failure, deadlock_detected (PostgreSQL manual, appendix A)."""
_OUTAGES = ("08", "53", "57", "58")
"""SQLSTATE classes: connection exception, insufficient resources, operator intervention, system error."""
_READ_ONLY = "25006"
"""SQLSTATE read_only_sql_transaction: the server became a standby."""
_SQLITE_RACES = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
_SQLITE_OUTAGES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)

TROUBLES = (StatementError, PoolTimeout, DriverError, OSError, TimeoutError)
"""What `translate` knows; a driver lets its own and the operating system's errors through when a connection breaks."""


def translate(error: Exception, *, at_commit: bool = False) -> Exception:
    """The core's error for one of `TROUBLES`, or that error itself when it is a mistake of ours."""
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        # A value was refused before the statement was sent, by one of our own types.
        return error.orig if isinstance(error.orig, ValueError) else error
    if not isinstance(error, DBAPIError):
        return StoreUnavailable(f"{type(error).__name__}: {error}", at_commit=at_commit)
    if _is_race(error.orig):
        return Conflict(str(error.orig))
    if error.connection_invalidated or _is_outage(error.orig):
        return StoreUnavailable(str(error.orig), at_commit=at_commit)
    return error


def _is_race(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode in _SQLITE_RACES
    return getattr(cause, "sqlstate", None) in _RACES


def _is_outage(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.Error):
        # The lower byte is the kind, the rest its particulars (sqlite.org/rescode.html).
        return cause.sqlite_errorcode & 0xFF in _SQLITE_OUTAGES
    state = str(getattr(cause, "sqlstate", None) or "")
    return state.startswith(_OUTAGES) or state == _READ_ONLY
