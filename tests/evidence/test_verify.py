"""The verifier holds what is true and refuses everything else."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.checkpoint import Checkpoint, read_checkpoint
from storage.evidence.entry import Document, encode_entry
from storage.evidence.errors import Damaged
from storage.evidence.merkle import hash_leaf
from storage.evidence.note import Algorithm, Note, Signature, VerifierKey
from storage.evidence.proof import Proof, parse_proof
from storage.evidence.tiles import decode_bundle, encode_bundle
from storage.evidence.verify import Check, Outcome, Verdict, verify_proof
from tests.evidence.making import ORIGIN, a_signer, an_entry, hash_of, make_log, open_recorder, unhurried

KEY = a_signer().key
DOCUMENT = hash_of("document 7")


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    folder = tmp_path_factory.mktemp("log")
    make_log(folder, 20)
    recorder = open_recorder(folder)
    made = recorder.prove(7)
    recorder.close()
    return made


def write(proof: Proof) -> bytes:
    return str(proof).encode()


def failed(proof: Proof, *keys: VerifierKey, document: str | None = None) -> dict[Check, str]:
    report = verify_proof(write(proof), keys or [KEY], document)
    return {each.check: each.reason for each in report.findings if each.outcome is Outcome.FAILED}


def resign(head: Checkpoint, seed: int = 1, name: str = ORIGIN) -> Note:
    return Note(str(head), (a_signer(seed, name).sign(str(head)),))


def test_a_true_proof_holds(proof: Proof) -> None:
    report = verify_proof(write(proof), [KEY], DOCUMENT)
    assert report.verdict is Verdict.HOLDS
    assert {each.check: each.outcome for each in report.findings} == {
        Check.PROOF_FORMAT: Outcome.HELD,
        Check.ENTRY_FORMAT: Outcome.HELD,
        Check.CHECKPOINT_SIGNATURE: Outcome.HELD,
        Check.ENTRY_IN_TREE: Outcome.HELD,
        Check.ENTRY_OFFICE: Outcome.HELD,
        Check.DOCUMENT_HASH: Outcome.HELD,
        Check.TIMESTAMP: Outcome.UNCHECKED,
    }
    assert (report.entry, report.entry_hash) == (an_entry(7), hash_leaf(encode_entry(an_entry(7))).hex())


def test_without_a_key_nothing_is_proven(proof: Proof) -> None:
    report = verify_proof(write(proof), [], DOCUMENT)
    assert report.verdict is Verdict.INCOMPLETE
    assert verify_proof(write(proof), [KEY]).find(Check.DOCUMENT_HASH) == replace(
        report.findings[-2], outcome=Outcome.UNCHECKED, reason="no-document"
    )


def test_another_document_fails(proof: Proof) -> None:
    assert failed(proof, document=hash_of("document 8")) == {Check.DOCUMENT_HASH: "other-document"}


def test_before_and_after_are_told_apart() -> None:
    entry = encode_entry(an_entry(1, documents=(Document("d", "i", hash_of("a"), hash_of("b")),)))
    proof = Proof(0, (), resign(Checkpoint(ORIGIN, 1, hash_leaf(entry))), entry)
    for words, reason in (("a", "before"), ("b", "after")):
        found = verify_proof(write(proof), [KEY], hash_of(words)).find(Check.DOCUMENT_HASH)
        assert found
        assert found.reason == reason


def test_another_entry_or_index_fails(proof: Proof) -> None:
    other = replace(proof, entry=encode_entry(an_entry(8)))
    assert failed(other) == {Check.ENTRY_IN_TREE: "other-root"}
    for index in (*range(7), *range(8, 25)):
        assert failed(replace(proof, index=index)) == {Check.ENTRY_IN_TREE: "other-root"}


def test_a_path_cut_off_or_reordered_fails(proof: Proof) -> None:
    for path in (proof.path[:-1], proof.path[1:], (), proof.path[::-1], (*proof.path, proof.path[0])):
        assert failed(replace(proof, path=path)) == {Check.ENTRY_IN_TREE: "other-root"}


def test_a_checkpoint_nobody_signed_fails(proof: Proof) -> None:
    head = read_checkpoint(proof.checkpoint)
    forged = replace(proof, checkpoint=Note(str(replace(head, size=21)), proof.checkpoint.signatures))
    assert failed(forged)[Check.CHECKPOINT_SIGNATURE] == "wrong-signature"
    by_another = replace(proof, checkpoint=resign(head, seed=2))
    assert failed(by_another) == {Check.CHECKPOINT_SIGNATURE: "no-known-signature"}


def test_an_entry_made_up_with_a_tree_of_its_own_fails(proof: Proof) -> None:
    entry = encode_entry(an_entry(666))
    made_up = Proof(0, (), Note(str(Checkpoint(ORIGIN, 1, hash_leaf(entry))), proof.checkpoint.signatures), entry)
    assert failed(made_up) == {Check.CHECKPOINT_SIGNATURE: "wrong-signature"}


def test_another_offices_proof_fails() -> None:
    name = ORIGIN.replace("linde", "eik")
    entry = encode_entry(an_entry(1, office=name.rpartition("/")[2]))
    theirs = Proof(0, (), resign(Checkpoint(name, 1, hash_leaf(entry)), 2, name), entry)
    assert failed(theirs) == {Check.CHECKPOINT_SIGNATURE: "other-origin"}
    assert failed(theirs, KEY, a_signer(2, name).key) == {}


def test_a_trusted_key_speaks_for_its_own_log_only() -> None:
    name = ORIGIN.replace("linde", "eik")
    entry = encode_entry(an_entry(1))
    head = Checkpoint(ORIGIN, 1, hash_leaf(entry))
    by_them = Proof(0, (), resign(head, 2, name), entry)
    assert failed(by_them, KEY, a_signer(2, name).key) == {Check.CHECKPOINT_SIGNATURE: "no-known-signature"}
    in_theirs = Proof(0, (), resign(replace(head, origin=name), 2, name), entry)
    assert failed(in_theirs, a_signer(2, name).key) == {Check.ENTRY_OFFICE: "other-office"}


def test_witnesses_that_are_asked_for_must_have_signed(proof: Proof) -> None:
    signer = a_signer(5, "witness.example/w1")
    witness = VerifierKey(signer.key.name, signer.key.public, Algorithm.COSIGNATURE)
    time = 1_795_500_000
    line = f"cosignature/v1\ntime {time}\n{proof.checkpoint.text}"
    signature = Signature(witness.name, witness.id, time.to_bytes(8, "big") + signer.sign(line).signature)
    note = Note(proof.checkpoint.text, (*proof.checkpoint.signatures, signature))
    assert failed(proof, KEY, witness) == {Check.WITNESSES: "no-known-signature"}
    assert failed(replace(proof, checkpoint=note), KEY, witness) == {}
    another = replace(witness, name="witness.example/w2")
    assert failed(replace(proof, checkpoint=note), KEY, witness, another) == {Check.WITNESSES: "not-all"}
    assert verify_proof(write(replace(proof, checkpoint=note)), [witness]).verdict is Verdict.INCOMPLETE


def test_a_change_of_keys_leads_from_one_to_the_next(tmp_path: Path) -> None:
    old = make_log(tmp_path, 3)
    recorder = open_recorder(tmp_path)
    receipt = recorder.change_key(an_entry(1).at)
    handover = recorder.prove(receipt.index)
    recorder.record([an_entry(4)])
    later = recorder.prove(4)
    new = recorder.keys[-1]
    recorder.close()
    assert recorder.keys == [old, new]
    assert failed(handover, old) == {}
    assert failed(later, new) == {}
    assert failed(later, old) == {Check.CHECKPOINT_SIGNATURE: "no-known-signature"}
    # With the new key alone nobody can tell whether the old one agreed.
    assert failed(handover, new) == {Check.KEY_CHANGE: "not-by-known-key"}
    assert failed(handover, old, document=DOCUMENT) == {Check.DOCUMENT_HASH: "other-document"}
    forged = replace(handover, entry=handover.entry.replace(b"11-24", b"11-25"))
    assert failed(forged, old)[Check.KEY_CHANGE] == "not-by-known-key"
    shutil.rmtree(tmp_path)


def test_no_single_changed_byte_goes_unnoticed(proof: Proof) -> None:
    written = write(proof)
    for at in range(len(written)):
        changed = bytes([*written[:at], written[at] ^ 1, *written[at + 1 :]])
        assert verify_proof(changed, [KEY], DOCUMENT).verdict is Verdict.FAILS, at


@unhurried
@given(st.binary(max_size=500))
def test_whatever_the_bytes_nothing_is_raised(written: bytes) -> None:
    assert verify_proof(written, [KEY]).verdict is Verdict.FAILS


def test_what_is_around_a_proof_is_refused(proof: Proof) -> None:
    for around in (b"\n" + write(proof), write(proof) + b"\n", write(proof) * 2, write(proof).replace(b"\n", b"\r\n")):
        assert verify_proof(around, [KEY]).verdict is Verdict.FAILS
    assert parse_proof(write(proof)) == proof


def test_it_stands_alone() -> None:
    """No module of the application and no framework is loaded by the verifier."""
    import subprocess  # noqa: PLC0415 - only here
    import sys  # noqa: PLC0415 - only here

    code = (
        "import sys, storage.evidence.verify\n"
        "names = ('bot', 'adapters', 'cards', 'storage.sql', 'sqlalchemy', 'redis', 'aiohttp')\n"
        "sys.exit(any(name in sys.modules for name in names))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0


@pytest.mark.parametrize("short", ["tile/0/000", "tile/entries/000"])
def test_nothing_is_proven_from_a_tile_that_is_cut_off(tmp_path: Path, short: str) -> None:
    make_log(tmp_path, 300)
    recorder = open_recorder(tmp_path)
    path = tmp_path / "log" / short
    content = path.read_bytes()
    cut = 32 if "/0/" in short else len(encode_bundle(decode_bundle(content)[-1:]))
    path.write_bytes(content[:-cut])
    with pytest.raises(Damaged, match="too-few"):
        recorder.prove(5)
    recorder.close()
