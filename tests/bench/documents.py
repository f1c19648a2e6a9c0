"""Whole documents: composed, with a certificate page, and sealed. CPU time of Paraaf and of all its workers."""

import asyncio
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Final

from adapters.pdf.sealer import PdfSealer
from adapters.pdf.sealing.keys import OfficeSeal
from bot.domain.certified import SealLevel
from bot.domain.fields import Field, FieldKind
from bot.domain.sealing import Mark, SealOrder
from bot.domain.signature import DrawnSignature
from storage.blobs import open_blobs
from tests.bench.measuring import Effort
from tests.bench.rows import Bound, Row
from tests.documents import make_pdf
from tests.pictures import make_drawing

SECTION: Final = "Documents: one page, a stamp and a certificate page, sealed at B-B with RSA-3072, on one core"
_PACKAGES: Final = (
    *("pdf-lib@1.17.1", "@signpdf/signpdf@3.3.0"),
    *("@signpdf/placeholder-pdf-lib@3.3.0", "@signpdf/signer-p12@3.3.0"),
)
_SCRIPT: Final = Path(__file__).with_name("documents.mjs")
_FIELDS: Final = (
    Field(FieldKind.SIGNATURE, 0, 0, (100, 300, 160, 45)),
    Field(FieldKind.NAME, 0, 0, (100, 280, 180, 14)),
    Field(FieldKind.DATE, 0, 0, (100, 260, 90, 14)),
)
_WORDS: Final = {
    "language": "nl",
    "title": "Transactiecertificaat",
    "office": "Kantoor de Wit",
    "made": "Gemaakt op 24 november 2026 om 12:00",
    "page_of": "Pagina %(page)s van %(pages)s",
    "facts": [("Verzoek", "Jaarrekening 2025"), ("Klant", "Bakkerij Jansen"), ("Stand", "Ondertekend")],
    "sections": [
        {
            "heading": "Ondertekenaars",
            "parts": [
                {
                    "title": "Jan Jansen",
                    "lines": ["24 november 2026 om 12:00"],
                    "facts": [("Plaats", "Urk"), ("Bekend als", "bestuurder")],
                    "quote": "",
                    "picture": None,
                }
            ],
            "code": "https://paraaf.example/verify",
        }
    ],
    "notes": ["Bewaar dit document zoals het is."],
}


async def measure_documents(effort: Effort, folder: Path, key: OfficeSeal, large: bytes) -> list[Row]:
    """Documents per second, and the most memory that a process takes for a large one, as a share of it."""
    sealer = PdfSealer(open_blobs(folder / "blobs"), key, folder=folder)
    try:
        order = await _prepare(sealer, folder, make_pdf())
        ours = max([await _seal_many(sealer, order) for _ in range(effort.rounds)])
        # Packages are fetched for figures alone, not to see whether this runs.
        rounds = min(3, effort.rounds) if effort.rounds > 1 else 0
        theirs = max([await asyncio.to_thread(_sign_in_node, folder) for _ in range(rounds)], default=0.0)
        ratio = ours / theirs if theirs else None
        row = Row(SECTION, "beside pdf-lib and @signpdf in Node.js", "/s", ours, theirs or None, ratio)
        share = await _measure_memory(sealer, replace(order, original=await _keep(folder, large))) / len(large)
    finally:
        await sealer.close()
    memory = Row(SECTION, "memory of a worker for 125 MB", "× the file", share).aim(Bound("< 1.5", below=1.5))
    return [row.aim(Bound("≥ 35 /s", least=35)), memory]


async def _prepare(sealer: PdfSealer, folder: Path, content: bytes) -> SealOrder:
    mark = Mark(0, "Jan Jansen", "24 november 2026", signature=DrawnSignature(make_drawing(), ()))
    original = await _keep(folder, content)
    order = SealOrder(
        original, "x.pdf", (mark,), _FIELDS, "Handtekeningen", _WORDS, "Pagina %(first)s - %(last)s", SealLevel.B_B
    )
    await sealer.seal(order)
    return order


async def _keep(folder: Path, content: bytes) -> str:
    return (await open_blobs(folder / "blobs").put(content)).sha256


async def _seal_many(sealer: PdfSealer, order: SealOrder, times: int = 20) -> float:
    begun = _read_all_cpu()
    for _ in range(times):
        await sealer.seal(order)
    return times / (_read_all_cpu() - begun)


def _read_all_cpu() -> float:
    """Seconds of this process, of that which forks workers, and of these."""
    (forge,) = _find_children(os.getpid())
    return process_time() + sum(_read_cpu(each) for each in (forge, *_find_children(forge)))


async def _measure_memory(sealer: PdfSealer, order: SealOrder) -> int:
    """Bytes at most, of the worker that does it."""
    (forge,), most = _find_children(os.getpid()), 0
    work = asyncio.create_task(sealer.seal(order))
    while not work.done():
        for worker in _find_children(forge):
            most = max(most, _read_memory(worker))
        await asyncio.sleep(0.002)
    await work
    return most


def _find_children(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _read_memory(process: int) -> int:
    """The most bytes that it took so far; 0 where it has ended."""
    try:
        told = Path(f"/proc/{process}/status").read_text().partition("VmHWM:")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(told[0]) * 1024 if told else 0


def _read_cpu(process: int) -> float:
    """Seconds of a process and of all that it waited for."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(int(each) for each in told[11:15]) / os.sysconf("SC_CLK_TCK")


def _sign_in_node(folder: Path) -> float:
    """Documents per second of Node.js's processor time, with packages that are fetched; 0 where these cannot be had."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        return 0.0
    home = folder / "node"
    home.mkdir(exist_ok=True)
    if not (home / "node_modules").exists():
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *_PACKAGES]
        if subprocess.run(command, cwd=home, capture_output=True, check=False).returncode:
            return 0.0
        (home / "page.pdf").write_bytes(make_pdf())
        (home / "stamp.png").write_bytes(make_drawing())
        shutil.copy(_SCRIPT, home)
        _make_p12(folder, home)
    done = subprocess.run([node, _SCRIPT.name], cwd=home, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["rate"])


def _make_p12(folder: Path, home: Path) -> None:
    made = ["openssl", "pkcs12", "-export", "-legacy", "-in", "c.pem", "-inkey", "k.pem", "-passout", "pass:"]
    subprocess.run([*made, "-out", str(home / "key.p12")], cwd=folder, check=True, capture_output=True)
