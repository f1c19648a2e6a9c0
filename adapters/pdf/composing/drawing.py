"""Draws marks: over the pages that have fields, and on pages at the end for those who have nowhere else to sign."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.pdf.composing.anchors import Box, turn_box
from adapters.pdf.composing.pen import MarkPaper
from bot.domain.fields import Field, FieldKind
from bot.domain.sealing import Mark
from bot.domain.signature import TypedSignature

Size = tuple[float, float]

A4: Final = (595.28, 841.89)
_SMALLEST_SIDE, _LARGEST_SIDE = 300.0, 2000.0
"""Points of a page on which signatures have room and can be read; beyond these one of A4 is added."""
_EDGE: Final = 54.0
_TITLE: Final = 40.0
_ROW: Final = 100.0
"""Points that a signer takes on a page of signatures, of which the signature takes those below."""
_SIGNED: Final = (200.0, 56.0)


@dataclass(frozen=True, slots=True)
class Place:
    """A page with fields: its visible `size` in points and its `rotation`; `covered` are anchors to paint over."""

    number: int
    size: Size
    rotation: int
    covered: Sequence[Box] = ()

    @property
    def seen(self) -> Size:
        """The size as it lies when read."""
        return self.size if self.rotation % 180 == 0 else (self.size[1], self.size[0])


def draw_over(places: Sequence[Place], marks: Sequence[Mark], fields: Sequence[Field]) -> bytes:
    """A PDF with one page for each of `places`, as large as that one is when read, and with its marks."""
    paper = MarkPaper()
    paper.add_fonts(_list_texts(marks), bold=False)
    filled = list(_fill(marks, fields))
    for place in places:
        paper.add_page(format=place.seen)
        for box in place.covered:
            paper.cover(turn_box(box, place.size, place.rotation))
        for mark, field, text in filled:
            if field.page == place.number:
                _draw(paper, mark, field.kind, text, turn_box(field.box, place.size, place.rotation))
    return paper.finish()


def draw_signature_pages(marks: Sequence[Mark], last: Size, title: str) -> bytes:
    """As many pages as the signers need, of the size of the document's `last` one where that is an ordinary one."""
    size = last if min(last) >= _SMALLEST_SIDE and max(last) <= _LARGEST_SIDE else A4
    paper = MarkPaper()
    paper.add_fonts([title, *_list_texts(marks)])
    room = max(1, int((size[1] - 2 * _EDGE - _TITLE) // _ROW))
    for first in range(0, len(marks), room):
        paper.add_page(format=size)
        paper.write_in(title, (_EDGE, size[1] - _EDGE - 20, size[0] - 2 * _EDGE, 20), style="B")
        for row, mark in enumerate(marks[first : first + room]):
            _draw_row(paper, mark, size[1] - _EDGE - _TITLE - (row + 1) * _ROW)
    return paper.finish()


def _draw_row(paper: MarkPaper, mark: Mark, bottom: float) -> None:
    width = paper.w - 2 * _EDGE
    paper.write_in(mark.name, (_EDGE, bottom + 68, width * 0.7, 26), style="B")
    paper.write_in(mark.day, (_EDGE + width * 0.72, bottom + 68, width * 0.28, 26))
    if mark.signature:
        paper.leave(mark, (_EDGE, bottom + 10, min(width, _SIGNED[0]), _SIGNED[1]))
    paper.set_draw_color(190)
    paper.line(_EDGE, paper.h - bottom, _EDGE + width, paper.h - bottom)


def _draw(paper: MarkPaper, mark: Mark, kind: FieldKind, text: str, box: Box) -> None:
    if kind is FieldKind.SIGNATURE:
        paper.leave(mark, box)
    else:
        paper.write_in(text, box)


def _fill(marks: Sequence[Mark], fields: Sequence[Field]) -> Iterator[tuple[Mark, Field, str]]:
    """Each field with whose it is and the text that comes into it; one for nobody, and a text not given, stay empty."""
    for mark in marks:
        texts = iter(mark.texts)
        for field in fields:
            if field.signer == mark.signer:
                text = {FieldKind.NAME: mark.name, FieldKind.DATE: mark.day}.get(field.kind, "")
                yield mark, field, next(texts, "") if field.kind is FieldKind.TEXT else text


def _list_texts(marks: Sequence[Mark]) -> Iterator[str]:
    for mark in marks:
        yield from (mark.name, mark.day, *mark.texts)
        if isinstance(mark.signature, TypedSignature):
            yield mark.signature.name
