"""In which archive the evidence of this database is, and the newest receipt from each of its logs."""

from datetime import datetime

from sqlalchemy import bindparam, select, text

from bot.domain.evidence import Receipt
from storage.sql.session import Session
from storage.sql.tables import evidence_archives, evidence_receipts

_LOCK = text("SELECT pg_advisory_xact_lock(7006520)")
"""Two copies of Paraaf may start at once; the number is one that nothing else in this database locks."""
_NEWEST = select(evidence_archives.c.name).order_by(evidence_archives.c.id.desc()).limit(1)
_NEWEST_RECEIPT = (
    select(evidence_receipts.c.origin, evidence_receipts.c.index.label("entry_index"), evidence_receipts.c.entry_hash)
    .where(evidence_receipts.c.origin == bindparam("origin"))
    .order_by(evidence_receipts.c.index.desc())
    .limit(1)
)


class SqlArchives:
    """Which archive counts: the first one that recorded for this database, until another is adopted."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def claim(self, name: str, now: datetime) -> bool:
        """Whether this archive counts; where none does yet, it is this one from now on."""
        if self._session.is_postgresql:
            await self._session.run(_LOCK)
        if counting := await self._session.one(_NEWEST):
            return bool(counting.name == name)
        await self.adopt(name, now)
        return True

    async def adopt(self, name: str, now: datetime) -> None:
        """Let this archive count from now on. Those before it are remembered."""
        await self._session.run(evidence_archives.insert(), {"name": name, "since": now})

    async def newest_receipt(self, origin: str) -> Receipt | None:
        """The receipt of the newest entry that is known from a log."""
        row = await self._session.one(_NEWEST_RECEIPT, {"origin": origin})
        return None if row is None else Receipt(row.origin, row.entry_index, row.entry_hash)
