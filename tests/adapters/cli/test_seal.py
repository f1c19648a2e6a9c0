"""`paraaf keys` and `paraaf verify` of a sealed PDF, as programs."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.pdf.sealing.keys import load_pem
from adapters.pdf.sealing.seal import seal
from bot.domain.certified import SealLevel
from tests.documents import make_pdf

PARAAF = Path(sys.executable).with_name("paraaf")


def call(folder: Path, *words: str, **settings: str) -> tuple[int, str]:
    environment = {"PATH": "/usr/bin:/bin", "PARAAF_DATA_DIR": str(folder)} | settings
    command = [str(PARAAF), *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    code, said = call(tmp_path, "keys", "make", "--office", "Kantoor de Wit")
    assert code == 0, said
    key = load_pem(tmp_path / "seal-certificate.pem", tmp_path / "seal-key.pem")
    file = tmp_path / "sealed.pdf"
    file.write_bytes(asyncio.run(seal(make_pdf(), key, SealLevel.B_B)).content)
    return file


def test_verify_judges_a_pdf(sealed: Path) -> None:
    folder = sealed.parent
    code, said = call(folder, "verify", "sealed.pdf", "--certificate", "seal-certificate.pem")
    assert code == 0, said
    assert said.endswith("The seal holds: the file is unchanged since it was sealed.\n")
    assert "covers the whole file" in said
    code, said = call(folder, "verify", "sealed.pdf", "--language", "nl")
    assert code == 1
    assert "maar van wie het zegel is, is niet gecontroleerd." in said
    sealed.write_bytes(sealed.read_bytes() + b"\n")
    code, said = call(folder, "verify", "sealed.pdf", "--certificate", "seal-certificate.pem")
    assert code == 1
    assert "FAIL  Something was added to the end of the file" in said


def test_keys_are_shown_and_never_overwritten(sealed: Path) -> None:
    folder = sealed.parent
    settings = {
        "PARAAF_SEAL_CERTIFICATE": str(folder / "seal-certificate.pem"),
        "PARAAF_SEAL_KEY": str(folder / "seal-key.pem"),
    }
    code, said = call(folder, "keys", "show", **settings)
    assert code == 0
    assert "Key: RSA-3072" in said
    assert "self-signed: nobody but you vouches" in said
    assert "PRIVATE" not in said
    code, said = call(folder, "keys", "make", "--office", "Kantoor de Wit")
    assert (code, "not overwritten" in said) == (1, True)
    assert "No seal is set" in call(folder, "keys", "show")[1]
