"""Keeps the port `Sealer`: looks into PDFs, and composes and seals them, in workers with limits."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final

import structlog
from pydantic import TypeAdapter, ValidationError

from adapters.pdf.composing.look import Refused, Seen
from adapters.pdf.remembering import Remembered
from adapters.pdf.seal_apart import Answer, Failed, Job, KeyRefused, Limits, LookJob, Made, SealJob
from adapters.pdf.sealing.handing import TsaAddress, hand_over_seal, hand_over_tsa, write_certificates
from adapters.pdf.sealing.keys import OfficeSeal
from adapters.pdf.sealing.seal import Revocation
from adapters.pdf.warm import WarmWorkers
from bot.domain.certified import SealLevel
from bot.domain.errors import SealingUnavailable
from bot.domain.sealing import CannotBeSealed, Inspection, Obstacle, SealedPdf, SealOrder
from bot.ports import Blobs

REMEMBERED: Final = 256
"""Documents of which is remembered what was found in them: one of 1,000 pages takes about 500 kB."""
_PIECE: Final = 1 << 20
_ANSWERS: TypeAdapter[Answer] = TypeAdapter(Answer)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for one document, once a worker is free; sealing asks others, for `sealing.seal.PATIENCE` at most."""

    look: float = 60.0
    seal: float = 150.0


class PdfSealer:
    """Seals with one key, in files that never have a name. `close` it."""

    def __init__(  # noqa: PLR0913 - what it is put together from, and what tests need to be smaller
        self,
        blobs: Blobs,
        key: OfficeSeal,
        tsa: TsaAddress | None = None,
        revocation: Revocation | None = None,
        *,
        folder: Path | None = None,
        limits: Limits | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Documents lie in `folder` while they are worked on, or else where the system has its temporary files."""
        self.level = choose_level(tsa, revocation)
        self._blobs = blobs
        self._seal = hand_over_seal(key)
        self._tsa = hand_over_tsa(tsa) if tsa else None
        self._roots = write_certificates(revocation.roots) if revocation else None
        self._folder = folder
        self._limits = limits or Limits()
        self._patience = patience or Patience()
        self._workers = WarmWorkers()
        self._seen = Remembered(self._look, REMEMBERED, _is_lasting)

    async def close(self) -> None:
        """End what is under way."""
        await self._seen.close()
        await self._workers.close()

    async def inspect(self, sha256: str) -> Inspection:
        """What is known of a document that is kept, asked once however many want to know.

        Raises `CannotBeSealed`, `SealingUnavailable`, `StoreUnavailable`.
        """
        return (await self._ask(sha256)).inspection

    async def seal(self, order: SealOrder) -> SealedPdf:
        """The sealed PDF, kept when this returns: at the level that is wanted, or the highest below that can be had.

        Raises `CannotBeSealed`, `SealingUnavailable`, `StoreUnavailable`.
        """
        seen = await self._ask(order.original)
        with self._open() as original, self._open() as paper:
            await self._read(order.original, original)
            job = SealJob(self._limits, order, seen, self._seal, self._tsa, self._roots)
            made = await self._run(job, [original, paper], self._patience.seal)
            if isinstance(made, Refused):
                raise CannotBeSealed(made.reason)
            if not isinstance(made, Made):
                raise _fail("wrong-answer")
            if not seen.inspection.is_signed:
                await asyncio.to_thread(require_prefix, paper, original, order.original)
            content = await self._blobs.put_file(paper)
        return SealedPdf(content, made.page_count, made.level, made.shortfall)

    async def _ask(self, sha256: str) -> Seen:
        seen = await self._seen.ask(sha256)
        if isinstance(seen, Refused):
            raise CannotBeSealed(seen.reason)
        return seen

    async def _look(self, sha256: str) -> Seen | Refused:
        with self._open() as original:
            await self._read(sha256, original)
            seen = await self._run(LookJob(self._limits), [original], self._patience.look)
        if isinstance(seen, Seen | Refused):
            return seen
        raise _fail("wrong-answer")

    async def _run(self, job: Job, files: list[BinaryIO], patience: float) -> Answer:
        try:
            written = await self._workers.run(job, files, patience, is_fresh=isinstance(job, LookJob))
        except OSError as error:
            raise _fail("no-worker", why=str(error)) from error
        try:
            answer = _ANSWERS.validate_json(written)
        except ValidationError:
            # It was ended, for what it took or by what is in the file; it tells of every other reason itself.
            _log.warning("pdf_too_heavy", job=type(job).__name__)
            return Refused(Obstacle.TOO_HEAVY)
        if isinstance(answer, KeyRefused):
            raise _fail("key-refused", why=answer.refusal)
        if isinstance(answer, Failed):
            raise _fail("mistake", kind=answer.mistake)
        return answer

    async def _read(self, sha256: str, file: BinaryIO) -> None:
        try:
            async for piece in self._blobs.read(sha256):
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(file.flush)
        except KeyError:
            raise _fail("document-missing", sha256=sha256) from None
        except ValueError as error:
            raise _fail("document-damaged", sha256=sha256) from error
        except OSError as error:
            raise _fail("no-room", why=str(error)) from error

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        """A file without a name, which is gone once nobody holds it any more."""
        try:
            file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - entered below, apart from what can go wrong here
        except OSError as error:
            raise _fail("no-room", why=str(error)) from error
        with file:
            yield file


def choose_level(tsa: TsaAddress | None, revocation: Revocation | None) -> SealLevel:
    """The highest level that can be reached with these."""
    if tsa is None:
        return SealLevel.B_B
    return SealLevel.B_T if revocation is None else SealLevel.B_LTA


def _is_lasting(seen: Seen | Refused) -> bool:
    """Whether it will be the same another time: how much a file takes depends on what else the machine does."""
    return seen != Refused(Obstacle.TOO_HEAVY)


def require_prefix(paper: BinaryIO, original: BinaryIO, expected: str) -> None:
    """Raise `SealingUnavailable` unless the paper begins with the original, byte by byte."""
    left = os.fstat(original.fileno()).st_size
    hashed = sha256()
    paper.seek(0)
    while piece := paper.read(min(_PIECE, left)):
        hashed.update(piece)
        left -= len(piece)
    if hashed.hexdigest() != expected:
        raise _fail("original-changed")


def _fail(reason: str, **details: str) -> SealingUnavailable:
    _log.error("sealing_unavailable", reason=reason, **details)
    return SealingUnavailable(reason)
