"""Remembers answers to questions that take long."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """Asks each question once: who asks meanwhile waits for the same answer, who asks later gets it at once.

    Keeps the `most` answers that were wanted last, of those that are `lasting`, and no errors.
    """

    def __init__(self, find: Callable[[str], Awaitable[Found]], most: int, is_lasting: Callable[[Found], bool]) -> None:
        self._find = find
        self._most = most
        self._is_lasting = is_lasting
        self._found: OrderedDict[str, Found] = OrderedDict()
        self._asked: dict[str, asyncio.Task[Found]] = {}

    async def ask(self, key: str) -> Found:
        """The answer. Raises what finding it raises; who stops waiting takes the answer from nobody else."""
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._look_up(key))
            self._asked[key].add_done_callback(_take_error)
        return await asyncio.shield(self._asked[key])

    async def close(self) -> None:
        """Stop asking."""
        for task in list(self._asked.values()):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    async def _look_up(self, key: str) -> Found:
        try:
            found = await self._find(key)
        finally:
            del self._asked[key]
        if self._is_lasting(found):
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found


def _take_error(task: asyncio.Task[Found]) -> None:
    """Nobody may be waiting any more, which is no reason for a warning."""
    if not task.cancelled():
        task.exception()
