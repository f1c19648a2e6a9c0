"""Draws certificates as PDF."""

from adapters.pdf.drawing import PATIENCE, PdfDrawing
from bot.views.certificate import Certificate


class CertificatePdf:
    """Draws one certificate after the other."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._drawing = PdfDrawing("adapters.pdf.draw_certificate", patience)

    async def draw(self, certificate: Certificate) -> bytes | None:
        """The PDF of a certificate; None where that failed or took too long."""
        return await self._drawing.draw(certificate)
