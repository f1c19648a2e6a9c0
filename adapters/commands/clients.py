"""`paraaf clients`."""

from pathlib import Path

from adapters.parts import open_store
from adapters.settings import Settings
from bot.use_cases.import_clients import Imported, import_clients
from bot.use_cases.offices import pick_office


async def import_file(settings: Settings, file: Path, office: str | None) -> str:
    """Take over the clients in a file. Raises `OSError`, `OfficeRefused`, `ClientFileRefused`, `StoreUnavailable`."""
    content = file.read_bytes()  # noqa: ASYNC240 - nothing else is done meanwhile
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        imported = await import_clients(store, chosen, content)
    return f"{chosen.name}: {_tell(imported)}"


def _tell(imported: Imported) -> str:
    counts = (
        (imported.clients_added, "clients added"),
        (imported.clients_changed, "clients changed"),
        (imported.contacts_added, "contacts added"),
        (imported.contacts_changed, "contacts changed"),
        (imported.staff_added, "staff added"),
        (imported.staff_changed, "staff changed"),
        (imported.roles_assigned, "roles assigned"),
    )
    told = ", ".join(f"{number} {what}" for number, what in counts if number)
    return f"{told or 'nothing changed'}; the file holds {imported.clients_listed} clients."
