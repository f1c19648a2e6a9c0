"""Whether an archive is the one in which the evidence of a database is, and holds all of it.

Two archives for one database would make two logs of one name, of which each denies what the other says.
"""

import asyncio
from datetime import UTC, datetime

from adapters.settings import SettingsError
from bot.domain.evidence import Receipt
from bot.domain.people import OfficeId
from storage.evidence.archive import Archive
from storage.evidence.errors import EvidenceError
from storage.evidence.merkle import hash_leaf
from storage.sql.store import SqlStore

_SETTING = "PARAAF_EVIDENCE_DIR"


async def require_archive(store: SqlStore, archive: Archive) -> None:
    """Raise `SettingsError` unless this archive is the database's and holds its newest receipts."""
    async with store.transaction() as tx:
        if not await tx.archives.claim(archive.name, datetime.now(UTC)):
            raise SettingsError(
                {
                    _SETTING: "this database's evidence is in another archive. Put that one back, from a backup or "
                    "from the copy of Paraaf that holds it: one archive records for all copies on a database. If it is "
                    "lost for good: paraaf evidence adopt"
                }
            )
    await require_receipts(store, archive, "put back a newer copy of it, and the newest index with it")


async def adopt_archive(store: SqlStore, archive: Archive) -> None:
    """Let this archive count from now on, in place of one that is lost.

    Its logs need names of their own, so that nobody takes them for the lost ones: else raises `SettingsError`.
    """
    await require_receipts(
        store, archive, "if the log is lost, the new one needs another name: set PARAAF_EVIDENCE_NAME to one never used"
    )
    async with store.transaction() as tx:
        await tx.archives.adopt(archive.name, datetime.now(UTC))


async def require_receipts(store: SqlStore, archive: Archive, advice: str) -> None:
    """Raise `SettingsError` where a log lacks the newest entry that the database has a receipt of."""
    async with store.reading() as tx:
        offices = await tx.offices.all()
        newest = {office.id: await tx.archives.newest_receipt(archive.origin(office.id)) for office in offices}
    for office, receipt in newest.items():
        if receipt and not await asyncio.to_thread(_holds, archive, office, receipt):
            raise SettingsError(
                {
                    _SETTING: f"entry {receipt.index} of {receipt.origin} was recorded and is not in this archive, or "
                    f"is another there; {advice}"
                }
            )


def _holds(archive: Archive, office: OfficeId, receipt: Receipt) -> bool:
    try:
        entry = archive.reader(office).prove(receipt.index).entry
    except (KeyError, IndexError, EvidenceError):
        return False
    return hash_leaf(entry).hex() == receipt.entry_hash
