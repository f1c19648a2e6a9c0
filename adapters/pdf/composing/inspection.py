"""Looks into a PDF before it is sent, so that one that cannot be signed is refused then, not after everybody signed."""

import asyncio
from dataclasses import dataclass

import structlog
from pydantic import TypeAdapter, ValidationError

from adapters.pdf.apart import run_apart
from bot.domain.sealing import Inspection, Obstacle

PATIENCE = 60.0
"""Seconds for one file, starting the process included."""
AT_ONCE = 2
"""Processes at the same time: each may take `look.MEMORY`."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Refused:
    """The PDF cannot be signed."""

    reason: Obstacle


_SEEN: TypeAdapter[Inspection | Refused] = TypeAdapter(Inspection | Refused)


class PdfInspector:
    """Looks into one file in a process of its own."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def inspect(self, content: bytes) -> Inspection | Refused:
        """What is known of the PDF, or why it is refused; whatever is in it, this raises nothing but `OSError`."""
        async with self._slots:
            try:
                ran = await run_apart("adapters.pdf.composing.look", content, self._patience)
            except TimeoutError:
                return Refused(Obstacle.TOO_HEAVY)
        try:
            return _SEEN.validate_json(ran.output)
        except ValidationError:
            # The process was ended from outside, for what it took; it tells of every other reason itself.
            _log.warning("pdf_too_heavy", code=ran.code)
            return Refused(Obstacle.TOO_HEAVY)
