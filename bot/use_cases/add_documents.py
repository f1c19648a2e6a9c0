"""Put files into a client's dossier from outside any conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.dossier import DossierItem
from bot.domain.errors import Conflict
from bot.domain.people import ClientId, Office
from bot.ports import Ports, Transaction
from bot.use_cases.filing import StoredFile, file_document, store_file

NAME_LENGTH = 255
"""Characters of a file name, as file systems have it."""
SIZE_LIMIT = 100 * 1_000_000
"""Bytes of one file: it is held in memory as a whole while it is looked into."""


class Outcome(StrEnum):
    """What became of one file."""

    ADDED = "added"
    NEW_VERSION = "new version"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file to add: its name without any folder, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Filed:
    """A file as it is in the dossier now."""

    item: DossierItem
    outcome: Outcome


class DocumentsRefused(Exception):
    """Nothing was added; the message says why and what to do."""


async def add_documents(
    ports: Ports, office: Office, number: str, folder: str, files: Sequence[GivenFile], by: str
) -> tuple[Filed, ...]:
    """Add files to the dossier of the client with this number, all of them or none.

    A file with the name of an item in that folder becomes its next version, unless the bytes are the same. Raises
    `DocumentsRefused`.
    """
    where = "/".join(part for part in (each.strip() for each in folder.split("/")) if part)
    _check(files)
    async with ports.store.reading() as tx:
        client = await tx.people.client_by_number(office.id, number)
    if client is None:
        raise DocumentsRefused(
            f"{office.name} has no client {number}; import it first: paraaf clients import FILE.csv."
        )
    stored = [await store_file(ports, file.name, file.content) for file in files]
    while True:
        try:
            async with ports.store.transaction() as tx:
                return tuple([await _file(ports, tx, client.id, where, each, by) for each in stored])
        except Conflict:
            continue  # Somebody else added a version first; ours becomes the one after it.


def _check(files: Sequence[GivenFile]) -> None:
    seen: set[str] = set()
    for file in files:
        if not file.content:
            raise DocumentsRefused(f"{file.name} is empty; nothing was added.")
        if len(file.content) > SIZE_LIMIT:
            raise DocumentsRefused(f"{file.name} is larger than {SIZE_LIMIT // 1_000_000} MB; nothing was added.")
        if len(file.name) > NAME_LENGTH:
            raise DocumentsRefused(f"The name of {file.name[:40]}… is longer than {NAME_LENGTH} characters.")
        if file.name in seen:
            raise DocumentsRefused(f"Two of the files are called {file.name}; add them one after the other.")
        seen.add(file.name)


async def _file(ports: Ports, tx: Transaction, client: ClientId, folder: str, file: StoredFile, by: str) -> Filed:
    before = await tx.dossiers.by_name(client, folder, file.name)
    item = await file_document(tx, client, folder, file, by, ports.clock.now())
    if before is None:
        return Filed(item, Outcome.ADDED)
    unchanged = item.version.number == before.version.number
    return Filed(item, Outcome.UNCHANGED if unchanged else Outcome.NEW_VERSION)
