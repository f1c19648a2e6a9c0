"""Work that follows the growth of logs: soon, not too often, and again for as long as it fails."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot.incidents import describe

FIRST_WAIT = 2.0
"""Seconds before something that failed is tried again; twice as long after every further failure."""
LONGEST_WAIT = 600.0
"""Seconds: so much later than its end an outage of any length is over here."""

_log = structlog.get_logger(__name__)

Work = Callable[[str], Awaitable[bool]]
"""Work for an office; whether all of it is done."""
Wait = Callable[[float], Awaitable[object]]


class Follower:
    """Does `work` for each office whose log grew, at most once in `every` seconds, and always for what came last."""

    def __init__(self, work: Work, every: float = 0.0, wait: Wait = asyncio.sleep) -> None:
        self._work = work
        self._every = every
        self._wait = wait
        self._grown: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failing: set[str] = set()

    @property
    def failing(self) -> frozenset[str]:
        """The offices for which the work failed the last time."""
        return frozenset(self._failing)

    async def checkpoint_grew(self, office: str) -> None:
        """Take notice that an office's log has a new checkpoint; returns at once."""
        self._grown.add(office)
        if office not in self._tasks:
            self._tasks[office] = asyncio.create_task(self._follow(office))

    async def stop(self) -> None:
        """Leave off; what was not done is found again by who calls `checkpoint_grew` at the next start."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self, office: str) -> None:
        pause = FIRST_WAIT
        while office in self._grown:
            self._grown.discard(office)
            if await self._try(office):
                self._failing.discard(office)
                pause = FIRST_WAIT
                await self._wait(self._every)
            else:
                self._failing.add(office)
                self._grown.add(office)
                await self._wait(max(pause, self._every))
                pause = min(2 * pause, LONGEST_WAIT)
        del self._tasks[office]

    async def _try(self, office: str) -> bool:
        try:
            return await self._work(office)
        except Exception as error:  # noqa: BLE001 - one office's trouble must not end what is done for it later
            _log.error("evidence_not_followed", office=office, **describe(error))
            return False
