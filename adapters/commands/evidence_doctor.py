"""What the doctor tells of the evidence: its secret, its logs, and what is still owed to it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from adapters.commands.finding import BROKEN, NOTE, OK, Finding
from adapters.evidence.addresses import Address
from adapters.evidence.client import open_client
from adapters.evidence.holding import find_address
from adapters.evidence.opening import open_existing
from adapters.parts import open_store
from adapters.settings import Settings, SettingsError
from bot.domain.errors import EvidenceUnavailable, StoreUnavailable
from bot.domain.evidence import Lag
from bot.texts import OFFICE_ZONE
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.errors import EvidenceError


async def examine_evidence(settings: Settings, *, has_tables: bool) -> AsyncIterator[Finding]:
    """Whether evidence can be written and read, each log's head, and what waits; that only where there are tables."""
    try:
        address = find_address(settings)
    except SettingsError as error:
        yield Finding(BROKEN, "evidence", str(error))
        return
    if address:
        yield await _ask(address)
    else:
        yield _check_secret(settings)
        for finding in await asyncio.to_thread(lambda: list(_examine_logs(settings))):
            yield finding
    if has_tables:
        yield await _count_owed(settings)


async def _ask(address: Address) -> Finding:
    subject = "evidence"
    try:
        async with open_client(address) as client:
            about = await client.describe()
    except OSError as error:
        return Finding(
            BROKEN, subject, f"its certificates cannot be used: {error}; check PARAAF_EVIDENCE_CERT, _KEY, _CA"
        )
    except EvidenceUnavailable as error:
        words = f"the process at PARAAF_EVIDENCE_URL does not answer ({error.reason}); decisions go on meanwhile"
        return Finding(BROKEN, subject, words)
    return Finding(OK, subject, f"kept by another process, in logs named {about.origin('OFFICE')}")


def _check_secret(settings: Settings) -> Finding:
    file, subject = settings.evidence_secret, "evidence secret"
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        if (settings.evidence_dir / "vault").exists():
            words = f"{file}: gone; put it back from its backup, or nothing in {settings.evidence_dir} can be opened"
            return Finding(BROKEN, subject, words)
        return Finding(NOTE, subject, f"{file}: none yet; the next start makes it")
    except OSError as error:
        return Finding(BROKEN, subject, f"{file}: {error.strerror}; let Paraaf's own user read it")
    if mode & 0o077:
        return Finding(NOTE, subject, f"{file}: others on this machine can read it; make it yours alone: chmod 600")
    if file.resolve().is_relative_to(settings.evidence_dir.resolve()):
        words = f"{file} lies in the folder of the evidence: who has a backup of that can open it; keep it elsewhere"
        return Finding(NOTE, subject, words)
    return Finding(OK, subject, f"{file}; back it up, apart from the evidence: without it no key can be used")


def _examine_logs(settings: Settings) -> Iterator[Finding]:
    folder, subject = settings.evidence_dir, "evidence"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        words = f"{folder}: {error.strerror}; make it writable to Paraaf's user, or set PARAAF_EVIDENCE_DIR"
        yield Finding(BROKEN, subject, words)
        return
    if not any(folder.glob("logs/*/checkpoint")):
        yield Finding(OK, subject, f"{folder}, without logs yet; back it up as the database")
        return
    try:
        archive = open_existing(settings, None)
    except (SettingsError, EvidenceError, OSError) as error:
        yield Finding(BROKEN, subject, str(error))
        return
    yield Finding(OK, subject, f"{folder}; back it up as the database")
    yield from (_examine_log(archive, office, folder) for office in archive.offices())


def _examine_log(archive: Archive, office: str, folder: Path) -> Finding:
    subject = f"evidence of {office}"
    try:
        head = read_checkpoint(archive.reader(office).checkpoint)
    except (EvidenceError, OSError) as error:
        return Finding(BROKEN, subject, f"{error}; see paraaf evidence fsck {folder / 'logs' / office}")
    return Finding(OK, subject, f"{head.origin}, {head.size} entries; its key: paraaf evidence keys")


async def _count_owed(settings: Settings) -> Finding:
    subject = "evidence owed"
    try:
        async with open_store(settings) as store, store.reading() as tx:
            lag = await tx.owed_evidence.lag()
    except StoreUnavailable as error:
        return Finding(BROKEN, subject, f"the database does not answer: {error.reason}")
    return Finding(BROKEN if lag.refused else NOTE if lag.owed else OK, subject, describe_lag(lag))


def describe_lag(lag: Lag) -> str:
    """What is owed to the evidence, since when, and what to do about it; no names."""
    if not lag.owed or lag.oldest is None:
        return "none"
    since = f"{lag.oldest.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M %Z}"
    words = f"{lag.owed} events wait for their entry, the oldest since {since}"
    if lag.refused:
        return f"{words}; {lag.refused} of them were refused: look for evidence.refused in the log of Paraaf"
    return f"{words}; they follow by themselves while Paraaf runs and the evidence can be written"
