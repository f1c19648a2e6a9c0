"""Looks into PDFs, and composes and seals them, in processes of their own with limits: what a worker of `warm` does.

Who looks into a file does so once and ends: PDFium, which is not written in Python, may be what a hostile file takes
over. Who seals reads it with Python alone, has the key, and goes on to the next file, unless something was wrong with
this one or it was large.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import BinaryIO, Final

import orjson

from adapters.pdf.composing.compose import compose, wrap
from adapters.pdf.composing.look import Refused, Seen, lacked_memory, look_into
from adapters.pdf.count_pages import set_limits
from adapters.pdf.draw_certificate import draw_certificate
from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.handing import HandedSeal, HandedTsa, KeyRing, take_revocation, take_tsa
from adapters.pdf.sealing.keys import OfficeSeal, Token
from adapters.pdf.sealing.seal import seal_file
from bot.domain.certified import SealLevel
from bot.domain.sealing import Obstacle, SealOrder

MORE_THAN_TWICE: Final = 64 * 1024 * 1024
"""Bytes that a sealed file may have beyond twice its original: marks, certificate pages, answers about certificates."""


MOST_JOBS: Final = 100
"""Files after which a worker ends, whatever they were: no leak of memory grows large."""
LARGE: Final = 16 * 1024 * 1024
"""Bytes of a file after which a worker ends, which gives the memory back that it took."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may take: bytes of address space, and seconds of a processor."""

    memory: int = 1024 * 1024 * 1024
    cpu_seconds: int = 60


@dataclass(frozen=True, slots=True)
class LookJob:
    """Look into the PDF in the first file."""

    limits: Limits


@dataclass(frozen=True, slots=True)
class SealJob:
    """Compose the PDF in the first file, in which that was `seen`, and seal it in the second, which is empty."""

    limits: Limits
    order: SealOrder
    seen: Seen
    seal: HandedSeal
    tsa: HandedTsa | None
    roots: tuple[bytes, ...] | None


@dataclass(frozen=True, slots=True)
class Made:
    """The second file is sealed."""

    level: SealLevel
    shortfall: str
    page_count: int


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """The seal's key cannot be used, for a reason that is for the operator."""

    refusal: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A mistake of ours: the name of the exception."""

    mistake: str


Job = LookJob | SealJob
Answer = Seen | Refused | Made | KeyRefused | Failed


class Worker:
    """Does jobs, one after the other, until `is_done`."""

    def __init__(self) -> None:
        self._keys = KeyRing()
        self._left = MOST_JOBS
        self.is_done = False
        """Whether the next job is for another worker."""

    def work(self, job: Job, original: BinaryIO, paper: BinaryIO | None = None) -> Answer:
        """Do a job, whatever the file is."""
        self._left -= 1
        size = original.seek(0, 2)
        try:
            answer = self._work(job, original, size, paper)
        except SealRefused as refused:
            answer = KeyRefused(str(refused))
        except Exception as error:  # noqa: BLE001 - what a file could be to blame for was found by looking into it
            answer = Refused(Obstacle.TOO_HEAVY) if lacked_memory(error) else Failed(type(error).__name__)
        # The library of a token keeps what it once opened, and would not see that it is away.
        has_token = isinstance(job, SealJob) and isinstance(job.seal.key, Token)
        self.is_done = self._left == 0 or size > LARGE or has_token or not isinstance(answer, Made)
        return answer

    def _work(self, job: Job, original: BinaryIO, size: int, paper: BinaryIO | None) -> Answer:
        is_last = isinstance(job, LookJob)
        set_limits(job.limits.memory, job.limits.cpu_seconds, 2 * size + MORE_THAN_TWICE, is_last=is_last)
        if isinstance(job, LookJob) or paper is None:
            return look_into(original)
        return make(job, self._keys, original, paper)


def write_answer(answer: Answer) -> bytes:
    """The answer as JSON."""
    return orjson.dumps(answer)


def make(job: SealJob, keys: KeyRing, original: BinaryIO, paper: BinaryIO) -> Made:
    """Compose and seal. Raises `SealRefused`, and whatever else may go wrong."""
    key = keys.take(job.seal)  # before the work, since it may be away
    pages = draw_certificate(json.loads(orjson.dumps(job.order.certificate)))
    if job.seen.inspection.is_signed:
        extent = wrap(job.order, original, pages, paper)
    else:
        extent = compose(job.order, job.seen.sheets, original, pages, paper)
    reason = job.order.extent % {"first": extent.before + 1, "last": extent.page_count}
    level, shortfall = asyncio.run(_seal(job, key, paper, reason))
    paper.flush()
    return Made(level, shortfall, extent.page_count)


async def _seal(job: SealJob, key: OfficeSeal, paper: BinaryIO, reason: str) -> tuple[SealLevel, str]:
    async with take_tsa(job.tsa) as tsa:
        return await seal_file(paper, key, job.order.level, tsa, take_revocation(job.roots), reason)
