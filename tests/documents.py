"""Real documents for tests."""

from datetime import UTC, datetime
from functools import cache

from fpdf import FPDF


@cache
def make_pdf(pages: int = 1, text: str = "Aangifte") -> bytes:
    """A PDF of so many pages with this text on each; the same content every time."""
    pdf = FPDF()
    pdf.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
    pdf.set_font("Helvetica", size=14)
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.cell(text=f"{text.encode('latin-1', 'replace').decode('latin-1')} - {number}")
    return bytes(pdf.output())
