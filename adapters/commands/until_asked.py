"""Runs a part of Paraaf as a process, until somebody asks it to stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


async def run_until_asked(start: Callable[[], Coroutine[Any, Any, None]], stop: Callable[[], Awaitable[None]]) -> None:
    """Run until SIGTERM or SIGINT; a second one ends the process at once. Raises what `start` raises."""
    asked_to, loop = asyncio.Event(), asyncio.get_running_loop()

    def ask_to_stop() -> None:
        asked_to.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows ends the process by itself
            loop.add_signal_handler(number, ask_to_stop)
    starting = asyncio.create_task(start())
    asked = asyncio.create_task(asked_to.wait())
    await asyncio.wait((starting, asked), return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():  # asked to stop while a platform let us wait
        starting.cancel()
        await asyncio.wait([starting])
        return
    try:
        await starting
        await asked
        _log.info("stopping")
    finally:
        asked.cancel()
        await stop()
