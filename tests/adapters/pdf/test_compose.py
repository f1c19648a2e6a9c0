"""Composing: marks where the fields are, pages at the end, the original before it as it was."""

import asyncio
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from fpdf import FPDF
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.pdf.composing.compose import Extent, wrap
from adapters.pdf.composing.compose import compose as compose_file
from adapters.pdf.composing.look import Seen, look_into
from adapters.pdf.composing.tree import walk_pages
from adapters.pdf.sealing.judging import judge
from adapters.pdf.sealing.keys import OfficeSeal
from adapters.pdf.sealing.seal import seal
from adapters.pdf.sealing.trust import Trust
from bot.domain.certified import SealLevel
from bot.domain.fields import Field, FieldKind
from bot.domain.sealing import Mark
from bot.domain.signature import DrawnSignature, TypedSignature
from storage.evidence.verify import Verdict
from tests.adapters.pdf.composed import (
    CERTIFICATE,
    DAY,
    JAN,
    TITLE,
    compose,
    order,
    png,
    wave,
    write_hybrid,
    write_pages,
)
from tests.adapters.pdf.reading import check_structure, count_pages, is_inside, see, turn_field
from tests.adapters.pdf.sealing.papers import lock, make_pdf, pack, turn, write_objects, write_plain
from tests.adapters.pdf.sealing.verifiers import ask_all
from tests.adapters.pdf.test_inspection import a_pdf, drawn, turned, with_signature_fields

PAPERS: dict[str, Callable[[], bytes]] = {
    "PDF 1.3": lambda: write_plain("1.3"),
    "PDF 1.7": write_plain,
    "PDF 2.0": lambda: write_plain("2.0"),
    "a form": lambda: write_plain(form=True),
    "1,000 pages": lambda: make_pdf(1_000),
    "rotated and cropped": lambda: turn(make_pdf(3)),
    "object streams": lambda: pack(make_pdf(3)),
    "a form in object streams": lambda: pack(write_plain("1.5", form=True)),
    "both kinds of cross-references": write_hybrid,
    "no line end at the end": lambda: make_pdf().rstrip(),
    "an empty page": lambda: write_pages(page="/MediaBox [0 0 400 600]"),
    "a list of contents": lambda: write_pages(page="/Contents [4 0 R]"),
    "a list of contents elsewhere": lambda: write_pages(page="/Contents 6 0 R"),
}


@pytest.mark.parametrize("name", PAPERS)
async def test_every_kind_of_pdf_can_be_composed_and_then_sealed(name: str, office: OfficeSeal) -> None:
    original = PAPERS[name]()
    field = Field(FieldKind.NAME, 0, 0, (40, 40, 100, 100))
    composed = await asyncio.to_thread(compose, original, fields=(field,))
    assert composed.startswith(original)
    assert len(composed[len(original) - 1 : len(original) + 1].strip()) == 1, "a line begins with what is added"
    count = count_pages(original)
    assert count_pages(composed) == count + 2
    assert see(composed).text().startswith(see(original).text())
    assert is_inside(see(composed).find("Jan Jansen"), turn_field(field, original))
    assert "J. Jansen" in see(composed, count).text()
    assert see(composed, count + 1).text() == "Certificaat 1"
    sealed = await seal(composed, office, SealLevel.B_B)
    judged = await asyncio.to_thread(judge, sealed.content, Trust([office.certificate]))
    assert judged.verdict is Verdict.HOLDS, judged
    check_structure(sealed.content)
    assert count_pages(sealed.content) == count + 2


def test_twenty_signers_without_fields_sign_on_pages_of_the_last_size() -> None:
    marks = [Mark(each, f"Signer {each:02}", DAY, signature=TypedSignature(f"Name {each:02}")) for each in range(20)]
    composed = compose(turned(make_pdf(), 90), *marks)
    texts = [see(composed, number).text() for number in range(1, count_pages(composed) - 1)]
    assert all(text.startswith(TITLE) for text in texts)
    assert re.findall(r"Signer \d\d", "".join(texts)) == [mark.name for mark in marks]
    document = pdfium.PdfDocument(composed)
    assert document[1].get_size() == pytest.approx((600, 400), abs=1)


def test_on_a_page_as_small_as_a_label_nobody_has_to_sign() -> None:
    composed = compose(write_pages().replace(b"[0 0 400 600]", b"[0 0 100 150]"), JAN)
    assert pdfium.PdfDocument(composed)[1].get_size() == pytest.approx((595.28, 841.89), abs=0.1)


def test_who_has_no_field_to_sign_signs_at_the_end() -> None:
    original = drawn(a_pdf("[[handtekening 1]]", "[[naam 2]]"))
    composed = compose(original, JAN, Mark(1, "Piet", DAY, signature=TypedSignature("P. Pieters")))
    assert "J. Jansen" in see(composed).text()
    assert "Jansen" not in see(composed, 1).text()
    assert "P. Pieters" in see(composed, 1).text()


def test_what_added_pages_could_inherit_they_do_not() -> None:
    original = write_pages(tree="/Rotate 90 /CropBox [50 50 300 300]")
    composed = compose(original, fields=(Field(FieldKind.SIGNATURE, 0, 0, (10, 10, 100, 40)),))
    page = pdfium.PdfDocument(composed)[1]
    assert (page.get_rotation(), page.get_size()) == (0, pytest.approx((595.28, 841.89), abs=0.1))
    assert see(composed).page.get_rotation() == 90


def test_a_mark_is_on_its_own_page_also_where_pages_share_what_they_are_drawn_with() -> None:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Resources 5 0 R >>"
    tree = b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>"
    shared = b"<< /XObject 6 0 R >>"
    original = write_objects("1.4", [b"<< /Type /Catalog /Pages 2 0 R >>", tree, page, page, shared, b"<< >>"])
    fields = (Field(FieldKind.NAME, 0, 0, (50, 300, 180, 14)), Field(FieldKind.DATE, 0, 1, (50, 300, 180, 14)))
    composed = compose(original, fields=fields)
    assert [see(composed, number).text() for number in (0, 1)] == ["Jan Jansen", DAY]
    reader = PdfFileReader(BytesIO(compose(original, fields=fields[:1])))
    first, second = (reader.root["/Pages"]["/Kids"][number]["/Resources"]["/XObject"] for number in (0, 1))
    assert (len(first), len(second)) == (1, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"2 0 0 2 100 100 cm BT /F1 12 Tf 10 10 Td (x) Tj ET",
        b"q 2 0 0 2 100 100 cm q BT /F1 12 Tf 10 10 Td (x) Tj ET",
        b"Q Q 2 0 0 2 100 100 cm BT /F1 12 Tf 10 10 Td (x) Tj ET",
        b"q 2 0 0 2 100 100 cm q BT /F1 12 Tf 10 10 Td (a Q b Q x) Tj ET",
        b"q 2 0 0 2 100 100 cm BT/F1 12 Tf 10 10 Td[(x)]TJ ET q[]0 d",
    ],
    ids=["moved", "saved", "restored", "in a text", "close together"],
)
def test_what_a_page_leaves_behind_moves_no_mark(content: bytes) -> None:
    field = Field(FieldKind.NAME, 0, 0, (50, 300, 180, 14))
    composed = compose(write_pages(content), fields=(field,))
    assert is_inside(see(composed).find("Jan Jansen"), field.box)


def test_a_claim_of_pdfa_does_not_survive_and_other_metadata_does() -> None:
    pdf = a_pdf("x")
    pdf.set_xmp_metadata('<rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2"/>')
    composed = compose(drawn(pdf))
    assert "/Metadata" not in PdfFileReader(BytesIO(composed)).root
    pdf = a_pdf("x")
    pdf.set_xmp_metadata('<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="Jaarrekening"/>')
    assert "/Metadata" in PdfFileReader(BytesIO(compose(drawn(pdf)))).root


def test_title_and_times_of_the_document_stay() -> None:
    original = make_pdf()
    added = compose(original)[len(original) :]
    assert b"/ModDate" not in added
    assert b"pyHanko" not in added


def test_signature_fields_are_taken_away_and_other_fields_are_not() -> None:
    original = with_signature_fields(write_plain(form=True), "Handtekening1", "Handtekening2")
    composed = compose(original, JAN)
    reader = PdfFileReader(BytesIO(composed))
    assert [str(each.get_object()["/T"]) for each in reader.root["/AcroForm"]["/Fields"]] == ["naam"]
    assert len(reader.root["/Pages"]["/Kids"][0]["/Annots"]) == 1
    assert is_inside(see(composed).find("J. Jansen"), (100, 400, 120, 40), slack=2)


def test_signature_fields_below_others_are_taken_away() -> None:
    original = with_signature_fields(write_plain(form=True), "partij.klant.Handtekening1")
    reader = PdfFileReader(BytesIO(compose(original, JAN)))
    assert [str(each.get_object()["/T"]) for each in reader.root["/AcroForm"]["/Fields"]] == ["naam"]


def test_annotations_become_objects_of_their_own() -> None:
    link = "/Annots [<< /Type /Annot /Subtype /Link /Rect [10 10 90 30] /A << /S /URI /URI (https://x.example) >> >>]"
    pages = drawn(linked()), write_pages(page=f"/Contents 4 0 R {link}")
    for original, appended in (pages, pages[::-1]):
        reader = PdfFileReader(BytesIO(compose(original, pages=appended)))
        listed = [page["/Annots"].raw_get(0) for page in walk_pages(reader.root["/Pages"]) if "/Annots" in page]
        assert [type(each).__name__ for each in listed] == ["IndirectObject"] * 2
        assert {str(each.get_object()["/Subtype"]) for each in listed} == {"/Link"}


def linked() -> FPDF:
    pdf = a_pdf("x")
    pdf.link(10, 10, 80, 20, "https://x.example")
    return pdf


def test_fonts_come_once_for_all_pages() -> None:
    fields = tuple(Field(FieldKind.NAME, 0, page, (50, 300, 180, 14)) for page in range(3))
    composed = compose(make_pdf(3), JAN, fields=(*fields, Field(FieldKind.SIGNATURE, 0, 0, (50, 400, 160, 45))))
    assert composed.count(b"/FontFile2") == 1


async def test_what_was_signed_before_is_wrapped_and_stays_as_it_was(office: OfficeSeal) -> None:
    signed = (await seal(make_pdf(), office, SealLevel.B_B)).content
    paper = BytesIO()
    assert wrap(order(), BytesIO(signed), CERTIFICATE, paper) == Extent(before=1, certificate=1)
    sealed = (await seal(paper.getvalue(), office, SealLevel.B_B)).content
    judged = await asyncio.to_thread(judge, sealed, Trust([office.certificate]))
    assert judged.verdict is Verdict.HOLDS, judged
    await asyncio.to_thread(check_structure, sealed)
    assert [see(sealed, page).text().split()[0] for page in range(count_pages(sealed))] == [TITLE, "Certificaat"]
    attached = pdfium.PdfDocument(sealed).get_attachment(0)
    assert (attached.get_name(), bytes(attached.get_data())) == ("Akte 王.pdf", signed)


async def test_verifiers_of_others_accept_what_was_composed(office: OfficeSeal, tmp_path: Path) -> None:
    original = with_signature_fields(pack(drawn(a_pdf("[[naam 1]]", "[[handtekening 3]]"))), "Handtekening1")
    signers = [JAN, Mark(2, "王小明", DAY, signature=DrawnSignature(png(), (wave(),)))]
    sealed = await seal(await asyncio.to_thread(compose, original, *signers), office, SealLevel.B_B)
    judged = await asyncio.to_thread(judge, sealed.content, Trust([office.certificate]))
    assert judged.verdict is Verdict.HOLDS, judged
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed.content)
    await asyncio.to_thread(ask_all, file, office.certificate, SealLevel.B_B)


@pytest.mark.parametrize("what", ["broken", "encrypted", "sealed", "no such page", "broken pages", "different pages"])
async def test_what_cannot_be_composed_is_told(what: str, office: OfficeSeal) -> None:
    plain = make_pdf()
    tree = b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 1 >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] >>"
    original = {
        "broken": plain[:-300],
        "encrypted": lock(plain),
        "sealed": (await seal(plain, office, SealLevel.B_B)).content,
        "different pages": write_objects("1.4", [b"<< /Type /Catalog /Pages 2 0 R >>", tree, page]),
    }.get(what, plain)
    fields = (Field(FieldKind.NAME, 0, 7, (1, 1, 100, 20)),) if what == "no such page" else ()
    pages = b"%PDF-" if what == "broken pages" else CERTIFICATE
    seen = look_into(BytesIO(plain))
    sheets = seen.sheets if isinstance(seen, Seen) else ()
    with pytest.raises((ValueError, PdfError, IndexError)):
        await asyncio.to_thread(compose_file, order(JAN, fields=fields), sheets, BytesIO(original), pages, BytesIO())
