"""Timestamps for checkpoints, from an RFC 3161 authority. What it does not give stays owed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import aiohttp
import structlog

from adapters.evidence.following import Follower, Wait
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.errors import BadTimestamp
from storage.evidence.note import Note
from storage.evidence.timestamps import REQUEST_TYPE, Request, TimestampShelf, make_request

ANSWER_TYPE: Final = "application/timestamp-reply"
MAX_ANSWER: Final = 100_000
"""Bytes of an answer: a signature with the certificates of its chain has about 10,000."""
PATIENCE: Final = 20.0
"""Seconds for an answer."""

_log = structlog.get_logger(__name__)


class Unanswered(Exception):
    """An authority or a witness gave no answer that can be used; the message says why, without its address."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A timestamp authority at a URL."""

    session: aiohttp.ClientSession
    url: str
    patience: float = PATIENCE

    async def ask(self, request: Request) -> bytes:
        """Its answer, of which nothing was checked yet. Raises `Unanswered`."""
        headers = {"Content-Type": REQUEST_TYPE, "Accept": ANSWER_TYPE}
        try:
            async with (
                asyncio.timeout(self.patience),
                self.session.post(self.url, data=request.body, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status != 200 or answer.content_type != ANSWER_TYPE:  # noqa: PLR2004 - HTTP's "OK"
                    raise Unanswered(f"status {answer.status}, {answer.content_type}")
                return await read_all(answer, MAX_ANSWER)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unanswered(type(error).__name__) from error


async def read_all(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body of an answer. Raises `Unanswered` where it has more bytes than the limit."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > limit:
            raise Unanswered(f"more than {limit} bytes")
    return bytes(body)


class Stamper:
    """Gets a timestamp for the newest checkpoint of every log that grew: `checkpoint_grew` is its observer.

    Asks at most once in `every` seconds for each office. While the authority does not answer, the newest checkpoint is
    the one that is owed: its timestamp stands for all that is in the log below it.
    """

    def __init__(
        self,
        archive: Archive,
        authority: Authority,
        open_shelf: Callable[[str], TimestampShelf],
        every: float,
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._archive = archive
        self._authority = authority
        self._open_shelf = open_shelf
        self._follower = Follower(self._stamp, every, wait)
        self.checkpoint_grew = self._follower.checkpoint_grew
        self.stop = self._follower.stop

    @property
    def owed(self) -> int:
        """How many offices wait for a timestamp that could not be had."""
        return len(self._follower.failing)

    async def start(self) -> None:
        """Take up what was owed when the process before this one ended."""
        for office in await asyncio.to_thread(self._archive.offices):
            await self.checkpoint_grew(office)

    async def _stamp(self, office: str) -> bool:
        shelf, checkpoint = self._open_shelf(office), (await self._archive.log(office)).checkpoint
        if read_checkpoint(checkpoint).size <= await asyncio.to_thread(shelf.stamped_size):
            return True
        await asyncio.to_thread(shelf.owe, checkpoint)
        try:
            at = await self._ask(shelf, checkpoint)
        except (Unanswered, BadTimestamp) as trouble:
            _log.warning("timestamp_owed", office=office, why=str(trouble))
            return False
        _log.info("checkpoint_timestamped", office=office, size=read_checkpoint(checkpoint).size, at=at.isoformat())
        return True

    async def _ask(self, shelf: TimestampShelf, checkpoint: Note) -> datetime:
        request = make_request(checkpoint.text)
        answer = await self._authority.ask(request)
        return await asyncio.to_thread(shelf.settle, checkpoint, answer, request.nonce)
