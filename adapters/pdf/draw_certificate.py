"""Draws the certificate on standard input as a PDF on standard output; run as a process of its own."""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import segno

from adapters.pdf.paper import INDENT, VALUES, Paper

_MODULE: Final = 0.9
"""Millimetres of a QR code's square: an address of usual length makes a code of 26 mm, which any telephone reads."""
_QUIET: Final = 4
"""Squares of white around a code (ISO/IEC 18004)."""
_DARK: Final = re.compile(rb"\x01+")
_HEADING: Final = 34
"""Millimetres that a heading and what comes first below it need at least."""


class CertificatePaper(Paper):
    """A certificate."""

    def draw(self) -> None:
        """Everything on the certificate."""
        self.put(16, self.words["title"], style="B", height=8)
        self.put(10, self.words["office"], height=6)
        self.ln(2)
        for label, value in self.words["facts"]:
            self.fact(label, value)
        for section in self.words["sections"]:
            self._section(**section)
        self.ln(3)
        for note in self.words["notes"]:
            self.put(7.5, note, grey=True, height=4)

    def _section(self, heading: str, parts: list[Mapping[str, Any]], code: str) -> None:
        self.ln(3)
        self.part(_HEADING)
        self.put(12, heading, style="B", height=7)
        self.rule()
        for part in parts:
            self._part(**part)
        if code:
            self._code(code)

    def _part(
        self,
        *,
        title: str,
        lines: list[str],
        facts: list[tuple[str, str]],
        quote: str,
        picture: Mapping[str, str] | None,
    ) -> None:
        self.part()
        self.ln(2.5)
        if title:
            self.put(9.5, title, style="B")
        for line in lines:
            self.put(8, line, indent=INDENT if title else 0, height=4.4)
        for label, value in facts:
            self.fact(label, value)
        if quote:
            self.put(8.5, f"“{quote}”", indent=INDENT, height=4.6)
        if picture:
            self.picture(**picture)

    def _code(self, address: str) -> None:
        """The QR code of an address, which leads there as well where the page is only on a screen."""
        rows = _make_code(address)
        side = (len(rows) + 2 * _QUIET) * _MODULE
        if self.will_page_break(side):
            self.add_page()
        left, top = VALUES - _QUIET * _MODULE, self.get_y()
        self.set_fill_color(0)
        for row, squares in enumerate(rows, _QUIET):
            for column, count in _find_dark(squares):
                across = left + (column + _QUIET) * _MODULE
                self.rect(across, top + row * _MODULE, count * _MODULE, _MODULE, style="F")
        self.link(left, top, side, side, address)
        self.set_y(top + side)


@lru_cache(maxsize=8)
def _make_code(address: str) -> tuple[bytes, ...]:
    """The squares of a QR code, 1 for dark, row by row: the same for every certificate of an installation."""
    return tuple(bytes(row) for row in segno.make(address, error="m", micro=False).matrix)


def _find_dark(squares: bytes) -> Iterator[tuple[int, int]]:
    """Where in a row dark squares begin, and how many there are side by side."""
    for found in _DARK.finditer(squares):
        yield found.start(), len(found[0])


def draw_certificate(words: Mapping[str, Any]) -> bytes:
    """The PDF of a certificate, which is given as JSON has it."""
    paper = CertificatePaper(words)
    paper.draw()
    return paper.finish()


def main() -> None:
    """Draw, and write the PDF."""
    logging.disable()
    sys.stdout.buffer.write(draw_certificate(json.loads(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
