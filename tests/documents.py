"""Real documents for tests."""

from fpdf import FPDF


def make_pdf(pages: int = 1, text: str = "Aangifte") -> bytes:
    """A PDF of so many pages with this text on each."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=14)
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.cell(text=f"{text.encode('latin-1', 'replace').decode('latin-1')} - {number}")
    return bytes(pdf.output())
