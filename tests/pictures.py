"""PNG pictures for tests, whole and broken."""

import json
import struct
import zlib
from collections.abc import Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
STROKES = json.dumps(
    [
        {"penColor": "black", "points": [{"x": 10, "y": 20.5, "time": 1_772_452_800_000, "pressure": 0.5}]},
        {"penColor": "black", "points": [{"x": 11, "y": 21, "time": 1_772_452_800_016, "pressure": 0.25}]},
    ]
)
"""Two strokes as signature_pad tells them."""


def make_header(width: int = 4, height: int = 3, depth: int = 8, colour: int = 6, interlace: int = 0) -> bytes:
    """The chunk that says what follows."""
    return make_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def make_chunk(kind: bytes, content: bytes = b"") -> bytes:
    """One chunk, with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def make_pixels(width: int = 4, height: int = 3, colour: int = 6, kind: int = 0) -> bytes:
    """Rows of black pixels, packed."""
    return zlib.compress((bytes([kind]) + bytes(width * SAMPLES[colour])) * height)


def join(*chunks: bytes) -> bytes:
    """A file of these chunks."""
    return SIGNATURE + b"".join(chunks)


def make_png(width: int = 4, height: int = 3, colour: int = 6, more: Sequence[bytes] = ()) -> bytes:
    """A picture, with `more` chunks before its pixels."""
    pixels = make_chunk(b"IDAT", make_pixels(width, height, colour))
    return join(make_header(width, height, colour=colour), *more, pixels, make_chunk(b"IEND"))


def make_drawing(width: int = 240, height: int = 120) -> bytes:
    """A dark stroke from corner to corner on nothing, as a pad gives it."""
    ink, nothing = bytes((11, 37, 69, 255)), bytes(4)
    rows = (
        b"\0" + b"".join(ink if abs(x - y * width // height) < 4 else nothing for x in range(width))
        for y in range(height)
    )
    pixels = make_chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return join(make_header(width, height), pixels, make_chunk(b"IEND"))
