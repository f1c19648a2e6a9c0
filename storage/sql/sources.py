"""The source packages that deliver to offices."""

from typing import Any

from sqlalchemy import Row, bindparam, select, update

from bot.domain.delivery import SourceId, SourcePackage
from bot.domain.people import OfficeId
from storage.sql.session import Session
from storage.sql.tables import sources
from storage.sql.types import fold

_GET = select(sources).where(sources.c.id == bindparam("source"))
_OF_OFFICE = select(sources).where(sources.c.office_id == bindparam("office")).order_by(sources.c.name_folded)
_ACTIVE = select(sources).where(sources.c.token_hash.is_not(None)).order_by(sources.c.id)
_SAVE = (
    update(sources)
    .where(sources.c.id == bindparam("source"), sources.c.office_id == bindparam("office"))
    .values(token_hash=bindparam("hashed"), pattern=bindparam("read_by"))
)


class SqlSources:
    """Keeps `bot.ports.Sources`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, source: SourceId) -> SourcePackage | None:
        row = await self._session.one(_GET, {"source": source})
        return None if row is None else _read(row)

    async def of_office(self, office: OfficeId) -> tuple[SourcePackage, ...]:
        return tuple(map(_read, await self._session.all(_OF_OFFICE, {"office": office})))

    async def active(self) -> tuple[SourcePackage, ...]:
        return tuple(map(_read, await self._session.all(_ACTIVE)))

    async def add(self, source: SourcePackage) -> None:
        values = {
            "id": source.id,
            "office_id": source.office,
            "name": source.name,
            "name_folded": fold(source.name),
            "token_hash": source.token_hash,
            "pattern": source.pattern,
        }
        await self._session.run(sources.insert(), values)

    async def save(self, source: SourcePackage) -> None:
        changed = {"hashed": source.token_hash, "read_by": source.pattern}
        await self._session.run(_SAVE, {"source": source.id, "office": source.office, **changed})


def _read(row: Row[Any]) -> SourcePackage:
    return SourcePackage(SourceId(row.id), OfficeId(row.office_id), row.name, row.token_hash, row.pattern)
