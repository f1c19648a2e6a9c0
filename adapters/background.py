"""Work that goes on after a request was acknowledged."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from bot.incidents import describe

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Background:
    """Keeps hold of tasks until they end, and logs those that fail under the name `event`."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start work that somebody may wait for; it goes on when they don't."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)
        return task

    async def finish(self, patience: float) -> None:
        """Wait `patience` seconds for everything that was started, then cancel the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error(self._event, **describe(error))


async def ended(task: asyncio.Task[Any], patience: float) -> bool:
    """Wait at most `patience` seconds for a task, which goes on after them; whether it has ended."""
    await asyncio.sleep(0)  # one turn of the loop is enough for what asks nobody, and cheaper than a timer
    if not task.done():
        await asyncio.wait({task}, timeout=patience)
    return task.done()
