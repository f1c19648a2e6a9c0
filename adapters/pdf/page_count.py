"""Looks into PDF files in a process of its own, so that a hostile file ends nothing but that process."""

import asyncio
from typing import BinaryIO

import structlog

from adapters.pdf.apart import run_apart

PATIENCE = 10.0
"""Seconds for one file, starting the process included."""
AT_ONCE = 2
"""Processes at the same time: each may take half a gigabyte."""
MOST_PAGES = 100_000
"""A larger number is an invention of the file, not a count."""

_log = structlog.get_logger(__name__)


class PdfPageCounter:
    """Keeps `bot.ports.PageCounter`."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def count_pages(self, content: bytes | BinaryIO) -> int | None:
        """The number of pages of a PDF; None for anything else, and for one that is broken, locked or hostile."""
        async with self._slots:
            try:
                ran = await run_apart("adapters.pdf.count_pages", content, self._patience)
            except TimeoutError:
                return None
            except OSError as error:
                _log.warning("pdf_process_not_started", reason=type(error).__name__)
                return None
        number = int(ran.output) if ran.code == 0 and ran.output.strip().isdigit() else 0
        return number if 0 < number <= MOST_PAGES else None
