"""Where source packages are called, and what they are still to be told: rows that are leased as in the outbox."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, or_, select, update

from bot.domain.delivery import DeliveryId, SourceId
from bot.domain.envelope import EnvelopeId
from bot.domain.people import OfficeId
from bot.domain.webhooks import CallId, ClaimedCall, ListedCall, Webhook, WebhookCall, WebhookEvent
from storage.sql.session import Session
from storage.sql.tables import deliveries, envelopes, webhooks
from storage.sql.tables import webhook_calls as calls

_OF_OFFICE = select(webhooks).where(webhooks.c.office_id == bindparam("office")).order_by(webhooks.c.source_id)
_GET = _OF_OFFICE.where(webhooks.c.source_id == bindparam("source"))
_own = select(deliveries.c.envelope_id.label("id")).where(
    deliveries.c.office_id == bindparam("office"),
    deliveries.c.source_id == bindparam("source"),
    deliveries.c.envelope_id.is_not(None),
)
_chain = _own.cte("chain", recursive=True)
_chain = _chain.union_all(
    select(envelopes.c.superseded_by_id)
    .join(_chain, envelopes.c.id == _chain.c.id)
    .where(envelopes.c.superseded_by_id.is_not(None))
)
_ended_at = func.coalesce(envelopes.c.sealed_at, envelopes.c.closed_at)
_CLOSED_SINCE = (
    select(envelopes.c.id)
    .join(_chain, envelopes.c.id == _chain.c.id)
    .where(_ended_at >= bindparam("since", type_=envelopes.c.closed_at.type))
    .order_by(_ended_at, envelopes.c.id)
)
_earlier = calls.alias("earlier")


def _is_pending(table: Any) -> Any:  # noqa: ANN401 - tables and their aliases have no common public type
    # Written out, not bound, so that the database sees that the partial indexes fit.
    return table.c.state == bindparam(None, "pending", literal_execute=True)


def _select_due() -> Select[tuple[int]]:
    blocked = select(_earlier.c.id).where(
        _earlier.c.source_id == calls.c.source_id, _is_pending(_earlier), _earlier.c.id < calls.c.id
    )
    active = select(webhooks.c.source_id).where(
        webhooks.c.source_id == calls.c.source_id, webhooks.c.url != "", webhooks.c.stopped == ""
    )
    return (
        select(calls.c.id)
        .where(
            _is_pending(calls),
            calls.c.due_at <= bindparam("now"),
            or_(calls.c.lease_until.is_(None), calls.c.lease_until <= bindparam("now")),
            ~blocked.exists(),
            active.exists(),
        )
        .order_by(calls.c.due_at, calls.c.id)
        .limit(bindparam("limit"))
    )


def _lease(due: Select[tuple[int]]) -> Any:  # noqa: ANN401 - an update with its rows has no short name
    leased = {"lease_until": bindparam("until"), "attempts": calls.c.attempts + 1}
    return update(calls).where(calls.c.id.in_(due.scalar_subquery())).values(leased).returning(calls)


# SQLite has one writer at a time, so that nobody can claim between the query and the update.
_CLAIM = _lease(_select_due())
_CLAIM_POSTGRESQL = _lease(_select_due().with_for_update(of=calls, skip_locked=True))
# `attempts` counts the leases: whoever lost theirs may report nothing any more.
_IS_HELD = (calls.c.id == bindparam("row"), calls.c.attempts == bindparam("lease"), _is_pending(calls))
_REPORT = update(calls).where(*_IS_HELD)
_DONE = delete(calls).where(*_IS_HELD)
_BURY = _REPORT.values(state="dead", lease_until=None, last_error=bindparam("why")).returning(calls.c.id)
_POSTPONE = _REPORT.values(lease_until=None, due_at=bindparam("due"), last_error=bindparam("why"))
_DROP_WAITING = delete(calls).where(
    calls.c.office_id == bindparam("office"), calls.c.source_id == bindparam("source"), _is_pending(calls)
)
_DEPTH = select(func.count()).select_from(calls).where(_is_pending(calls))
# "dead" comes before "pending".
_LIST = select(calls).order_by(calls.c.state, calls.c.id)


class SqlWebhooks:
    """Keeps `bot.ports.Webhooks`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, office: OfficeId, source: SourceId) -> Webhook | None:
        row = await self._session.one(_GET, {"office": office, "source": source})
        return None if row is None else _read_webhook(row)

    async def of_office(self, office: OfficeId) -> tuple[Webhook, ...]:
        return tuple(map(_read_webhook, await self._session.all(_OF_OFFICE, {"office": office})))

    async def save(self, webhook: Webhook) -> None:
        values = {
            "source_id": webhook.source,
            "office_id": webhook.office,
            "url": webhook.url,
            "generation": webhook.generation,
            "renewed_at": webhook.renewed_at,
            "stopped": webhook.stopped,
        }
        await self._session.upsert(webhooks, values, ["source_id"])

    async def closed_since(self, office: OfficeId, source: SourceId, since: datetime) -> tuple[EnvelopeId, ...]:
        rows = await self._session.all(_CLOSED_SINCE, {"office": office, "source": source, "since": since})
        return tuple(EnvelopeId(row.id) for row in rows)


class SqlWebhookCalls:
    """Keeps `bot.ports.WebhookCalls`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, call: WebhookCall, now: datetime) -> None:
        values = {
            "office_id": call.office,
            "source_id": call.source,
            "envelope_id": call.envelope,
            "delivery_id": call.delivery,
            "event": call.event,
            "occurred_at": call.occurred_at,
            "state": "pending",
            "due_at": now,
            "attempts": 0,
            "created_at": now,
        }
        # `attempts` goes on, so that who has a lease on it reports nothing.
        again = {"state": "pending", "due_at": now, "created_at": now, "lease_until": None, "last_error": None}
        put = self._session.insert(calls).values(**values)
        keys = [calls.c.envelope_id if call.envelope else calls.c.delivery_id, calls.c.event]
        again |= {"attempts": calls.c.attempts + 1, "occurred_at": call.occurred_at}
        await self._session.run(put.on_conflict_do_update(index_elements=keys, set_=again))

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> tuple[ClaimedCall, ...]:
        await self._session.flush()
        claim = _CLAIM_POSTGRESQL if self._session.is_postgresql else _CLAIM
        rows = await self._session.all(claim, {"now": now, "until": now + lease, "limit": limit})
        return tuple(_read_claimed(row) for row in sorted(rows, key=lambda row: (row.due_at, row.id)))

    async def done(self, row: ClaimedCall) -> None:
        await self._session.run(_DONE, _name_lease(row))

    async def postpone(self, row: ClaimedCall, due: datetime, why: str) -> None:
        await self._session.run(_POSTPONE, {**_name_lease(row), "due": due, "why": why})

    async def bury(self, row: ClaimedCall, why: str) -> bool:
        return await self._session.one(_BURY, {**_name_lease(row), "why": why}) is not None

    async def drop_waiting(self, office: OfficeId, source: SourceId) -> int:
        await self._session.flush()
        return await self._session.change(_DROP_WAITING, {"office": office, "source": source})

    async def depth(self) -> int:
        await self._session.flush()
        return await self._session.number(_DEPTH)

    async def list_calls(self, office: OfficeId | None, *, buried_only: bool, limit: int) -> tuple[ListedCall, ...]:
        await self._session.flush()
        query = _LIST.limit(limit)
        if office is not None:
            query = query.where(calls.c.office_id == office)
        if buried_only:
            query = query.where(calls.c.state == "dead")
        return tuple(map(_list, await self._session.all(query)))


def _name_lease(row: ClaimedCall) -> dict[str, Any]:
    return {"row": row.id, "lease": row.attempts + 1}


def _read_webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        SourceId(row.source_id), OfficeId(row.office_id), row.url, row.generation, row.renewed_at, row.stopped
    )


def _read_call(row: Row[Any]) -> WebhookCall:
    return WebhookCall(
        OfficeId(row.office_id),
        SourceId(row.source_id),
        row.envelope_id and EnvelopeId(row.envelope_id),
        WebhookEvent(row.event),
        row.occurred_at,
        row.delivery_id and DeliveryId(row.delivery_id),
    )


def _read_claimed(row: Row[Any]) -> ClaimedCall:
    return ClaimedCall(CallId(row.id), _read_call(row), row.created_at, row.attempts - 1)


def _list(row: Row[Any]) -> ListedCall:
    return ListedCall(
        CallId(row.id),
        _read_call(row),
        row.created_at,
        row.due_at,
        row.attempts,
        row.last_error or "",
        buried=row.state == "dead",
    )
