"""PDFs that programs of others wrote: each is signed, composed and sealed, or refused before it is sent.

They come with packages from npm: from OpenOffice, LibreOffice, Skia, Quartz, Distiller, Prince, cairo, FineReader,
Word and libraries; PDF 1.3 to 1.7, with forms, links, signatures, scans, object streams, and locked or broken ones.
"""

import asyncio
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from adapters.pdf.composing.look import Refused, Seen, look_into
from adapters.pdf.seal_apart import Limits, SealJob, make
from adapters.pdf.sealing.handing import KeyRing, hand_over_seal
from adapters.pdf.sealing.judging import judge
from adapters.pdf.sealing.keys import OfficeSeal
from adapters.pdf.sealing.trust import Trust
from bot.domain.certified import SealLevel
from bot.domain.fields import Field, FieldKind
from bot.domain.sealing import Mark, Obstacle
from bot.domain.signature import DrawnSignature
from storage.evidence.verify import Verdict
from tests.adapters.pdf.composed import DAY, order, png, wave
from tests.adapters.pdf.reading import see
from tests.adapters.pdf.sealing.verifiers import ask_all
from tests.npm import VALIDATORS, install

JAN = Mark(0, "王小明 Jansen", DAY, signature=DrawnSignature(png(), (wave(),)))
SEALED = (
    "node-signpdf/resources/formexample.pdf",
    "node-signpdf/resources/including-a-link.pdf",
    "node-signpdf/resources/issue-158-test.pdf",
    "node-signpdf/resources/w3dummy-different-trailer.pdf",
    "pdf-merger-js/test/fixtures/123.pdf",
    "pdf-merger-js/test/fixtures/MergeDemo.pdf",
    "pdf-merger-js/test/fixtures/Testfile_AB.pdf",
    "pdf-merger-js/test/fixtures/UDHR.pdf",
    "pdf-merger-js/test/fixtures/issue-42.pdf",
    "pdf-parse/test/data/04-valid.pdf",
    "pdf-parse/test/data/05-versions-space.pdf",
    "scissors/example/test.pdf",
    "scissors/test/test_data/test.pdf",
)
HYBRID = {"pdf-merger-js/test/fixtures/issue-42.pdf", "pdf-parse/test/data/05-versions-space.pdf"}
"""With a cross-reference table for old readers and a stream for new ones, as Word and Prince write them."""
SIGNED = ("incrementally_signed", "signed", "signed-once", "signed-twice")
REFUSED = {
    "pdf-merger-js/test/fixtures/issue-88.pdf": Obstacle.ENCRYPTED,
    "pdf-parse/test/data/03-invalid.pdf": Obstacle.BROKEN,
}


def read(name: str) -> bytes:
    return (install(VALIDATORS / "papers") / "node_modules" / name).read_bytes()


def look(original: bytes) -> Seen:
    seen = look_into(BytesIO(original))
    assert isinstance(seen, Seen), seen
    return seen


async def seal(original: bytes, seen: Seen, office: OfficeSeal) -> tuple[bytes, int]:
    """Signed in a field on the first page, as the page for placing fields puts it there; and how many pages it has."""
    width, height = seen.inspection.pages[0]
    fields = (Field(FieldKind.SIGNATURE, 0, 0, (width / 4, height / 4, width / 3, height / 9)),)
    paper = BytesIO()
    job = SealJob(Limits(), order(JAN, fields=fields), seen, hand_over_seal(office), None, None)
    made = await asyncio.to_thread(make, job, KeyRing(), BytesIO(original), paper)
    judged = await asyncio.to_thread(judge, paper.getvalue(), Trust([office.certificate]))
    assert judged.verdict is Verdict.HOLDS, judged
    return paper.getvalue(), made.page_count


@pytest.mark.parametrize("name", SEALED)
async def test_what_others_wrote_is_sealed_and_verifiers_of_others_accept_it(
    name: str, office: OfficeSeal, tmp_path: Path
) -> None:
    original = await asyncio.to_thread(read, name)
    seen = look(original)
    content, pages = await seal(original, seen, office)
    assert content.startswith(original)
    assert pages == len(seen.inspection.pages) + 1 == len(pdfium.PdfDocument(content))
    assert see(content).picture().tobytes() != see(original).picture().tobytes(), "the signature can be seen"
    for number in range(1, len(seen.inspection.pages)):
        assert see(content, number).picture().tobytes() == see(original, number).picture().tobytes()
    file = tmp_path / "sealed.pdf"
    file.write_bytes(content)
    await asyncio.to_thread(ask_all, file, office.certificate, SealLevel.B_B, is_hybrid=name in HYBRID)


@pytest.mark.parametrize("name", SIGNED)
async def test_what_others_signed_is_wrapped_as_it_is(name: str, office: OfficeSeal) -> None:
    original = await asyncio.to_thread(read, f"node-signpdf/resources/{name}.pdf")
    seen = look(original)
    assert seen.inspection.is_signed
    content, _ = await seal(original, seen, office)
    assert bytes(pdfium.PdfDocument(content).get_attachment(0).get_data()) == original


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_sealed_is_told_before_it_is_sent(name: str) -> None:
    assert look_into(BytesIO(read(name))) == Refused(REFUSED[name])
