"""`paraaf verify` of a sealed PDF."""

from collections.abc import Sequence
from pathlib import Path

from adapters.commands.running import run
from adapters.pdf.sealing.asking import SealJudge
from adapters.pdf.sealing.trust import Trust
from adapters.seal_judgement import Judgement
from adapters.sealing import load_certificates

_MAGIC = b"%PDF-"


def is_pdf(file: Path) -> bool:
    """Whether a file begins as a PDF does. Raises `OSError`."""
    with file.open("rb") as opened:
        return opened.read(len(_MAGIC)) == _MAGIC


def judge(file: Path, seals: Sequence[Path], authorities: Sequence[Path]) -> Judgement:
    """Judge a PDF in a process apart. Raises `SettingsError` for what are no certificates, `OSError`."""
    trust = Trust(
        [each for path in seals for each in load_certificates(path, "--certificate")],
        [each for path in authorities for each in load_certificates(path, "--authority")],
    )
    return run(SealJudge(trust).judge(file.read_bytes()))
