"""Seals: one page, RSA-3072, beside pyHanko's own signer in the same run; and the memory that a large file takes."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from time import process_time

from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from adapters.pdf.sealing.held_key import to_der
from adapters.pdf.sealing.keys import OfficeSeal, load_pem
from adapters.pdf.sealing.making import make_office_key
from adapters.pdf.sealing.seal import seal
from bot.domain.certified import SealLevel
from tests.bench.documents import measure_documents
from tests.bench.measuring import Effort
from tests.bench.rows import Bound, Row
from tests.bench.stage import make_folder
from tests.documents import make_pdf

SECTION = "Seals: one page, RSA-3072, B-B, on one core; beside it, pyHanko's SimpleSigner"
LARGE = 125 * 1_000_000
"""Bytes of the large file."""
_SEAL_LARGE = """
import asyncio, sys
from pathlib import Path
from adapters.pdf.sealing.keys import load_pem
from adapters.pdf.sealing.seal import seal_file
from bot.domain.certified import SealLevel
folder = Path(sys.argv[1])
key = load_pem(folder / "c.pem", folder / "k.pem")
with (folder / "large.pdf").open("r+b") as paper:
    asyncio.run(seal_file(paper, key, SealLevel.B_B))
# Not `ru_maxrss`: that of the process which started this one counts there as well.
print(int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024)
"""


async def measure_sealing(effort: Effort) -> list[Row]:
    """Seals per second, and the most memory of a process that seals a large file, as a share of that file."""
    made, paper = make_office_key("Kantoor"), make_pdf()
    with make_folder() as folder:
        (folder / "c.pem").write_bytes(made.certificate)
        (folder / "k.pem").write_bytes(made.key)
        key = load_pem(folder / "c.pem", folder / "k.pem")
        private = load_pem_private_key(made.key, None)
        held = PrivateKeyInfo.load(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        other = SimpleSigner(to_der(key.certificate), held, SimpleCertificateStore())
        ours, theirs = [], []
        for _ in range(effort.rounds):  # in turns, since a machine is never equally busy
            ours.append(await _seal_many(paper, key))
            theirs.append(await _sign_many(paper, other))
        rate, beside = max(ours), max(theirs)
        row = Row(SECTION, "seals", "/s", rate, beside, rate / beside).aim(Bound("≥ 35 /s", least=35))
        large = _make_large(LARGE if effort.rounds > 1 else LARGE // 25)
        return [row, *_measure_memory(folder, large), *await measure_documents(effort, folder, key, large)]


async def _seal_many(paper: bytes, key: OfficeSeal, times: int = 20) -> float:
    begun = process_time()
    for _ in range(times):
        await seal(paper, key, SealLevel.B_B)
    return times / (process_time() - begun)


async def _sign_many(paper: bytes, signer: SimpleSigner, times: int = 3) -> float:
    begun = process_time()
    for _ in range(times):
        described = PdfSignatureMetadata(
            field_name="a", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES, subfilter=SigSeedSubFilter.PADES
        )
        await PdfSigner(described, signer).async_sign_pdf(IncrementalPdfFileWriter(BytesIO(paper)))
    return times / (process_time() - begun)


def _measure_memory(folder: Path, large: bytes) -> list[Row]:
    if not Path("/proc/self/status").exists():
        return []
    (folder / "large.pdf").write_bytes(large)
    done = subprocess.run([sys.executable, "-c", _SEAL_LARGE, str(folder)], capture_output=True, check=True)
    share = int(done.stdout) / len(large)
    return [Row(SECTION, "memory for 125 MB", "× the file", share).aim(Bound("< 1.5", below=1.5))]


def _make_large(size: int) -> bytes:
    """A page with a stream of that size that nothing refers to."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (size, bytes(size)),
    ]
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(written)
