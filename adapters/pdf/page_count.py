"""Looks into PDF files in a process of its own, so that a hostile file ends nothing but that process."""

import asyncio
import os
import sys
from contextlib import suppress

import structlog

PATIENCE = 10.0
"""Seconds for one file, starting the process included."""
AT_ONCE = 2
"""Processes at the same time: each may take half a gigabyte."""
MOST_PAGES = 100_000
"""A larger number is an invention of the file, not a count."""
_NEEDED = ("SYSTEMROOT",)  # Windows starts no Python without it; secrets stay here

_log = structlog.get_logger(__name__)


class PdfPageCounter:
    """Keeps `bot.ports.PageCounter`."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def count_pages(self, content: bytes) -> int | None:
        """The number of pages of a PDF; None for anything else, and for one that is broken, locked or hostile."""
        async with self._slots:
            try:
                printed = await self._ask_process(content)
            except OSError as error:  # The process could not be started.
                _log.warning("pdf_process_not_started", reason=type(error).__name__)
                return None
        number = int(printed) if printed.strip().isdigit() else 0
        return number if 0 < number <= MOST_PAGES else None

    async def _ask_process(self, content: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",  # neither the working directory nor the environment decides what is imported
            "-c",
            f"import sys; sys.path[:] = {sys.path!r}; from adapters.pdf.count_pages import main; main()",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
        )
        try:
            async with asyncio.timeout(self._patience):
                printed, _ = await process.communicate(content)
        except TimeoutError:
            return b""
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return printed if process.returncode == 0 else b""
