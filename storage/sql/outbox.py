"""What must reach a platform: rows that are leased, delivered in order per conversation, and retried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate
from uuid_utils import uuid7

from bot.domain.outgoing import COUNTED, Backlog, Claimed, Errand, Listed, Outgoing, OutgoingId
from bot.domain.people import OfficeId, Platform
from storage.sql.rows import read_place, write_place
from storage.sql.session import Session
from storage.sql.tables import outbox
from storage.sql.types import as_utc

_earlier, _later = outbox.alias("earlier"), outbox.alias("later")
_SHOWS_NEWEST = (Errand.SHOW_CARD, Errand.SHOW_DELEGATION)
"""What is done once for all who asked meanwhile, since it is put into words only when it is done."""


def _is_pending(table: Any) -> Any:  # noqa: ANN401 - tables and their aliases have no common public type
    # Written out, not bound, so that the database sees that the partial indexes fit.
    return table.c.state == literal_column("'pending'")


def _select_due() -> Select[tuple[int]]:
    blocked = select(_earlier.c.id).where(
        _earlier.c.conversation == outbox.c.conversation, _is_pending(_earlier), _earlier.c.id < outbox.c.id
    )
    return (
        select(outbox.c.id)
        .where(
            _is_pending(outbox),
            outbox.c.due_at <= bindparam("now"),
            or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now")),
            # What a newer version put there is left to that, and what waits behind it as well.
            outbox.c.errand.in_(list(Errand)),
            ~blocked.exists(),
        )
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(bindparam("limit"))
    )


def _lease(due: Select[tuple[int]]) -> ReturningUpdate[Any]:
    # A lease that is still there ended without a report.
    unclear = outbox.c.unclear | outbox.c.lease_until.is_not(None)
    leased = {"lease_until": bindparam("until"), "attempts": outbox.c.attempts + 1, "unclear": unclear}
    return update(outbox).where(outbox.c.id.in_(due.scalar_subquery())).values(leased).returning(outbox)


# SQLite has one writer at a time, so that nobody can claim between the query and the update.
_CLAIM = _lease(_select_due())
_CLAIM_POSTGRESQL = _lease(_select_due().with_for_update(of=outbox, skip_locked=True))


def _collapse() -> Any:  # noqa: ANN401 - a delete has no short name
    # What may have been sent already, by the first or by one behind it, may show less than was asked for since.
    alike = (_later.c[name] == outbox.c[name] for name in ("conversation", "errand", "subject"))
    superseded = (
        select(_later.c.id)
        .join(outbox, _later.c.id > outbox.c.id)
        .where(
            outbox.c.id.in_(bindparam("rows", expanding=True)),
            *alike,
            cast(_later.c.facts, Text) == cast(outbox.c.facts, Text),
            _is_pending(_later),
            _later.c.lease_until.is_(None),
            ~_later.c.unclear,
        )
    )
    return delete(outbox).where(outbox.c.id.in_(superseded))


_COLLAPSE = _collapse()
_DEPTH = select(func.count()).select_from(outbox).where(_is_pending(outbox))
_WAITING = select(outbox.c.id).where(_is_pending(outbox)).limit(COUNTED).subquery()
_DUE_SINCE = select(func.min(outbox.c.due_at)).where(_is_pending(outbox), outbox.c.due_at <= bindparam("now"))
_BACKLOG = select(
    select(func.count()).select_from(_WAITING).scalar_subquery().label("waiting"),
    _DUE_SINCE.scalar_subquery().label("due_since"),
)
# A worker whose lease ended and was given to another may report nothing any more: `attempts` counts the leases.
_IS_HELD = (outbox.c.id == bindparam("row"), outbox.c.attempts == bindparam("lease"), _is_pending(outbox))
_REPORT = update(outbox).where(*_IS_HELD)
_DONE = delete(outbox).where(*_IS_HELD)
_BURY = _REPORT.values(state="dead", lease_until=None, last_error=bindparam("why")).returning(outbox.c.id)
_RELEASE = _REPORT.values(lease_until=None)
_POSTPONE = _REPORT.values(lease_until=None, due_at=bindparam("due"), last_error=bindparam("why"))
_PUT_BACK = _REPORT.values(lease_until=None, due_at=bindparam("due"), waits=outbox.c.waits + 1)
_POSTPONE_UNCLEAR = _POSTPONE.values(unclear=true())

# Among the dead first: "dead" comes before "pending". Without `facts`, which tell of people.
_LIST = select(*(each for each in outbox.c if each.name != "facts")).order_by(outbox.c.state, outbox.c.id)
_THESE_DEAD = (outbox.c.id.in_(bindparam("rows", expanding=True)), outbox.c.state == "dead")
_DROP = delete(outbox).where(*_THESE_DEAD).returning(outbox)
# No claim and no put may come between looking for leases and the rows being back in line.
_STAND_STILL = text("LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE")


def _put_back() -> ReturningUpdate[Any]:
    # Two rows of one conversation at the same time could both post the card that they find not posted yet.
    busy = (
        select(func.max(_earlier.c.lease_until))
        .where(_earlier.c.conversation == outbox.c.conversation, _is_pending(_earlier))
        .scalar_subquery()
    )
    now = bindparam("now", type_=outbox.c.due_at.type)
    # `attempts` goes on, as it tells one lease from another.
    back = {"state": "pending", "due_at": case((busy > now, busy), else_=now), "created_at": now}
    return update(outbox).where(*_THESE_DEAD).values(back).returning(outbox)


_RETRY = _put_back()


class SqlOutbox:
    """Keeps `bot.ports.Outbox`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, outgoing: Outgoing, now: datetime) -> None:
        values = {
            "office_id": outgoing.office,
            **write_place(outgoing.place),
            "conversation": _name_line(outgoing),
            "errand": outgoing.errand,
            "subject": outgoing.subject,
            "facts": dict(outgoing.facts),
            "key": str(uuid7()),
            "state": "pending",
            "due_at": now,
            "attempts": 0,
            "unclear": False,
            "created_at": now,
        }
        self._session.add_later(outbox, values)

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> tuple[Claimed, ...]:
        await self._session.flush()
        claim = _CLAIM_POSTGRESQL if self._session.is_postgresql else _CLAIM
        rows = await self._session.all(claim, {"now": now, "until": now + lease, "limit": limit})
        if collapsing := [row.id for row in rows if row.errand in _SHOWS_NEWEST and not row.unclear]:
            await self._session.run(_COLLAPSE, {"rows": collapsing})
        return tuple(_read(row) for row in sorted(rows, key=lambda row: (row.due_at, row.id)))

    async def done(self, *rows: Claimed) -> None:
        await self._session.run(_DONE, [_name_lease(row) for row in rows])

    async def put_back(self, *rows: tuple[Claimed, datetime]) -> None:
        await self._session.run(_PUT_BACK, [{**_name_lease(row), "due": due} for row, due in rows])

    async def release(self, rows: Sequence[Claimed]) -> None:
        for row in rows:
            await self._session.run(_RELEASE, _name_lease(row))

    async def postpone(self, row: Claimed, due: datetime, why: str, *, unclear: bool) -> None:
        # Once unclear, always unclear: what an earlier attempt may have delivered, a later one does not make certain.
        postpone = _POSTPONE_UNCLEAR if unclear else _POSTPONE
        await self._session.run(postpone, {**_name_lease(row), "due": due, "why": why})

    async def bury(self, row: Claimed, why: str) -> bool:
        return await self._session.one(_BURY, {**_name_lease(row), "why": why}) is not None

    async def depth(self) -> int:
        await self._session.flush()
        return await self._session.number(_DEPTH)

    async def backlog(self, now: datetime) -> Backlog:
        await self._session.flush()
        row = (await self._session.run(_BACKLOG, {"now": now})).one()
        return Backlog(row.waiting, row.due_since and as_utc(row.due_since))

    async def list_rows(self, office: OfficeId | None, *, buried_only: bool, limit: int) -> tuple[Listed, ...]:
        await self._session.flush()
        query = _LIST.limit(limit)
        if office is not None:
            query = query.where(outbox.c.office_id == office)
        if buried_only:
            query = query.where(outbox.c.state == "dead")
        return tuple(map(_list, await self._session.all(query)))

    async def retry(self, rows: Sequence[OutgoingId], now: datetime) -> tuple[Listed, ...]:
        if self._session.is_postgresql:
            await self._session.run(_STAND_STILL)
        found = await self._session.all(_RETRY, {"rows": list(rows), "now": now})
        return tuple(map(_list, sorted(found, key=lambda row: row.id)))

    async def drop(self, rows: Sequence[OutgoingId]) -> tuple[Listed, ...]:
        found = await self._session.all(_DROP, {"rows": list(rows)})
        return tuple(map(_list, sorted(found, key=lambda row: row.id)))


def _name_line(outgoing: Outgoing) -> str:
    """What waits for one another: what is said in one conversation. Sealing says nothing, and may take long."""
    if outgoing.errand is Errand.SEAL:
        return f"{outgoing.errand}\n{outgoing.subject}"
    place = outgoing.place  # a line break is in no platform's ids
    return f"{place.platform}\n{place.tenant}\n{place.channel}"


def _name_lease(row: Claimed) -> dict[str, Any]:
    return {"row": row.id, "lease": row.attempts + row.waits + 1}


def _read(row: Row[Any]) -> Claimed:
    outgoing = Outgoing(OfficeId(row.office_id), read_place(row), Errand(row.errand), row.subject, row.facts)
    attempts = row.attempts - row.waits - 1
    return Claimed(OutgoingId(row.id), outgoing, row.key, row.created_at, attempts, row.unclear, row.waits)


def _list(row: Row[Any]) -> Listed:
    return Listed(
        OutgoingId(row.id),
        OfficeId(row.office_id),
        Platform(row.platform),
        Errand(row.errand),
        row.subject,
        row.created_at,
        row.due_at,
        row.attempts - row.waits,
        row.last_error or "",
        buried=row.state == "dead",
    )
