"""A whole log is recomputed from its bytes: whatever was changed, it is found and named."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.entry import encode_entry
from storage.evidence.fsck import Audit, Fault, audit_log
from storage.evidence.keys import LogKeys
from storage.evidence.note import Note, parse_note
from storage.evidence.tail import Tail, grow
from storage.evidence.tiles import decode_bundle, encode_bundle
from storage.evidence.writer import CHECKPOINT, Writer, sign_checkpoint
from tests.evidence.making import a_signer, an_entry, make_log, open_recorder
from tests.evidence.variants import CountingDisk

KEY = a_signer().key


def audit(folder: Path) -> Audit:
    return audit_log(folder / "log", [KEY])


def flips(path: Path, offsets: list[int]) -> Iterator[int]:
    """Flip one bit at a time, and put it back."""
    content = path.read_bytes()
    for at in offsets:
        path.write_bytes(bytes([*content[:at], content[at] ^ (1 << at % 8), *content[at + 1 :]]))
        yield at
    path.write_bytes(content)


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def find_index(bundle: bytes, offset: int) -> int:
    """Which entry of a bundle a byte belongs to, together with its length."""
    at = 0
    for number, entry in enumerate(decode_bundle(bundle)):
        at += 2 + len(entry)
        if offset < at:
            return number
    raise AssertionError(offset)


def assert_named(found: Audit, path: str, index: int | None) -> None:
    assert found.faults, (path, index)
    first = found.faults[0]
    assert first.path == path, (first, path, index)
    assert index is None or first.index == index, (first, path, index)


def test_every_single_byte_of_a_small_log(fast_path: Path) -> None:
    make_log(fast_path, 3)
    assert audit(fast_path) == Audit(3, (), (), signed=True)
    for path in files_of(fast_path / "log"):
        content = path.read_bytes()
        name = path.relative_to(fast_path / "log").as_posix()
        for at in flips(path, list(range(len(content)))):
            index = find_index(content, at) if "entries" in name else at // 32 if "/0/" in name else None
            assert_named(audit(fast_path), name, index)
    assert not audit(fast_path).faults


def test_bytes_anywhere_in_a_larger_log(fast_path: Path) -> None:
    make_log(fast_path, 600)
    chance = Random(3)  # noqa: S311 - repeatable, not secret
    files = files_of(fast_path / "log")
    assert len(files) == 1 + 3 + 3 + 1
    for path in files:
        content = path.read_bytes()
        name = path.relative_to(fast_path / "log").as_posix()
        number = int(path.parent.name[:3] if path.parent.suffix else path.name) if "tile" in name else 0
        for at in flips(path, [chance.randrange(len(content)) for _ in range(12)]):
            if "entries" in name:
                index: int | None = number * 256 + find_index(content, at)
            else:
                index = None if name == CHECKPOINT else (number * 256 + at // 32) << (8 if "/1/" in name else 0)
            assert_named(audit(fast_path), name, index)


def test_missing_and_foreign_files_are_named(fast_path: Path) -> None:
    make_log(fast_path, 300)
    for path in files_of(fast_path / "log"):
        content = path.read_bytes()
        name = path.relative_to(fast_path / "log").as_posix()
        path.unlink()
        assert_named(audit(fast_path), name, None)
        path.write_bytes(content)
    (fast_path / "log" / "notes.txt").write_text("x")
    assert audit(fast_path).faults == (Fault("notes.txt", "unexpected-file"),)


def test_a_shortened_file_is_named(fast_path: Path) -> None:
    make_log(fast_path, 300)
    for path in files_of(fast_path / "log"):
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        assert_named(audit(fast_path), path.relative_to(fast_path / "log").as_posix(), None)
        path.write_bytes(content)


def test_an_earlier_narrower_tile_must_say_the_same(fast_path: Path) -> None:
    make_log(fast_path, 300)
    narrow = fast_path / "log" / "tile" / "entries" / "001.p" / "2"
    wide = decode_bundle(narrow.with_name("44").read_bytes())
    narrow.write_bytes(encode_bundle(wide[:2]))
    assert not audit(fast_path).faults
    narrow.write_bytes(encode_bundle(wide[1:3]))
    assert audit(fast_path).faults == (Fault("tile/entries/001.p/2", "other-beginning", 256),)


def test_entries_in_another_order_are_named(fast_path: Path) -> None:
    make_log(fast_path, 10)
    bundle = fast_path / "log" / "tile" / "entries" / "000.p" / "10"
    entries = decode_bundle(bundle.read_bytes())
    bundle.write_bytes(encode_bundle([*entries[:4], entries[5], entries[4], *entries[6:]]))
    assert audit(fast_path).faults == (Fault("tile/entries/000.p/10", "other-entry", 4),)


def write_as_forger(folder: Path, entries: list[bytes], signer_seed: int = 1) -> None:
    """A log without a fault in itself, by someone with a key."""
    shutil.rmtree(folder / "log")
    Writer(folder / "log", LogKeys(a_signer(signer_seed)), CountingDisk()).close()
    writer = Writer(folder / "log", LogKeys(a_signer(signer_seed)), CountingDisk())
    writer.append(entries)
    writer.close()


def test_what_others_were_told_convicts_a_fork_and_a_rollback(fast_path: Path) -> None:
    make_log(fast_path, 10)
    told = read_checkpoint(parse_note((fast_path / "log" / CHECKPOINT).read_bytes()))
    entries = [encode_entry(an_entry(number)) for number in range(12)]
    for changed, reason in (
        (entries, None),
        (entries[:10], None),
        (entries[:9], "rolled-back"),
        ([*entries[:4], encode_entry(an_entry(99)), *entries[5:]], "forked"),
    ):
        write_as_forger(fast_path, changed)
        assert not audit(fast_path).faults
        found = audit_log(fast_path / "log", [KEY], [told])
        assert [fault.reason for fault in found.faults] == ([reason] if reason else [])


def test_a_log_of_another_key_or_office_is_not_ours(fast_path: Path) -> None:
    make_log(fast_path, 10)
    entries = [encode_entry(an_entry(number)) for number in range(10)]
    write_as_forger(fast_path, entries, signer_seed=2)
    assert audit(fast_path).faults == (Fault(CHECKPOINT, "no-known-signature"),)
    assert not audit_log(fast_path / "log").signed
    write_as_forger(fast_path, [*entries[:3], encode_entry(an_entry(3, office="another"))])
    assert audit(fast_path).faults == (Fault("tile/entries/000.p/4", "other-office", 3),)
    write_as_forger(fast_path, [*entries[:3], entries[1]])
    assert audit(fast_path).faults == (Fault("tile/entries/000.p/4", "repeated-decision", 3),)
    write_as_forger(fast_path, [*entries[:3], b"{}"])
    assert audit(fast_path).faults == (Fault("tile/entries/000.p/4", "bad-entry", 3),)


def test_everything_rewritten_but_the_signature(fast_path: Path) -> None:
    make_log(fast_path, 10)
    checkpoint = (fast_path / "log" / CHECKPOINT).read_bytes()
    write_as_forger(fast_path, [encode_entry(an_entry(number + (number == 4) * 90)) for number in range(10)])
    (fast_path / "log" / CHECKPOINT).write_bytes(checkpoint)
    assert audit(fast_path).faults == (Fault(CHECKPOINT, "other-root"),)


def test_a_key_that_was_left_behind_speaks_for_nothing_new(fast_path: Path) -> None:
    make_log(fast_path, 3)
    recorder = open_recorder(fast_path)
    recorder.change_key(an_entry(1).at)
    recorder.record([an_entry(4)])
    recorder.close()
    assert audit(fast_path) == Audit(5, (), (), signed=True)
    bundle = fast_path / "log" / "tile" / "entries" / "000.p" / "5"
    tail, _ = grow(Tail(), decode_bundle(bundle.read_bytes()))
    text = sign_checkpoint(tail, a_signer()).text
    (fast_path / "log" / CHECKPOINT).write_bytes(str(Note(text, (a_signer().sign(text),))).encode())
    assert audit(fast_path).faults == (Fault(CHECKPOINT, "outdated-key"),)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_a_whole_log_has_no_faults(fast_path: Path, size: int) -> None:
    make_log(fast_path, size)
    if size == 0:
        open_recorder(fast_path).close()
    assert audit(fast_path) == Audit(size, (), (), signed=True)


def test_where_there_is_no_log(fast_path: Path) -> None:
    assert audit_log(fast_path).faults == (Fault(CHECKPOINT, "missing"),)
