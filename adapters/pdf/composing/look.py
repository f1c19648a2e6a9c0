"""Looks into a PDF before it is sent, so that one that cannot be signed is refused then, not after everybody signed.

Two readers must understand the file: pyHanko, which will write into it, and PDFium, which finds its text. PDFium, which
is not written in Python, reads it here and never again: what it saw is handed to whoever composes and has the key.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import pypdfium2 as pdfium
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.pdf.composing.actions import has_programs
from adapters.pdf.composing.anchors import Anchor, find_anchors, make_field
from adapters.pdf.composing.tree import MOST_PAGES, find_signature_widgets, inherit, read_entry, walk_pages
from bot.domain.fields import Field, FieldKind
from bot.domain.sealing import Inspection, Obstacle


@dataclass(frozen=True, slots=True)
class Refused:
    """The PDF cannot be signed."""

    reason: Obstacle


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it lies in the file: the visible part's lower left `corner` and `size` in points, before `rotation`."""

    corner: tuple[float, float]
    size: tuple[float, float]
    rotation: int
    anchors: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a PDF, for who sends it and for who composes it; no sheets of what is signed already."""

    inspection: Inspection
    sheets: tuple[Sheet, ...]


def look_into(file: BinaryIO) -> Seen | Refused:
    """What is known of the PDF in an open file, or why it is refused."""
    try:
        reader = PdfFileReader(file, strict=False)
        if reader.encrypted:
            return Refused(Obstacle.ENCRYPTED)
        return _look(reader, file)
    except Exception as error:  # noqa: BLE001 - whatever a reader raises, it is about the file
        return Refused(Obstacle.TOO_HEAVY if lacked_memory(error) else Obstacle.BROKEN)


def lacked_memory(error: BaseException | None) -> bool:
    """Whether it came from a lack of memory, which readers turn into errors of their own."""
    while error is not None and not isinstance(error, MemoryError):
        error = error.__cause__ or error.__context__
    return error is not None


def _look(reader: PdfFileReader, file: BinaryIO) -> Seen | Refused:
    form = read_entry(reader.root, "/AcroForm")
    if isinstance(form, DictionaryObject) and read_entry(form, "/XFA") is not None:
        return Refused(Obstacle.XFA)
    seen = pdfium.PdfDocument(file)
    if len(seen) > MOST_PAGES:
        return Refused(Obstacle.TOO_MANY_PAGES)
    pages = list(walk_pages(reader.root["/Pages"]))
    if not pages or len(pages) != len(seen):
        return Refused(Obstacle.BROKEN)
    if has_programs(reader.root, pages):
        return Refused(Obstacle.ACTIVE)
    widgets = [(number, each) for number, page in enumerate(pages) for each in find_signature_widgets(page)]
    is_signed = any(inherit(each, "/V") is not None for _, each in widgets) or bool(reader.embedded_signatures)
    sheets = () if is_signed else tuple(_read_sheets(seen))
    fields = [] if is_signed else [*_read_widgets(widgets, seen), *_read_anchors(sheets)]
    sizes = tuple(page.get_size() for page in seen)
    return Seen(Inspection(sizes, is_signed, _claims_pdfa(reader), tuple(fields)), sheets)


def _read_sheets(seen: pdfium.PdfDocument) -> Iterator[Sheet]:
    for number, page in enumerate(seen):
        left, bottom, right, top = page.get_bbox()
        size = (right - left, top - bottom)
        yield Sheet((left, bottom), size, page.get_rotation(), tuple(find_anchors(page, number)))


def _read_widgets(widgets: list[tuple[int, DictionaryObject]], seen: pdfium.PdfDocument) -> list[Field]:
    """Empty signature fields, one for each signer: by the numbers in their names if these are 1 to n, else as read."""
    placed = [(number, str(inherit(each, "/T") or ""), _place(each["/Rect"], seen[number])) for number, each in widgets]
    placed = [each for each in placed if min(each[2][2:]) > 0]  # a box without size is for signatures that show nothing
    placed.sort(key=lambda each: (each[0], -each[2][1], each[2][0]))
    named = [re.search(r"(\d{1,2})$", name) for _, name, _ in placed]
    numbers = [int(found[1]) - 1 for found in named if found]
    if sorted(numbers) != list(range(len(placed))):
        numbers = list(range(len(placed)))
    return [
        Field(FieldKind.SIGNATURE, signer, page, box)
        for signer, (page, _, box) in sorted(zip(numbers, placed, strict=True), key=lambda each: each[0])
    ]


def _place(rect: ArrayObject, page: pdfium.PdfPage) -> tuple[float, float, float, float]:
    corners = [float(rect[index]) for index in range(4)]  # its slices are plain lists of references
    (left, right), (bottom, top) = sorted(corners[::2]), sorted(corners[1::2])
    crop = page.get_bbox()
    return (left - crop[0], bottom - crop[1], right - left, top - bottom)


def _read_anchors(sheets: Sequence[Sheet]) -> Iterator[Field]:
    for sheet in sheets:
        for anchor in sheet.anchors:
            yield make_field(anchor, sheet.size, sheet.rotation)


def _claims_pdfa(reader: PdfFileReader) -> bool:
    if "/Metadata" not in reader.root:
        return False
    described = reader.root.raw_get("/Metadata").get_object()  # as it stands, not as pyHanko reads it
    return isinstance(described, StreamObject) and b"pdfaid" in described.data
