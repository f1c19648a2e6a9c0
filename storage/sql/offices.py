"""Offices and the workspaces and tenants that are mapped to them."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from bot.domain.people import Cadence, ClientId, Office, OfficeId, Platform
from bot.domain.places import Place
from bot.domain.signature import Drawing
from storage.sql.place_json import read_place, write_place
from storage.sql.session import Session
from storage.sql.tables import office_tenants, offices
from storage.sql.types import fold

_BY_ID = select(offices).where(offices.c.id == bindparam("office"))
_BY_TENANT = (
    select(offices)
    .join(office_tenants, office_tenants.c.office_id == offices.c.id)
    .where(office_tenants.c.platform == bindparam("platform"), office_tenants.c.tenant == bindparam("tenant"))
)
_TENANTS = (
    select(office_tenants.c.platform, office_tenants.c.tenant)
    .where(office_tenants.c.office_id == bindparam("office"))
    .order_by(office_tenants.c.platform, office_tenants.c.tenant)
)


class SqlOffices:
    """Keeps `bot.ports.Offices`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, office: OfficeId) -> Office:
        row = await self._session.one(_BY_ID, {"office": office})
        if row is None:
            raise KeyError(office)
        return _read(row)

    async def by_tenant(self, platform: Platform, tenant: str) -> Office | None:
        row = await self._session.one(_BY_TENANT, {"platform": platform, "tenant": tenant})
        return None if row is None else _read(row)

    async def all(self) -> tuple[Office, ...]:
        found = map(_read, await self._session.all(select(offices)))
        return tuple(sorted(found, key=lambda office: (fold(office.name), office.id)))

    async def save(self, office: Office) -> None:
        values = {
            "id": office.id,
            "name": office.name,
            "locale": office.locale,
            "staff_group": office.staff_group,
            "staff_accounts": sorted(office.staff_accounts),
            "sender_may_sign": office.sender_may_sign,
            "drawing": office.drawing,
            "typed_names": office.typed_names,
            "own_client_id": office.own_client,
            **{f"remind_{name}": days for name, days in asdict(office.reminders).items()},
        }
        await self._session.upsert(offices, values, ["id"])

    async def intake(self, office: OfficeId) -> Place | None:
        row = await self._session.one(_BY_ID, {"office": office})
        return read_place(row.intake) if row else None

    async def set_intake(self, office: OfficeId, place: Place) -> None:
        values = {"intake": write_place(place.conversation)}
        await self._session.run(
            update(offices).where(offices.c.id == bindparam("office")).values(values), {"office": office}
        )

    async def map_tenant(self, office: OfficeId, platform: Platform, tenant: str) -> None:
        values = {"platform": platform, "tenant": tenant, "office_id": office}
        await self._session.upsert(office_tenants, values, ["platform", "tenant"])

    async def tenants(self, office: OfficeId) -> tuple[tuple[Platform, str], ...]:
        rows = await self._session.all(_TENANTS, {"office": office})
        return tuple((Platform(row.platform), row.tenant) for row in rows)


def _read(row: Row[Any]) -> Office:
    return Office(
        OfficeId(row.id),
        row.name,
        row.locale,
        row.staff_group,
        frozenset(row.staff_accounts),
        row.sender_may_sign,
        Drawing(row.drawing),
        row.typed_names,
        Cadence(row.remind_first, row.remind_every, row.remind_late_every, row.remind_most),
        None if row.own_client_id is None else ClientId(row.own_client_id),
    )
