"""Small cuts of the main font for Latin text, which are embedded as they are.

They look the same: outlines, hints, widths and kerning are those of the whole font. Cutting a font down for each
document, as fpdf2 does, takes longer than everything else that is drawn, and saves about 25 kB. `python -m
adapters.pdf.latin` makes the cuts anew from the fonts beside them, whose licence is theirs as well:
fonts/LICENSE-DejaVu.txt.
"""

import zlib
from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any, Final

from fontTools.subset import Options, Subsetter, load_font, save_font
from fpdf import FPDF
from fpdf.fonts import Glyph, SubsetMap, TTFFont
from fpdf.output import CIDSystemInfo, OutputProducer, PDFFont
from fpdf.syntax import Name, PDFArray, PDFContentStream

FONTS: Final = Path(__file__).parent / "fonts"
FOLDER: Final = FONTS / "latin"
MAIN: Final = "DejaVuSans"
STYLES: Final = {"": f"{MAIN}.ttf", "B": f"{MAIN}-Bold.ttf"}
"""The files of the main font by fpdf2's names of its styles."""
_RANGES: Final = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x218, 0x21B),
    (0x2010, 0x2015),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x2066, 0x2069),  # isolates, which words of ours have around names
    (0x20AC, 0x20AC),
)
CODES: Final = frozenset(code for first, last in _RANGES for code in range(first, last + 1))
"""Characters of the cuts."""
_SPACES: Final = frozenset(map(ord, "\t\n\r"))
_TAG: Final = "PARAAF"
"""Before the name of a font of which not every character is embedded (ISO 32000-1, 9.6.4)."""
_TO_UNICODE: Final = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
_MOST_IN_BLOCK: Final = 100
"""Characters in one block of such a table (Adobe Technical Note 5014)."""


def suits(codes: set[int]) -> bool:
    """Whether a cut has all of these characters."""
    return codes <= CODES | _SPACES


class Cut(TTFFont):
    """A cut in one style, which is read once; a paper has a copy, which knows what was written with it."""

    def __init__(self, style: str) -> None:
        super().__init__(FPDF(), FOLDER / STYLES[style], f"{MAIN.lower()}{style}", style)
        self.hbfont  # noqa: B018 - loads it
        content = self.ttffile.read_bytes()
        self.length = len(content)
        self.content = zlib.compress(content, 9)
        self.close()

    def for_paper(self, number: int) -> "Cut":
        """A copy that is the paper's font of this number."""
        own = copy(self)
        own.i, own.missing_glyphs, own.desc = number, [], copy(self.desc)
        own.subset = _Glyphs(own)
        return own


class _Glyphs(SubsetMap):
    """What was written: each glyph under its number in the font."""

    def __init__(self, font: Cut) -> None:
        super().__init__(font)
        self._char_id_per_glyph.clear()

    def pick_glyph(self, glyph: Glyph | None) -> int | None:
        """The code of a glyph."""
        if glyph is None:
            return None
        self._char_id_per_glyph[glyph] = glyph.glyph_id
        return glyph.glyph_id


class _FontFile(PDFContentStream):
    """A cut's file, packed before."""

    def __init__(self, font: Cut) -> None:
        super().__init__(font.content)
        self.filter, self.length1 = Name("FlateDecode"), font.length


class CutProducer(OutputProducer):
    """Embeds cuts as they are, and other fonts as fpdf2 does."""

    def _add_fonts(self, *rest: Any) -> dict[int, Any]:  # noqa: ANN401 - it hands on what it is given
        fonts = self.fpdf.fonts
        cuts = {key: font for key, font in fonts.items() if isinstance(font, Cut)}
        for key in cuts:
            del fonts[key]  # or fpdf2 would cut them down
        added: dict[int, Any] = super()._add_fonts(*rest)
        fonts.update(cuts)
        return added | {font.i: self._embed(font) for font in cuts.values()}

    def _embed(self, font: Cut) -> PDFFont:
        name = f"{_TAG}+{font.name}"
        whole = PDFFont("Type0", name, "Identity-H")
        glyphs = PDFFont("CIDFontType2", name, d_w=font.desc.missing_width, w=_write_widths(font))
        codes, described = CIDSystemInfo(), font.desc
        file = _FontFile(font)
        texts = PDFContentStream(_write_texts(font), compress=True)
        for each in (whole, glyphs, texts, codes, described, file):
            self._add_pdf_obj(each, "fonts")
        whole.descendant_fonts, whole.to_unicode = PDFArray([glyphs]), texts
        glyphs.c_i_d_system_info, glyphs.font_descriptor = codes, described
        glyphs.c_i_d_to_g_i_d_map = Name("Identity")  # type: ignore[assignment]  # as the standard allows as well
        described.font_name = Name(name)
        described.font_file2 = file  # type: ignore[attr-defined]  # fpdf2 sets it, too, and declares it nowhere
        font.subset.pick.cache_clear()  # it is one for all fonts, and would keep this one
        font.subset.get_glyph.cache_clear()
        return whole


def add_cut(paper: FPDF, style: str) -> None:
    """Give a paper the cut in a style."""
    paper.fonts[f"{MAIN.lower()}{style}"] = read_cut(style).for_paper(len(paper.fonts) + 1)


@cache
def read_cut(style: str) -> Cut:
    """The cut in a style."""
    return Cut(style)


def _write_widths(font: Cut) -> str:
    widths = {code: glyph.glyph_width for glyph, code in font.subset.items() if glyph}
    return "[" + " ".join(f"{code} [{width}]" for code, width in sorted(widths.items())) + "]"


def _write_texts(font: Cut) -> bytes:
    """The table that says which characters a glyph shows, for searching and copying."""
    shown: Mapping[int, str] = {
        code: "".join(map(chr, glyph.unicode))
        for glyph, code in font.subset.items()
        if glyph and isinstance(glyph.unicode, tuple)
    }
    lines = [f"<{code:04X}> <{text.encode('utf-16-be').hex()}>\n" for code, text in sorted(shown.items()) if text]
    blocks = [lines[first : first + _MOST_IN_BLOCK] for first in range(0, len(lines), _MOST_IN_BLOCK)]
    written = "".join(f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n" for block in blocks)
    return _TO_UNICODE.format(blocks=written).encode()


def main() -> None:
    """Make the cuts."""
    options = Options(layout_features=["*"], notdef_outline=True)
    options.drop_tables += ["FFTM"]
    FOLDER.mkdir(exist_ok=True)
    for name in STYLES.values():
        whole = load_font(str(FONTS / name), options)
        cutter = Subsetter(options)
        cutter.populate(unicodes=CODES)
        cutter.subset(whole)
        save_font(whole, str(FOLDER / name), options)


if __name__ == "__main__":
    main()
