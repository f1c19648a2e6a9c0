"""`paraaf templates`, but for trying one."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.parts import open_store
from adapters.settings import Settings
from adapters.template_file import read_templates
from adapters.template_text import describe, write_keys, write_template
from bot.domain.dossier import ItemId
from bot.domain.people import Office
from bot.domain.workflow import WorkflowTemplate, is_same_name, overlap
from bot.ports import Store
from bot.use_cases.import_templates import TemplatesRefused, import_templates, name_standard_items
from bot.use_cases.offices import pick_office

SHORT = 60
"""Characters of a value that are told with a change of it."""


async def import_file(settings: Settings, file: Path, office: str | None) -> list[str]:
    """Take over the templates in a file, and tell what changed.

    Raises `OSError`, `OfficeRefused`, `TemplatesRefused`, `StoreUnavailable`.
    """
    content = file.read_bytes()  # noqa: ASYNC240 - nothing else is done meanwhile
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        imported = await import_templates(store, chosen, read_templates(content, chosen.id))
        every = [each for pair in imported.taken for each in pair if each]
        paths = await _name_items(store, chosen, *every)
    left = ", ".join(each.name for each in imported.left)
    return [
        *(_tell_change(old, new, paths) for old, new in imported.taken),
        *([f"left as they are: {left}"] if left else []),
        *_tell_overlaps([new for _, new in imported.taken], imported.left),
    ]


async def list_all(settings: Settings, office: str | None) -> list[str]:
    """Every template of an office, one line each. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        return [describe(each) for each in await _read_all(store, await pick_office(store, office))]


async def show(settings: Settings, name: str, office: str | None) -> str:
    """A template as TOML. Raises `OfficeRefused`, `TemplatesRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        template = await _find(store, chosen, name)
        return write_template(template, await _name_items(store, chosen, template))


async def remove(settings: Settings, name: str, office: str | None) -> str:
    """Remove a template. Raises `OfficeRefused`, `TemplatesRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        template = await _find(store, chosen, name)
        async with store.transaction() as tx:
            await tx.workflow_templates.forget(chosen.id, template.name)
    return f"removed: {template.name}"


async def _read_all(store: Store, office: Office) -> tuple[WorkflowTemplate, ...]:
    async with store.reading() as tx:
        return await tx.workflow_templates.of_office(office.id)


async def _find(store: Store, office: Office, name: str) -> WorkflowTemplate:
    known = await _read_all(store, office)
    found = next((each for each in known if is_same_name(each.name, name)), None)
    if found is None:
        names = ", ".join(each.name for each in known) or "none"
        raise TemplatesRefused([f"{office.name} has no template “{name}”; there are: {names}."])
    return found


async def _name_items(store: Store, office: Office, *templates: WorkflowTemplate) -> Mapping[ItemId, str]:
    async with store.reading() as tx:
        return await name_standard_items(tx, office, templates)


def _tell_overlaps(taken: Sequence[WorkflowTemplate], left: Sequence[WorkflowTemplate]) -> Iterator[str]:
    for number, one in enumerate(taken):
        for other in (*taken[number + 1 :], *left):
            if overlap(one.match, other.match):
                yield f"note: “{one.name}” and “{other.name}” are for the same deliveries; then staff are asked which."


def _tell_change(old: WorkflowTemplate | None, new: WorkflowTemplate, paths: Mapping[ItemId, str]) -> str:
    if old is None:
        return f"added: {describe(new)}"
    before, after = write_keys(old, paths), write_keys(new, paths)
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if not changed:
        return f"unchanged: {new.name}"
    return f"changed: {new.name} ({'; '.join(_tell_value(key, before.get(key), after.get(key)) for key in changed)})"


def _tell_value(key: str, before: str | None, after: str | None) -> str:
    values = [value or "nothing" for value in (before, after)]
    return f"{key}: {' → '.join(values)}" if max(map(len, values)) <= SHORT else key
