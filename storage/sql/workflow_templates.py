"""Workflow templates, each as one JSON value."""

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, delete, select

from bot.domain.people import OfficeId
from bot.domain.workflow import WorkflowTemplate
from storage.sql.session import Session
from storage.sql.tables import workflow_templates
from storage.sql.types import fold

_OF_OFFICE = workflow_templates.c.office_id == bindparam("office")
_ALL = select(workflow_templates).where(_OF_OFFICE).order_by(workflow_templates.c.name_folded)
_FORGET = delete(workflow_templates).where(_OF_OFFICE, workflow_templates.c.name_folded == bindparam("name"))
_TEMPLATES = TypeAdapter(WorkflowTemplate)


class SqlWorkflowTemplates:
    """Keeps `bot.ports.WorkflowTemplates`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def of_office(self, office: OfficeId) -> tuple[WorkflowTemplate, ...]:
        return tuple(map(_read, await self._session.all(_ALL, {"office": office})))

    async def save(self, template: WorkflowTemplate) -> None:
        values = {
            "office_id": template.office,
            "name_folded": fold(template.name),
            "template": _TEMPLATES.dump_python(template, mode="json"),
        }
        await self._session.upsert(workflow_templates, values, ("office_id", "name_folded"))

    async def forget(self, office: OfficeId, name: str) -> bool:
        return await self._session.change(_FORGET, {"office": office, "name": fold(name)}) == 1


def _read(row: Row[Any]) -> WorkflowTemplate:
    # Whose it is stands in the row, whatever the value says.
    return replace(_TEMPLATES.validate_python(row.template), office=OfficeId(row.office_id))
