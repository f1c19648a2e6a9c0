"""Sheets as PDF: names in any script, texts of any length, and what becomes of a drawing that fails."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from adapters.pdf.sheet import SheetPdf
from bot.views.log_sheet import Sheet, SheetRow

ROW = SheetRow(
    ("1 mrt 2026 13:00:00 Amsterdam",), "Karim", "Afgekeurd", ("A.pdf",), "Nee", ("Utrecht (opgegeven)",), "Open"
)
SHEET = Sheet(
    language="nl",
    title="Dossierlog",
    office="Kantoor De Linde",
    made="Gemaakt voor Sanne",
    page_of="Pagina %(page)s van %(pages)s",
    facts=(("Klant", "1001 · Bakker B.V."),),
    headings=("Wanneer", "Wie", "Wat", "Waar", "Status nu"),
    rows=(ROW,),
    notes=("Een plaats is opgegeven.",),
)


async def draw(sheet: Sheet) -> PdfReader:
    drawn = await SheetPdf().draw(sheet)
    assert drawn
    return PdfReader(BytesIO(drawn))


async def read(sheet: Sheet) -> str:
    return "\n".join(page.extract_text() for page in (await draw(sheet)).pages)


@pytest.mark.parametrize(
    "name",
    ["Łukasz Żółć", "Ελένη", "Дмитрий", "שרה כהן", "李小龍", "さくら", "김민준", "สมชาย", "Nguyễn", "Šařka", "ქეთევან"],
)
async def test_names_in_any_script_are_there_to_read_and_to_copy(name: str) -> None:
    text = await read(replace(SHEET, rows=(replace(ROW, who=name),)))
    assert name in text
    assert "[U+" not in text


@pytest.mark.parametrize("name", ["محمد علي", "अनिल कुमार", "தமிழ்", "বাংলা", "አማርኛ", "ਪੰਜਾਬੀ"])
async def test_shaped_scripts_have_glyphs(name: str) -> None:
    """Their letters are joined and reordered, so that what is copied out of a PDF need not be what was put in."""
    assert "[U+" not in await read(replace(SHEET, rows=(replace(ROW, who=name),)))


async def test_a_name_that_is_isolated_has_no_sign_of_that() -> None:
    assert "[U+" not in await read(replace(SHEET, made="Gemaakt voor \u2068محمد علي\u2069 op 2 mrt 2026"))


async def test_what_no_font_has_is_spelled_out() -> None:
    assert "[U+1780]\ufe0f".strip("\ufe0f") in await read(replace(SHEET, rows=(replace(ROW, who="ក\ufe0f"),)))


async def test_a_reason_longer_than_a_page_goes_on_on_the_next() -> None:
    quote = "\n".join(f"regel {number}" for number in range(300))
    pdf = await draw(replace(SHEET, rows=(replace(ROW, quote=quote, details=("x" * 2_000,)),)))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert all(f"regel {number}" in text for number in range(300))
    assert len(pdf.pages) > 3
    assert all("Dossierlog · Kantoor De Linde" in page.extract_text() for page in pdf.pages)


async def test_an_empty_log_and_empty_words_are_drawn() -> None:
    empty = SheetRow((), "", "", (), "", (), "")
    assert "Bakker" in await read(replace(SHEET, rows=()))
    assert "Bakker" in await read(replace(SHEET, rows=(empty,), facts=(("Klant", "1001 · Bakker B.V."), ("", ""))))


async def test_a_drawing_that_takes_too_long_is_given_up() -> None:
    assert await SheetPdf(patience=0.001).draw(SHEET) is None


async def test_a_drawing_that_fails_is_none() -> None:
    assert await SheetPdf().draw(replace(SHEET, headings=())) is None
