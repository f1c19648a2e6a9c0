"""Looks into a PDF, and composes and seals it, in a process of its own with limits: what a worker of `warm` does."""

import asyncio
import json
from dataclasses import dataclass
from typing import BinaryIO, Final

import orjson

from adapters.pdf.composing.compose import compose, wrap
from adapters.pdf.composing.look import Refused, lacked_memory, look_into
from adapters.pdf.count_pages import set_limits
from adapters.pdf.draw_certificate import draw_certificate
from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.handing import HandedSeal, HandedTsa, take_revocation, take_seal, take_tsa
from adapters.pdf.sealing.keys import OfficeSeal
from adapters.pdf.sealing.seal import seal_file
from bot.domain.certified import SealLevel
from bot.domain.sealing import Inspection, Obstacle, SealOrder

MORE_THAN_TWICE: Final = 64 * 1024 * 1024
"""Bytes that a sealed file may have beyond twice its original: marks, certificate pages, answers about certificates."""


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
    """Compose the PDF in the first file, and seal it in the second, which is empty."""

    limits: Limits
    order: SealOrder
    seal: HandedSeal
    tsa: HandedTsa | None
    roots: tuple[bytes, ...] | None


@dataclass(frozen=True, slots=True)
class Made:
    """The second file is sealed."""

    level: SealLevel
    shortfall: str
    page_count: int
    is_wrapped: bool


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """The seal's key cannot be used, for a reason that is for the operator."""

    refusal: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A mistake of ours: the name of the exception."""

    mistake: str


Job = LookJob | SealJob
Answer = Inspection | Refused | Made | KeyRefused | Failed


def work(job: Job, original: BinaryIO, paper: BinaryIO | None = None) -> Answer:
    """Do a job, whatever the file is."""
    try:
        set_limits(job.limits.memory, job.limits.cpu_seconds, 2 * original.seek(0, 2) + MORE_THAN_TWICE)
        if isinstance(job, LookJob) or paper is None:
            return look_into(original)
        return make(job, original, paper)
    except SealRefused as refused:
        return KeyRefused(str(refused))
    except Exception as error:  # noqa: BLE001 - what a file could be to blame for was found by looking into it
        return Refused(Obstacle.TOO_HEAVY) if lacked_memory(error) else Failed(type(error).__name__)


def write_answer(answer: Answer) -> bytes:
    """The answer as JSON."""
    return orjson.dumps(answer)


def make(job: SealJob, original: BinaryIO, paper: BinaryIO) -> Refused | Made:
    """Compose and seal. Raises `SealRefused`, and whatever else may go wrong."""
    seen = look_into(original)
    if isinstance(seen, Refused):
        return seen
    key = take_seal(job.seal)  # before the work, since it may be away
    pages = draw_certificate(json.loads(orjson.dumps(job.order.certificate)))
    put = wrap if seen.is_signed else compose
    page_count = put(job.order, original, pages, paper)
    level, shortfall = asyncio.run(_seal(job, key, paper))
    paper.flush()
    return Made(level, shortfall, page_count, seen.is_signed)


async def _seal(job: SealJob, key: OfficeSeal, paper: BinaryIO) -> tuple[SealLevel, str]:
    async with take_tsa(job.tsa) as tsa:
        return await seal_file(paper, key, job.order.level, tsa, take_revocation(job.roots))
