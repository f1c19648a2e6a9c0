"""The icons of the app, drawn: `python -m manifest.icons` writes them anew.

Teams wants a colour icon of 192 by 192 pixels whose background reaches its edges, and an outline icon of 32 by 32,
white on nothing. Both show a paraaf, the quick initial with a flourish that one signs with.
"""

import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

COLOR, OUTLINE = "color.png", "outline.png"
COLOR_SIZE: Final = 192
OUTLINE_SIZE: Final = 32
PAPER: Final = (0x1D, 0x35, 0x57)
"""The background of the Slack app as well."""
INK: Final = (0xFF, 0xFF, 0xFF)

Point = tuple[float, float]
_CURVES: Final[tuple[tuple[Point, Point, Point, Point], ...]] = (
    # Four points of a cubic Bézier curve each, in a square of 1 by 1: the stem of a P, its bowl, and the flourish.
    ((0.47, 0.13), (0.44, 0.32), (0.38, 0.58), (0.27, 0.78)),
    ((0.22, 0.33), (0.34, 0.02), (0.86, 0.00), (0.81, 0.29)),
    ((0.81, 0.29), (0.77, 0.50), (0.52, 0.56), (0.40, 0.54)),
    ((0.27, 0.78), (0.16, 0.97), (0.06, 0.76), (0.26, 0.77)),
    ((0.26, 0.77), (0.52, 0.78), (0.66, 0.92), (0.95, 0.71)),
)
_STEPS: Final = 16


def draw_color() -> bytes:
    """The colour icon, as a PNG file."""
    inked = _draw(COLOR_SIZE, inset=0.22, pen=0.034)
    return write_png(COLOR_SIZE, (bytes((*_mix(ink), 0xFF)) for ink in inked))


def draw_outline() -> bytes:
    """The outline icon, as a PNG file."""
    return write_png(
        OUTLINE_SIZE, (bytes((*INK, round(0xFF * ink))) for ink in _draw(OUTLINE_SIZE, inset=0.02, pen=0.042))
    )


def write_png(size: int, pixels: Iterator[bytes]) -> bytes:
    """A square picture of RGBA pixels, row by row (PNG specification, third edition)."""
    every = b"".join(pixels)
    rows = b"".join(b"\0" + every[row * size * 4 : (row + 1) * size * 4] for row in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_write_chunk(kind, content) for kind, content in parts)


def _write_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _draw(size: int, inset: float, pen: float) -> Iterator[float]:
    """How much ink is on each pixel, 0 to 1; `pen` is the radius of the pen, for a drawing as wide as the picture."""
    ink = [0.0] * (size * size)
    scale, radius = size * (1 - 2 * inset), pen * size * (1 - 2 * inset)
    for curve in _CURVES:
        points = [_place(curve, step / _STEPS) for step in range(_STEPS + 1)]
        for one, other in pairwise((size * inset + x * scale, size * inset + y * scale) for x, y in points):
            _stroke(ink, size, one, other, radius)
    yield from ink


def _stroke(ink: list[float], size: int, one: Point, other: Point, radius: float) -> None:
    reach = radius + 1
    left, right = (min(one[0], other[0]) - reach, max(one[0], other[0]) + reach)
    top, bottom = (min(one[1], other[1]) - reach, max(one[1], other[1]) + reach)
    for y in range(max(0, int(top)), min(size, int(bottom) + 1)):
        for x in range(max(0, int(left)), min(size, int(right) + 1)):
            covered = radius + 0.5 - _measure((x + 0.5, y + 0.5), one, other)
            ink[y * size + x] = max(ink[y * size + x], min(1.0, max(0.0, covered)))


def _place(curve: tuple[Point, Point, Point, Point], at: float) -> Point:
    weights = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at**2 * (1 - at), at**3)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, curve, strict=True)) for axis in (0, 1))
    return x, y


def _measure(point: Point, one: Point, other: Point) -> float:
    """The distance from a point to a line between two others."""
    (x, y), (dx, dy) = (point[0] - one[0], point[1] - one[1]), (other[0] - one[0], other[1] - one[1])
    length = dx * dx + dy * dy
    along = max(0.0, min(1.0, (x * dx + y * dy) / length)) if length else 0.0
    return float(((x - along * dx) ** 2 + (y - along * dy) ** 2) ** 0.5)


def _mix(ink: float) -> tuple[int, ...]:
    return tuple(round(paper + (written - paper) * ink) for paper, written in zip(PAPER, INK, strict=True))


if __name__ == "__main__":
    folder = Path(__file__).parent
    (folder / COLOR).write_bytes(draw_color())
    (folder / OUTLINE).write_bytes(draw_outline())
