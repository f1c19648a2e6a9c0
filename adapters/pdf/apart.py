"""Runs a module of ours in a process of its own, so that a hostile or heavy file ends nothing but that process."""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import dataclass

_NEEDED = ("SYSTEMROOT",)  # Windows starts no Python without it; secrets stay here


@dataclass(frozen=True, slots=True)
class Ran:
    """How it ended: with exit status `code`, after it wrote `output` and `complaint`."""

    code: int | None
    output: bytes
    complaint: bytes


async def run_apart(module: str, given: bytes, patience: float) -> Ran:
    """Run `main` of a module with `given` on its standard input.

    Raises `TimeoutError` when it takes more than `patience` seconds, which ends it, and `OSError` when it cannot begin.
    """
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",  # neither the working directory nor the environment decides what is imported
        "-c",
        f"import sys; sys.path[:] = {sys.path!r}; from {module} import main; main()",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in _NEEDED if name in os.environ},
    )
    try:
        async with asyncio.timeout(patience):
            output, complaint = await running.communicate(given)
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()
    return Ran(running.returncode, output, complaint)
