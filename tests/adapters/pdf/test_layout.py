"""The pages of files that people send, and of files that were made to do harm."""

from io import BytesIO

import pytest
from pypdf import PdfWriter
from pypdf.generic import RectangleObject

from adapters.pdf.layout import PdfLayoutReader
from bot.domain.placing import PageShape
from tests.adapters.pdf.test_page_count import DEEP, LOOPING_PAGES, a_bomb, a_pdf


def a_cropped_pdf(*crops: tuple[float, float, float, float], rotation: int = 0) -> bytes:
    writer = PdfWriter()
    for crop in crops:
        page = writer.add_blank_page(600, 800)
        page.cropbox = RectangleObject(crop)
        page.rotate(rotation)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


async def test_what_is_visible_of_each_page_is_told() -> None:
    content = a_cropped_pdf((0, 0, 600, 800), (100, 50, 500, 650), (-100, -100, 300, 9_000), (900, 900, 950, 950))
    shapes = (PageShape(600, 800), PageShape(400, 600), PageShape(300, 800), PageShape(600, 800))
    assert await PdfLayoutReader().read_pages(content) == shapes


@pytest.mark.parametrize(("turned", "rotation"), [(90, 90), (180, 180), (-90, 270), (720, 0)])
async def test_how_far_a_page_is_turned_is_told(turned: int, rotation: int) -> None:
    pages = await PdfLayoutReader().read_pages(a_cropped_pdf((0, 0, 600, 800), rotation=turned))
    assert pages == (PageShape(600, 800, rotation),)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"%PDF-1.7", id="a heading alone"),
        pytest.param(a_pdf(password="secret"), id="locked"),
        pytest.param(DEEP, id="20,000 nested arrays"),
        pytest.param(LOOPING_PAGES, id="pages that go in circles"),
        pytest.param(a_bomb(), id="a bomb"),
        pytest.param(a_pdf().replace(b"842", b"8" * 9), id="a page of 300,000 kilometres"),
    ],
)
async def test_a_hostile_file_has_no_pages(content: bytes) -> None:
    assert await PdfLayoutReader().read_pages(content) == ()


async def test_a_file_that_takes_too_long_has_no_pages() -> None:
    assert await PdfLayoutReader(patience=0).read_pages(a_pdf()) == ()
