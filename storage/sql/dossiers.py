"""The documents in the clients' dossiers, with their versions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from bot.domain.dossier import Content, DossierItem, ItemId, Version
from bot.domain.errors import Conflict
from bot.domain.evidence import PROOF_SUFFIX
from bot.domain.people import ClientId
from storage.sql.session import Session
from storage.sql.tables import dossier_items, dossier_versions
from storage.sql.types import fold

_OF_CLIENT = (
    select(
        dossier_items.c.id,
        dossier_items.c.client_id,
        dossier_items.c.folder,
        dossier_items.c.name,
        *(dossier_versions.c[name] for name in ("number", "sha256", "size", "media_type", "pages")),
        *(dossier_versions.c[name] for name in ("added_at", "added_by")),
    )
    .join(
        dossier_versions,
        (dossier_versions.c.item_id == dossier_items.c.id) & (dossier_versions.c.number == dossier_items.c.newest),
    )
    .where(dossier_items.c.client_id == bindparam("client"))
)
_IS_NO_PROOF = ~dossier_items.c.name.endswith(PROOF_SUFFIX, autoescape=True)
_NEWEST_FIRST = _OF_CLIENT.where(_IS_NO_PROOF).order_by(dossier_items.c.changed_at.desc(), dossier_items.c.id.desc())
_BY_NAME = _OF_CLIENT.where(dossier_items.c.folder == bindparam("folder"), dossier_items.c.name == bindparam("name"))
_COUNT = (
    select(func.count())
    .select_from(dossier_items)
    .where(dossier_items.c.client_id == bindparam("client"), _IS_NO_PROOF)
)
_ADVANCE = (
    update(dossier_items)
    .where(dossier_items.c.id == bindparam("item"), dossier_items.c.newest == bindparam("before"))
    .values(newest=bindparam("number"), changed_at=bindparam("added"))
)


class SqlDossiers:
    """Keeps `bot.ports.Dossiers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def recent(self, client: ClientId, limit: int) -> tuple[DossierItem, ...]:
        return tuple(map(_read, await self._session.all(_NEWEST_FIRST.limit(limit), {"client": client})))

    async def find(self, client: ClientId, text: str, limit: int) -> tuple[DossierItem, ...]:
        # Without a text every row would still be compared with the pattern that matches all.
        if not (wanted := fold(text)):
            return await self.recent(client, limit)
        query = _NEWEST_FIRST.where(dossier_items.c.name_folded.contains(wanted, autoescape=True)).limit(limit)
        return tuple(map(_read, await self._session.all(query, {"client": client})))

    async def count(self, client: ClientId) -> int:
        return await self._session.number(_COUNT, {"client": client})

    async def items(self, client: ClientId, ids: Sequence[ItemId]) -> tuple[DossierItem, ...]:
        rows = await self._session.all(_OF_CLIENT.where(dossier_items.c.id.in_(ids)), {"client": client})
        found = {row.id: _read(row) for row in rows}
        return tuple(found[each] for each in ids if each in found)

    async def by_name(self, client: ClientId, folder: str, name: str) -> DossierItem | None:
        row = await self._session.one(_BY_NAME, {"client": client, "folder": folder, "name": name})
        return None if row is None else _read(row)

    async def add(self, item: DossierItem) -> None:
        values = {
            "id": item.id,
            "client_id": item.client,
            "folder": item.folder,
            "name": item.name,
            "name_folded": fold(item.name),
            "newest": item.version.number,
            "changed_at": item.version.added_at,
        }
        if not await self._session.add(dossier_items, values):
            raise Conflict(f"{item.folder}/{item.name} is in the dossier already")
        await self._session.run(dossier_versions.insert(), _write_version(item.id, item.version))

    async def add_version(self, item: ItemId, version: Version) -> None:
        values = {
            "item": item,
            "before": version.number - 1,
            "number": version.number,
            "added": version.added_at,
        }
        if not await self._session.change(_ADVANCE, values):
            raise Conflict(f"version {version.number} is not the next one of item {item}")
        await self._session.run(dossier_versions.insert(), _write_version(item, version))


def _write_version(item: ItemId, version: Version) -> dict[str, Any]:
    return {
        "item_id": item,
        "number": version.number,
        "sha256": version.content.sha256,
        "size": version.content.size,
        "media_type": version.media_type,
        "pages": version.pages,
        "added_at": version.added_at,
        "added_by": version.added_by,
    }


def _read(row: Row[Any]) -> DossierItem:
    version = Version(row.number, Content(row.sha256, row.size), row.media_type, row.pages, row.added_at, row.added_by)
    return DossierItem(ItemId(row.id), ClientId(row.client_id), row.folder, row.name, version)
