"""Documents to compose, and what is composed of them."""

import math
from io import BytesIO

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from adapters.pdf.composing.compose import compose as compose_file
from adapters.pdf.composing.look import Seen, look_into
from bot.domain.certified import SealLevel
from bot.domain.fields import Field
from bot.domain.sealing import Mark, SealOrder
from bot.domain.signature import Point, TypedSignature
from tests.adapters.pdf.reading import check_structure
from tests.adapters.pdf.sealing.papers import make_pdf, write_objects, write_plain

TITLE = "Handtekeningen"
EXTENT = "Bladzijden %(first)s tot en met %(last)s zijn het certificaat"
DAY = "24 november 2026"
JAN = Mark(0, "Jan Jansen", DAY, signature=TypedSignature("J. Jansen"))
CERTIFICATE = make_pdf(text="Certificaat")
WORDS = {
    "language": "nl",
    "title": "Transactiecertificaat",
    "office": "Kantoor de Wit",
    "made": "Gemaakt op 24 november 2026",
    "page_of": "Bladzijde %(page)s van %(pages)s",
    "facts": (("Verzoek", "Jaarrekening"),),
    "sections": (
        {
            "heading": "Ondertekenaars",
            "parts": (
                {"title": "Jan Jansen", "lines": (DAY,), "facts": (("Plaats", "Urk"),), "quote": "", "picture": None},
            ),
            "code": "https://paraaf.example/verify",
        },
    ),
    "notes": ("Bewaar dit.",),
}
"""A certificate, as `dataclasses.asdict` makes it."""
TEXT, PATH, IMAGE = pdfium.raw.FPDF_PAGEOBJ_TEXT, pdfium.raw.FPDF_PAGEOBJ_PATH, pdfium.raw.FPDF_PAGEOBJ_IMAGE


def order(
    *marks: Mark, fields: tuple[Field, ...] = (), original: str = "", level: SealLevel = SealLevel.B_B
) -> SealOrder:
    return SealOrder(original, "Akte 王.pdf", marks or (JAN,), fields, TITLE, WORDS, EXTENT, level)


def compose(
    original: bytes, *marks: Mark, fields: tuple[Field, ...] | None = None, pages: bytes = CERTIFICATE
) -> bytes:
    """Composed where the fields are that the document names, or at `fields`; with the checks that hold of each."""
    seen = look_into(BytesIO(original))
    assert isinstance(seen, Seen), seen
    paper = BytesIO()
    ordered = order(*marks, fields=seen.inspection.fields if fields is None else fields)
    extent = compose_file(ordered, seen.sheets, BytesIO(original), pages, paper)
    composed = paper.getvalue()
    assert composed.startswith(original)
    assert len(pdfium.PdfDocument(composed)) == extent.page_count
    check_structure(composed)
    return composed


def wave(points: int = 130) -> tuple[Point, ...]:
    """Strokes as a phone sends them."""
    return tuple((30 + 1.6 * n, 60 + 30 * math.sin(n / 6), 16.0 * n, 0.5) for n in range(points))


def png() -> bytes:
    drawn_on = Image.new("RGBA", (400, 200))
    ImageDraw.Draw(drawn_on).line([(20, 150), (100, 30), (380, 120)], fill=(0, 0, 80, 255), width=5)
    written = BytesIO()
    drawn_on.save(written, "PNG")
    return written.getvalue()


def write_pages(
    content: bytes = b"BT /F1 12 Tf 72 700 Td (Jaarrekening) Tj ET", page: str = "", tree: str = ""
) -> bytes:
    """A page with what is drawn on it, with more in it and in the tree above."""
    return write_objects(
        "1.4",
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 400 600] {tree} >>".encode(),
            f"<< /Type /Page /Parent 2 0 R {page or '/Contents 4 0 R'} "
            "/Resources << /Font << /F1 5 0 R >> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"[4 0 R]",
        ],
    )


def write_hybrid() -> bytes:
    """With a table for readers that know no cross-reference streams, and such a stream beside it for those that do."""
    plain = write_plain("1.5")
    start, before = len(plain), plain.rsplit(b"startxref\n", 1)[1].split()[0]
    entry = b"\1" + start.to_bytes(4, "big") + b"\0"
    stream = (
        b"6 0 obj\n<< /Type /XRef /Size 7 /Index [6 1] /W [1 4 1] /Root 1 0 R /Length 6 >>\nstream\n%s\nendstream\n"
    )
    stream = stream % entry + b"endobj\n"
    trailer = b"<< /Size 7 /Root 1 0 R /Prev %s /XRefStm %d >>" % (before, start)
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start + len(stream))
    return plain + stream + table
