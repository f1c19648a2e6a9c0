"""Which lines of the log the evidence has still to record, leased like the rows of the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, text, true, update

from bot.domain.evidence import Lag, OwedLine, Receipt
from bot.domain.people import Account, OfficeId
from storage.sql.log import LINES, read_line
from storage.sql.rows import write_account
from storage.sql.session import Session
from storage.sql.tables import evidence_owed, evidence_receipts, log
from storage.sql.types import UtcTime, as_utc

_LOCK = text("SELECT pg_advisory_xact_lock(7006519)")
"""One claim at a time; any number will do that nothing else in this database locks."""

_NOW = bindparam("now", type_=UtcTime())
_HELD_UP = select(evidence_owed.c.office_id).where(evidence_owed.c.due_at > _NOW, evidence_owed.c.refused.is_(False))
# What is held up is found once, not once for each line: an outage may leave a hundred thousand.
DUE = (
    select(evidence_owed.c.key)
    .where(evidence_owed.c.due_at <= _NOW)
    .where(or_(evidence_owed.c.refused, evidence_owed.c.office_id.not_in(_HELD_UP)))
    .order_by(evidence_owed.c.id)
    .limit(bindparam("limit"))
)
_CLAIM = (
    update(evidence_owed)
    .where(evidence_owed.c.key.in_(DUE.scalar_subquery()))
    .values(due_at=bindparam("until"), attempts=evidence_owed.c.attempts + 1)
    .returning(evidence_owed.c.key, evidence_owed.c.attempts)
)
LINES_OF_KEYS = LINES.add_columns(log.c.key).where(log.c.key.in_(bindparam("keys", expanding=True))).order_by(log.c.id)
_DONE = delete(evidence_owed).where(evidence_owed.c.key == bindparam("owed"))
# Who lost the lease to another may postpone nothing any more: `attempts` counts the leases.
_POSTPONE = (
    update(evidence_owed)
    .where(evidence_owed.c.key == bindparam("owed"), evidence_owed.c.attempts == bindparam("lease"))
    .values(due_at=bindparam("due"))
)
_REFUSE = _POSTPONE.values(refused=true())
# Who is named in a line is told by the id alone: at worst somebody else's line is waited for as well.
_OF_PERSON = (
    select(func.count())
    .select_from(evidence_owed.join(log, log.c.key == evidence_owed.c.key))
    .where(log.c.office_id == bindparam("office"))
    .where(
        or_(
            and_(*(log.c[f"by_{name}"] == bindparam(name) for name in ("platform", "tenant", "user_id"))),
            *(log.c.facts[name].as_string() == bindparam("user_id") for name in ("from_account", "to_account")),
        )
    )
)
# The oldest line is among the first that were owed; looking a million of them up in the log takes seconds.
_FIRST = select(evidence_owed.c.key).order_by(evidence_owed.c.id).limit(1_000).scalar_subquery()
_LAG = select(
    func.count().label("owed"),
    select(func.min(log.c.at)).where(log.c.key.in_(_FIRST)).scalar_subquery().label("oldest"),
    func.count().filter(evidence_owed.c.refused).label("refused"),
).select_from(evidence_owed)


class SqlOwedEvidence:
    """Keeps `bot.ports.OwedEvidence`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> tuple[OwedLine, ...]:
        await self._session.flush()
        if self._session.is_postgresql:
            # Two that claim at once would each take a part of an office's lines, and one overtake the other.
            await self._session.run(_LOCK)
        claimed = await self._session.all(_CLAIM, {"now": now, "until": now + lease, "limit": limit})
        attempts = {row.key: row.attempts - 1 for row in claimed}
        lines = await self._session.all(LINES_OF_KEYS, {"keys": list(attempts)}) if attempts else ()
        return tuple(OwedLine(row.key, read_line(row), attempts[row.key]) for row in lines)

    async def recorded(self, owed: OwedLine, receipt: Receipt, at: datetime) -> bool:
        values = {
            "key": owed.key,
            "office_id": owed.line.office,
            "envelope_id": owed.line.envelope,
            "origin": receipt.origin,
            "index": receipt.index,
            "entry_hash": receipt.entry_hash,
            "recorded_at": at,
        }
        await self._session.run(_DONE, {"owed": owed.key})
        return await self._session.add(evidence_receipts, values)

    async def postpone(self, owed: Sequence[OwedLine], due: datetime) -> None:
        if owed:
            await self._session.run(_POSTPONE, [_name_lease(each, due) for each in owed])

    async def refuse(self, owed: OwedLine, due: datetime) -> None:
        await self._session.run(_REFUSE, _name_lease(owed, due))

    async def count_of(self, office: OfficeId, person: Account) -> int:
        await self._session.flush()
        return await self._session.number(_OF_PERSON, {"office": office, **write_account(person)})

    async def lag(self) -> Lag:
        row = (await self._session.run(_LAG)).one()
        return Lag(row.owed, row.oldest and as_utc(row.oldest), row.refused)


def _name_lease(owed: OwedLine, due: datetime) -> dict[str, Any]:
    return {"owed": owed.key, "lease": owed.attempts + 1, "due": due}
