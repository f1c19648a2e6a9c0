"""What source packages delivered: rows that are leased until somebody decided what to do with them."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update

from bot.domain.delivery import Choices, Delivery, DeliveryId, DeliveryState, Doubt, Kind, Refused, SourceId
from bot.domain.dossier import Content
from bot.domain.envelope import EnvelopeId
from bot.domain.errors import Conflict
from bot.domain.people import Account, ClientId, ContactId, OfficeId, Platform
from bot.domain.places import MessageRef
from bot.domain.sbr import ClientNumber
from storage.sql.place_json import read_message, read_place, write_message, write_place
from storage.sql.session import Session
from storage.sql.tables import deliveries, delivery_rules
from storage.vault import Vault

_BY_KEY = select(deliveries).where(
    deliveries.c.source_id == bindparam("source"), deliveries.c.key == bindparam("wanted")
)
_OF_OFFICE = select(deliveries).where(deliveries.c.office_id == bindparam("office"))
_GET = _OF_OFFICE.where(deliveries.c.id == bindparam("delivery"))
_OF_ENVELOPE = _OF_OFFICE.where(deliveries.c.envelope_id == bindparam("envelope"))
_RULE = select(delivery_rules).where(
    *(delivery_rules.c[name] == bindparam(name) for name in ("source_id", "kind", "client_number"))
)
# Written out, not bound, so that the database sees that the partial indexes fit.
_IS_RECEIVED = deliveries.c.state == bindparam(None, DeliveryState.RECEIVED, literal_execute=True)
_IS_SENT = deliveries.c.state == bindparam(None, DeliveryState.SENT, literal_execute=True)
_IS_WAITING = deliveries.c.state == bindparam(None, DeliveryState.WAITING, literal_execute=True)
_REFUSED = _OF_OFFICE.where(
    deliveries.c.source_id == bindparam("source"), deliveries.c.state == DeliveryState.REFUSED.value
)
_WAITING = _OF_OFFICE.where(_IS_WAITING).order_by(deliveries.c.id)
DUE = (
    select(deliveries.c.id)
    .where(_IS_RECEIVED, deliveries.c.due_at <= bindparam("now"))
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(bindparam("limit"))
)
_IS_AS_READ = (deliveries.c.id == bindparam("delivery"), deliveries.c.revision == bindparam("read_as"))
_POSTPONE = update(deliveries).where(*_IS_AS_READ).values(due_at=bindparam("due"))


def _lease(due: Select[tuple[str]]) -> Any:  # noqa: ANN401 - an update with its rows has no short name
    leased: dict[str, Any] = {"due_at": bindparam("until")}
    return update(deliveries).where(deliveries.c.id.in_(due.scalar_subquery())).values(leased).returning(deliveries)


# SQLite has one writer at a time, so that nobody can claim between the query and the update.
_CLAIM, _CLAIM_POSTGRESQL = _lease(DUE), _lease(DUE.with_for_update(skip_locked=True))


class SqlDeliveries:
    """Keeps `bot.ports.Deliveries`; without a vault it hashes no numbers."""

    def __init__(self, session: Session, vault: Vault | None) -> None:
        self._session = session
        self._vault = vault

    async def add(self, delivery: Delivery) -> bool:
        instance = delivery.instance
        values = {
            "id": delivery.id,
            "office_id": delivery.office,
            "source_id": delivery.source,
            "key": delivery.key,
            "kind": delivery.kind,
            "client_number": delivery.client_number,
            "period": delivery.period,
            "file_name": delivery.file_name,
            "sha256": delivery.content.sha256,
            "size": delivery.content.size,
            "media_type": delivery.media_type,
            "pages": delivery.pages,
            "received_at": delivery.received_at,
            "title": delivery.title,
            "reference": delivery.reference,
            "instance_sha256": instance and instance.sha256,
            "instance_size": instance and instance.size,
            "extra": dict(delivery.extra),
            **_write_outcome(delivery),
            "revision": delivery.revision,
            "due_at": delivery.received_at,
        }
        return await self._session.add(deliveries, values)

    async def by_key(self, source: SourceId, key: str) -> Delivery | None:
        return _maybe(await self._session.one(_BY_KEY, {"source": source, "wanted": key}))

    async def get(self, office: OfficeId, delivery: DeliveryId) -> Delivery | None:
        return _maybe(await self._session.one(_GET, {"office": office, "delivery": delivery}))

    async def of_envelope(self, office: OfficeId, envelope: EnvelopeId) -> Delivery | None:
        return _maybe(await self._session.one(_OF_ENVELOPE, {"office": office, "envelope": envelope}))

    async def claim_received(self, now: datetime, lease: timedelta, limit: int) -> tuple[Delivery, ...]:
        claim = _CLAIM_POSTGRESQL if self._session.is_postgresql else _CLAIM
        rows = await self._session.all(claim, {"now": now, "until": now + lease, "limit": limit})
        return tuple(_read(row) for row in sorted(rows, key=lambda row: (row.received_at, row.id)))

    async def postpone(self, delivery: Delivery, due: datetime) -> None:
        await self._session.run(_POSTPONE, {"delivery": delivery.id, "read_as": delivery.revision, "due": due})

    async def save(self, delivery: Delivery) -> Delivery:
        saved = replace(delivery, revision=delivery.revision + 1)
        changes = {**_write_outcome(saved), "revision": saved.revision, "due_at": saved.received_at}
        named = {"delivery": delivery.id, "read_as": delivery.revision}
        if await self._session.change(update(deliveries).where(*_IS_AS_READ).values(changes), named) != 1:
            raise Conflict
        return saved

    async def waiting(self, office: OfficeId) -> tuple[Delivery, ...]:
        return tuple(map(_read, await self._session.all(_WAITING, {"office": office})))

    async def refused_since(self, office: OfficeId, source: SourceId, since: datetime) -> tuple[Delivery, ...]:
        rows = await self._session.all(_REFUSED, {"office": office, "source": source})
        found = [(each.refused.at, each) for each in map(_read, rows) if each.refused]
        return tuple(each for at, each in sorted(found, key=itemgetter(0)) if at >= since)

    async def posted(self, delivery: DeliveryId, card: MessageRef) -> None:
        change = update(deliveries).where(deliveries.c.id == bindparam("delivery")).values(card=write_message(card))
        await self._session.run(change, {"delivery": delivery})

    async def keep_rule(self, delivery: Delivery, chosen: Choices) -> None:
        kept = chosen.filled_from(await self.rule(delivery))
        values = {**_name_rule(delivery), "office_id": delivery.office, "choices": _write_choices(kept)}
        await self._session.upsert(delivery_rules, values, list(_name_rule(delivery)))

    async def rule(self, delivery: Delivery) -> Choices:
        row = await self._session.one(_RULE, _name_rule(delivery))
        return _read_choices(row.choices) if row else Choices()

    def hash_number(self, office: OfficeId, number: ClientNumber) -> str:
        if self._vault is None:
            raise ValueError("without a vault no number can be hashed")
        return self._vault.hash(office, f"{number.scheme} {number.number}")

    async def sent_number(self, office: OfficeId, client_number: str, field: str) -> str | None:
        known = deliveries.c.extra[field].as_string()
        query = (
            select(known.label("known"))
            .where(deliveries.c.office_id == office, deliveries.c.client_number == client_number, _IS_SENT)
            .where(known.is_not(None))
            .order_by(deliveries.c.id.desc())
            .limit(1)
        )
        row = await self._session.one(query)
        return row.known if row else None


def _name_rule(delivery: Delivery) -> dict[str, Any]:
    return {"source_id": delivery.source, "kind": delivery.kind, "client_number": delivery.client_number}


def _write_outcome(delivery: Delivery) -> dict[str, Any]:
    refused = delivery.refused
    return {
        "state": delivery.state,
        "doubts": list(delivery.doubts),
        "choices": _write_choices(delivery.choices),
        "envelope_id": delivery.envelope,
        "refused": refused and {"by": refused.by, "reason": refused.reason, "at": refused.at.isoformat()},
    }


def _write_choices(choices: Choices) -> dict[str, Any]:
    sender = choices.sender
    return {
        "client": choices.client,
        "template": choices.template,
        "place": write_place(choices.place),
        "contact": choices.contact,
        "sender": sender and [sender.platform, sender.tenant, sender.user],
    }


def _read_choices(written: dict[str, Any]) -> Choices:
    client, contact, sender = written["client"], written["contact"], written["sender"]
    return Choices(
        client=client and ClientId(client),
        template=written["template"],
        place=read_place(written["place"]),
        contact=contact and ContactId(contact),
        sender=sender and Account(Platform(sender[0]), *sender[1:]),
    )


def _read_refused(written: dict[str, Any] | None) -> Refused | None:
    if written is None:
        return None
    return Refused(written["by"], written["reason"], datetime.fromisoformat(written["at"]))


def _maybe(row: Row[Any] | None) -> Delivery | None:
    return None if row is None else _read(row)


def _read(row: Row[Any]) -> Delivery:
    return Delivery(
        id=DeliveryId(row.id),
        office=OfficeId(row.office_id),
        source=SourceId(row.source_id),
        key=row.key,
        kind=Kind(row.kind),
        client_number=row.client_number,
        period=row.period,
        file_name=row.file_name,
        content=Content(row.sha256, row.size),
        media_type=row.media_type,
        pages=row.pages,
        received_at=row.received_at,
        title=row.title,
        reference=row.reference,
        instance=None if row.instance_sha256 is None else Content(row.instance_sha256, row.instance_size),
        extra=row.extra,
        state=DeliveryState(row.state),
        doubts=tuple(map(Doubt, row.doubts)),
        choices=_read_choices(row.choices),
        envelope=row.envelope_id and EnvelopeId(row.envelope_id),
        refused=_read_refused(row.refused),
        card=read_message(row.card),
        revision=row.revision,
    )
