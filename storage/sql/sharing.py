"""Small pieces of work that come at the same time do one transaction together, and so cost one commit."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from typing import Generic, TypeVar

from bot.domain.errors import StoreUnavailable

Tx = TypeVar("Tx")
_Piece = tuple[Callable[[Tx], Awaitable[object]], asyncio.Future[None]]


class Sharing(Generic[Tx]):
    """Does what is brought while one transaction commits in the next one."""

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[Tx]]) -> None:
        self._begin = begin
        self._waiting: list[_Piece[Tx]] = []
        self._doing: asyncio.Task[None] | None = None

    async def do(self, work: Callable[[Tx], Awaitable[object]]) -> None:
        """Return when it is committed. Raises what `work` raises, and what the transaction raises.

        A piece that fails is done again alone, so that it spoils nobody else's.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._doing is None or self._doing.done():
            # In a context of its own: it works for all of them, in nobody's hurry and under nobody's ids.
            self._doing = asyncio.create_task(self._do_all(), context=Context())
        await done

    async def _do_all(self) -> None:
        while self._waiting:
            pieces, self._waiting = self._waiting, []
            await self._do(pieces)

    async def _do(self, pieces: list[_Piece[Tx]]) -> None:
        try:
            async with self._begin() as tx:
                for work, _ in pieces:
                    await work(tx)
        except Exception as error:  # noqa: BLE001 - told to whoever waits for it
            if len(pieces) > 1 and not isinstance(error, StoreUnavailable):
                for piece in pieces:
                    await self._do([piece])
                return
            for _, done in pieces:
                if not done.done():
                    done.set_exception(error)
        else:
            for _, done in pieces:
                if not done.done():
                    done.set_result(None)
