"""Files that people send, and files that were made to do harm."""

import asyncio
import zlib
from io import BytesIO
from tempfile import TemporaryFile

import pytest
from pypdf import PdfWriter

from adapters.pdf.page_count import PdfPageCounter


def a_pdf(pages: int = 3, password: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def a_pdf_of(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF with a right cross-reference table over these objects, which are numbered from 1."""
    content, offsets = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    return content + b"trailer\n<< /Size %d %b >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def a_bomb() -> bytes:
    """An object stream of 400 MB that is 400 kB when packed."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(400)) + packer.flush()
    head = b"<< /Type /ObjStm /N 1 /First 8 /Filter /FlateDecode /Length %d >>" % len(packed)
    stream = b"%b\nstream\n%b\nendstream" % (head, packed)
    content = b"%PDF-1.7\n"
    first = len(content)
    content += b"1 0 obj\n" + stream + b"\nendobj\n"
    # The cross-reference stream says that object 2, the root, is the first object in the packed stream 1.
    start = len(content)
    entries = b"".join(
        bytes([kind]) + where.to_bytes(4, "big") + bytes([index])
        for kind, where, index in ((0, 0, 0), (1, first, 0), (2, 1, 0), (1, start, 0))
    )
    told = b"<< /Type /XRef /Size 4 /W [1 4 1] /Root 2 0 R /Length %d >>" % len(entries)
    content += b"3 0 obj\n" + told + b"\nstream\n" + entries + b"\nendstream\nendobj\n"
    return content + b"startxref\n%d\n%%%%EOF\n" % start


DEEP = a_pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 20_000 + b"]" * 20_000)
PAGES = (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Page >>")
LOOPING_TABLE = a_pdf_of(*PAGES).replace(b"/Root", b"/Prev %d /Root" % a_pdf_of(*PAGES).index(b"xref\n"))
LOOPING_PAGES = a_pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Parent 2 0 R >>")
BOASTING = a_pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 999999999999 >>")


@pytest.mark.parametrize("pages", [1, 3, 250])
async def test_pages_are_counted(pages: int) -> None:
    assert await PdfPageCounter().count_pages(a_pdf(pages)) == pages


async def test_pages_of_a_file_are_counted_where_it_lies_wherever_somebody_read_to() -> None:
    with TemporaryFile(buffering=0) as file:
        file.write(a_pdf(3))
        for place in (0, 7, file.tell()):
            file.seek(place)
            assert await PdfPageCounter().count_pages(file) == 3


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"PK\x03\x04 a spreadsheet", id="no PDF"),
        pytest.param(b"%PDF-1.7\n", id="a heading alone"),
        pytest.param(a_pdf()[:200], id="cut off"),
        pytest.param(a_pdf(password="secret"), id="locked"),
        pytest.param(DEEP, id="20,000 nested arrays"),
        pytest.param(LOOPING_PAGES, id="pages that go in circles"),
        pytest.param(BOASTING, id="a number that is no count"),
        pytest.param(a_bomb(), id="a bomb"),
    ],
)
async def test_what_cannot_be_counted_is_none_and_nothing_else(content: bytes) -> None:
    counter = PdfPageCounter()
    assert await counter.count_pages(content) is None
    assert await counter.count_pages(a_pdf(2)) == 2


async def test_a_table_that_goes_in_circles_is_read_once() -> None:
    assert await PdfPageCounter().count_pages(LOOPING_TABLE) == 1


async def test_a_file_that_takes_too_long_is_given_up() -> None:
    assert await PdfPageCounter(patience=0).count_pages(a_pdf()) is None


async def test_many_files_at_once_are_counted_one_after_the_other() -> None:
    counter = PdfPageCounter()
    assert await asyncio.gather(*(counter.count_pages(a_pdf(pages)) for pages in range(1, 6))) == [1, 2, 3, 4, 5]
