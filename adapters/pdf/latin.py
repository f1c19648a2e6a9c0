"""Small cuts of the main font for Latin text, which fpdf2 reads and cuts down ten times as fast as the whole.

They look the same: outlines, hints, widths and kerning are those of the whole font. `python -m adapters.pdf.latin`
makes them anew from the fonts beside them, whose licence is theirs as well: fonts/LICENSE-DejaVu.txt.
"""

from io import BytesIO
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter, load_font, save_font
from fpdf import FPDF
from fpdf.fonts import TTFFont

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
_READY_FOR_ONE: Final = {"": 3, "B": 2}
"""Fonts for one document: marks, pages of signatures, certificate."""

_ready: dict[str, list[TTFFont]] = {}


def suits(codes: set[int]) -> bool:
    """Whether a cut has all of these characters."""
    return codes <= CODES | _SPACES


def read_font(paper: FPDF, style: str) -> None:
    """Give a paper the cut in a style, which may lie ready."""
    key = f"{MAIN.lower()}{style}"
    font = _ready[style].pop() if _ready.get(style) else _load(paper, style)
    font.i = len(paper.fonts) + 1
    paper.fonts[key] = font


def keep_ready() -> None:
    """Load what one document needs, for a process that is about to fork: a font can be written with once."""
    for style, count in _READY_FOR_ONE.items():
        _ready[style] = [_load(FPDF(), style) for _ in range(count)]


def _load(paper: FPDF, style: str) -> TTFFont:
    file = FOLDER / STYLES[style]
    font = TTFFont(paper, file, f"{MAIN.lower()}{style}", style)
    # From memory, since processes that share an open file share where they are in it.
    font.ttfont.reader.file.close()
    font.ttfont.reader.file = BytesIO(file.read_bytes())
    for table in ("cmap", "glyf", "hmtx", "loca", "name", "post", "OS/2"):
        font.ttfont[table]
    font.ttfont.recalcBBoxes = False  # no outline changes
    return font


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
