"""How conversations are reached unasked, on platforms where it takes more than their id."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.domain.people import Platform
from bot.domain.places import ConversationKind, Place, Reference
from storage.sql.session import Session
from storage.sql.tables import conversation_references

_OF_TENANT = select(conversation_references).where(
    conversation_references.c.platform == bindparam("platform"),
    conversation_references.c.tenant == bindparam("tenant"),
)
_GET = _OF_TENANT.where(conversation_references.c.channel == bindparam("channel"))
_NEWEST = _OF_TENANT.order_by(conversation_references.c.told_at.desc()).limit(1)


class SqlReferences:
    """Keeps `bot.ports.References`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, place: Place) -> Reference | None:
        where = {"platform": place.platform, "tenant": place.tenant, "channel": place.channel}
        return _read(await self._session.one(_GET, where))

    async def of_tenant(self, platform: Platform, tenant: str) -> Reference | None:
        return _read(await self._session.one(_NEWEST, {"platform": platform, "tenant": tenant}))

    async def save(self, reference: Reference, now: datetime) -> None:
        values = {
            "platform": reference.place.platform,
            "tenant": reference.place.tenant,
            "channel": reference.place.channel,
            "service_url": reference.service_url,
            "kind": reference.kind,
            "bot": reference.bot,
            "told_at": now,
        }
        await self._session.upsert(conversation_references, values, ["platform", "tenant", "channel"])


def _read(row: Row[Any] | None) -> Reference | None:
    if row is None:
        return None
    place = Place(Platform(row.platform), row.tenant, row.channel)
    return Reference(place, row.service_url, ConversationKind(row.kind), row.bot)
