"""What PDFium reads in a PDF, as a reader sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory

import pypdfium2 as pdfium
from PIL import Image

from adapters.pdf.composing.anchors import Box, turn_box
from bot.domain.fields import Field


@dataclass(frozen=True, slots=True)
class Seen:
    """A page of a PDF; boxes are of the page as it lies when read."""

    page: pdfium.PdfPage

    def text(self) -> str:
        return str(self.page.get_textpage().get_text_bounded())

    def find(self, text: str) -> Box:
        """The box around the letters of a text, which is there once."""
        read = self.page.get_textpage()
        written = "".join(chr(pdfium.raw.FPDFText_GetUnicode(read.raw, each)) for each in range(read.count_chars()))
        assert written.count(text) == 1, written
        start = written.index(text)
        boxes = [read.get_charbox(each) for each in range(start, start + len(text)) if written[each] != " "]
        return self._turn(
            min(each[0] for each in boxes),
            min(each[1] for each in boxes),
            max(each[2] for each in boxes),
            max(each[3] for each in boxes),
        )

    def list_objects(self) -> Iterator[tuple[int, Box]]:
        """The kinds and boxes of what is drawn by the marks."""
        for form in self.page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_FORM], max_depth=1):
            matrix = form.get_matrix()
            for each in self.page.get_objects(form=form.raw, max_depth=1):
                left, bottom, right, top = each.get_bounds()
                (x1, y1), (x2, y2) = matrix.on_point(left, bottom), matrix.on_point(right, top)
                yield each.type, self._turn(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))

    def picture(self, scale: float = 1) -> Image.Image:
        """In shades of grey, with so many pixels for each point."""
        shown: Image.Image = self.page.render(scale=scale).to_pil()
        return shown.convert("L")

    def _turn(self, left: float, bottom: float, right: float, top: float) -> Box:
        corner = self.page.get_bbox()
        size = corner[2] - corner[0], corner[3] - corner[1]
        return turn_box(
            (left - corner[0], bottom - corner[1], right - left, top - bottom), size, self.page.get_rotation()
        )


def see(content: bytes, number: int = 0) -> Seen:
    return Seen(pdfium.PdfDocument(content)[number])


def count_pages(content: bytes) -> int:
    return len(pdfium.PdfDocument(content))


def turn_field(field: Field, content: bytes) -> Box:
    """The box of a field as its page lies when read."""
    page = pdfium.PdfDocument(content)[field.page]
    corner = page.get_bbox()
    return turn_box(field.box, (corner[2] - corner[0], corner[3] - corner[1]), page.get_rotation())


def is_inside(inner: Box, outer: Box, slack: float = 1.0) -> bool:
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[0] + inner[2] <= outer[0] + outer[2] + slack
        and inner[1] + inner[3] <= outer[1] + outer[3] + slack
    )


def check_structure(content: bytes) -> None:
    """Raises where qpdf finds anything, be it a warning."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "paper.pdf"
        file.write_bytes(content)
        told = run(["qpdf", "--check", file], capture_output=True, text=True, check=False)  # noqa: S607 - from PATH
        assert told.returncode == 0, told.stdout + told.stderr
