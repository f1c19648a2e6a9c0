"""Composes the document that is sealed: the original, what its signers left on it, and the certificate pages."""

import asyncio
import pickle
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from adapters.pdf.apart import run_apart
from bot.domain.fields import Field
from bot.domain.sealing import Mark

PATIENCE = 90.0
"""Seconds for one document, starting the process included."""
AT_ONCE = 2
"""Processes at the same time: each may take `compose_apart.MEMORY`."""

_log = structlog.get_logger(__name__)


class NotComposed(Exception):
    """The process failed or took too long, as it will again: `inspect` found nothing wrong, or was not asked."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is composed of what; `title` stands above signatures on pages of their own.

    Where it has a name to be `wrapped_as`, the original becomes an attachment, and `fields` do not count.
    """

    original: bytes
    marks: tuple[Mark, ...]
    fields: tuple[Field, ...]
    pages: bytes
    title: str
    wrapped_as: str = ""


class PdfComposer:
    """Composes one document in a process of its own."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def compose(
        self, original: bytes, marks: Sequence[Mark], fields: Sequence[Field], pages: bytes, title: str
    ) -> bytes:
        """The original and, in one update after its bytes, the marks in their fields and the PDF `pages` at the end.

        Whoever has no field for a signature signs on a page before `pages`, below `title`. Raises `NotComposed`, and
        `OSError` where no process can be started.
        """
        return original + await self._run(Order(original, tuple(marks), tuple(fields), pages, title))

    async def wrap(self, original: bytes, name: str, marks: Sequence[Mark], pages: bytes, title: str) -> bytes:
        """A document of the marks below `title` and of `pages`, with the original as an attachment called `name`.

        So is signed what was signed before: nothing can be added to that without breaking its signatures. Raises as
        `compose` does.
        """
        return await self._run(Order(original, tuple(marks), (), pages, title, wrapped_as=name))

    async def _run(self, order: Order) -> bytes:
        async with self._slots:
            try:
                ran = await run_apart("adapters.pdf.composing.compose_apart", pickle.dumps(order), self._patience)
            except TimeoutError:
                raise NotComposed("it took too long") from None
        if ran.code != 0 or not ran.output.rstrip().endswith(b"%%EOF"):
            # The last line names the kind of mistake; what a log says of people stands in none of the others either.
            kind = ran.complaint.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
            _log.error("pdf_not_composed", code=ran.code, kind=kind)
            raise NotComposed(kind or "the process was ended")
        return ran.output
