"""What verifiers that others wrote say of a sealed PDF. Each assertion is on their own words."""

import subprocess
import sys
from pathlib import Path

import pdfsigner
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from bot.domain.certified import SealLevel

_STAMPED = {SealLevel.B_LTA}


def run(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def ask_all(file: Path, root: Certificate, level: SealLevel, *, is_hybrid: bool = False) -> None:
    """All five; raises where one of them does not accept the file."""
    roots = file.with_suffix(".root.pem")
    roots.write_bytes(root.public_bytes(Encoding.PEM))
    ask_poppler(file)
    ask_mupdf(file, level)
    ask_pyhanko(file, roots, is_hybrid=is_hybrid)
    ask_pdfsigner(file, roots)
    ask_qpdf(file)


def ask_poppler(file: Path) -> None:
    code, said = run("pdfsig", "-nocert", file)
    assert code == 0, said
    assert "Signature is Valid." in said
    # It says that for almost any edit made afterwards, so the last signature has to cover everything.
    assert "- Total document signed" in said.rpartition("Signature #")[2], said


def ask_mupdf(file: Path, level: SealLevel) -> None:
    _, said = run("mutool", "sign", "-v", file)
    # It takes a document timestamp for an edit, and does not look further.
    expected = "The signature is valid but there have been edits" if level in _STAMPED else "The document is unchanged"
    assert expected in said, said


def ask_pyhanko(file: Path, roots: Path, *, is_hybrid: bool = False) -> None:
    program = Path(sys.executable).with_name("pyhanko")
    code, said = run(program, "sign", "adesverify", "--no-revocation-check", "--trust-replace", "--trust", roots, file)
    if is_hybrid:  # which its command line judges never, whoever signed
        assert "Settings do not permit validation of signatures in hybrid-reference files" in said, said
        return
    assert code == 0, said
    assert ":INTACT:TRUSTED" in said, said


def ask_pdfsigner(file: Path, roots: Path) -> None:
    report = pdfsigner.verify_pdf_report(str(file), roots=str(roots))
    assert report["document_intact"], report
    assert report["all_valid"], report


def ask_qpdf(file: Path) -> None:
    code, said = run("qpdf", "--check", file)
    assert code == 0, said
