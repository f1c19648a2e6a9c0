"""Draws sheets as PDF."""

from adapters.pdf.drawing import PATIENCE, PdfDrawing
from bot.views.log_sheet import Sheet


class SheetPdf:
    """Draws one sheet after the other."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._drawing = PdfDrawing("adapters.pdf.draw_sheet", patience)

    async def draw(self, sheet: Sheet) -> bytes | None:
        """The PDF of a sheet; None where that failed or took too long."""
        return await self._drawing.draw(sheet)
