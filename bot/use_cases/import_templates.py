"""Take over workflow templates: all that are written or, when anything in them is wrong, none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.dossier import DossierItem, ItemId
from bot.domain.people import Office
from bot.domain.workflow import WorkflowTemplate, is_same_name
from bot.ports import Store, Transaction


@dataclass(frozen=True, slots=True)
class WrittenTemplate:
    """A template as somebody wrote it; `where` that is, and its standard documents as paths in the own dossier."""

    template: WorkflowTemplate
    standard_documents: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken, each with what it replaced, and the templates that were left as they are."""

    taken: tuple[tuple[WorkflowTemplate | None, WorkflowTemplate], ...]
    left: tuple[WorkflowTemplate, ...]


class TemplatesRefused(Exception):
    """Nothing was taken: `faults` has every reason, with where it is and what to do."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


async def import_templates(store: Store, office: Office, written: Sequence[WrittenTemplate]) -> Imported:
    """Add these templates of an office, or replace those of the same names; other templates stay.

    Raises `TemplatesRefused` where a standard document is not in the office's own dossier.
    """
    async with store.transaction() as tx:
        faults: list[str] = []
        taken = [await _find_documents(tx, office, each, faults) for each in written]
        if faults:
            raise TemplatesRefused(faults)
        known = await tx.workflow_templates.of_office(office.id)
        for each in taken:
            await tx.workflow_templates.save(each)
    pairs = tuple((next((old for old in known if is_same_name(old.name, new.name)), None), new) for new in taken)
    left = tuple(old for old in known if not any(is_same_name(old.name, new.name) for new in taken))
    return Imported(pairs, left)


async def name_standard_items(
    tx: Transaction, office: Office, templates: Iterable[WorkflowTemplate]
) -> Mapping[ItemId, str]:
    """The paths in the office's own dossier of what these templates send along."""
    ids = [item for template in templates for item in template.standard_items]
    if not ids or office.own_client is None:
        return {}
    return {item.id: write_path(item) for item in await tx.dossiers.items(office.own_client, ids)}


def write_path(item: DossierItem) -> str:
    """Where an item lies in its dossier."""
    return f"{item.folder}/{item.name}" if item.folder else item.name


async def _find_documents(
    tx: Transaction, office: Office, written: WrittenTemplate, faults: list[str]
) -> WorkflowTemplate:
    if written.standard_documents and office.own_client is None:
        faults.append(f"{written.where}: say first which client is the office itself: paraaf offices own-client.")
        return written.template
    found = []
    for path in written.standard_documents:
        folder, _, name = path.rpartition("/")
        item = await tx.dossiers.by_name(office.own_client, folder, name) if office.own_client else None
        if item is None:
            faults.append(
                f"{written.where}: there is no “{path}” in the office's own dossier; "
                "add it first: paraaf documents add --client NUMBER FILE."
            )
        else:
            found.append(item.id)
    return replace(written.template, standard_items=tuple(found))
