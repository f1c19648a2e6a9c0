"""File documents in a client's dossier."""

import mimetypes
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.dossier import Content, DossierItem, ItemId, Version
from bot.domain.evidence import PROOF_SUFFIX
from bot.domain.people import ClientId
from bot.domain.typed_text import tidy
from bot.ports import Ports, Transaction
from bot.use_cases.ids import new_id
from cards.text import shorten

PDF = "application/pdf"
UPLOADS_FOLDER = "Uploads"
"""The folder of a dossier in which uploads are filed."""
NAME_LENGTH = 255
"""Characters of a document's name; file systems hold no longer ones."""
PROOF_ALIEN = ".txt"
"""What is put behind the name of a file that people bring and that is called like a proof."""
_PDF_MAGIC = b"%PDF-"
_PDF_MAGIC_WITHIN = 1024
"""A PDF starts within its first 1,024 bytes (ISO 32000-1, Annex H, implementation note 13)."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are kept and looked into, and which has no place in a dossier yet."""

    name: str
    content: Content
    media_type: str
    pages: int | None


async def store_file(ports: Ports, name: str, content: bytes) -> StoredFile:
    """Keep the bytes of a file, under a name that no proof has. Outside a transaction, since it may take seconds."""
    name = tidy_name(name)
    if name.casefold().endswith(PROOF_SUFFIX):
        # It would be filed as the next version of a proof of ours, and be offered to nobody.
        name = shorten(name, NAME_LENGTH - len(PROOF_ALIEN)) + PROOF_ALIEN
    media_type = tell_media_type(name, content)
    pages = await ports.pages.count_pages(content) if media_type == PDF else None
    return StoredFile(name, await ports.blobs.put(content), media_type, pages)


def tidy_name(name: str) -> str:
    """A name to file something under: in one line, of one part, and never empty."""
    return shorten(tidy(name.replace("/", "-").replace("\\", "-").replace("\n", " ")) or "document", NAME_LENGTH)


def begins_as_pdf(content: bytes) -> bool:
    """Whether these first bytes are those of a PDF."""
    return _PDF_MAGIC in content[:_PDF_MAGIC_WITHIN]


def tell_media_type(name: str, content: bytes) -> str:
    """What a file is: a PDF by its first bytes alone, anything else by its name; never a PDF because of its name."""
    if begins_as_pdf(content):
        return PDF
    guessed = mimetypes.guess_type(name, strict=True)[0]
    return guessed if guessed and guessed != PDF else "application/octet-stream"


async def file_document(
    tx: Transaction, client: ClientId, folder: str, file: StoredFile, by: str, at: datetime
) -> DossierItem:
    """Add a file to a dossier: as a new item, or as the next version of the item with that name in that folder.

    The same bytes as the newest version add nothing. Raises `Conflict` when somebody else added that version meanwhile.
    """
    existing = await tx.dossiers.by_name(client, folder, file.name)
    if existing is None:
        item = DossierItem(ItemId(new_id()), client, folder, file.name, _version(1, file, by, at))
        await tx.dossiers.add(item)
        return item
    if existing.version.content == file.content:
        return existing
    return await add_version(tx, existing, file, by, at)


async def add_version(tx: Transaction, item: DossierItem, file: StoredFile, by: str, at: datetime) -> DossierItem:
    """The item with its next version. Raises `Conflict` when somebody else added that one meanwhile."""
    version = _version(item.version.number + 1, file, by, at)
    await tx.dossiers.add_version(item.id, version)
    return replace(item, version=version)


def _version(number: int, file: StoredFile, by: str, at: datetime) -> Version:
    return Version(number, file.content, file.media_type, file.pages, at, by)
