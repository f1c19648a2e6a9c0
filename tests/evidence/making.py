"""Entries, keys and logs for tests."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, settings

from storage.evidence.archive import Archive
from storage.evidence.disk import Disk
from storage.evidence.entry import Document, Entry, Event, Personal
from storage.evidence.keys import KeyFile, LogKeys
from storage.evidence.note import Signer, VerifierKey
from storage.evidence.recorder import Recorder
from storage.evidence.vault import LEAST_COST, Vault

OFFICE = "0192f3c4-linde"
HOST = "paraaf.example"
ORIGIN = f"{HOST}/evidence/{OFFICE}"
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long an example takes says something of the machine only."""

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


SECRET = b"what stands in the secret file"


def make_archive(root: Path, secret: bytes = SECRET, disk: Disk | None = None) -> Archive:
    """An archive that is quick to open, here and by whoever opens it afterwards."""
    return Archive(root, secret, HOST, disk, LEAST_COST)


def hash_of(words: str) -> str:
    return sha256(words.encode()).hexdigest()


def an_entry(number: int, office: str = OFFICE, **changes: object) -> Entry:
    entry = Entry(
        office=office,
        envelope=f"envelope-{number}",
        event=Event.APPROVED,
        decision=f"decision-{number}",
        at=AT + timedelta(seconds=number),
        documents=(Document("dossier-1", f"item-{number}", hash_of(f"document {number}")),),
        consent="akkoord-1",
        commitments={Personal.WHO: hash_of(f"who {number}")},
    )
    return entry if not changes else _replace(entry, changes)


def _replace(entry: Entry, changes: dict[str, object]) -> Entry:
    fields = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    return Entry(**(fields | changes))


def a_signer(seed: int = 1, name: str = ORIGIN) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def a_vault() -> Vault:
    return Vault(b"k" * 32)


def make_keys(folder: Path, signer: Signer | None = None) -> KeyFile:
    """The key file of a log in a test's folder, with a key that is known."""
    keys = KeyFile(folder / "keys" / OFFICE, a_vault(), ORIGIN)
    if signer:
        keys.save(LogKeys(signer))
    return keys


def open_recorder(folder: Path, disk: Disk | None = None, kind: type[Recorder] = Recorder) -> Recorder:
    """The log in `folder/log`; its key is made when there is none."""
    return kind(OFFICE, folder / "log", folder / "index.db", make_keys(folder), disk)


def make_log(folder: Path, size: int, batch: int = 100) -> VerifierKey:
    """A log of so many entries in `folder/log`; the key that it is signed with."""
    make_keys(folder, a_signer())
    recorder = open_recorder(folder)
    for start in range(0, size, batch):
        recorder.record([an_entry(number) for number in range(start, min(size, start + batch))])
    recorder.close()
    return a_signer().key
