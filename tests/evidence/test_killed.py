"""`kill -9` at every single step of an append: nothing that was told is lost, and the log has no second history."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.note import parse_note
from tests.evidence.judging import Told, find_broken_promises
from tests.evidence.making import make_log

ROOT = Path(__file__).parents[2]
SIZES = (0, 5, 254)
"""A new log, one in the middle of a tile, and one at the end of it."""
LEAST_KILLS = 60
MOST_STEPS = 100


class Victims:
    """The program whose children are killed."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.evidence.dying"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def kill(self, variant: str, folder: Path, step: int, numbers: range) -> tuple[Told, bool]:
        """What a child told before it was killed at this step, and whether it came so far."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{variant} {folder} {step} {' '.join(map(str, numbers))}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        told = Told()
        for number, index, checkpoint in answer["told"]:
            told.add(number, index, read_checkpoint(parse_note(checkpoint.encode())))
        return told, answer["killed"]


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    victims = Victims()
    yield victims
    victims.process.communicate()


@dataclass(frozen=True, slots=True)
class Killed:
    kills: int
    broken: list[str]


def kill_at_every_step(victims: Victims, variant: str, folder: Path, size: int) -> Killed:
    """Kill at step after step until the append comes through, or is found to break a promise."""
    make_log(folder / "before", size)
    broken: list[str] = []
    for step in range(1, MOST_STEPS):
        work = folder / str(step)
        shutil.copytree(folder / "before", work)
        numbers = range(size, size + 3)
        told, killed = victims.kill(variant, work, step, numbers)
        for number in range(size):
            told.positions[number] = number
        broken += [f"step {step}: {each}" for each in find_broken_promises(work, told, numbers)]
        shutil.rmtree(work)
        if broken or not killed:
            return Killed(step - 1, broken)
    raise AssertionError(MOST_STEPS)


def test_nothing_told_is_lost(victims: Victims, fast_path: Path) -> None:
    killed = [kill_at_every_step(victims, "right", fast_path / str(size), size) for size in SIZES]
    assert [each.broken for each in killed] == [[], [], []]
    assert sum(each.kills for each in killed) >= LEAST_KILLS


@pytest.mark.parametrize("variant", ["checkpoint-first", "drops-first", "in-place", "tells-first"])
def test_a_wrong_order_is_noticed(victims: Victims, fast_path: Path, variant: str) -> None:
    assert any(kill_at_every_step(victims, variant, fast_path / str(size), size).broken for size in SIZES)
