"""What is taken for a drawn signature, and what is not (attacks by pictures)."""

import zlib
from collections.abc import Callable

import pytest

from bot.domain.png import HIGHEST, PNG_SIZE, WIDEST, clean_png
from tests.pictures import SAMPLES, SIGNATURE, join, make_chunk, make_header, make_pixels, make_png

PIXELS, END = make_chunk(b"IDAT", make_pixels()), make_chunk(b"IEND")


@pytest.mark.parametrize("colour", [0, 2, 4, 6])
def test_every_kind_of_picture_that_a_canvas_makes_is_taken(colour: int) -> None:
    picture = make_png(colour=colour)
    assert clean_png(picture) == picture


def test_the_largest_pad_is_taken() -> None:
    assert clean_png(make_png(WIDEST, HIGHEST))


def test_nothing_but_the_picture_is_kept() -> None:
    text = make_chunk(b"tEXt", b"Location\x0052.09 N 5.12 E")
    exif = make_chunk(b"eXIf", b"II*\0 position")
    animation = make_chunk(b"fdAT", b"\0\0\0\1 a second picture")
    assert clean_png(make_png(more=[text, exif, animation])) == make_png()


def test_pixels_in_several_chunks_are_joined() -> None:
    packed = make_pixels()
    split = join(make_header(), make_chunk(b"IDAT", packed[:5]), make_chunk(b"IDAT", packed[5:]), END)
    assert clean_png(split) == make_png()


NO_PNG, CHUNK, NOT_ONE = "no PNG", "a broken chunk", "not one picture"
NO_KIND, SIZE, NUMBER = "not a kind of PNG", "no pixels, or too many", "more or fewer pixels"
BROKEN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": (NO_PNG, lambda: b""),
    "a JPEG": (NO_PNG, lambda: b"\xff\xd8\xff\xe0\0\x10JFIF"),
    "an SVG": (NO_PNG, lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a PNG that ends": (CHUNK, lambda: make_png()[:-1]),
    "a PNG with more behind it": (CHUNK, lambda: make_png() + b"<script>alert(1)</script>"),
    "a PNG with another behind it": (CHUNK, lambda: make_png() + make_png()),
    "a PNG with a chunk behind it": (NOT_ONE, lambda: make_png() + make_chunk(b"tEXt", b"more")),
    "a wrong checksum": (CHUNK, lambda: make_png()[:-4] + b"\0\0\0\0"),
    "a chunk longer than the file": (CHUNK, lambda: SIGNATURE + b"\xff\xff\xff\xff" + make_header()[4:]),
    "a chunk whose name is no name": (CHUNK, lambda: make_png(more=[make_chunk(b"\0\0\0\0")])),
    "only a beginning": (NOT_ONE, lambda: SIGNATURE),
    "no header": (NOT_ONE, lambda: join(PIXELS, END)),
    "two headers": (NOT_ONE, lambda: join(make_header(), make_header(), PIXELS, END)),
    "a header that is too short": ("a broken header", lambda: join(make_chunk(b"IHDR", b"\0" * 12), PIXELS, END)),
    "no pixels": (NUMBER, lambda: join(make_header(), END)),
    "an end before its end": (NOT_ONE, lambda: join(make_header(), END, PIXELS, END)),
    "a palette": (
        NOT_ONE,
        lambda: join(
            make_header(colour=3), make_chunk(b"PLTE", b"\0" * 3), make_chunk(b"IDAT", make_pixels(colour=3)), END
        ),
    ),
    "a critical chunk nobody knows": (NOT_ONE, lambda: make_png(more=[make_chunk(b"EVIL")])),
    "sixteen bits": (NO_KIND, lambda: join(make_header(depth=16), PIXELS, END)),
    "interlaced": (NO_KIND, lambda: join(make_header(interlace=1), PIXELS, END)),
    "no width": (SIZE, lambda: join(make_header(width=0), make_chunk(b"IDAT", make_pixels(0)), END)),
    "too wide": (SIZE, lambda: make_png(WIDEST + 1, 1)),
    "too high": (SIZE, lambda: make_png(1, HIGHEST + 1)),
    "as large as numbers go": (SIZE, lambda: join(make_header(2**31 - 1, 2**31 - 1), PIXELS, END)),
    "fewer pixels than it says": (NUMBER, lambda: join(make_header(height=4), PIXELS, END)),
    "more pixels than it says": (NUMBER, lambda: join(make_header(height=2), PIXELS, END)),
    "pixels that do not end": (NUMBER, lambda: join(make_header(), make_chunk(b"IDAT", make_pixels()[:-4]), END)),
    "pixels with more behind them": (
        NUMBER,
        lambda: join(make_header(), make_chunk(b"IDAT", make_pixels() + b"more"), END),
    ),
    "pixels that are none": ("broken pixels", lambda: join(make_header(), make_chunk(b"IDAT", b"no"), END)),
    "a row of no kind": (
        "a row of no known kind",
        lambda: join(make_header(), make_chunk(b"IDAT", make_pixels(kind=5)), END),
    ),
    "more bytes than are taken": ("too many bytes", lambda: make_png(more=[make_chunk(b"tEXt", b"x" * PNG_SIZE)])),
}


@pytest.mark.parametrize(("why", "content"), BROKEN.values(), ids=BROKEN)
def test_anything_else_is_refused(why: str, content: Callable[[], bytes]) -> None:
    with pytest.raises(ValueError, match=why):
        clean_png(content())


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = zlib.compress(bytes(200_000_000), 9)
    assert len(packed) < PNG_SIZE
    unpacked: list[int] = []
    begin = zlib.decompressobj

    class Measured:
        def __init__(self) -> None:
            self._real = begin()

        def decompress(self, content: bytes, most: int) -> bytes:
            result = self._real.decompress(content, most)
            unpacked.append(len(result))
            return result

        @property
        def eof(self) -> bool:
            return self._real.eof

    monkeypatch.setattr(zlib, "decompressobj", Measured)
    with pytest.raises(ValueError, match="more or fewer pixels"):
        clean_png(join(make_header(), make_chunk(b"IDAT", packed), END))
    assert unpacked == [3 * (4 * SAMPLES[6] + 1) + 1]
