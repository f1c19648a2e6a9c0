"""Composes the document that is sealed: the original, what its signers left on it, and the certificate pages.

Everything is read from files and written to them, so that no more than a part of a large one is ever in memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from shutil import copyfileobj
from typing import BinaryIO

from adapters.pdf.composing.adding import Matrix, Update
from adapters.pdf.composing.drawing import A4, Place, draw_over, draw_signature_pages
from adapters.pdf.composing.look import Sheet
from bot.domain.fields import FieldKind
from bot.domain.sealing import SealOrder


@dataclass(frozen=True, slots=True)
class Extent:
    """How many pages come before those of the certificate, and how many these are."""

    before: int
    certificate: int

    @property
    def page_count(self) -> int:
        """Pages of the whole."""
        return self.before + self.certificate


def compose(order: SealOrder, sheets: Sequence[Sheet], original: BinaryIO, pages: bytes, paper: BinaryIO) -> Extent:
    """Write the original to an empty file, and in one update after its bytes the marks, and the PDF `pages` at the end.

    `sheets` are its pages, as they were seen when it was looked into. Raises whatever a reader does for a file that
    cannot be read.
    """
    original.seek(0)
    copyfileobj(original, paper)
    update = Update(paper)
    if len(sheets) != update.page_count:
        raise ValueError("two readers see different pages")
    places = list(_find_places(sheets, order))
    if places:
        drawn = draw_over([place for place, _ in places], order.marks, order.fields)
        update.draw_on([place.number for place, _ in places], [matrix for _, matrix in places], drawn)
    update.drop_signature_fields()
    update.drop_claims()
    placed = {field.signer for field in order.fields if field.kind is FieldKind.SIGNATURE}
    if others := [mark for mark in order.marks if mark.signer not in placed]:
        last = Place(len(sheets) - 1, sheets[-1].size, sheets[-1].rotation)
        update.append_pages(draw_signature_pages(others, last.seen, order.title))
    extent = Extent(update.page_count, update.append_pages(pages))
    update.finish()
    return extent


def wrap(order: SealOrder, original: BinaryIO, pages: bytes, paper: BinaryIO) -> Extent:
    """As `compose`, but a document of its own with the original in it, untouched and unread.

    So is sealed what was signed before: nothing can be added to that without breaking its signatures.
    """
    copyfileobj(BytesIO(draw_signature_pages(order.marks, A4, order.title)), paper)
    update = Update(paper)
    extent = Extent(update.page_count, update.append_pages(pages))
    update.attach(order.name, original)
    update.finish()
    return extent


def _find_places(sheets: Sequence[Sheet], order: SealOrder) -> Iterator[tuple[Place, Matrix]]:
    """The pages on which somebody's field is, each with what brings a drawing on it that is upright for the reader."""
    signers = {mark.signer for mark in order.marks}
    fields = [field for field in order.fields if field.signer in signers]
    for number in sorted({field.page for field in fields}):
        sheet = sheets[number]
        wanted = {(field.kind, field.signer) for field in fields if field.page == number}
        covered = [each.box for each in sheet.anchors if (each.kind, each.signer) in wanted]
        yield Place(number, sheet.size, sheet.rotation, covered), _turn_back(sheet.size, sheet.rotation, sheet.corner)


def _turn_back(size: tuple[float, float], rotation: int, corner: tuple[float, float]) -> Matrix:
    """From points of a page as it is read to those of the page before its rotation; `anchors.turn_box` goes there."""
    (width, height), (left, bottom) = size, corner
    match rotation:
        case 90:
            return (0, 1, -1, 0, left + width, bottom)
        case 180:
            return (-1, 0, 0, -1, left + width, bottom + height)
        case 270:
            return (0, -1, 1, 0, left, bottom + height)
        case _:
            return (1, 0, 0, 1, left, bottom)
