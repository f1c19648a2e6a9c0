"""A client's file: documents with versions, each version fixed by the SHA-256 of its bytes."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from bot.domain.people import ClientId

ItemId = NewType("ItemId", str)


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that were stored: `sha256` in lower-case hex, `size` in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a dossier item; `number` counts from 1, `pages` is None where it is no readable PDF."""

    number: int
    content: Content
    media_type: str
    pages: int | None
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class DossierItem:
    """One document in a client's dossier, with its newest version. `folder` is a path such as `Aangiften/2025`."""

    id: ItemId
    client: ClientId
    folder: str
    name: str
    version: Version


@dataclass(frozen=True, slots=True)
class Document:
    """A dossier item as it was when it was sent; `size` in bytes, `sha256` in lower-case hex."""

    item: ItemId
    version: int
    name: str
    media_type: str
    size: int
    pages: int | None
    sha256: str


def freeze(item: DossierItem) -> Document:
    """The item as it is now, to be sent."""
    version = item.version
    return Document(
        item=item.id,
        version=version.number,
        name=item.name,
        media_type=version.media_type,
        size=version.content.size,
        pages=version.pages,
        sha256=version.content.sha256,
    )
