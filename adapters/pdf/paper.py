"""Paper to draw words on: A4 with a title and a number on every page."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from fpdf.enums import XPos, YPos
from PIL import Image

from adapters.pdf.latin import MAIN
from adapters.pdf.lettering import LetteredPaper

_INK, _GREY, _RULE = 25, 95, 190
MARGIN: Final = 18
"""Millimetres of white around the text."""
VALUES: Final = MARGIN + 40
"""Millimetres from the left to what stands beside a label."""
_FOOT: Final = 22
_KEPT_TOGETHER: Final = 26
"""Millimetres that a part needs at least, so that its first words do not stand alone at the foot of a page."""
INDENT: Final = 5
_WIDEST, _HIGHEST = 60, 25
"""Millimetres of a picture at most."""
_SHARPEST: Final = (800, 400)
"""Pixels of a picture at most: enough for print of that size, and quick to pack."""
_PIXEL: Final = 25.4 / 192
"""Millimetres of a pixel, of which the pad draws two for each CSS pixel (96 an inch)."""


class Paper(LetteredPaper):
    """A4 with the title on every page, and its number. `words` are all that comes on it."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        super().__init__()
        self.words = words
        self.add_fonts(_read_texts(words))
        self.set_title(f"{words['title']} · {words['office']}")
        self.set_author(words["office"])
        self.set_creator("Paraaf")
        self.set_lang(words["language"])
        self.set_creation_date(datetime.now(UTC))
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=_FOOT)
        self.alias_nb_pages("{nb}")
        self.add_page()

    def header(self) -> None:
        """The title and the office, above a rule."""
        self.set_y(10)
        self.put(9, f"{self.words['title']} · {self.words['office']}", style="B", grey=True)
        self.rule()
        self.set_y(MARGIN + 1)

    def footer(self) -> None:
        """When it was made, and the number of the page."""
        self.set_y(-_FOOT + 6)
        self.rule()
        self.put(7, self.words["made"], grey=True, height=4)
        number = self.words["page_of"] % {"page": self.page_no(), "pages": "{nb}"}
        self.set_text_shaping(use_shaping_engine=False)  # or the place holder would be shaped before it is filled in
        self.cell(0, 4, number, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def part(self, together: float = _KEPT_TOGETHER) -> None:
        """Begin something of which the first millimetres stay together."""
        if self.will_page_break(together):
            self.add_page()

    def fact(self, label: str, value: str) -> None:
        """A label with its value beside it."""
        if self.will_page_break(5):
            self.add_page()
        top, page = self.get_y(), self.page
        self.put(8.5, label, grey=True, width=38, height=5)
        if self.page == page:
            self.set_y(top)
        self.set_x(VALUES)
        self.put(8.5, value, indent=VALUES - MARGIN, height=5)

    def picture(self, png: str, alt: str) -> None:
        """A picture in base64, shrunk to fit, and in words what it is."""
        drawn = Image.open(BytesIO(b64decode(png)))
        drawn.thumbnail(_SHARPEST)
        width, height = (side * _PIXEL for side in drawn.size)
        shrunk = min(1, _WIDEST / width, _HIGHEST / height)
        if self.will_page_break(height * shrunk + 2):
            self.add_page()
        self.image(drawn, MARGIN + INDENT, self.get_y() + 1, width * shrunk, height * shrunk, alt_text=alt)
        self.set_y(self.get_y() + height * shrunk + 2)

    def rule(self) -> None:
        """A line from margin to margin."""
        self.set_draw_color(_RULE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())

    def put(  # noqa: PLR0913 - how a text looks
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
        """A text, however long: `size` in points, everything else in millimetres."""
        self.set_font(MAIN, style, size)
        self.set_text_color(_GREY if grey else _INK)
        self.set_x(MARGIN + indent)
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
