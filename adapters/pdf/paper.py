"""Paper to draw words on: A4 with a title and a number on every page.

Names and reasons may be in any script: DejaVu Sans comes first, then fonts for what it lacks, shaped by HarfBuzz. What
no font has is spelled out, such as `[U+1780]`.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import TextDirection, XPos, YPos
from PIL import Image

from cards.text import FSI, PDI

FONTS: Final = Path(__file__).parent / "fonts"
MAIN: Final = "DejaVuSans"
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
_INVISIBLE: Final[Sequence[str]] = ("\u200b", "\u2060", "\ufeff", "\ufe0e", "\ufe0f", FSI, PDI)
_FAR: Final = re.compile(r"[^\s\x20-\x7e\xa0-\xff]")

_UNSHAPED: Final = re.compile(r"[\s\x20-\u02ff\u0370-\u052f\u1e00-\u1fff\u2010-\u2027\u20ac]*")
"""Latin, Greek and Cyrillic with their punctuation: drawn letter by letter, which takes half the time."""


class Paper(FPDF):
    """A4 with the title on every page, and its number. `words` are all that comes on it."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        super().__init__()
        self.words = words
        self._known: set[int] = set()
        self._add_fonts()
        self.set_title(f"{words['title']} · {words['office']}")
        self.set_author(words["office"])
        self.set_creator("Paraaf")
        self.set_lang(words["language"])
        self.set_creation_date(datetime.now(UTC))
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=_FOOT)
        self.alias_nb_pages("{nb}")
        self.add_page()

    def _add_fonts(self) -> None:
        """The main font, and of the others those that have something which is on the sheet and in no font before."""
        self.add_font(MAIN, "", FONTS / "DejaVuSans.ttf")
        self.add_font(MAIN, "B", FONTS / "DejaVuSans-Bold.ttf")
        self._known = self._read_codes()
        missing = {ord(char) for text in _read_texts(self.words) for char in text} - self._known
        others: list[str] = []
        for name in sorted(file.stem for file in FONTS.glob("*.ttf") if not file.stem.startswith(MAIN)):
            if not any(_FAR.match(chr(code)) for code in missing - self._known):
                break
            self.add_font(name, "", FONTS / f"{name}.ttf")
            others.append(name)
            self._known = self._read_codes()
        self.set_fallback_fonts(others, exact_match=False)

    def _read_codes(self) -> set[int]:
        return {code for font in self.fonts.values() for code in getattr(font, "cmap", ())}

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
        # Words of ours around a name run from left to right, whichever way the name does.
        direction = TextDirection.LTR if FSI in text else None
        self.set_text_shaping(use_shaping_engine=not _UNSHAPED.fullmatch(text), direction=direction)
        self.multi_cell(width, height, self._spell(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _spell(self, text: str) -> str:
        """The text, with what no font has spelled out."""
        return _FAR.sub(lambda found: found[0] if ord(found[0]) in self._known else _name_code(found[0]), text)


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


def _name_code(char: str) -> str:
    return "" if char in _INVISIBLE else f"[U+{ord(char):04X}]"


"""Show nothing where a font has them, and so need no spelling where none has."""
