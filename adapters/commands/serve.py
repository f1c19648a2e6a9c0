"""`paraaf serve`."""

import asyncio
import signal
from contextlib import suppress

import structlog

from adapters.log import set_up_logging
from adapters.main import Paraaf
from adapters.settings import Settings

_log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; a second one ends the process at once. Raises what `Paraaf.start` raises."""
    set_up_logging()
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def ask_to_stop() -> None:
        stop.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows ends the process by itself
            loop.add_signal_handler(number, ask_to_stop)
    paraaf = Paraaf(settings)
    starting = asyncio.create_task(paraaf.start())
    asked = asyncio.create_task(stop.wait())
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
        await paraaf.stop()
