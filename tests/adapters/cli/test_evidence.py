"""Proofs and logs, checked by whoever holds them."""

from pathlib import Path

import pytest

from tests.adapters.cli.conftest import Run
from tests.evidence.making import a_signer, an_entry, make_log, open_recorder

KEY = str(a_signer().key)


@pytest.fixture
def log(folder: Path) -> Path:
    """A log of ten entries, and `7.tlog-proof` beside it."""
    make_log(folder, 10)
    recorder = open_recorder(folder)
    (folder / "7.tlog-proof").write_text(str(recorder.prove(7)), encoding="utf-8")
    recorder.close()
    (folder / "7.pdf").write_text("document 7")
    (folder / "picture").write_bytes(b"\x89PNG\xff")
    (folder / "key").write_text(f"{a_signer(2).key}\n\n{KEY}\n")
    return folder / "log"


@pytest.mark.parametrize("key", [KEY, "key"])
def test_a_proof_holds(paraaf: Run, log: Path, key: str) -> None:
    result = paraaf("verify", "7.tlog-proof", "--document", "7.pdf", "--key", key, "--language", "nl")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[-1] == "Het bewijs klopt."
    assert "ok    Het document is het document uit de regel." in lines
    assert "Wat: goedgekeurd" in lines
    assert "Wanneer, volgens de klok van Paraaf: 24 november 2026 09:00" in lines


def test_another_document_does_not(paraaf: Run, log: Path, folder: Path) -> None:
    (folder / "8.pdf").write_text("document 8")
    result = paraaf("verify", "7.tlog-proof", "--document", "8.pdf", "--key", KEY, "--language", "en")
    assert result.exit_code == 1
    assert "FAIL  The document is not the one in the entry." in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1] == "The proof does not hold."


def test_without_a_key_nothing_is_claimed(paraaf: Run, log: Path) -> None:
    result = paraaf("verify", "7.tlog-proof", "--language", "en")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].endswith("without the log's key it proves nothing.")


def test_anything_can_be_given_as_a_proof(paraaf: Run, log: Path, folder: Path) -> None:
    for content in (b"", b"\xff" * 400_000):
        (folder / "x").write_bytes(content)
        result = paraaf("verify", "x", "--key", KEY, "--language", "en")
        assert result.exit_code == 1
        assert "FAIL  The file is no proof, or was changed." in result.stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verify", "none.tlog-proof"), "none.tlog-proof: No such file"),
        (("verify", "7.tlog-proof", "--key", "a+b+c"), "--key: a+b+c is no key"),
        (("verify", "7.tlog-proof", "--key", "none"), "--key: none is no key"),
        (("verify", "7.tlog-proof", "--key", "picture"), "--key: picture is no key"),
        (("evidence", "fsck", "none"), "FOLDER: none holds no log; give the folder of an office's log: logs/OFFICE"),
        (("evidence", "fsck", "."), "FOLDER: . holds no log; give one of log"),
        (("verify", "7.tlog-proof", "--timestamp", "7.pdf", "--authority", "7.pdf"), "--authority: 7.pdf holds no"),
        (("evidence", "fsck", "log", "--since", "7.pdf"), "--since: 7.pdf is neither"),
    ],
)
def test_what_is_given_wrongly_is_told(paraaf: Run, log: Path, arguments: tuple[str, ...], words: str) -> None:
    result = paraaf(*arguments)
    assert result.exit_code == 1
    assert words in result.stderr


def test_a_whole_log(paraaf: Run, log: Path) -> None:
    result = paraaf("evidence", "fsck", log, "--key", KEY, "--since", "7.tlog-proof", "--language", "nl")
    assert (result.exit_code, result.stdout) == (0, "10 regels, en ze kloppen allemaal.\n")
    without = paraaf("evidence", "fsck", log, "--language", "en")
    assert without.exit_code == 0
    assert "Whose log this is was not checked" in without.stdout


def test_a_changed_log(paraaf: Run, log: Path) -> None:
    bundle = log / "tile" / "entries" / "000.p" / "10"
    bundle.write_bytes(bundle.read_bytes().replace(b"envelope-4", b"envelope-5"))
    result = paraaf("evidence", "fsck", log, "--key", KEY, "--language", "nl")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "tile/entries/000.p/10: klopt niet vanaf regel 4 (other-entry)"
    assert result.stdout.splitlines()[-1] == "Dit log is beschadigd of gewijzigd."


def test_a_log_without_its_checkpoint_is_a_damaged_one(paraaf: Run, log: Path) -> None:
    (log / "checkpoint").unlink()
    result = paraaf("evidence", "fsck", log, "--language", "en")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "checkpoint: does not fit (missing)")


def test_an_older_log_put_back(paraaf: Run, log: Path, folder: Path) -> None:
    make_log(folder / "older", 9)
    result = paraaf("evidence", "fsck", folder / "older" / "log", "--key", KEY, "--since", "7.tlog-proof")
    assert result.exit_code == 1
    assert "rolled-back" in result.stdout


def test_a_change_of_keys_is_explained(paraaf: Run, log: Path, folder: Path) -> None:
    recorder = open_recorder(folder)
    receipt = recorder.change_key(an_entry(1).at)
    (folder / "change.tlog-proof").write_text(str(recorder.prove(receipt.index)), encoding="utf-8")
    new = recorder.keys[-1]
    recorder.close()
    result = paraaf("verify", "change.tlog-proof", "--key", KEY, "--language", "en")
    assert result.exit_code == 0
    assert f"New key: {new}" in result.stdout.splitlines()
