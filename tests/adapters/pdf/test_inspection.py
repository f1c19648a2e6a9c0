"""PDF files that are to be signed: what is found in them, and which are refused when they are sent."""

from io import BytesIO

import pytest
from fpdf import FPDF
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from adapters.pdf.composing.look import Refused, look_into
from bot.domain.fields import FieldKind
from bot.domain.sealing import Inspection, Obstacle


def a_pdf(*texts: str, pages: int = 1, stretching: float = 100, size: float = 12) -> FPDF:
    pdf = FPDF(unit="pt", format=(400, 600))
    for _ in range(pages):
        pdf.add_page()
        pdf.set_font("helvetica", size=size)
        pdf.set_stretching(stretching)
        for row, text in enumerate(texts):
            pdf.text(50, 100 + 50 * row, text)
    return pdf


def drawn(pdf: FPDF) -> bytes:
    return bytes(pdf.output())


def turned(content: bytes, degrees: int, crop: tuple[int, int, int, int] = (0, 0, 400, 600)) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.pages[0].cropbox = RectangleObject(crop)
    writer.pages[0].rotate(degrees)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def look(content: bytes) -> Inspection | Refused:
    seen = look_into(BytesIO(content))
    return seen if isinstance(seen, Refused) else seen.inspection


def inspect(content: bytes) -> Inspection:
    seen = look(content)
    assert isinstance(seen, Inspection)
    return seen


def test_a_plain_document_has_its_pages_and_no_fields() -> None:
    seen = inspect(drawn(a_pdf("Jaarrekening", pages=3)))
    assert seen == Inspection(((400, 600),) * 3, is_signed=False, is_pdfa=False, fields=())
    assert seen.signers == 0


def test_anchors_of_every_kind_are_found() -> None:
    seen = inspect(
        drawn(a_pdf("Hier [[handtekening 2]]", "[[naam 1]], [[Datum 1]]", "[[tekst 1: Functie bij de klant]]"))
    )
    found = [(each.kind, each.signer, each.page, each.label) for each in seen.fields]
    assert found == [
        (FieldKind.SIGNATURE, 1, 0, ""),
        (FieldKind.NAME, 0, 0, ""),
        (FieldKind.DATE, 0, 0, ""),
        (FieldKind.TEXT, 0, 0, "Functie bij de klant"),
    ]
    assert seen.signers == 2


@pytest.mark.parametrize("text", ["[[handtekening 0]]", "[[handtekening 21]]", "[[handtekening]]", "[handtekening 1]"])
def test_what_is_no_anchor_is_text(text: str) -> None:
    assert inspect(drawn(a_pdf(text))).fields == ()


def test_an_anchor_in_pieces_is_one() -> None:
    pdf = a_pdf()
    at = 50.0
    for piece in ("[", "[hand", "tek", "ening 1", "]", "]"):
        pdf.text(at, 100, piece)
        at += pdf.get_string_width(piece)
    (field,) = inspect(drawn(pdf)).fields
    assert field.box[:2] == pytest.approx((50, 497), abs=2)


@pytest.mark.parametrize(("size", "stretching"), [(6, 100), (24, 100), (12, 50), (12, 180)])
def test_a_field_begins_where_its_anchor_does(size: float, stretching: float) -> None:
    (field,) = inspect(drawn(a_pdf("[[naam 1]]", size=size, stretching=stretching))).fields
    left, bottom, width, height = field.box
    assert left == pytest.approx(50, abs=size / 10)
    assert 500 - size * 0.4 <= bottom <= 500
    assert width == pytest.approx(180)
    assert height >= size


@pytest.mark.parametrize(
    ("degrees", "box"),
    # The text begins at 200, 300 and runs to the right for the reader: up, to the left, down on the page before it is
    # turned. 160 by 45 points are what a signature gets at least; 3 points are the descent of the text.
    [(0, (200, 297, 160, 45)), (90, (158, 300, 45, 160)), (180, (40, 258, 160, 45)), (270, (197, 140, 45, 160))],
)
def test_a_field_is_upright_for_the_reader(degrees: int, box: tuple[float, ...]) -> None:
    pdf = a_pdf()
    with pdf.rotation(degrees, 200, 300):
        pdf.text(200, 300, "[[handtekening 1]]")
    (field,) = inspect(turned(drawn(pdf), degrees)).fields
    assert field.box == pytest.approx(box, abs=1)


def test_places_are_counted_from_the_crop_box() -> None:
    content = drawn(a_pdf("[[handtekening 1]]"))
    (whole,) = inspect(content).fields
    seen = inspect(turned(content, 0, crop=(20, 30, 380, 550)))
    assert list(seen.pages) == [(360, 520)]
    assert seen.fields[0].box[:2] == pytest.approx((whole.box[0] - 20, whole.box[1] - 30), abs=0.1)


def test_a_field_stays_on_its_page() -> None:
    pdf = a_pdf()
    pdf.text(320, 10, "[[naam 1]]")
    (field,) = inspect(drawn(pdf)).fields
    left, bottom, width, height = field.box
    assert left >= 0
    assert left + width <= 400
    assert bottom + height <= 600


def with_signature_fields(content: bytes, *names: str) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(content))
    for row, name in enumerate(names):
        box = (100, 400 - 60 * row, 220, 440 - 60 * row)
        append_signature_field(writer, SigFieldSpec(name, box=box))
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def test_signature_fields_are_found_by_the_numbers_in_their_names() -> None:
    seen = inspect(with_signature_fields(drawn(a_pdf("x")), "Handtekening2", "Handtekening1"))
    assert [(each.signer, each.box) for each in seen.fields] == [
        (0, (100, 340, 120, 40)),
        (1, (100, 400, 120, 40)),
    ]


def test_signature_fields_with_other_names_are_for_the_signers_as_they_are_read() -> None:
    seen = inspect(with_signature_fields(drawn(a_pdf("x")), "Bestuurder7", "Commissaris"))
    assert [(each.signer, each.box[1]) for each in seen.fields] == [(0, 400), (1, 340)]


def changed(content: bytes, key: str, value: generic.PdfObject) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(content))
    writer.root[generic.pdf_name(key)] = value
    writer.update_root()
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def test_a_form_drawn_by_a_program_is_refused() -> None:
    form = generic.DictionaryObject({generic.pdf_name("/XFA"): generic.pdf_string("<xdp/>")})
    assert look(changed(drawn(a_pdf("x")), "/AcroForm", form)) == Refused(Obstacle.XFA)


def test_a_claim_of_pdfa_is_seen() -> None:
    pdf = a_pdf("x")
    pdf.set_xmp_metadata('<rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2"/>')
    assert (inspect(drawn(pdf))).is_pdfa


def test_an_encrypted_file_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(drawn(a_pdf("x")))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    assert look(written.getvalue()) == Refused(Obstacle.ENCRYPTED)


def test_too_many_pages_are_refused_and_the_most_are_not() -> None:
    assert len((inspect(drawn(a_pdf(pages=1_000)))).pages) == 1_000
    assert look(drawn(a_pdf(pages=1_001))) == Refused(Obstacle.TOO_MANY_PAGES)


NESTED = b"[" * 20_000 + b"]" * 20_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no PDF",
        b"%PDF-1.7\n",
        drawn(a_pdf("x"))[:-200],
        drawn(a_pdf("x")).replace(b"/Kids [", b"/Kids " + NESTED + b"["),
        b"%PDF-1.7\n1 0 obj\n" + NESTED + b"\nendobj\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF",
    ],
    ids=["empty", "zip", "header", "cut off", "nested kids", "nested root"],
)
def test_a_broken_file_is_refused(content: bytes) -> None:
    assert look(content) == Refused(Obstacle.BROKEN)


SCRIPT = "<< /S /JavaScript /JS (app.alert(1)) >>"


@pytest.mark.parametrize(
    ("holder", "entry"),
    [
        ("catalog", f"/OpenAction {SCRIPT}"),
        ("catalog", "/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [<< /S /Launch /F (calc.exe) >>] >>"),
        ("catalog", f"/AA << /WP {SCRIPT} >>"),
        ("catalog", f"/Names << /JavaScript << /Names [(a) {SCRIPT}] >> >>"),
        ("catalog", f"/AcroForm << /Fields [<< /T (a) /FT /Tx /Kids [<< /T (b) /AA << /C {SCRIPT} >> >>] >>] >>"),
        ("page", f"/AA << /O {SCRIPT} >>"),
        ("page", "/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (calc.exe) >> >>]"),
        ("page", "/Annots [<< /Subtype /Widget /Rect [0 0 9 9] /A << /S /SubmitForm /F (http://x.example) >> >>]"),
        ("page", "/Annots [<< /Subtype /RichMedia /Rect [0 0 9 9] >>]"),
        ("page", "/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /SetOCGState /State [/OFF] >> >>]"),
    ],
)
def test_what_does_something_by_itself_is_refused(holder: str, entry: str) -> None:
    assert look(made_of(holder, entry)) == Refused(Obstacle.ACTIVE)


@pytest.mark.parametrize(
    ("holder", "entry"),
    [
        ("catalog", "/OpenAction [3 0 R /Fit]"),
        ("catalog", "/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"),
        ("page", "/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://kantoor.example) >> >>]"),
    ],
)
def test_going_to_a_page_or_an_address_changes_nothing(holder: str, entry: str) -> None:
    assert isinstance(look(made_of(holder, entry)), Inspection)


def test_actions_that_follow_each_other_for_ever_are_refused() -> None:
    content = made_of("catalog", "/OpenAction 4 0 R", "<< /S /GoTo /D [3 0 R /Fit] /Next 4 0 R >>")
    assert look(content) == Refused(Obstacle.BROKEN)


def made_of(holder: str, entry: str, *more: str) -> bytes:
    """A page, with an entry in its own dictionary or in the catalog; further objects are counted from 4."""
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {entry if holder == 'catalog' else ''} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] {entry if holder == 'page' else ''} >>",
        *more,
    ]
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return bytes(written) + f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
