"""Certificates as PDF: read back, of any length, with a code that leads to where they are checked."""

from contextlib import closing
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
import segno
from pypdf import PdfReader

from adapters.pdf.certificate import CertificatePdf
from bot.views.certificate import Certificate, Section
from bot.views.certificate_signers import Part

A4 = (595, 842)
VERIFY = "https://paraaf.example/verify"
HASH = "0123456789abcdef" * 4
PROOF = Section("Bewijs", (Part(lines=("Deze regel bewijst de status.",), facts=(("Hash", HASH),)),), VERIFY)
CERTIFICATE = Certificate(
    language="nl",
    title="Transactiebewijs",
    office="Kantoor De Linde",
    made="Gemaakt op 2 mrt 2026",
    page_of="Pagina %(page)s van %(pages)s",
    facts=(("Klant", "1001 · Bakker B.V."),),
    sections=(PROOF,),
    notes=("Controleer de regel.",),
)


async def draw(certificate: Certificate) -> bytes:
    drawn = await CertificatePdf().draw(certificate)
    assert drawn
    return drawn


async def read(certificate: Certificate) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(await draw(certificate))).pages]


def with_parts(*parts: Part) -> Certificate:
    return replace(CERTIFICATE, sections=(Section("Ondertekenaars", parts), PROOF))


async def test_it_is_a4_with_its_words_its_language_and_its_title() -> None:
    pdf = PdfReader(BytesIO(await draw(CERTIFICATE)))
    (page,) = pdf.pages
    assert tuple(round(float(side)) for side in page.mediabox[2:]) == A4
    text = page.extract_text()
    for words in ("Transactiebewijs", "1001 · Bakker B.V.", HASH, "Controleer de regel.", "Pagina 1 van 1"):
        assert words in text
    assert str(pdf.root_object["/Lang"]) == "nl"
    assert pdf.metadata
    assert pdf.metadata.title == "Transactiebewijs · Kantoor De Linde"


async def test_the_code_is_that_of_the_address_in_enough_white_and_leads_there() -> None:
    drawn = await draw(CERTIFICATE)
    annotations = PdfReader(BytesIO(drawn)).pages[0].annotations
    assert annotations
    (link,) = (each.get_object() for each in annotations)
    assert link["/A"]["/URI"] == VERIFY
    left, bottom, right, _ = (float(each) for each in link["/Rect"])
    matrix = [[bool(square) for square in row] for row in segno.make(VERIFY, error="m", micro=False).matrix]
    side = len(matrix) + 8  # ISO/IEC 18004 asks for four squares of white on each side
    white = [[False] * side] * 4
    expected = white + [[False] * 4 + row + [False] * 4 for row in matrix] + white
    with closing(pypdfium2.PdfDocument(drawn)) as document:
        picture = document[0].render(scale=8).to_pil().convert("L")
    square, top = (right - left) / side * 8, picture.height - (bottom + right - left) * 8
    seen = [
        [picture.getpixel((left * 8 + (x + 0.5) * square, top + (y + 0.5) * square)) < 128 for x in range(side)]
        for y in range(side)
    ]
    assert seen == expected


@pytest.mark.parametrize("name", ["李小龍", "さくら", "Łukasz Żółć", "Дмитрий", "x" * 400, "–"])
async def test_names_are_there_to_read(name: str) -> None:
    text = "".join(await read(with_parts(Part(name, facts=(("Account", name),)))))
    assert text.replace("\n", "").count(name) == 2
    assert "[U+" not in text


async def test_a_name_that_runs_from_right_to_left_leaves_its_number_before_it() -> None:
    drawn = await draw(with_parts(Part("1. \u2068محمد علي\u2069")))
    with closing(pypdfium2.PdfDocument(drawn)) as document:
        text = document[0].get_textpage()
        words = text.get_text_range()
        (number, *_), (below, *_) = (
            text.get_charbox(words.index(each, words.index("Ondertekenaars"))) for each in ("1", "Bewijs")
        )
    assert "[U+" not in words
    assert number == pytest.approx(below, abs=1)


async def test_twenty_signers_and_four_hundred_events_are_all_there_on_numbered_pages() -> None:
    signers = [Part(f"{n}. Naam", facts=(("Akkoord met", f"akkoord {n}.\nTekst"),) * 9) for n in range(1, 21)]
    events = [Part(f"Gezien door {n}.", lines=("12:00 · 11:00 UTC", HASH), quote="Nee") for n in range(400)]
    pages = await read(with_parts(*signers, *events))
    text = "\n".join(pages)
    assert all(text.count(f"akkoord {n}.") == 9 for n in range(1, 21))
    assert all(f"Gezien door {n}." in text for n in range(400))
    assert text.count(HASH) == 401
    for number, page in enumerate(pages, start=1):
        assert page.startswith("Transactiebewijs · Kantoor De Linde")
        assert f"Pagina {number} van {len(pages)}" in page


async def test_a_label_and_its_value_stand_on_one_line_at_the_end_of_a_page_as_well() -> None:
    facts = tuple((f"label {n}.", f"waarde {n}.") for n in range(120))
    text = "\n".join(await read(with_parts(Part("Karim", facts=facts))))
    assert all(f"label {n}. waarde {n}." in text for n in range(120))


async def test_a_drawing_that_takes_too_long_or_fails_is_none() -> None:
    assert await CertificatePdf(patience=0.001).draw(CERTIFICATE) is None
    assert await CertificatePdf().draw(replace(CERTIFICATE, page_of="%(no)s")) is None
