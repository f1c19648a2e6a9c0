"""Has something drawn as PDF in a process of its own, so that nothing waits for it but who asked."""

import asyncio

import orjson
import structlog

from adapters.pdf.apart import run_apart

PATIENCE = 90.0
"""Seconds for one PDF: the longest takes about 5 on a machine with nothing else to do."""
AT_ONCE = 1
"""Processes of one kind at the same time: each keeps a core busy."""

_log = structlog.get_logger(__name__)


class PdfDrawing:
    """Draws with a module of ours that makes a PDF of JSON, one after the other."""

    def __init__(self, module: str, patience: float = PATIENCE) -> None:
        self._module = module
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def draw(self, words: object) -> bytes | None:
        """The PDF of a dataclass; None where the process failed or took too long, which the log tells."""
        async with self._slots:
            try:
                ran = await run_apart(self._module, orjson.dumps(words), self._patience)
            except TimeoutError:
                _log.error("pdf_not_drawn", kind="took too long")
                return None
        if ran.code != 0 or not ran.output.startswith(b"%PDF-"):
            # The last line names the kind of mistake; what a log says of people stands in none of the others either.
            kind = ran.complaint.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
            _log.error("pdf_not_drawn", code=ran.code, kind=kind)
            return None
        return ran.output
