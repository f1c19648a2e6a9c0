"""The keys of a log: encrypted, and changed without a gap."""

import json
from pathlib import Path

import pytest

from storage.evidence.errors import EvidenceError, WrongSecret
from storage.evidence.fsck import audit_log
from storage.evidence.keys import KeyFile
from storage.evidence.recorder import Recorder
from storage.evidence.vault import Vault
from tests.evidence.making import ORIGIN, a_signer, a_vault, an_entry, make_keys, make_log, open_recorder
from tests.evidence.variants import CountingDisk, Died


def record(recorder: Recorder, number: int) -> None:
    recorder.record([an_entry(number)])


def test_a_key_is_made_once_and_lies_encrypted(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    made = keys.load()
    assert keys.load().current.key == made.current.key
    assert made.current.key.name == ORIGIN
    assert make_keys(tmp_path / "other").load().current.key != made.current.key
    (lying,) = (path.read_bytes() for path in (tmp_path / "keys").iterdir())
    assert made.current.export() not in lying


def test_another_secret_or_another_log_opens_none(tmp_path: Path) -> None:
    make_keys(tmp_path, a_signer())
    (path,) = (tmp_path / "keys").iterdir()
    for keys in (KeyFile(path, Vault(b"x" * 32), ORIGIN), KeyFile(path, a_vault(), f"{ORIGIN}x")):
        with pytest.raises(WrongSecret):
            keys.load()


@pytest.mark.parametrize("step", range(1, 40))
def test_a_change_of_keys_survives_a_crash_at_every_step(tmp_path: Path, step: int) -> None:
    first = make_log(tmp_path, 3)
    disk = CountingDisk(step)
    try:
        recorder = open_recorder(tmp_path, disk)
        recorder._key_file._disk = disk
        try:
            recorder.change_key(an_entry(1).at)
        finally:
            recorder.close()
    except Died:
        pass
    recorder = open_recorder(tmp_path)
    # Once the log is signed with the new key, the old private one is gone.
    assert make_keys(tmp_path).load().current.key == recorder.keys[-1]
    record(recorder, 4)
    recorder.change_key(an_entry(2).at)
    record(recorder, 5)
    recorder.close()
    audit = audit_log(tmp_path / "log", [first])
    assert (audit.faults, audit.signed) == ((), True)
    assert not audit_log(tmp_path / "log", [first]).leftovers
    with pytest.raises(EvidenceError):
        recorder.checkpoint.find_signers([first])
    entries = (tmp_path / "log" / "tile" / "entries" / f"000.p/{audit.size}").read_bytes()
    assert entries.count(json.dumps("key-changed").encode()) == audit.size - 5
