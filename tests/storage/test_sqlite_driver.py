"""The threads of SQLite's driver."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from storage.sql.sqlite_driver import Threads


class _SlowToClose(sqlite3.Connection):
    may_close = threading.Event()

    def close(self) -> None:
        assert self.may_close.wait(5)
        super().close()


async def test_a_thread_that_nobody_waits_for_is_waited_for_at_the_end(tmp_path: Path) -> None:
    threads = Threads()
    connection = await threads.open(str(tmp_path / "paraaf.db"), factory=_SlowToClose)
    stopped = connection.stop()
    assert stopped is not None
    ending = asyncio.create_task(threads.end(5))
    for _ in range(3):  # turns of the loop, in which it would end if it did not wait
        await asyncio.sleep(0)
    assert not ending.done()
    _SlowToClose.may_close.set()
    await ending
    assert stopped.done()


async def test_so_is_that_of_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    threads, others = Threads(), set(threading.enumerate())
    with pytest.raises(sqlite3.OperationalError):
        await threads.open(str(tmp_path))
    await threads.end(5)
    for thread in set(threading.enumerate()) - others:
        thread.join(5)
        assert not thread.is_alive()


async def test_what_takes_too_long_is_left(tmp_path: Path) -> None:
    _SlowToClose.may_close.clear()
    threads = Threads()
    connection = await threads.open(str(tmp_path / "paraaf.db"), factory=_SlowToClose)
    stopped = connection.stop()
    assert stopped is not None
    await threads.end(0.01)
    assert not stopped.done()
    _SlowToClose.may_close.set()
    await stopped
