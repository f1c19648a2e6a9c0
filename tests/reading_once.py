"""What looks into PDFs for real, but once in a test process for each content: every look starts a process."""

from hashlib import sha256
from typing import BinaryIO

from adapters.pdf.layout import PdfLayoutReader
from adapters.pdf.page_count import PdfPageCounter
from bot.domain.placing import PageShape

_counted: dict[str, int | None] = {}
_read: dict[str, tuple[PageShape, ...]] = {}


class OncePageCounter(PdfPageCounter):
    """Keeps `bot.ports.PageCounter`."""

    async def count_pages(self, content: bytes | BinaryIO) -> int | None:
        if not isinstance(content, bytes):
            return await super().count_pages(content)
        key = sha256(content).hexdigest()
        if key not in _counted:
            _counted[key] = await super().count_pages(content)
        return _counted[key]


class OnceLayoutReader(PdfLayoutReader):
    """Keeps `bot.ports.LayoutReader`."""

    async def read_pages(self, content: bytes) -> tuple[PageShape, ...]:
        key = sha256(content).hexdigest()
        if key not in _read:
            _read[key] = await super().read_pages(content)
        return _read[key]
