"""Takes in a multipart request piece by piece, the document on disk, and never more than may be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

from aiohttp import BodyPartReader, ClientPayloadError, MultipartReader, web
from aiohttp.http import HttpProcessingError

from adapters.sbr import INSTANCE_LIMIT
from adapters.web.api.operations import ApiSite, Visit
from adapters.web.api.problems import Problem, ProblemType
from bot.domain.delivery_refusals import DeliveryTrouble, refuse
from bot.texts import Texts
from bot.use_cases.delivery_metadata import METADATA_LIMIT

METADATA, FILE, INSTANCE = "metadata", "file", "instance"
"""The parts of a request."""
_AROUND = METADATA_LIMIT + INSTANCE_LIMIT + 1_000_000
"""Bytes of a request beside the document."""
_PIECE = 256 * 1024
_BROKEN = (
    AssertionError,  # the library checks what comes in with assertions as well
    ClientPayloadError,
    HttpProcessingError,
    OSError,
    ValueError,
    web.HTTPException,
    web.RequestPayloadError,
)


@dataclass(slots=True)
class Received:
    """The parts of a request; `file` is at its end."""

    file: BinaryIO
    file_name: str = ""
    metadata: bytes = b""
    instance: bytes | None = None


def check_size(request: web.Request, site: ApiSite, texts: Texts) -> None:
    """Refuse a request that says that it is too large, before any of it is read. Raises `Problem`."""
    if (request.content_length or 0) > site.limit + _AROUND:
        words = texts.say("A document may be at most {limit}.", limit=texts.size(site.limit))
        raise Problem(ProblemType.TOO_LARGE, words, closes=True)


@asynccontextmanager
async def receive(visit: Visit) -> AsyncIterator[Received]:
    """The parts of the request, until the end of the block. Raises `Problem`, `DeliveryRefused`."""
    check_size(visit.request, visit.site, visit.texts)
    if visit.request.content_type != "multipart/form-data":
        words = visit.texts.say("Send multipart/form-data with the parts “metadata” and “file”.")
        raise Problem(ProblemType.WRONG_MEDIA_TYPE, words, closes=True)
    # Unbuffered, so that another process can read it where it lies.
    with TemporaryFile(buffering=0) as file:
        yield await _Reading(visit, Received(file)).read()


class _Reading:
    def __init__(self, visit: Visit, received: Received) -> None:
        self._visit = visit
        self._received = received
        self._seen: set[str] = set()
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + visit.site.patience

    async def read(self) -> Received:
        texts = self._visit.texts
        try:
            async with asyncio.timeout_at(self._next_deadline()) as timer:
                async for part in await self._visit.request.multipart():
                    await self._take(part, timer)
        except TimeoutError:
            words = texts.say(
                "The request was silent for too long, or took too long. Send it again, with the same key."
            )
            raise Problem(ProblemType.TOO_SLOW, words, closes=True) from None
        except _BROKEN:
            words = texts.say("The request is broken off or not written as multipart/form-data. Send it again.")
            raise Problem(ProblemType.BROKEN_REQUEST, words, closes=True) from None
        for name in (METADATA, FILE):
            if name not in self._seen:
                raise refuse(DeliveryTrouble.MISSING, name)
        return self._received

    def _next_deadline(self) -> float:
        return min(self._end, self._loop.time() + self._visit.site.silence)

    async def _take(self, part: BodyPartReader | MultipartReader | None, timer: asyncio.Timeout) -> None:
        name = part.name if isinstance(part, BodyPartReader) else None
        if not isinstance(part, BodyPartReader) or name not in {METADATA, FILE, INSTANCE} or name in self._seen:
            words = self._visit.texts.say(
                "Send each of the parts “metadata”, “file” and “instance” once, and no others."
            )
            raise Problem(ProblemType.BROKEN_REQUEST, words, closes=True)
        self._seen.add(name)
        if name == FILE:
            # How browsers write a quotation mark (WHATWG HTML, 4.10.22.8).
            self._received.file_name = (part.filename or "").replace("%22", '"')
            async for piece in self._read_pieces(part, timer, self._visit.site.limit):
                self._received.file.write(piece)
            return
        limit = METADATA_LIMIT if name == METADATA else INSTANCE_LIMIT
        content = b"".join([piece async for piece in self._read_pieces(part, timer, limit)])
        if name == METADATA:
            self._received.metadata = content
        else:
            self._received.instance = content

    async def _read_pieces(self, part: BodyPartReader, timer: asyncio.Timeout, limit: int) -> AsyncIterator[bytes]:
        size = 0
        while piece := await part.read_chunk(_PIECE):
            timer.reschedule(self._next_deadline())
            size += len(piece)
            if size > limit:
                raise refuse(DeliveryTrouble.TOO_LARGE, part.name or "", limit)
            yield bytes(piece)
