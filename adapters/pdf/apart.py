"""Runs a module of ours in a process of its own, so that a hostile or heavy file ends nothing but that process."""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

_NEEDED = ("SYSTEMROOT",)  # Windows starts no Python without it; secrets stay here


@dataclass(frozen=True, slots=True)
class Ran:
    """How it ended: with exit status `code`, after it wrote `output` and `complaint`."""

    code: int | None
    output: bytes
    complaint: bytes


async def run_apart(module: str, given: bytes | BinaryIO, patience: float) -> Ran:
    """Run `main` of a module with `given` on its standard input: bytes, or an unbuffered file on disk.

    Raises `TimeoutError` when it takes more than `patience` seconds, which ends it, and `OSError` when it cannot begin.
    """
    if not isinstance(given, bytes):
        given.seek(0)  # for the file itself, which is what the process is handed
    running = await asyncio.create_subprocess_exec(
        *command_apart(module),
        stdin=asyncio.subprocess.PIPE if isinstance(given, bytes) else given,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=pick_environment(),
    )
    try:
        async with asyncio.timeout(patience):
            output, complaint = await running.communicate(given if isinstance(given, bytes) else None)
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()
    return Ran(running.returncode, output, complaint)


def command_apart(module: str, *arguments: str) -> tuple[str, ...]:
    """What to run for `main` of a module with arguments."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from {module} import main; main()"
    # With -I, neither the working directory nor the environment decides what is imported.
    return (sys.executable, "-I", "-c", code, *arguments)


def pick_environment(*names: str) -> dict[str, str]:
    """The few variables without which nothing starts, and those that are named: none of them is a secret."""
    return {name: os.environ[name] for name in (*_NEEDED, *names) if name in os.environ}
