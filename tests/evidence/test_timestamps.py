"""Timestamps by an authority that OpenSSL plays; what it does not give stays owed."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import Certificate

from storage.evidence.errors import BadTimestamp
from storage.evidence.proof import Proof
from storage.evidence.timestamps import TimestampShelf, check_timestamp, make_request
from storage.evidence.verify import Check, Outcome, Timestamp, verify_proof
from tests.evidence.making import a_signer, an_entry, make_log, open_recorder

SETTINGS = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[stamping]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = CA:FALSE
"""


class Authority:
    """A root and, under it, a certificate for timestamps."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "settings").write_text(SETTINGS.format(folder=folder))
        (folder / "serial").write_text("01\n")
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        root = ("-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", "-days", "30")
        self.run("req", "-x509", *new, *root)
        self.run("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stamps")
        signing = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "30")
        self.run(
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            *signing,
            "-extfile",
            "settings",
            "-extensions",
            "stamping",
            "-out",
            "tsa.pem",
        )

    @property
    def root(self) -> Certificate:
        return x509.load_pem_x509_certificate((self.folder / "root.pem").read_bytes())

    def run(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)  # noqa: S607 - wherever it is
        assert done.returncode == 0, done.stderr

    def answer(self, request: bytes) -> bytes:
        (self.folder / "request").write_bytes(request)
        self.run("ts", "-reply", "-queryfile", "request", "-out", "answer", "-config", "settings", "-section", "tsa")
        return (self.folder / "answer").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "own")


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "another")


@pytest.fixture
def proofs(tmp_path: Path) -> list[Proof]:
    """Under three checkpoints, each over one entry more."""
    make_log(tmp_path, 1)
    recorder = open_recorder(tmp_path)
    made = [recorder.prove(0)]
    for number in (1, 2):
        recorder.record([an_entry(number)])
        made.append(recorder.prove(number))
    recorder.close()
    return made


def test_a_timestamp_tells_when(authority: Authority, proofs: list[Proof]) -> None:
    text = proofs[0].checkpoint.text
    request = make_request(text)
    at = check_timestamp(authority.answer(request.body), text, [authority.root], request.nonce)
    assert abs(datetime.now(UTC) - at) < timedelta(days=1)


def test_what_is_no_timestamp_of_it_is_refused(authority: Authority, another: Authority, proofs: list[Proof]) -> None:
    text = proofs[0].checkpoint.text
    request = make_request(text)
    answer = authority.answer(request.body)
    half = len(answer) // 2
    attempts = [
        (answer, proofs[1].checkpoint.text, authority, request.nonce),  # of another checkpoint
        (answer, text, another, request.nonce),  # by an authority that is not trusted
        (answer, text, authority, request.nonce + 1),  # an answer to somebody else
        (answer[:-1], text, authority, None),
        (bytes([*answer[:-5], answer[-5] ^ 1, *answer[-4:]]), text, authority, None),
        (bytes([*answer[:half], answer[half] ^ 1, *answer[half + 1 :]]), text, authority, None),
        (b"", text, authority, None),
        (bytes.fromhex("30053003020102"), text, authority, None),  # refused by the authority
    ]
    for changed, about, trusted, nonce in attempts:
        with pytest.raises(BadTimestamp):
            check_timestamp(changed, about, [trusted.root], nonce)


def test_a_timestamp_is_owed_until_it_is_there(authority: Authority, proofs: list[Proof], tmp_path: Path) -> None:
    shelf = TimestampShelf(tmp_path / "stamps", [authority.root])
    assert (shelf.owed(), shelf.find(0)) == ([], None)
    notes = [proof.checkpoint for proof in proofs]
    for note in reversed(notes):
        shelf.owe(note)
    assert shelf.owed() == notes
    with pytest.raises(BadTimestamp):
        shelf.settle(notes[1], b"no answer")
    with pytest.raises(BadTimestamp):
        shelf.settle(notes[1], authority.answer(make_request(notes[0].text).body))
    assert shelf.owed() == notes
    answer = authority.answer(make_request(notes[1].text).body)
    shelf.settle(notes[1], answer)
    assert shelf.owed() == [notes[0], notes[2]]
    assert [shelf.find(index) for index in range(3)] == [(notes[1], answer), (notes[1], answer), None]


def test_the_verifier_checks_it(authority: Authority, another: Authority, proofs: list[Proof]) -> None:
    answer = authority.answer(make_request(proofs[0].checkpoint.text).body)
    for proof, trusted, outcome in (
        (proofs[0], [another.root, authority.root], Outcome.HELD),
        (proofs[0], [another.root], Outcome.FAILED),
        (proofs[1], [authority.root], Outcome.FAILED),
        (proofs[0], [], Outcome.UNCHECKED),
    ):
        report = verify_proof(str(proof).encode(), [a_signer().key], timestamp=Timestamp(answer, trusted))
        found = report.find(Check.TIMESTAMP)
        assert found
        assert found.outcome is outcome
        assert (report.stamped_at is not None) == (outcome is Outcome.HELD)
