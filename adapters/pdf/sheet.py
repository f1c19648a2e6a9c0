"""Draws sheets as PDF in a process of its own, so that nothing waits for it but who asked."""

import asyncio

import orjson
import structlog

from adapters.pdf.apart import run_apart
from bot.views.log_sheet import Sheet

PATIENCE = 90.0
"""Seconds for one sheet: the longest takes about 5 on a machine with nothing else to do."""
AT_ONCE = 1
"""Processes at the same time: each keeps a core busy."""

_log = structlog.get_logger(__name__)


class SheetPdf:
    """Draws one sheet after the other."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def draw(self, sheet: Sheet) -> bytes | None:
        """The PDF of a sheet; None where the process failed or took too long, which the log tells."""
        async with self._slots:
            try:
                ran = await run_apart("adapters.pdf.draw_sheet", orjson.dumps(sheet), self._patience)
            except TimeoutError:
                _log.error("pdf_not_drawn", kind="took too long")
                return None
        if ran.code != 0 or not ran.output.startswith(b"%PDF-"):
            # The last line names the kind of mistake; what a log says of people stands in none of the others either.
            kind = ran.complaint.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
            _log.error("pdf_not_drawn", code=ran.code, kind=kind)
            return None
        return ran.output
