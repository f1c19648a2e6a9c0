"""Where in the log a decision is: an index that can be made again from the entries, and therefore lies outside the log.

It also remembers the newest checkpoint that it has seen, and so tells when an older state of the log was put back.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from storage.evidence.note import Note, parse_note

_TABLES = """
CREATE TABLE IF NOT EXISTS positions (decision TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (only INTEGER PRIMARY KEY CHECK (only = 1), checkpoint BLOB NOT NULL);
"""
_AT_ONCE = 500
"""Parameters in one statement, below what any SQLite takes."""


class Index:
    """Positions by decision id, and the newest checkpoint that they are complete for. For one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._rows = _connect(path)
        except sqlite3.OperationalError as error:
            raise OSError(f"index: {error}") from error
        except sqlite3.DatabaseError:
            # Not a database any more. Nothing is lost: whoever opens it fills it again from the entries.
            path.unlink()
            self._rows = _connect(path)
        self.seen = self._read_seen()

    def find(self, decisions: Sequence[str]) -> dict[str, int]:
        """The positions of those that are known. Raises `OSError`."""
        try:
            return self._find(decisions)
        except sqlite3.Error as error:
            raise OSError(f"index: {error}") from error

    def _find(self, decisions: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for start in range(0, len(decisions), _AT_ONCE):
            some = decisions[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            statement = f"SELECT decision, position FROM positions WHERE decision IN ({marks})"  # noqa: S608 - only marks
            found |= dict(self._rows.execute(statement, some))
        return found

    def add(self, positions: Mapping[str, int], checkpoint: Note) -> None:
        """Add what came with a checkpoint; all of it or nothing. Raises `OSError`."""
        try:
            self._rows.execute("BEGIN IMMEDIATE")
            self._rows.executemany("INSERT OR IGNORE INTO positions VALUES (?, ?)", positions.items())
            self._rows.execute("INSERT OR REPLACE INTO seen VALUES (1, ?)", (str(checkpoint).encode(),))
            self._rows.execute("COMMIT")
        except sqlite3.Error as error:
            self._rows.rollback()
            raise OSError(f"index: {error}") from error
        self.seen = checkpoint

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def _read_seen(self) -> Note | None:
        row = self._rows.execute("SELECT checkpoint FROM seen").fetchone()
        return parse_note(row[0]) if row else None


def _connect(path: Path) -> sqlite3.Connection:
    opened = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        # Not flushed at every commit: what a power cut takes from its end is read again from the entries.
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA synchronous = NORMAL")
        opened.executescript(_TABLES)
    except BaseException:
        with closing(opened):
            raise
    return opened
