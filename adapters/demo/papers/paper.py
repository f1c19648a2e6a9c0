"""What all papers of the office look like."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout, XPos, YPos

from adapters.demo.office import OFFICE_NAME

_ADDRESS: Final = "Lindelaan 12 · 3581 AB Utrecht · 030 000 00 00"
_INK: Final = (33, 43, 54)
_LEAF: Final = (46, 105, 76)
_MIST: Final = (237, 243, 239)
_RULE: Final = (190, 204, 195)
_MARGIN: Final = 22
"""Millimetres of white around the text."""

Row = tuple[str, ...]


class Paper(FPDF):
    """A4 on the office's letter paper. The same calls make the same bytes, so that a paper keeps its SHA-256."""

    def __init__(self, title: str, written_at: datetime) -> None:
        super().__init__()
        # The built-in fonts of PDF know the euro sign and Dutch quotation marks in this encoding only.
        self.core_fonts_encoding = "windows-1252"
        self.set_title(title)
        self.set_author(OFFICE_NAME)
        self.set_lang("nl-NL")
        self.set_creation_date(written_at.astimezone(UTC))
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=28)
        self.set_text_color(_INK)
        self.set_draw_color(_RULE)
        self.add_page()

    def header(self) -> None:
        self.set_fill_color(_LEAF)
        self.rect(0, 0, self.w, 3, style="F")
        self.set_y(12)
        self.set_font("Helvetica", "B", 12)
        self.set_text_color(_LEAF)
        self.cell(text=OFFICE_NAME, new_x=XPos.LMARGIN, new_y=YPos.NEXT, h=6)
        self.set_font("Helvetica", size=8)
        self.cell(text="accountants en belastingadviseurs", new_x=XPos.LMARGIN, new_y=YPos.NEXT, h=4)
        self.ln(10)
        self.set_text_color(_INK)

    def footer(self) -> None:
        self.set_y(-18)
        self.set_font("Helvetica", size=8)
        self.set_text_color(120)
        self.cell(text=f"{_ADDRESS} · verzonnen voorbeeld", h=5)
        self.set_x(-_MARGIN - 40)
        self.cell(40, text=f"{self.page_no()} / {{nb}}", align="R", h=5)
        self.set_text_color(_INK)

    def heading(self, text: str) -> None:
        """The title of the paper."""
        self.set_font("Helvetica", "B", 18)
        self.multi_cell(0, 9, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def section(self, text: str) -> None:
        """The title of a part."""
        self.ln(3)
        self.set_font("Helvetica", "B", 11.5)
        self.set_text_color(_LEAF)
        self.multi_cell(0, 7, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_text_color(_INK)

    def paragraph(self, text: str) -> None:
        """Running text."""
        self.set_font("Helvetica", size=10)
        self.multi_cell(0, 5.4, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        self.ln(2.5)

    def facts(self, rows: Sequence[Row]) -> None:
        """Labels with their values, in two columns without lines."""
        self.set_font("Helvetica", size=10)
        with self.table(
            rows,
            col_widths=(34, 66),
            borders_layout=TableBordersLayout.NONE,
            first_row_as_headings=False,
            line_height=5.6,
        ):
            pass
        self.ln(3)

    def sums(self, heading: Row, rows: Sequence[Row], total: Row | None = None) -> None:
        """A table whose first column is text and whose others are amounts."""
        self.set_font("Helvetica", size=9.5)
        columns = len(heading) - 1
        with self.table(
            col_widths=(100 - 22 * columns, *(22 for _ in range(columns))),
            text_align=("LEFT", *("RIGHT" for _ in range(columns))),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", fill_color=_MIST),
            line_height=6,
        ) as table:
            table.row(heading)
            for row in rows:
                table.row(row)
            if total:
                table.row(total, style=FontFace(emphasis="BOLD"))
        self.ln(4)

    def signature(self, *names: str) -> None:
        """Where one would sign on paper."""
        self.ln(6)
        for name in names:
            self.paragraph(f"Plaats en datum: ______________________      {name}: ______________________")

    def bytes(self) -> bytes:
        """The finished PDF."""
        return bytes(self.output())


def euros(amount: int) -> str:
    """Whole euros as Dutch papers write them: `€ 12.345`, and `-€ 12.345` below nothing; a line never breaks inside."""
    sign = "-" if amount < 0 else ""
    return f"{sign}€\N{NO-BREAK SPACE}{abs(amount):,}".replace(",", ".")
