"""Paper to draw marks on, in points: texts that fit their boxes, and signatures."""

from collections.abc import Sequence
from io import BytesIO
from itertools import product
from typing import Final, cast

from fpdf.enums import MethodReturnValue, StrokeCapStyle, StrokeJoinStyle
from PIL import Image

from adapters.pdf.composing.anchors import Box
from adapters.pdf.latin import MAIN
from adapters.pdf.lettering import LetteredPaper
from bot.domain.sealing import Mark
from bot.domain.signature import DrawnSignature, Point, TypedSignature

_SIZES: Final = (11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0)
"""Points of letters, of which the first is taken with which a text fits."""
_LEADING: Final = 1.2
_LARGEST: Final = 30.0
"""Points of the letters of a typed signature."""
_SLANT: Final = 18.0
"""Degrees that a typed signature leans, in whatever script it is."""
_PEN, _THINNEST = 2.2, 0.5
"""CSS pixels of a stroke, about what the pad shows; and points that it is wide at least, so that it can be printed."""
_ENLARGED: Final = 1.5
"""Points for a CSS pixel at most, so that a dot does not become a blot."""
_RIM: Final = 0.08
"""Of the height of letters."""
_INK: Final = (16, 24, 64)
"""Dark blue, as of a pen."""

Strokes = Sequence[Sequence[Point]]


class MarkPaper(LetteredPaper):
    """Pages of any size. Boxes are left, bottom, width and height, from the lower left corner."""

    def __init__(self) -> None:
        super().__init__(unit="pt")
        self.set_margin(0)
        self.c_margin = 0
        self.set_auto_page_break(auto=False)

    def cover(self, box: Box) -> None:
        """Paint a box white, and a little around it: letters stick out of what their font says of them."""
        left, bottom, width, height = box
        rim = height * _RIM
        self.set_fill_color(255)
        self.rect(left - rim, self.h - bottom - height - rim, width + 2 * rim, height + 2 * rim, style="F")

    def leave(self, mark: Mark, box: Box) -> None:
        """The signature, as large as fits."""
        match mark.signature:
            case DrawnSignature(strokes=strokes) if strokes:
                self._stroke(strokes, box)
            case DrawnSignature(png=png):
                self._paste(png, box)
            case TypedSignature(name=name):
                self._sign_typed(name, box)
            case None:
                self.write_in(f"{mark.name}\n{mark.day}", box)

    def write_in(self, text: str, box: Box, style: str = "") -> None:
        """A text, with the largest letters that fit; in the smallest and pressed together where none do."""
        left, bottom, width, height = box
        lines = self._fit(text, (width, height), style)
        leading = self.font_size_pt * _LEADING
        self.set_text_color(*_INK)
        self.set_xy(left, self.h - bottom - (height + len(lines) * leading) / 2)
        for line in lines:
            self.cell(width, leading, line, align="L", new_x="LEFT", new_y="NEXT")
        self.set_stretching(100)

    def _fit(self, text: str, room: tuple[float, float], style: str) -> list[str]:
        """The lines that fit, with the font set for them; words are broken only where they fit in no other way."""
        for is_broken, size in product((False, True), _SIZES):
            self.set_font(MAIN, style, size)
            prepared = self.prepare(text)
            if is_broken or all(self.get_string_width(word) <= room[0] for word in prepared.split()):
                broken = self.multi_cell(room[0], None, prepared, dry_run=True, output=MethodReturnValue.LINES)
                lines = cast("list[str]", broken)
                if (len(lines) - 1) * size * _LEADING + size <= room[1]:
                    return lines
        joined = self.prepare(" ".join(text.split()))
        self.set_stretching(min(100.0, 100 * room[0] / max(1.0, self.get_string_width(joined))))
        return [joined]

    def _sign_typed(self, name: str, box: Box) -> None:
        left, bottom, width, height = box
        self.set_font(MAIN, "", 10)
        written = self.prepare(" ".join(name.split()))
        natural = max(1.0, self.get_string_width(written))
        # It leans out by a third of what its letters are high, at its end, and of their descent, at its start.
        size = min(_LARGEST, height / _LEADING, 10 * width / (natural + 5))
        self.set_font(MAIN, "", size)
        self.set_text_color(*_INK)
        top = self.h - bottom - (height + size * _LEADING) / 2
        with self.skew(ax=_SLANT, x=left, y=top + 0.9 * size):  # where fpdf2 puts the base line
            self.set_xy(left + 0.1 * size, top)
            self.cell(width, size * _LEADING, written, align="L")

    def _paste(self, png: bytes, box: Box) -> None:
        left, bottom, width, height = box
        drawn = Image.open(BytesIO(png))
        inked = drawn.getchannel("A").getbbox() if "A" in drawn.getbands() else None
        shown = drawn.crop(inked) if inked else drawn
        scale = min(width / shown.width, height / shown.height, _ENLARGED)
        across, up = shown.width * scale, shown.height * scale
        self.image(shown, left, self.h - bottom - (height + up) / 2, across, up)

    def _stroke(self, strokes: Strokes, box: Box) -> None:
        left, bottom, width, height = box
        xs, ys = ([point[axis] for stroke in strokes for point in stroke] for axis in (0, 1))
        across, down = max(xs) - min(xs) + _PEN, max(ys) - min(ys) + _PEN
        scale = min(width / across, height / down, _ENLARGED)
        start = (left - (min(xs) - _PEN / 2) * scale, self.h - bottom - height / 2 - (max(ys) + min(ys)) / 2 * scale)
        with self.new_path() as path:
            path.style.fill_color = None
            path.style.stroke_color = "#{:02x}{:02x}{:02x}".format(*_INK)
            path.style.stroke_width = max(_THINNEST, _PEN * scale)
            path.style.stroke_cap_style = StrokeCapStyle.ROUND
            path.style.stroke_join_style = StrokeJoinStyle.ROUND
            path.style.auto_close = False
            for stroke in strokes:
                points = [(start[0] + point[0] * scale, start[1] + point[1] * scale) for point in stroke]
                path.move_to(*points[0])
                for each in points[1:] or points:  # of a single point a line to itself, which is a dot
                    path.line_to(*each)
