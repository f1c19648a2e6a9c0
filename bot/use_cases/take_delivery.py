"""Take in a document that a source package delivers: once, whatever it takes, and all of it or nothing.

The bytes are kept before the row is written, so that a crash in between leaves bytes that nobody asks for, which the
next try finds again. What becomes of a delivery is decided by who claims it, see `bot.ports.Deliveries`.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

import structlog

from bot.domain.delivery import Delivery, DeliveryId, Doubt, Kind, SourcePackage
from bot.domain.delivery_refusals import DeliveryTrouble, refuse
from bot.domain.dossier import Content
from bot.domain.errors import Conflict, StoreUnavailable
from bot.domain.sbr import ClientNumber, SbrInstance, Scheme, covers, find_kinds
from bot.ports import Ports, Transaction
from bot.use_cases.delivery_metadata import Metadata
from bot.use_cases.filing import NAME_LENGTH, PDF, begins_as_pdf, tidy_name
from bot.use_cases.ids import new_id
from cards.text import shorten

_PIECE = 1 << 20
_SUFFIX = ".pdf"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Companion:
    """An SBR instance that comes along: its bytes, and what was read from them."""

    content: bytes
    tells: SbrInstance


@dataclass(frozen=True, slots=True)
class Offer:
    """What a source package offers beside the document itself.

    `key` tells this delivery from all others of the source; without one, the same bytes that are said to be the same
    are one delivery. `file_name` is as its owner named it, or empty.
    """

    said: Metadata
    file_name: str = ""
    key: str | None = None
    instance: Companion | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that is kept, and whether it was not there before."""

    delivery: Delivery
    is_new: bool


async def take_delivery(ports: Ports, source: SourcePackage, offer: Offer, file: BinaryIO) -> Taken:
    """Keep the PDF in `file`, an unbuffered file on disk, and what is said of it.

    Raises `DeliveryRefused` for what is no PDF that can be read, and for a key that was used for something else.
    Raises `StoreUnavailable`, after which trying again with the same key is safe.
    """
    head, seen = await asyncio.to_thread(_look, file)
    delivery = _describe(source, offer, seen, ports.clock.now())
    async with ports.store.reading() as tx:
        delivery = await _compare(tx, delivery, offer)
        if known := await tx.deliveries.by_key(source.id, delivery.key):
            return _repeat(known, delivery)
    _require_pdf(head, seen)
    pages = await ports.pages.count_pages(file)
    if pages is None:
        raise refuse(DeliveryTrouble.BROKEN_PDF, "file")
    if await ports.blobs.put_file(file) != delivery.content:
        raise StoreUnavailable("the file changed while it was read")
    if offer.instance:
        await ports.blobs.put(offer.instance.content)
    taken = await _write(ports, replace(delivery, pages=pages))
    _log.info("delivery_taken", office=source.office, source=source.id, id=taken.delivery.id, is_new=taken.is_new)
    return taken


async def _write(ports: Ports, delivery: Delivery) -> Taken:
    async with ports.store.transaction() as tx:
        if await tx.deliveries.add(delivery):
            return Taken(delivery, is_new=True)
        # Somebody delivered the same at the same moment.
        known = await tx.deliveries.by_key(delivery.source, delivery.key)
    if known is None:
        raise Conflict
    return _repeat(known, delivery)


def _repeat(known: Delivery, delivery: Delivery) -> Taken:
    if not known.is_repeated_by(delivery):
        raise refuse(DeliveryTrouble.KEY_USED, "key")
    return Taken(known, is_new=False)


def _look(file: BinaryIO) -> tuple[bytes, Content]:
    """The first bytes of a file, and what all of it is."""
    file.seek(0)
    head, hashed, size = b"", sha256(), 0
    while piece := file.read(_PIECE):
        head = head or piece
        hashed.update(piece)
        size += len(piece)
    return head, Content(hashed.hexdigest(), size)


def _require_pdf(head: bytes, seen: Content) -> None:
    if not seen.size:
        raise refuse(DeliveryTrouble.EMPTY, "file")
    if not begins_as_pdf(head):
        raise refuse(DeliveryTrouble.NOT_A_PDF, "file")


def _describe(source: SourcePackage, offer: Offer, seen: Content, now: datetime) -> Delivery:
    said, instance = offer.said, offer.instance.content if offer.instance else None
    return Delivery(
        id=DeliveryId(new_id()),
        office=source.office,
        source=source.id,
        key=offer.key or _make_key(offer, seen),
        kind=said.kind,
        client_number=said.client,
        period=said.period,
        file_name=_name_file(offer),
        content=seen,
        media_type=PDF,
        pages=None,
        received_at=now,
        title=said.title,
        reference=said.reference,
        instance=None if instance is None else Content(sha256(instance).hexdigest(), len(instance)),
        extra=dict(said.extra),
    )


def _make_key(offer: Offer, seen: Content) -> str:
    instance = sha256(offer.instance.content).hexdigest() if offer.instance else ""
    said = f"{seen.sha256}\n{instance}\n{offer.said.model_dump_json()}"
    return f"sha256:{sha256(said.encode()).hexdigest()}"


def _name_file(offer: Offer) -> str:
    """The name to file it under, which says that it is a PDF."""
    said = offer.said
    name = tidy_name(offer.file_name or said.title or f"{said.kind}-{said.client}-{said.period}")
    return name if name.lower().endswith(_SUFFIX) else shorten(name, NAME_LENGTH - len(_SUFFIX)) + _SUFFIX


async def _compare(tx: Transaction, delivery: Delivery, offer: Offer) -> Delivery:
    """The delivery with the hashes of the numbers that it names, doubtful where its SBR instance says otherwise."""
    said = ClientNumber(Scheme.TAX, offer.said.tax_number.zfill(9)) if offer.said.tax_number else None
    instance = offer.instance.tells if offer.instance else None
    told = instance.number if instance else None
    hashes = {number.field: tx.deliveries.hash_number(delivery.office, number) for number in (said, told) if number}
    agrees = instance is None or (
        delivery.kind in (find_kinds(instance.entry_point) or {Kind.OTHER})
        and covers(instance, delivery.period)
        and told is not None
        and (said is None or said.scheme is not told.scheme or said == told)
        and await _knows(tx, delivery, told.field, hashes[told.field])
    )
    doubts = () if agrees else (Doubt.DISAGREES,)
    return replace(delivery, extra={**delivery.extra, **hashes}, doubts=doubts)


async def _knows(tx: Transaction, delivery: Delivery, field: str, number: str) -> bool:
    """Whether the last delivery for this client that was sent, if any, had the same number."""
    before = await tx.deliveries.sent_number(delivery.office, delivery.client_number, field)
    return before in {None, number}
