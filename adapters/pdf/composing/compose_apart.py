"""Composes the signed document on standard input and prints what is to be added to it; run as a process of its own."""

import logging
import pickle
import sys
from collections.abc import Iterator

import pypdfium2 as pdfium

from adapters.pdf.composing.adding import Matrix, Update
from adapters.pdf.composing.anchors import find_anchors
from adapters.pdf.composing.compose import Order
from adapters.pdf.composing.drawing import A4, Place, draw_over, draw_signature_pages
from adapters.pdf.count_pages import set_limits
from bot.domain.fields import FieldKind

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space, as for looking into the file."""
CPU_SECONDS = 60


def main() -> None:
    """Compose, and write the update; or where the original is wrapped, the whole document."""
    order = pickle.load(sys.stdin.buffer)  # noqa: S301 - by the process that started this one, not by a stranger
    set_limits(MEMORY, CPU_SECONDS)
    logging.disable()
    sys.stdout.buffer.write(wrap(order) if order.wrapped_as else make_update(order))


def make_update(order: Order) -> bytes:
    """What is to follow the bytes of the original. Raises whatever a reader does for a file that cannot be read."""
    document = pdfium.PdfDocument(order.original)
    update = Update(order.original)
    if len(document) != update.page_count:
        raise ValueError("two readers see different pages")
    places = list(_find_places(document, order))
    if places:
        drawn = draw_over([place for place, _ in places], order.marks, order.fields)
        update.draw_on([place.number for place, _ in places], [matrix for _, matrix in places], drawn)
    update.drop_signature_fields()
    update.drop_claims()
    placed = {field.signer for field in order.fields if field.kind is FieldKind.SIGNATURE}
    if others := [mark for mark in order.marks if mark.signer not in placed]:
        last = document[len(document) - 1].get_size()
        update.append_pages(draw_signature_pages(others, last, order.title))
    update.append_pages(order.pages)
    return update.finish()


def wrap(order: Order) -> bytes:
    """A document of its own with the original in it, untouched and unread."""
    first = draw_signature_pages(order.marks, A4, order.title)
    update = Update(first)
    update.append_pages(order.pages)
    update.attach(order.wrapped_as, order.original)
    return first + update.finish()


def _find_places(document: pdfium.PdfDocument, order: Order) -> Iterator[tuple[Place, Matrix]]:
    """The pages on which somebody's field is, each with what brings a drawing on it that is upright for the reader."""
    signers = {mark.signer for mark in order.marks}
    fields = [field for field in order.fields if field.signer in signers]
    for number in sorted({field.page for field in fields}):
        page = document[number]
        left, bottom, right, top = page.get_bbox()
        size, rotation = (right - left, top - bottom), page.get_rotation()
        wanted = {(field.kind, field.signer) for field in fields if field.page == number}
        covered = [each.box for each in find_anchors(page, number) if (each.kind, each.signer) in wanted]
        yield Place(number, size, rotation, covered), _turn_back(size, rotation, (left, bottom))


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


if __name__ == "__main__":
    main()
