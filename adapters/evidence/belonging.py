"""Whether an archive is the one in which the evidence of a database is, and holds all of it.

Two archives for one database would make two logs of one name, of which each denies what the other says.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from adapters.evidence.client import HttpEvidence
from adapters.evidence.local import LocalEvidence
from adapters.evidence.wire import About
from adapters.settings import SettingsError
from bot.domain.errors import EvidenceUnavailable
from bot.domain.evidence import Receipt
from bot.domain.people import OfficeId
from storage.evidence.archive import Archive
from storage.evidence.errors import EvidenceError
from storage.evidence.merkle import hash_leaf
from storage.evidence.proof import parse_proof
from storage.sql.store import SqlStore

Prove = Callable[[OfficeId, int], Awaitable[bytes]]
"""The proof of an entry. Raises `KeyError` where it cannot be given."""

_SETTING = "PARAAF_EVIDENCE_DIR"

_log = structlog.get_logger(__name__)


async def require_archive(store: SqlStore, about: About, prove: Prove) -> None:
    """Raise `SettingsError` unless this archive is the database's and holds its newest receipts."""
    async with store.transaction() as tx:
        if not await tx.archives.claim(about.name, datetime.now(UTC)):
            raise SettingsError(
                {
                    _SETTING: "this database's evidence is in another archive. Put that one back, from a backup, or "
                    "set PARAAF_EVIDENCE_URL to the process that holds it: one archive records for all copies of "
                    "Paraaf on a database. If it is lost for good: paraaf evidence adopt"
                }
            )
    await _require_receipts(store, about, prove, "put back a newer copy of it, and the newest index with it")


async def require_remote(store: SqlStore, evidence: HttpEvidence) -> None:
    """As `require_archive` for one that another process holds. Its outage keeps nobody from starting."""
    try:
        await require_archive(store, await evidence.describe(), evidence.prove)
    except EvidenceUnavailable as error:
        _log.warning("evidence_not_compared", reason=error.reason)


async def adopt_archive(store: SqlStore, archive: Archive) -> None:
    """Let this archive count from now on, in place of one that is lost.

    Its logs need names of their own, so that nobody takes them for the lost ones: else raises `SettingsError`.
    """
    about = LocalEvidence(archive).about
    advice = "if the log is lost, the new one needs another name: set PARAAF_EVIDENCE_NAME to one never used"
    await _require_receipts(store, about, make_prover(archive), advice)
    async with store.transaction() as tx:
        await tx.archives.adopt(about.name, datetime.now(UTC))


def make_prover(archive: Archive) -> Prove:
    """Proves from the files of an archive, whichever process appends to it."""

    async def prove(office: OfficeId, index: int) -> bytes:
        try:
            return str(await asyncio.to_thread(lambda: archive.reader(office).prove(index))).encode()
        except (IndexError, EvidenceError):
            raise KeyError(index) from None

    return prove


async def _require_receipts(store: SqlStore, about: About, prove: Prove, advice: str) -> None:
    async with store.reading() as tx:
        offices = await tx.offices.all()
        newest = {office.id: await tx.archives.newest_receipt(about.origin(office.id)) for office in offices}
    for office, receipt in newest.items():
        if receipt and not await _holds(prove, office, receipt):
            raise SettingsError(
                {
                    _SETTING: f"entry {receipt.index} of {receipt.origin} was recorded and is not in this archive, or "
                    f"is another there; {advice}"
                }
            )


async def _holds(prove: Prove, office: OfficeId, receipt: Receipt) -> bool:
    try:
        entry = parse_proof(await prove(office, receipt.index)).entry
    except (KeyError, EvidenceError):
        return False
    return hash_leaf(entry).hex() == receipt.entry_hash
