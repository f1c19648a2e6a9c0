"""Where staff placed fields on documents, and the templates that they made of it."""

from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from bot.domain.dossier import ItemId
from bot.domain.errors import Conflict
from bot.domain.people import OfficeId
from bot.domain.placing import FieldTemplate, Placement
from storage.sql.envelope_rows import read_field, write_field
from storage.sql.rows import read_party, write_party
from storage.sql.session import Session
from storage.sql.tables import field_templates, placed_fields
from storage.sql.types import fold

_IS_THIS = (
    (placed_fields.c.office_id == bindparam("office"))
    & (placed_fields.c.item_id == bindparam("item"))
    & (placed_fields.c.version == bindparam("number"))
)
_GET = select(placed_fields).where(_IS_THIS)
_REPLACE = update(placed_fields).where(_IS_THIS, placed_fields.c.revision == bindparam("before"))
_OF_OFFICE = field_templates.c.office_id == bindparam("office")
_TEMPLATES = select(field_templates).where(_OF_OFFICE).order_by(field_templates.c.name_folded)
_FORGET = delete(field_templates).where(_OF_OFFICE, field_templates.c.name_folded == bindparam("name"))


class SqlPlacedFields:
    """Keeps `bot.ports.PlacedFields`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, office: OfficeId, item: ItemId, version: int) -> Placement | None:
        row = await self._session.one(_GET, {"office": office, "item": item, "number": version})
        if row is None:
            return None
        fields, by = tuple(map(read_field, row.fields)), read_party(row, "by_")
        return Placement(office, item, version, row.revision, fields, by, row.at)

    async def save(self, placement: Placement) -> None:
        of = {"office": placement.office, "item": placement.item, "number": placement.version}
        content = {
            "revision": placement.revision,
            "fields": [write_field(each) for each in placement.fields],
            **write_party(placement.by, "by_"),
            "at": placement.at,
        }
        if placement.revision == 1:
            key = {"office_id": placement.office, "item_id": placement.item, "version": placement.version}
            is_saved = await self._session.add(placed_fields, {**key, **content})
        else:
            before = {**of, "before": placement.revision - 1}
            is_saved = await self._session.change(_REPLACE.values(**content), before) == 1
        if not is_saved:
            raise Conflict(f"the fields on version {placement.version} of {placement.item} were changed meanwhile")

    async def templates(self, office: OfficeId) -> tuple[FieldTemplate, ...]:
        return tuple(map(_read_template, await self._session.all(_TEMPLATES, {"office": office})))

    async def save_template(self, template: FieldTemplate) -> None:
        values = {
            "office_id": template.office,
            "name_folded": fold(template.name),
            "name": template.name,
            "pages": template.pages,
            "fields": [write_field(each) for each in template.fields],
            **write_party(template.by, "by_"),
            "at": template.at,
        }
        await self._session.upsert(field_templates, values, ("office_id", "name_folded"))

    async def forget_template(self, office: OfficeId, name: str) -> bool:
        return await self._session.change(_FORGET, {"office": office, "name": fold(name)}) == 1


def _read_template(row: Row[Any]) -> FieldTemplate:
    fields, by = tuple(map(read_field, row.fields)), read_party(row, "by_")
    return FieldTemplate(OfficeId(row.office_id), row.name, row.pages, fields, by, row.at)
