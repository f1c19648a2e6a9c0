"""Take in files that a browser sends, piece by piece and never more than may be."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http import HttpProcessingError

from bot.domain.errors import FilesNotTaken, FileTrouble
from bot.use_cases.uploads import UPLOAD_LIMIT

FIELD = "files"
MOST_FILES = 10
"""As many as one request can have."""
TOTAL_LIMIT = 50 * 1_000_000
"""Bytes of all files of one upload: they are in memory until they are filed."""
READING_LIMIT = 300 * 1_000_000
"""Bytes that are read of an upload that is refused already. A browser shows no answer before it has sent everything."""
READING_TIME = 900.0
"""Seconds for a whole upload: 50 MB over a line of half a megabit."""
_PIECE = 64 * 1024

Files = list[tuple[str, bytes]]


class UploadRefused(Exception):
    """Nothing can be filed of what was sent."""


class NothingSent(UploadRefused):
    """There is no file in it."""


class TooManySent(UploadRefused):
    """There are more than `MOST_FILES` in it."""


class TooMuchSent(UploadRefused):
    """All files together are larger than `TOTAL_LIMIT`."""


class BrokenOff(UploadRefused):
    """It is no upload, or did not arrive in full."""


async def read_files(request: web.Request) -> Files:
    """The files in the request, each as (name, content), no two with one name.

    Raises `UploadRefused`, and `FilesNotTaken` for a file that is too large. What is refused is read to its end.
    """
    if request.content_type != "multipart/form-data":
        raise BrokenOff
    try:
        async with asyncio.timeout(READING_TIME):
            return await _read(request)
    except (TimeoutError, ValueError, AssertionError, OSError, HttpProcessingError, web.HTTPException) as error:
        # The library checks what comes in with assertions as well.
        raise BrokenOff from error


async def _read(request: web.Request) -> Files:
    upload = _Upload()
    try:
        async for part in await request.multipart():
            if isinstance(part, MultipartReader):
                raise BrokenOff
            if part is not None:
                await upload.take(part)
    except (UploadRefused, FilesNotTaken):
        await _read_to_its_end(request)
        raise
    if not upload.files:
        raise NothingSent
    names = tell_apart(name for name, _ in upload.files)
    return list(zip(names, (content for _, content in upload.files), strict=True))


async def _read_to_its_end(request: web.Request) -> None:
    left = READING_LIMIT
    while left > 0 and (piece := await request.content.readany()):
        left -= len(piece)


@dataclass(slots=True)
class _Upload:
    files: Files = field(default_factory=list)
    left: int = TOTAL_LIMIT

    async def take(self, part: BodyPartReader) -> None:
        """Read one part; what is no file is left aside."""
        name = (part.filename or "").replace("%22", '"')  # how browsers write a quotation mark (WHATWG HTML, 4.10.22.8)
        content = await self._read(part, name)
        if part.name != FIELD or not (name or content):
            return  # an empty part without a name is what browsers send when nothing was chosen
        if len(self.files) == MOST_FILES:
            raise TooManySent
        self.files.append((name, content))

    async def _read(self, part: BodyPartReader, name: str) -> bytes:
        content = bytearray()
        while piece := await part.read_chunk(_PIECE):
            content += piece
            self.left -= len(piece)
            if len(content) > UPLOAD_LIMIT:
                raise FilesNotTaken(name, FileTrouble.TOO_LARGE, UPLOAD_LIMIT)
            if self.left < 0:
                raise TooMuchSent
        return bytes(content)


def tell_apart(names: Iterable[str]) -> Iterator[str]:
    """The names, numbered where one comes again: telephones call every picture the same.

    Documents of one name would become versions of each other.
    """
    seen: set[str] = set()
    for name in names:
        stem, dot, extension = name.rpartition(".")
        number, told = 1, name
        while told.casefold() in seen:
            number += 1
            told = f"{stem} ({number}).{extension}" if dot and stem else f"{name} ({number})"
        seen.add(told.casefold())
        yield told
