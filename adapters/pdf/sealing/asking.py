"""Has sealed PDFs judged in a process of its own, so that a hostile file ends nothing but that process."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_pem_x509_certificate
from pydantic import TypeAdapter

from adapters.pdf.apart import run_apart
from adapters.pdf.sealing.trust import Trust
from adapters.seal_judgement import Check, Finding, Judgement
from storage.evidence.verify import Outcome

PATIENCE = 90.0
"""Seconds for one file, starting the process included."""
AT_ONCE = 2
"""Processes at the same time: each may take a gigabyte."""


@dataclass(frozen=True, slots=True)
class Question:
    """What goes to the process before the file: certificates in PEM, and the hash it should have."""

    seals: tuple[str, ...]
    authorities: tuple[str, ...]
    logged: str | None

    def read_trust(self) -> Trust:
        """Whom to believe."""
        return Trust(_read(self.seals), _read(self.authorities))


class SealJudge:
    """Judges by `adapters.pdf.sealing.judging`, and believes always the same."""

    def __init__(self, trust: Trust, patience: float = PATIENCE) -> None:
        self._trust = trust
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def judge(self, content: bytes, logged: str | None = None) -> Judgement:
        """What came of it; a file that the process did not get through has failed. Raises `OSError`."""
        trust = self._trust
        question = TypeAdapter(Question).dump_json(Question(_write(trust.seals), _write(trust.authorities), logged))
        async with self._slots:
            try:
                ran = await run_apart("adapters.pdf.sealing.judge_apart", question + b"\n" + content, self._patience)
            except TimeoutError:
                return _give_up(content)
        return TypeAdapter(Judgement).validate_json(ran.output) if ran.code == 0 else _give_up(content)


def _give_up(content: bytes) -> Judgement:
    return Judgement((Finding(Check.READABLE, Outcome.FAILED, "too-heavy"),), len(content))


def _write(certificates: Sequence[Certificate]) -> tuple[str, ...]:
    return tuple(each.public_bytes(Encoding.PEM).decode() for each in certificates)


def _read(written: Sequence[str]) -> tuple[Certificate, ...]:
    return tuple(load_pem_x509_certificate(each.encode()) for each in written)
