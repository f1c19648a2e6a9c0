"""`paraaf documents`."""

import getpass
from collections.abc import Sequence
from pathlib import Path

from adapters.parts import build_ports, open_store
from adapters.settings import Settings
from bot.use_cases.add_documents import DocumentsRefused, GivenFile, add_documents
from bot.use_cases.offices import pick_office


async def add_files(
    settings: Settings, files: Sequence[Path], client: str, folder: str, office: str | None
) -> list[str]:
    """Add files to a dossier. Raises `OSError`, `OfficeRefused`, `DocumentsRefused`, `StoreUnavailable`."""
    given = [GivenFile(file.name, _read(file)) for file in files]
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        filed = await add_documents(build_ports(settings, store), chosen, client, folder, given, _name_user())
    return [
        f"{each.outcome}: {each.item.name}, version {each.item.version.number}"
        + (f", {each.item.version.pages} pages" if each.item.version.pages else "")
        for each in filed
    ]


def _read(file: Path) -> bytes:
    if file.is_dir():
        raise DocumentsRefused(f"{file} is a folder; name the files in it.")
    return file.read_bytes()


def _name_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in many containers
        return "paraaf"
