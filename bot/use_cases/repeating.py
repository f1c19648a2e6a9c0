"""The loop of what Paraaf does by itself, again and again."""

import asyncio
from collections.abc import Awaitable, Callable


async def repeat(
    work: Callable[[], Awaitable[object]], stop: asyncio.Event, poll: float, woken: asyncio.Event | None = None
) -> None:
    """Do `work` until `stop` is set: at once where it returns something, else after `poll` seconds or when `woken`.

    What is under way is finished first.
    """
    woken = woken or asyncio.Event()
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            woken.clear()
            if not await work():
                waking = asyncio.create_task(woken.wait())
                await asyncio.wait({stopping, waking}, timeout=poll, return_when=asyncio.FIRST_COMPLETED)
                waking.cancel()
    finally:
        stopping.cancel()
