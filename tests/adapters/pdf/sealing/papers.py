"""PDFs to seal, written out by hand so that what is in them is known."""

import subprocess
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, RectangleObject


def make_pdf(pages: int = 1, text: str = "Jaarrekening") -> bytes:
    paper = FPDF()
    paper.set_font("helvetica", size=12)
    for number in range(pages):
        paper.add_page()
        paper.cell(0, 10, f"{text} {number + 1}")
    return bytes(paper.output())


def write_plain(version: str = "1.7", *, form: bool = False, text: str = "Te betalen: 100 euro") -> bytes:
    """One page in the version, with a cross-reference table; with a form field if asked."""
    stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
    widget = "/Annots [6 0 R]" if form else ""
    fields = "/AcroForm << /Fields [6 0 R] /DA (/F1 12 Tf 0 g) >>" if form else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {fields} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {widget} "
        "/Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (naam) /V (Jansen) /Rect [72 600 272 620] /P 3 0 R /F 4 >>",
    ]
    return write_objects(version, objects[: 6 if form else 5])


def write_objects(version: str, objects: list[bytes]) -> bytes:
    written = bytearray(f"%PDF-{version}\n%\xe2\xe3\xcf\xd3\n".encode("latin-1"))
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)


def turn(content: bytes, angle: int = 90) -> bytes:
    """Rotated and cropped."""
    writer = PdfWriter(PdfReader(BytesIO(content)))
    for page in writer.pages:
        page.rotate(angle)
        page[NameObject("/CropBox")] = RectangleObject((50, 50, 400, 500))
    return write(writer)


def pack(content: bytes) -> bytes:
    """With object streams and a cross-reference stream, as qpdf writes them."""
    with TemporaryDirectory() as folder:
        file, packed = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
        file.write_bytes(content)
        subprocess.run(["qpdf", "--object-streams=generate", file, packed], check=True)  # noqa: S607 - from PATH
        return packed.read_bytes()


def lock(content: bytes) -> bytes:
    writer = PdfWriter(PdfReader(BytesIO(content)))
    writer.encrypt("geheim", algorithm="AES-256")
    return write(writer)


def write(writer: PdfWriter) -> bytes:
    written = BytesIO()
    writer.write(written)
    return written.getvalue()
