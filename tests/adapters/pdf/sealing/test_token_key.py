"""A key that stays in a PKCS#11 token: SoftHSM, in a folder of its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificate

from adapters.pdf.sealing.judging import judge
from adapters.pdf.sealing.making import MadeKey, make_office_key
from adapters.pdf.sealing.trust import Trust
from storage.evidence.verify import Verdict
from tests.adapters.pdf.sealing.papers import write_plain

_PUT = """
import sys
from pathlib import Path
import pkcs11
from asn1crypto.pem import unarmor
from pkcs11.util.x509 import decode_x509_certificate
_, module, file, label = sys.argv
der = unarmor(Path(file).read_bytes())[2]
with pkcs11.lib(module).get_token(token_label="kantoor").open(user_pin="1234", rw=True) as session:
    session.create_object(decode_x509_certificate(der) | {
        pkcs11.Attribute.LABEL: label, pkcs11.Attribute.ID: b"1", pkcs11.Attribute.TOKEN: True})
"""
_SEAL = """
import asyncio, sys
from pathlib import Path
from adapters.pdf.sealing.seal import seal
from adapters.pdf.sealing.keys import Token
from adapters.pdf.sealing.token_key import load_token
from bot.domain.certified import SealLevel
_, module, paper = sys.argv
loaded = load_token(Token(Path(module), "kantoor", "seal", b"1234"))
sealed = asyncio.run(seal(Path(paper).read_bytes(), loaded, SealLevel.B_B))
Path(paper).write_bytes(sealed.content)
print(loaded.name)
"""
_REFUSE = """
import sys
from pathlib import Path
from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.keys import Token
from adapters.pdf.sealing.token_key import load_token
_, module, token, label, pin = sys.argv
try:
    load_token(Token(Path(module), token, label, pin.encode()))
except SealRefused as refused:
    print(refused)
"""
"""In programs of their own: the library reads its settings once for each process."""


def find_module() -> Path:
    listed = subprocess.run(["dpkg", "-L", "libsofthsm2"], capture_output=True, text=True, check=False)  # noqa: S607
    return next(Path(line) for line in listed.stdout.splitlines() if line.endswith("libsofthsm2.so"))


class Token:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
        self.run("softhsm2-util", "--init-token", "--free", "--label", "kantoor", "--pin", "1234", "--so-pin", "5678")

    def put(self, key: MadeKey, certificate: MadeKey, label: str = "seal") -> None:
        (self._folder / "k.pem").write_bytes(key.key)
        (self._folder / "c.pem").write_bytes(certificate.certificate)
        self.run(
            *("softhsm2-util", "--import", "k.pem", "--token", "kantoor"),
            *("--label", label, "--id", "31", "--pin", "1234"),
        )
        self.run(sys.executable, "-c", _PUT, str(find_module()), "c.pem", label)

    def run(self, *command: str) -> str:
        environment = {"SOFTHSM2_CONF": str(self._folder / "softhsm2.conf"), "PATH": "/usr/bin:/bin"}
        environment["PYTHONPATH"] = str(Path(__file__).parents[4])
        done = subprocess.run(command, cwd=self._folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


@pytest.fixture
def token(tmp_path: Path) -> Token:
    return Token(tmp_path)


def test_a_key_in_a_token_seals(token: Token, made: MadeKey, tmp_path: Path) -> None:
    token.put(made, made)
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(write_plain())
    assert token.run(sys.executable, "-c", _SEAL, str(find_module()), str(paper)) == "Kantoor de Wit & Zn"
    trust = Trust([load_pem_x509_certificate(made.certificate)])
    assert judge(paper.read_bytes(), trust).verdict is Verdict.HOLDS


def test_what_does_not_fit_is_refused(token: Token, made: MadeKey) -> None:
    token.put(made, make_office_key("Een ander"))

    def ask(*words: str) -> str:
        return token.run(sys.executable, "-c", _REFUSE, str(find_module()), *words)

    assert ask("kantoor", "seal", "1234") == "the private key does not belong to the certificate"
    assert "does not give the key other" in ask("kantoor", "other", "1234")
    assert "PinIncorrect" in ask("kantoor", "seal", "9999")
    assert "the token elders" in ask("elders", "seal", "1234")
