"""Looks at the pages of PDF files in a process of its own, so that a hostile file ends nothing but that process."""

import asyncio
import json

import structlog

from adapters.pdf.apart import run_apart
from adapters.pdf.page_count import AT_ONCE, MOST_PAGES, PATIENCE
from bot.domain.placing import PageShape

LONGEST = 1_000_000
"""Points of a side: a longer one, more than 350 metres, is an invention of the file."""

_log = structlog.get_logger(__name__)


class PdfLayoutReader:
    """Keeps `bot.ports.LayoutReader`."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def read_pages(self, content: bytes) -> tuple[PageShape, ...]:
        """The pages of a PDF; none for anything else, and for one that is broken, locked or hostile."""
        async with self._slots:
            try:
                ran = await run_apart("adapters.pdf.read_layout", content, self._patience)
            except TimeoutError:
                return ()
            except OSError as error:
                _log.warning("pdf_process_not_started", reason=type(error).__name__)
                return ()
        read = json.loads(ran.output) if ran.code == 0 else []
        pages = tuple(PageShape(width, height, rotation) for width, height, rotation in read)
        return pages if all(map(_is_sound, pages)) and len(pages) <= MOST_PAGES else ()


def _is_sound(page: PageShape) -> bool:
    return 0 < page.width <= LONGEST and 0 < page.height <= LONGEST and page.rotation % 90 == 0
