"""Draws the sheet on standard input as a PDF on standard output; run as a process of its own."""

import json
import logging
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from fpdf.enums import XPos, YPos
from PIL import Image

from adapters.pdf.lettering import MAIN, LetteredPaper

_INK, _GREY, _RULE = 25, 95, 190
_MARGIN: Final = 18
"""Millimetres of white around the text."""
_FOOT: Final = 22
_KEPT_TOGETHER: Final = 26
"""Millimetres that a line needs at least, so that its first words do not stand alone at the foot of a page."""
_INDENT: Final = 5
_WIDEST, _HIGHEST = 60, 25
"""Millimetres of a picture at most."""
_SHARPEST: Final = (800, 400)
"""Pixels of a picture at most: enough for print of that size, and quick to pack."""
_PIXEL: Final = 25.4 / 192
"""Millimetres of a pixel, of which the pad draws two for each CSS pixel (96 an inch)."""


class SheetPaper(LetteredPaper):
    """A4 with the title on every page, and its number."""

    def __init__(self, sheet: Mapping[str, Any]) -> None:
        super().__init__()
        self._sheet = sheet
        self.add_fonts(_read_texts(sheet))
        self.set_title(f"{sheet['title']} · {sheet['office']}")
        self.set_author(sheet["office"])
        self.set_creator("Paraaf")
        self.set_lang(sheet["language"])
        self.set_creation_date(datetime.now(UTC))
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_FOOT)
        self.alias_nb_pages("{nb}")
        self.add_page()

    def header(self) -> None:
        """The title and the office, above a rule."""
        self.set_y(10)
        self._write(9, f"{self._sheet['title']} · {self._sheet['office']}", style="B", grey=True)
        self._rule()
        self.set_y(_MARGIN + 1)

    def footer(self) -> None:
        """When it was made, and the number of the page."""
        self.set_y(-_FOOT + 6)
        self._rule()
        self._write(7, self._sheet["made"], grey=True, height=4)
        number = self._sheet["page_of"] % {"page": self.page_no(), "pages": "{nb}"}
        self.set_text_shaping(use_shaping_engine=False)  # or the place holder would be shaped before it is filled in
        self.cell(0, 4, number, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def draw(self) -> None:
        """Everything on the sheet."""
        self._write(16, self._sheet["title"], style="B", height=8)
        self._write(10, self._sheet["office"], height=6)
        for label, value in self._sheet["facts"]:
            self._fact(label, value)
        if self._sheet["warning"]:
            self.ln(2)
            self._write(9.5, self._sheet["warning"], style="B")
        self.ln(3)
        self._rule()
        for row in self._sheet["rows"]:
            self._row(row)
        self.ln(2)
        for note in self._sheet["notes"]:
            self._write(7.5, note, grey=True, height=4)

    def _fact(self, label: str, value: str) -> None:
        top, page = self.get_y(), self.page
        self._write(8.5, label, grey=True, width=38, height=5)
        if self.page == page:
            self.set_y(top)
        self.set_x(_MARGIN + 40)
        self._write(8.5, value, indent=40, height=5)

    def _row(self, row: Mapping[str, Any]) -> None:
        if self.will_page_break(_KEPT_TOGETHER):
            self.add_page()
        self.ln(1.5)
        self._write(9.5, f"{row['what']} · {row['who']}", style="B")
        self._write(8, " · ".join(row["when"]), grey=True, height=4.4)
        for detail in row["details"]:
            self._write(8.5, detail, indent=_INDENT, height=4.6)
        if row["quote"]:
            self._write(8.5, f"“{row['quote']}”", indent=_INDENT, height=4.6)
        if row["picture"]:
            self._picture(**row["picture"])
        if row["evidence"]:
            self._write(8, row["evidence"], indent=_INDENT, height=4.4, grey=True)
        for label, words in zip(self._sheet["headings"][3:], (", ".join(row["where"]), row["state"]), strict=True):
            if words:
                self._write(8, f"{label}: {words}", indent=_INDENT, height=4.4, grey=True)
        self.ln(1.5)
        self._rule()

    def _picture(self, png: str, alt: str) -> None:
        drawn = Image.open(BytesIO(b64decode(png)))
        drawn.thumbnail(_SHARPEST)
        width, height = (side * _PIXEL for side in drawn.size)
        shrunk = min(1, _WIDEST / width, _HIGHEST / height)
        if self.will_page_break(height * shrunk + 2):
            self.add_page()
        self.image(drawn, _MARGIN + _INDENT, self.get_y() + 1, width * shrunk, height * shrunk, alt_text=alt)
        self.set_y(self.get_y() + height * shrunk + 2)

    def _rule(self) -> None:
        self.set_draw_color(_RULE)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())

    def _write(  # noqa: PLR0913 - how a text looks
        self,
        size: float,
        text: str,
        *,
        style: str = "",
        grey: bool = False,
        indent: float = 0,
        width: float = 0,
        height: float = 5,
    ) -> None:
        self.set_font(MAIN, style, size)
        self.set_text_color(_GREY if grey else _INK)
        self.set_x(_MARGIN + indent)
        self.multi_cell(width, height, self.prepare(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _read_texts(part: object) -> Iterator[str]:
    """Every text in a sheet."""
    match part:
        case str():
            yield part
        case dict():
            for value in part.values():
                yield from _read_texts(value)
        case list():
            for value in part:
                yield from _read_texts(value)


def main() -> None:
    """Draw, and write the PDF."""
    logging.disable()
    sheet = json.loads(sys.stdin.buffer.read())
    paper = SheetPaper(sheet)
    paper.draw()
    sys.stdout.buffer.write(paper.output())


if __name__ == "__main__":
    main()
