"""Draws sheets as PDF in a process of its own, so that nothing waits for it but who asked."""

import asyncio
import os
import sys
from contextlib import suppress

import orjson
import structlog

from bot.views.log_sheet import Sheet

PATIENCE = 90.0
"""Seconds for one sheet: the longest takes about 5 on a machine with nothing else to do."""
AT_ONCE = 1
"""Processes at the same time: each keeps a core busy."""
_NEEDED = ("SYSTEMROOT",)  # as in `adapters.pdf.page_count`

_log = structlog.get_logger(__name__)


class SheetPdf:
    """Draws one sheet after the other."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def draw(self, sheet: Sheet) -> bytes | None:
        """The PDF of a sheet; None where the process failed or took too long, which the log tells."""
        async with self._slots:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",  # neither the working directory nor the environment decides what is imported
                "-c",
                f"import sys; sys.path[:] = {sys.path!r}; from adapters.pdf.draw_sheet import main; main()",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            )
            try:
                async with asyncio.timeout(self._patience):
                    drawn, complaint = await process.communicate(orjson.dumps(sheet))
            except TimeoutError:
                _log.error("pdf_not_drawn", kind="took too long")
                return None
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0 or not drawn.startswith(b"%PDF-"):
            # The last line names the kind of mistake; what a log says of people stands in none of the others either.
            kind = complaint.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
            _log.error("pdf_not_drawn", code=process.returncode, kind=kind)
            return None
        return drawn
