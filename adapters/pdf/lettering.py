"""Paper on which texts in any script can be written.

DejaVu Sans comes first, then fonts for what it lacks, shaped by HarfBuzz. What no font has is spelled out, such as
`[U+1780]`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from fpdf import FPDF
from fpdf.enums import TextDirection

from adapters.pdf import latin
from adapters.pdf.latin import FONTS, MAIN, CutProducer
from cards.text import FSI, PDI

_FAR: Final = re.compile(r"[^\s\x20-\x7e\xa0-\xff]")
_UNSHAPED: Final = re.compile(r"[\s\x20-\u02ff\u0370-\u052f\u1e00-\u1fff\u2010-\u2027\u20ac]*")
"""Latin, Greek and Cyrillic with their punctuation: drawn letter by letter, which takes half the time."""
_INVISIBLE: Final[Sequence[str]] = ("\u200b", "\u2060", "\ufeff", "\ufe0e", "\ufe0f", FSI, PDI)
"""Show nothing where a font has them, and so need no spelling where none has."""


class LetteredPaper(FPDF):
    """Embeds the fonts that its texts need."""

    _known: frozenset[int] = frozenset()

    def add_fonts(self, texts: Iterable[str], *, bold: bool = True) -> None:
        """The main font, and of the others those that have something which is in the texts and in no font before."""
        wanted = {ord(char) for text in texts for char in text}
        is_latin = latin.suits(wanted)
        for style, file in list(latin.STYLES.items())[: 2 if bold else 1]:
            if is_latin:
                latin.add_cut(self, style)
            else:
                self.add_font(MAIN, style, FONTS / file)
        self._known = self._read_codes()
        missing = wanted - self._known
        others: list[str] = []
        for name in sorted(file.stem for file in FONTS.glob("*.ttf") if not file.stem.startswith(MAIN)):
            if not any(_FAR.match(chr(code)) for code in missing - self._known):
                break
            self.add_font(name, "", FONTS / f"{name}.ttf")
            others.append(name)
            self._known = self._read_codes()
        self.set_fallback_fonts(others, exact_match=False)

    def finish(self) -> bytes:
        """The PDF."""
        return bytes(self.output(output_producer_class=CutProducer))

    def prepare(self, text: str) -> str:
        """The text as it is to be written, next and with the font that is set: what no font has is spelled out."""
        # Words of ours around a name run from left to right, whichever way the name does.
        direction = TextDirection.LTR if FSI in text else None
        self.set_text_shaping(use_shaping_engine=not _UNSHAPED.fullmatch(text), direction=direction)
        return _FAR.sub(lambda found: found[0] if ord(found[0]) in self._known else _name_code(found[0]), text)

    def _read_codes(self) -> frozenset[int]:
        return frozenset(code for font in self.fonts.values() for code in getattr(font, "cmap", ()))


def _name_code(char: str) -> str:
    return "" if char in _INVISIBLE else f"[U+{ord(char):04X}]"
