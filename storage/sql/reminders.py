"""Who is reminded of which envelope, and when: rows that are leased like those of the outbox.

Whoever has several that are due gets them in one claim, whichever process makes it, so that they make one message.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, delete, func, or_, select, text, update

from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.outgoing import COUNTED, Backlog
from bot.domain.people import Account, OfficeId
from bot.domain.reminders import ONCE_PER, Reminder
from storage.sql.rows import read_account, write_account
from storage.sql.session import Session
from storage.sql.tables import reminders
from storage.sql.types import as_utc

_LOCK = text("SELECT pg_advisory_xact_lock(7006520)")
"""One claim at a time, or two would each take a part of what one person is reminded of; see `owed_evidence`."""

_KEYS = ("envelope_id", "platform", "tenant", "user_id")
_IS_DUE = and_(
    reminders.c.due_at <= bindparam("now"),
    or_(reminders.c.lease_until.is_(None), reminders.c.lease_until <= bindparam("now")),
)
DUE = select(reminders.c.id).where(_IS_DUE).order_by(reminders.c.due_at, reminders.c.id).limit(bindparam("limit"))
OF_PEOPLE = select(reminders.c.id).where(reminders.c.user_id.in_(bindparam("users", expanding=True)), _IS_DUE)


def _lease(due: Select[tuple[int]]) -> Any:  # noqa: ANN401 - an update with its rows has no short name
    leased = {"lease_until": bindparam("until"), "leases": reminders.c.leases + 1}
    return update(reminders).where(reminders.c.id.in_(due.scalar_subquery())).values(leased).returning(reminders)


# Rows that somebody else is changing are left to the next claim, instead of waiting for each other.
_CLAIM, _CLAIM_PEOPLE = _lease(DUE), _lease(OF_PEOPLE)
_CLAIM_POSTGRESQL = _lease(DUE.with_for_update(skip_locked=True))
_CLAIM_PEOPLE_POSTGRESQL = _lease(OF_PEOPLE.with_for_update(skip_locked=True))
_WAITING = select(reminders.c.id).where(reminders.c.due_at <= bindparam("now")).limit(COUNTED).subquery()
_DUE_SINCE = select(func.min(reminders.c.due_at)).where(reminders.c.due_at <= bindparam("now"))
_BACKLOG = select(
    select(func.count()).select_from(_WAITING).scalar_subquery().label("waiting"),
    _DUE_SINCE.scalar_subquery().label("due_since"),
)
_IS_HELD = (reminders.c.id == bindparam("row"), reminders.c.leases == bindparam("lease"))
_PLAN = (
    update(reminders)
    .where(*_IS_HELD)
    .values(due_at=bindparam("due"), lease_until=None, snoozed=False, escalated=bindparam("told"))
)
_STOP = delete(reminders).where(*_IS_HELD)


class SqlReminders:
    """Keeps `bot.ports.Reminders`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def start(self, envelope: Envelope, signer: Account, since: datetime, due: datetime) -> None:
        started = {"since": since, "due_at": due, "lease_until": None, "snoozed": False, "escalated": False}
        await self._save(envelope, signer, since, started)

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> tuple[Reminder, ...]:
        await self._session.flush()
        claim, claim_people = _CLAIM, _CLAIM_PEOPLE
        if self._session.is_postgresql:
            await self._session.run(_LOCK)
            claim, claim_people = _CLAIM_POSTGRESQL, _CLAIM_PEOPLE_POSTGRESQL
        times = {"now": now, "until": now + lease}
        rows = list(await self._session.all(claim, {**times, "limit": limit}))
        if rows:
            users = sorted({row.user_id for row in rows})
            rows += await self._session.all(claim_people, {**times, "users": users})
        return tuple(_read(row) for row in sorted(rows, key=lambda row: (row.due_at, row.id)))

    async def plan(self, row: Reminder, due: datetime | None, *, escalated: bool) -> bool:
        return await self._session.change(_PLAN, {**_name_lease(row), "due": due, "told": escalated}) == 1

    async def backlog(self, now: datetime) -> Backlog:
        await self._session.flush()
        row = (await self._session.run(_BACKLOG, {"now": now})).one()
        return Backlog(row.waiting, row.due_since and as_utc(row.due_since))

    async def stop(self, row: Reminder) -> None:
        await self._session.run(_STOP, _name_lease(row))

    async def snooze(self, envelope: Envelope, signer: Account, now: datetime, due: datetime) -> None:
        await self._save(envelope, signer, now, {"due_at": due, "lease_until": None, "snoozed": True})

    async def ask(self, envelope: Envelope, signer: Account, now: datetime) -> datetime | None:
        values = {**_name(envelope, signer), "since": now, "asked_at": now}
        insert = self._session.insert(reminders).values(**values)
        is_free = or_(reminders.c.asked_at.is_(None), reminders.c.asked_at <= now - ONCE_PER)
        asked = insert.on_conflict_do_update(index_elements=list(_KEYS), set_={"asked_at": now}, where=is_free)
        if await self._session.one(asked.returning(reminders.c.id)):
            return None
        own = and_(*(reminders.c[name] == value for name, value in _name(envelope, signer).items() if name in _KEYS))
        row = await self._session.one(select(reminders.c.asked_at).where(own))
        return row.asked_at if row else now

    async def _save(self, envelope: Envelope, signer: Account, since: datetime, changed: dict[str, Any]) -> None:
        """Add the row, or change this of it; a lease that somebody has on it is lost."""
        await self._session.flush()
        insert = self._session.insert(reminders).values(**{**_name(envelope, signer), "since": since, **changed})
        change = {**changed, "leases": reminders.c.leases + 1}
        await self._session.run(insert.on_conflict_do_update(index_elements=list(_KEYS), set_=change))


def _name(envelope: Envelope, signer: Account) -> dict[str, Any]:
    return {"envelope_id": envelope.id, "office_id": envelope.office, **write_account(signer)}


def _name_lease(row: Reminder) -> dict[str, Any]:
    return {"row": row.id, "lease": row.lease}


def _read(row: Row[Any]) -> Reminder:
    return Reminder(
        row.id,
        OfficeId(row.office_id),
        EnvelopeId(row.envelope_id),
        read_account(row),
        row.since,
        row.due_at,
        row.snoozed,
        row.escalated,
        row.leases,
    )
