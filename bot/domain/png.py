"""PNG pictures from strangers: read strictly, and rewritten as nothing but the picture (ISO/IEC 15948)."""

import struct
import zlib
from collections.abc import Iterator

PNG_SIZE = 500_000
"""Bytes; a signature takes about a tenth of it."""
WIDEST, HIGHEST = 3_000, 2_000
"""Pixels: a pad of 1,000 by 600 CSS pixels on a screen with three pixels to each, with room to spare."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 4: 2, 6: 4}
"""Samples of a pixel by colour type: grey, colour, either with transparency. Not 3, whose palette is a chunk more."""
_FILTERS = 5


def clean_png(content: bytes) -> bytes:
    """The same picture with its pixels alone: no text, profile, position or second picture comes along.

    Raises `ValueError` for anything but one whole PNG of 8 bits a sample, not interlaced, within the limits above. No
    more is unpacked than its width and height ask for.
    """
    if len(content) > PNG_SIZE:
        raise ValueError("too many bytes")
    chunks = list(_split(content))
    # A chunk whose name begins with a capital letter must be understood; the others may be left out (section 5.4).
    critical = [kind for kind, _ in chunks if kind[:1].isupper()]
    if critical != [b"IHDR", *[b"IDAT"] * (len(critical) - 2), b"IEND"] or chunks[-1][0] != b"IEND":
        raise ValueError("not one picture")
    header = chunks[0][1]
    pixels = b"".join(data for kind, data in chunks if kind == b"IDAT")
    _check_pixels(pixels, *_read_header(header))
    return _SIGNATURE + _write(b"IHDR", header) + _write(b"IDAT", pixels) + _write(b"IEND", b"")


def _split(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not content.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    at = len(_SIGNATURE)
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at) if at + 12 <= len(content) else (len(content), b"")
        data, end = content[at + 8 : at + 8 + length], at + 12 + length
        if end > len(content) or not kind.isalpha() or content[end - 4 : end] != _checksum(kind, data):
            raise ValueError("a broken chunk")
        yield kind, data
        at = end


def _read_header(header: bytes) -> tuple[int, int]:
    if len(header) != 13:  # noqa: PLR2004 - the standard's length
        raise ValueError("a broken header")
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colour not in _SAMPLES or any(rest):  # noqa: PLR2004 - what every canvas writes
        raise ValueError("not a kind of PNG that canvases write")
    if not (1 <= width <= WIDEST and 1 <= height <= HIGHEST):
        raise ValueError("no pixels, or too many")
    return width * _SAMPLES[colour] + 1, height


def _check_pixels(pixels: bytes, row: int, rows: int) -> None:
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(pixels, row * rows + 1)
    except zlib.error as error:
        raise ValueError("broken pixels") from error
    if len(unpacked) != row * rows or not unpacking.eof or unpacking.unused_data:
        raise ValueError("more or fewer pixels than the header says")
    if any(kind >= _FILTERS for kind in unpacked[::row]):
        raise ValueError("a row of no known kind")


def _write(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + _checksum(kind, data)


def _checksum(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(kind + data))
