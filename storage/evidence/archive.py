"""The evidence of every office in one folder: a log, a key, an index and personal payloads for each, side by side.

logs/OFFICE/        the log itself, as C2SP tlog-tiles; what lies here may be shown to anybody of that office
keys/OFFICE         the log's keys, encrypted
index/OFFICE.db     may be deleted at any time when Paraaf does not run
people/OFFICE/      what is personal, encrypted, and the keys to it
stamps/OFFICE/      timestamped checkpoints, and the one that waits for its timestamp
witnessed/OFFICE/   checkpoints with the cosignatures of witnesses
vault               the salt of the secret, by which an archive is told from every other
"""

import asyncio
import os
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.x509 import Certificate

from storage.evidence.cosignatures import CosignatureShelf
from storage.evidence.disk import Disk
from storage.evidence.errors import Malformed
from storage.evidence.keys import KeyFile
from storage.evidence.log import EvidenceLog
from storage.evidence.note import VerifierKey
from storage.evidence.payloads import Payloads
from storage.evidence.reading import LogReader
from storage.evidence.timestamps import TimestampShelf
from storage.evidence.vault import COST, open_vault
from storage.evidence.writer import CHECKPOINT, lock_folder

_OFFICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


class Archive:
    """Opens what belongs to an office. A log's origin is `HOST/evidence/OFFICE`, where the host is Paraaf's public one.

    An origin is a log's name for ever: under another host the log of an office cannot be opened any more.
    """

    def __init__(self, root: Path, secret: bytes, host: str, disk: Disk | None = None, cost: int = COST) -> None:
        """Takes a fraction of a second. An archive that is made here is made at `cost` (see `open_vault`).

        Raises `WrongSecret`, `EvidenceError`, `OSError`.
        """
        self._root = root
        self.host = host
        self._disk = disk or Disk()
        self._vault = open_vault(root / "vault", secret, self._disk, cost)
        self.name = sha256((root / "vault").read_bytes()).hexdigest()
        """Tells this archive from every other, wherever copies of it lie."""
        self._logs: dict[str, EvidenceLog] = {}
        self._opening = asyncio.Lock()
        self._hold: int | None = None

    def hold(self) -> None:
        """Keep every log here for this process, also those that nobody has opened yet, until `close`. Raises `Locked`.

        Reading beside it, and erasing, go on.
        """
        if self._hold is None:
            self._hold = lock_folder(self._root)

    async def log(self, office: str) -> EvidenceLog:
        """The log of an office, opened once. Raises `Locked`, `Damaged`, `RolledBack`, `WrongSecret`, `OSError`."""
        _check_office(office)
        async with self._opening:
            if office not in self._logs:
                self._logs[office] = await self._open(office)
            return self._logs[office]

    async def find(self, office: str) -> EvidenceLog | None:
        """The log of an office that has one; none is begun. Raises what `log` raises, but for a bad name."""
        if office in self._logs:
            return self._logs[office]
        if not is_office(office) or not (self._root / "logs" / office / CHECKPOINT).exists():
            self._root.stat()  # raises where all of it is away
            return None
        return await self.log(office)

    def origin(self, office: str) -> str:
        """The name of an office's log, whether there is one yet or not."""
        return f"{self.host}/evidence/{office}"

    def payloads(self, office: str) -> Payloads:
        """What is personal in the evidence of an office."""
        return Payloads(self._root / "people" / _check_office(office), self._vault, self._disk)

    def timestamps(self, office: str, roots: Sequence[Certificate]) -> TimestampShelf:
        """The timestamps of an office's log, by authorities under these roots."""
        return TimestampShelf(self._root / "stamps" / _check_office(office), roots, self._disk)

    def cosignatures(self, office: str, witnesses: Sequence[VerifierKey]) -> CosignatureShelf:
        """The checkpoints of an office's log that these witnesses cosigned."""
        return CosignatureShelf(self._root / "witnessed" / _check_office(office), witnesses, self._disk)

    def offices(self) -> list[str]:
        """The offices that have a log."""
        return sorted(path.parent.name for path in (self._root / "logs").glob("*/checkpoint"))

    def reader(self, office: str) -> LogReader:
        """The log of an office to read from, whichever process appends to it. Raises `KeyError` where there is none."""
        if office not in self.offices():
            raise KeyError(office)
        return LogReader(self._root / "logs" / office, self._find_keys(office), self._disk)

    async def close(self) -> None:
        """Finish what is waiting, and let another process open the logs."""
        async with self._opening:
            while self._logs:
                _, log = self._logs.popitem()
                await log.close()
            if self._hold is not None:
                os.close(self._hold)
                self._hold = None

    async def _open(self, office: str) -> EvidenceLog:
        keys = self._find_keys(office)
        index = self._root / "index" / f"{office}.db"
        return await EvidenceLog.open(office, self._root / "logs" / office, index, keys, self._disk)

    def _find_keys(self, office: str) -> KeyFile:
        return KeyFile(self._root / "keys" / office, self._vault, self.origin(office), self._disk)


def is_office(text: str) -> bool:
    """Whether this can be the id of an office, and so a name in a folder or an address."""
    return _OFFICE.fullmatch(text) is not None


def _check_office(office: str) -> str:
    if not is_office(office):
        raise Malformed("bad-office")
    return office
