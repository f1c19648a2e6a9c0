"""Replicas of Paraaf: children of a program that has everything loaded, so that each starts at once.

A line of JSON on its input is a child to start: `arguments` of the command line, `environment`, the file of its `log`,
and the `variant` of the code that it runs (see `tests.chaos.mutants`). It answers with the child's number.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from adapters import cli
from bot.use_cases import deliver, record_evidence
from tests.chaos.mutants import VARIANTS

LEASE = timedelta(seconds=4)
"""In place of two minutes, which nobody wants to wait for after every death; still ten times what a delivery takes."""
LONGEST_WAIT = timedelta(seconds=0.5)


def main() -> None:
    """Start a child for every line, until there are no more: then all of them end, and this too."""
    os.setpgrp()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need nobody to bury them
    for line in sys.stdin:
        asked = json.loads(line)
        print(_start(asked), flush=True)  # noqa: T201 - its answer
    os.killpg(0, signal.SIGKILL)


def _start(asked: Mapping[str, Any]) -> int:
    if child := os.fork():
        return child
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for taken, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(taken, number)
    os.environ.update(asked["environment"])
    _run(asked["arguments"], asked["variant"])
    os._exit(1)


def _run(arguments: Sequence[str], variant: str) -> None:
    deliver.LEASE = record_evidence.LEASE = LEASE
    deliver.LONGEST_WAIT = LONGEST_WAIT
    deliver.FIRST_WAIT = LONGEST_WAIT / 5
    VARIANTS[variant]()
    sys.argv = ["paraaf", *arguments]
    cli.main()


if __name__ == "__main__":
    main()
