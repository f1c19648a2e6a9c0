"""The power fails at every single step of an append, and takes along whatever was not waited for."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from storage.evidence.recorder import Receipt, Recorder
from tests.evidence.judging import Told, find_broken_promises
from tests.evidence.losing import LosingDisk
from tests.evidence.making import an_entry, make_log, open_recorder
from tests.evidence.variants import Died, recorder_of

SIZES = (0, 5, 254)
MOST_STEPS = 100
CHANCES = 3
"""How often each step is tried, with other losses each time."""
SYNCS = {"no-file-syncs": {"syncs": False}, "no-folder-syncs": {"syncs_folders": False}}


def append(work: Path, disk: LosingDisk, kind: type[Recorder], numbers: Sequence[int], told: Told) -> bool:
    """Whether the process lived through it."""
    try:
        recorder = open_recorder(work, disk, kind)
    except Died:
        return False
    try:
        for number, receipt in zip(numbers, recorder.record([an_entry(each) for each in numbers]), strict=True):
            assert isinstance(receipt, Receipt)
            told.take(number, receipt)
    except Died:
        return False
    finally:
        recorder.close()
    return True


class Stage:
    """A log of some size, appended to by a process that ends at a step and, where wanted, by another after it."""

    def __init__(self, folder: Path, size: int, variant: str) -> None:
        self.folder = folder
        self.size = size
        self.kind = recorder_of("right" if variant in SYNCS else variant)
        self.flags = SYNCS.get(variant, {})
        make_log(folder / "before", size)

    def cut(self, step: int, chance: int, *, another: bool) -> tuple[list[str], bool]:
        """What is broken when the power fails after this step, and whether the first process lived through it."""
        work, after = self.folder / "work", self.folder / "after"
        shutil.copytree(self.folder / "before", work)
        told = Told({number: number for number in range(self.size)})
        (work / "log").mkdir(exist_ok=True)
        disk = LosingDisk(work / "log", step, **self.flags)
        numbers = range(self.size, self.size + 3)
        lived = append(work, disk, self.kind, numbers, told)
        if another:
            append(work, disk, self.kind, numbers, told)
        after.mkdir()
        disk.cut_power(Random(step * 100 + chance), after / "log")  # noqa: S311 - repeatable, not secret
        shutil.copytree(work / "keys", after / "keys")
        broken = find_broken_promises(after, told, numbers)
        shutil.rmtree(work)
        shutil.rmtree(after)
        return [f"size {self.size}, step {step}: {each}" for each in broken], lived


def find_broken(folder: Path, variant: str, *, another: bool = False) -> list[str]:
    """The first promises that are broken at any step."""
    for size in SIZES:
        stage = Stage(folder / str(size), size, variant)
        for step in range(1, MOST_STEPS):
            cuts = [stage.cut(step, chance, another=another) for chance in range(CHANCES)]
            if broken := [each for found, _ in cuts for each in found]:
                return broken
            if cuts[0][1]:
                break
    return []


@pytest.mark.parametrize("another", [False, True])
def test_nothing_told_is_lost(fast_path: Path, another: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert find_broken(fast_path, "right", another=another) == []


@pytest.mark.parametrize(
    "variant", ["no-file-syncs", "no-folder-syncs", "checkpoint-first", "drops-first", "in-place", "tells-first"]
)
def test_what_is_not_waited_for_is_noticed(fast_path: Path, variant: str) -> None:
    assert find_broken(fast_path, variant)


@pytest.mark.parametrize("variant", ["trusts-the-page", "trusts-folders"])
def test_what_a_dead_process_left_is_not_trusted(fast_path: Path, variant: str) -> None:
    assert find_broken(fast_path, variant, another=True)
