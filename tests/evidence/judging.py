"""Whether a log kept its promises after a crash."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from storage.evidence.checkpoint import Checkpoint, read_checkpoint
from storage.evidence.entry import encode_entry
from storage.evidence.errors import EvidenceError
from storage.evidence.fsck import audit_log
from storage.evidence.note import parse_note
from storage.evidence.recorder import Receipt, read_entries
from storage.evidence.writer import CHECKPOINT
from tests.evidence.making import a_signer, an_entry, open_recorder
from tests.evidence.variants import CountingDisk


@dataclass(slots=True)
class Told:
    """What others know: at which index which decision is, and which checkpoints were given to them."""

    positions: dict[int, int] = field(default_factory=dict)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def add(self, number: int, index: int, checkpoint: Checkpoint) -> None:
        self.positions[number] = index
        self.checkpoints.append(checkpoint)

    def take(self, number: int, receipt: Receipt) -> None:
        self.add(number, receipt.index, read_checkpoint(receipt.checkpoint))


def find_broken_promises(folder: Path, told: Told, asked: Sequence[int]) -> list[str]:
    """What is wrong with the log in `folder/log`, in which all of `asked` are then recorded once more."""
    try:
        broken, _ = _check(folder, told, "as it was left")
        recorder = open_recorder(folder, CountingDisk())
        for number in (*asked, *range(9_000, 9_003)):
            (receipt,) = recorder.record([an_entry(number)])
            if not isinstance(receipt, Receipt) or told.positions.get(number, receipt.index) != receipt.index:
                broken.append(f"{number}: told index {told.positions.get(number)}, now {receipt}")
            else:
                told.take(number, receipt)
        recorder.close()
        after, leftovers = _check(folder, told, "after going on")
        return [*broken, *after, *(f"leftover {name}" for name in leftovers)]
    except EvidenceError as error:
        return [repr(error)]


@cache
def _encode(number: int) -> bytes:
    return encode_entry(an_entry(number))


def _check(folder: Path, told: Told, when: str) -> tuple[list[str], Sequence[str]]:
    """What is wrong, and the names of files that are left over."""
    log = folder / "log"
    if not (log / CHECKPOINT).exists():
        return [f"{when}: no log, but {told.positions}"] if told.positions else [], ()
    audit = audit_log(log, [a_signer().key], told.checkpoints)
    broken = [f"{when}: {fault}" for fault in audit.faults]
    entries = dict(read_entries(log, 0, read_checkpoint(parse_note((log / CHECKPOINT).read_bytes())).size))
    for number, index in told.positions.items():
        if entries.get(index) != _encode(number):
            broken.append(f"{when}: {number} is not at {index}")
    return broken, audit.leftovers
