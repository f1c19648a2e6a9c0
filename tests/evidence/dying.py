"""A program that records entries and is killed at a certain step: one child for each line on its input.

    VARIANT FOLDER STEP NUMBER…    record the entries of these numbers at once in the log in FOLDER, and die at STEP

It answers with a line of JSON: what the child told before its death, and whether it was killed.
"""

import json
import os
import signal
import sys
from pathlib import Path

from storage.evidence.recorder import Receipt
from tests.evidence.making import an_entry, open_recorder
from tests.evidence.variants import CountingDisk, recorder_of


class Killing(CountingDisk):
    """Where it ends, the process does: no handler runs, no file is flushed, no lock is given back."""

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def record(variant: str, folder: Path, step: int, numbers: list[int], telling: int) -> None:
    recorder = open_recorder(folder, Killing(step), recorder_of(variant))
    for number, receipt in zip(numbers, recorder.record([an_entry(each) for each in numbers]), strict=True):
        if isinstance(receipt, Receipt):
            line = json.dumps([number, receipt.index, str(receipt.checkpoint)])
            os.write(telling, f"{line}\n".encode())
    recorder.close()


def run_child(variant: str, folder: Path, step: int, numbers: list[int]) -> tuple[str, int]:
    listening, telling = os.pipe()
    if (child := os.fork()) == 0:
        os.close(listening)
        record(variant, folder, step, numbers, telling)
        os._exit(0)
    os.close(telling)
    with os.fdopen(listening) as lines:
        told = lines.read()
    return told, os.waitpid(child, 0)[1]


def main() -> None:
    for line in sys.stdin:
        variant, folder, step, *numbers = line.split()
        told, status = run_child(variant, Path(folder), int(step), [int(number) for number in numbers])
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        answer = {"told": [json.loads(each) for each in told.splitlines()], "killed": killed, "status": status}
        print(json.dumps(answer), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
