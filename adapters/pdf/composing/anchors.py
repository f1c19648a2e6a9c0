"""Anchors in the text of a PDF: `[[handtekening 1]]`, `[[naam 1]]`, `[[datum 1]]`, `[[tekst 1: Functie]]`.

PDFium tells where each character lies, however the text was put there. All places here are in points from the lower
left corner of the page's crop box before any rotation, as in `bot.domain.fields`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pypdfium2 as pdfium

from bot.domain.certified import MOST_SIGNERS
from bot.domain.fields import Field, FieldKind

Box = tuple[float, float, float, float]
"""Left, bottom, width, height."""

_KINDS: Final = {
    "handtekening": FieldKind.SIGNATURE,
    "naam": FieldKind.NAME,
    "datum": FieldKind.DATE,
    "tekst": FieldKind.TEXT,
}
_ANCHOR: Final = re.compile(
    r"\[\[\s*(handtekening|naam|datum|tekst)\s*(\d{1,2})\s*(?::\s*([^\[\]]{1,100}?)\s*)?\]\]", re.IGNORECASE
)
_SMALLEST: Final = {
    FieldKind.SIGNATURE: (160.0, 45.0),
    FieldKind.NAME: (180.0, 12.0),
    FieldKind.DATE: (90.0, 12.0),
    FieldKind.TEXT: (180.0, 12.0),
}
"""Width and height that a field has at least, where the page has room: an anchor is narrower than what comes there."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An anchor, and the box around its characters, which a mark is to cover."""

    kind: FieldKind
    signer: int
    page: int
    box: Box
    label: str


def find_anchors(page: pdfium.PdfPage, number: int) -> Iterator[Anchor]:
    """The anchors on a page in the order of its text; one for signer 0, or beyond the most signers, is only text."""
    text = page.get_textpage()
    # One code unit for each character that PDFium counts, so that places in the text are those of the characters.
    written = "".join(_read_char(text, each) for each in range(text.count_chars()))
    left, bottom, _, _ = page.get_bbox()
    for found in _ANCHOR.finditer(written):
        signer = int(found[2])
        if 1 <= signer <= MOST_SIGNERS:
            box = _surround(text, range(*found.span()), (left, bottom))
            yield Anchor(_KINDS[found[1].lower()], signer - 1, number, box, " ".join((found[3] or "").split()))


def make_field(anchor: Anchor, size: tuple[float, float], rotation: int) -> Field:
    """The field that begins where the anchor does, for a reader; `size` is that of the page before its `rotation`."""
    left, bottom, width, height = turn_box(anchor.box, size, rotation)
    across, up = size if rotation % 180 == 0 else size[::-1]
    least = _SMALLEST[anchor.kind]
    width, height = min(max(width, least[0]), across), min(max(height, least[1]), up)
    box = (max(0.0, min(left, across - width)), max(0.0, min(bottom, up - height)), width, height)
    seen = turn_box(box, (across, up), -rotation)
    return Field(anchor.kind, anchor.signer, anchor.page, seen, anchor.label)


def turn_box(box: Box, size: tuple[float, float], degrees: int) -> Box:
    """Where a box lies after its page of `size` was turned clockwise by a multiple of 90 degrees."""
    left, bottom, width, height = box
    match degrees % 360:
        case 90:
            return (bottom, size[0] - left - width, height, width)
        case 180:
            return (size[0] - left - width, size[1] - bottom - height, width, height)
        case 270:
            return (size[1] - bottom - height, left, height, width)
        case _:
            return box


def _read_char(text: pdfium.PdfTextPage, index: int) -> str:
    code = pdfium.raw.FPDFText_GetUnicode(text.raw, index)
    return chr(code) if 0 < code <= 0xFFFF else " "  # noqa: PLR2004 - beyond it no anchor has a character


def _surround(text: pdfium.PdfTextPage, characters: range, corner: tuple[float, float]) -> Box:
    """The box around characters, counted from `corner`; a loose box reaches from descent to ascent."""
    boxes = [text.get_charbox(each, loose=True) for each in characters]
    shown = [each for each in boxes if each[2] > each[0] and each[3] > each[1]] or boxes
    left, bottom = min(each[0] for each in shown), min(each[1] for each in shown)
    right, top = max(each[2] for each in shown), max(each[3] for each in shown)
    return (left - corner[0], bottom - corner[1], right - left, top - bottom)
