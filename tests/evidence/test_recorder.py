"""Each decision once, whatever crashes, repeats or is put back in between."""

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.entry import Event, Personal
from storage.evidence.errors import Damaged, EntryDiffers, Locked, RolledBack
from storage.evidence.fsck import audit_log
from storage.evidence.merkle import is_consistent
from storage.evidence.note import Note
from storage.evidence.recorder import Receipt, Recorder
from storage.evidence.writer import CHECKPOINT
from tests.evidence.making import a_signer, an_entry, hash_of, make_log, open_recorder
from tests.evidence.variants import CountingDisk, Died

ROOT = Path(__file__).parents[2]
MOST_STEPS = 100


def record(recorder: Recorder, *numbers: int) -> list[tuple[int, bool]]:
    receipts = recorder.record([an_entry(number) for number in numbers])
    return [(receipt.index, receipt.repeated) for receipt in receipts if isinstance(receipt, Receipt)]


def size_of(note: Note) -> int:
    return read_checkpoint(note).size


def test_a_repeat_is_found_and_not_added(tmp_path: Path) -> None:
    recorder = open_recorder(tmp_path)
    assert record(recorder, 1, 2, 1) == [(0, False), (1, False), (0, False)]
    assert record(recorder, 2, 3, 1) == [(1, True), (2, False), (0, True)]
    assert size_of(recorder.checkpoint) == 3
    assert [recorder.find(f"decision-{number}") for number in (1, 2, 3, 4)] == [0, 1, 2, None]
    recorder.close()


def test_other_facts_under_the_same_decision_are_told(tmp_path: Path) -> None:
    recorder = open_recorder(tmp_path)
    record(recorder, 1)
    answers = recorder.record([an_entry(2), an_entry(1, event=Event.REJECTED), an_entry(3)])
    assert isinstance(answers[1], EntryDiffers)
    assert answers[1].index == 0
    assert size_of(recorder.checkpoint) == 3
    recorder.close()


def test_commitments_made_again_are_no_other_facts(tmp_path: Path) -> None:
    recorder = open_recorder(tmp_path)
    record(recorder, 1)
    (receipt,) = recorder.record([an_entry(1, commitments={Personal.WHO: hash_of("made again")})])
    assert isinstance(receipt, Receipt)
    assert receipt.repeated
    recorder.close()


def test_the_index_can_be_made_again(tmp_path: Path) -> None:
    make_log(tmp_path, 300)
    for broken in (None, b"", b"not a database, but long enough to be read as the header of one" * 20):
        for path in tmp_path.glob("index.db*"):
            path.unlink()
        if broken is not None:
            (tmp_path / "index.db").write_bytes(broken)
        recorder = open_recorder(tmp_path)
        assert record(recorder, 0, 299, 137) == [(0, True), (299, True), (137, True)]
        recorder.close()


def test_a_wrong_index_is_noticed(tmp_path: Path) -> None:
    make_log(tmp_path, 3)
    recorder = open_recorder(tmp_path)
    recorder._index._rows.execute("UPDATE positions SET position = 2 WHERE decision = 'decision-1'")
    with pytest.raises(Damaged, match="wrong-index"):
        record(recorder, 1)
    recorder.close()


def test_an_older_state_put_back_is_noticed(tmp_path: Path) -> None:
    make_log(tmp_path, 300)
    shutil.copytree(tmp_path / "log", tmp_path / "backup")
    recorder = open_recorder(tmp_path)
    record(recorder, 300)
    recorder.close()
    shutil.rmtree(tmp_path / "log")
    (tmp_path / "backup").rename(tmp_path / "log")
    with pytest.raises(RolledBack):
        open_recorder(tmp_path)


def test_another_history_is_noticed(tmp_path: Path) -> None:
    make_log(tmp_path, 300)
    make_log(tmp_path / "fork", 299)
    recorder = open_recorder(tmp_path / "fork")
    record(recorder, 1_000, 1_001)
    recorder.close()
    shutil.rmtree(tmp_path / "log")
    (tmp_path / "fork" / "log").rename(tmp_path / "log")
    with pytest.raises(RolledBack):
        open_recorder(tmp_path)


def test_an_older_state_put_back_below_a_running_one_is_noticed(tmp_path: Path) -> None:
    recorder = open_recorder(tmp_path)
    record(recorder, 1)
    before = (tmp_path / "log" / CHECKPOINT).read_bytes()
    record(recorder, 2)
    (tmp_path / "log" / CHECKPOINT).write_bytes(before)
    with pytest.raises(Damaged, match="changed-by-another"):
        record(recorder, 3)
    (tmp_path / "log" / CHECKPOINT).unlink()
    with pytest.raises(Damaged, match="changed-by-another"):
        record(recorder, 3)
    recorder.close()


@pytest.mark.parametrize("lost", [CHECKPOINT, "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"])
def test_a_log_that_is_not_whole_is_not_appended_to(tmp_path: Path, lost: str) -> None:
    make_log(tmp_path, 300)
    (tmp_path / "log" / lost).unlink()
    with pytest.raises(Damaged, match="missing"):
        open_recorder(tmp_path)


@pytest.mark.parametrize("changed", [CHECKPOINT, "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"])
def test_a_log_whose_end_was_changed_is_not_appended_to(tmp_path: Path, changed: str) -> None:
    make_log(tmp_path, 300)
    path = tmp_path / "log" / changed
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    for index in tmp_path.glob("index.db*"):
        index.unlink()  # it would notice as well
    with pytest.raises(Damaged):
        open_recorder(tmp_path)


def test_the_log_of_another_key_is_not_appended_to(tmp_path: Path) -> None:
    make_log(tmp_path, 3)
    shutil.rmtree(tmp_path / "keys")
    with pytest.raises(Damaged, match="no-known-signature"):
        open_recorder(tmp_path)


def test_two_processes_cannot_both_append(tmp_path: Path) -> None:
    recorder = open_recorder(tmp_path)
    program = (
        "import sys; from pathlib import Path; from storage.evidence.errors import Locked\n"
        "from tests.evidence.making import open_recorder\n"
        "try: open_recorder(Path(sys.argv[1])).close()\n"
        "except Locked: sys.exit(7)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7
    with pytest.raises(Locked):
        open_recorder(tmp_path)
    recorder.close()
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_what_an_append_that_died_has_left_is_swept(tmp_path: Path) -> None:
    make_log(tmp_path, 254)
    for step in range(1, 30):
        try:
            recorder = open_recorder(tmp_path, CountingDisk(step))
        except Died:
            continue
        with pytest.raises(Died):
            record(recorder, *range(1_000, 1_005))
        recorder.close()
        if len(audit_log(tmp_path / "log").leftovers) >= 3:
            break
    assert len(audit_log(tmp_path / "log").leftovers) >= 3
    assert not audit_log(tmp_path / "log").faults
    open_recorder(tmp_path).close()
    assert not audit_log(tmp_path / "log").leftovers


class Failing(CountingDisk):
    """A disk that is full once, and goes on."""

    def die(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_after_a_full_disk_it_goes_on(fast_path: Path) -> None:
    make_log(fast_path / "before", 254)
    failures = 0
    while failures < MOST_STEPS:
        work = fast_path / str(failures)
        shutil.copytree(fast_path / "before", work)
        disk = Failing()
        recorder = open_recorder(work, disk)
        disk.last = disk.done + failures + 1
        try:
            record(recorder, 254, 255, 256)
        except OSError:
            failures += 1
        else:
            disk.last = None
        assert [index for index, _ in record(recorder, 254, 255, 256, 257)] == [254, 255, 256, 257]
        recorder.close()
        audit = audit_log(work / "log", [a_signer().key])
        assert (audit.size, audit.faults, audit.signed) == (258, (), True)
        if disk.last is None:
            break
    assert 20 < failures < MOST_STEPS


def test_only_the_newest_partial_tiles_are_kept(tmp_path: Path) -> None:
    recorder = open_recorder(tmp_path)
    for number in range(258):
        record(recorder, number)
    recorder.close()
    files = {path.relative_to(tmp_path / "log").as_posix() for path in (tmp_path / "log").rglob("*") if path.is_file()}
    tiles = {f"tile/{level}/{name}" for level in ("0", "entries") for name in ("000", "001.p/2")}
    assert files == {CHECKPOINT, "tile/1/000.p/1", *tiles}


def test_growth_is_proven(tmp_path: Path) -> None:
    make_log(tmp_path, 300, batch=130)
    recorder = open_recorder(tmp_path)
    before = read_checkpoint(recorder.checkpoint)
    record(recorder, 300)
    after = read_checkpoint(recorder.checkpoint)
    assert is_consistent(before.size, before.root, after.size, after.root, recorder.prove_growth(before.size))
    for old in (-1, 302):
        with pytest.raises(IndexError):
            recorder.prove_growth(old)
    for index in (-1, 301):
        with pytest.raises(IndexError):
            recorder.prove(index)
    assert recorder.prove(7, Note(str(before), ())).checkpoint.text == str(before)
    recorder.close()
