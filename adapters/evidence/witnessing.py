"""Asks witnesses to cosign checkpoints (C2SP tlog-witness), so that nobody can show two histories of a log."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
import structlog
from yarl import URL

from adapters.evidence.following import Follower, Wait
from adapters.evidence.stamping import PATIENCE, Unanswered, read_all
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import parse_number, read_checkpoint
from storage.evidence.cosignatures import MAX_ANSWER, CosignatureShelf, read_cosignature
from storage.evidence.errors import BadCosignature, Malformed
from storage.evidence.log import EvidenceLog
from storage.evidence.note import Algorithm, Note, Signature, VerifierKey, encode_base64, parse_key

SIZE_TYPE: Final = "text/x.tlog.size"
_MOST_TRIES: Final = 3
"""One to learn what the witness knows, one with the proof from there, one where others asked in between."""

_log = structlog.get_logger(__name__)


class Forked(Exception):
    """A witness has seen something else of this log, or more than there is of it: it was forked or rolled back."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: the key that it cosigns with, and where it is asked, without a slash behind."""

    key: VerifierKey
    url: str


def read_witnesses(file: Path) -> tuple[Witness, ...]:
    """The witnesses in a file of lines `vkey url`; `#` begins a remark. Raises `ValueError`, `OSError`."""
    witnesses = []
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if not (words := line.partition("#")[0].split()):
            continue
        try:
            written, url = words
            key = parse_key(written)
        except ValueError:
            raise ValueError(
                f"line {number} is no key and address of a witness, such as name+id+key https://…"
            ) from None
        if key.algorithm is not Algorithm.COSIGNATURE or URL(url).scheme not in {"http", "https"}:
            raise ValueError(f"line {number}: the key must be for cosignature/v1, the address begin with https://")
        witnesses.append(Witness(key, url.rstrip("/")))
    return tuple(witnesses)


class Witnesses:
    """Offers the newest checkpoint of every log that grew to all witnesses: `checkpoint_grew` is its observer."""

    def __init__(
        self,
        archive: Archive,
        session: aiohttp.ClientSession,
        witnesses: Sequence[Witness],
        patience: float = PATIENCE,
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._archive = archive
        self._session = session
        self._witnesses = witnesses
        self._patience = patience
        self._follower = Follower(self._offer, wait=wait)
        self.checkpoint_grew = self._follower.checkpoint_grew
        self.stop = self._follower.stop
        self.accusing: set[tuple[str, str]] = set()
        """Witnesses that refuse a log as forked or rolled back, each as (office, the witness's name)."""

    @property
    def owed(self) -> int:
        """How many offices wait for a cosignature that could not be had."""
        return len(self._follower.failing)

    async def start(self) -> None:
        """Take up what was owed when the process before this one ended."""
        for office in await asyncio.to_thread(self._archive.offices):
            await self.checkpoint_grew(office)

    async def _offer(self, office: str) -> bool:
        log, shelf = (
            await self._archive.log(office),
            self._archive.cosignatures(office, [w.key for w in self._witnesses]),
        )
        checkpoint = log.checkpoint
        if read_checkpoint(checkpoint).size == 0:
            return True  # over nothing there is nothing to prove
        kept = await asyncio.to_thread(shelf.get, checkpoint)
        signed = shelf.list_signers(kept) if kept else []
        asked = [each for each in self._witnesses if each.key not in signed]
        answers = await asyncio.gather(*(self._ask_carefully(each, office, log, shelf, checkpoint) for each in asked))
        if cosignatures := [each for each in answers if each]:
            await asyncio.to_thread(shelf.keep, checkpoint, cosignatures)
        return None not in answers

    async def _ask_carefully(
        self, witness: Witness, office: str, log: EvidenceLog, shelf: CosignatureShelf, checkpoint: Note
    ) -> Signature | None:
        name = witness.key.name
        try:
            cosignature = await self._ask(witness, log, shelf, checkpoint)
        except Forked as accusation:
            self.accusing.add((office, name))
            _log.error("witness_accuses_log", office=office, witness=name, why=str(accusation))
            return None
        except (Unanswered, BadCosignature) as trouble:
            _log.warning("cosignature_owed", office=office, witness=name, why=str(trouble))
            return None
        self.accusing.discard((office, name))
        return cosignature

    async def _ask(self, witness: Witness, log: EvidenceLog, shelf: CosignatureShelf, checkpoint: Note) -> Signature:
        size = read_checkpoint(checkpoint).size
        old = await asyncio.to_thread(shelf.newest_size, witness.key)
        for _ in range(_MOST_TRIES):
            if old > size:
                raise Forked(f"it has seen {old} entries, of which {size} are left")
            path = await log.growth(old, checkpoint)
            proof = "".join(f"{encode_base64(each)}\n" for each in path)
            answer = await self._post(witness, f"old {old}\n{proof}\n{checkpoint}".encode())
            if isinstance(answer, bytes):
                return read_cosignature(answer, checkpoint, witness.key)
            if answer == old:
                raise Forked(f"it has seen another log of {old} entries")
            old = answer
        raise Unanswered("it names another size each time")

    async def _post(self, witness: Witness, body: bytes) -> bytes | int:
        """What the witness answered: its lines, or the size of what it has seen. Raises `Unanswered`, `Forked`."""
        try:
            async with (
                asyncio.timeout(self._patience),
                self._session.post(f"{witness.url}/add-checkpoint", data=body, allow_redirects=False) as answer,
            ):
                told = await read_all(answer, MAX_ANSWER)
                match answer.status:
                    case 200:
                        return told
                    case 409 if answer.content_type == SIZE_TYPE:
                        with suppress(Malformed, UnicodeDecodeError):
                            return parse_number(told.decode("ascii").removesuffix("\n"))
                    case 422:
                        raise Forked("the proof that the log only grew does not convince it")
                raise Unanswered(f"status {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unanswered(type(error).__name__) from error
