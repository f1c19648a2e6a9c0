"""The programs that the demo starts, each with its output in a file, and how they are watched and stopped."""

import asyncio
import contextlib
import os
import random
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

START_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.05
_TRIES = 50
_SHOWN_LINES = 12


class ChildError(Exception):
    """A program ended by itself, or did not become ready; the text says which, how, and what it said last."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running program; `said` is the file with its output."""

    name: str
    running: asyncio.subprocess.Process
    said: Path

    async def watch(self) -> ChildError:
        """Wait until it ends, which it should not do by itself."""
        code = await self.running.wait()
        how = f"with exit code {code}" if code >= 0 else f"by signal {-code}"
        return ChildError(f"{self.name} ended {how}. {self.quote()}")

    def quote(self) -> str:
        """The end of what it said."""
        lines = self.said.read_text(errors="replace").splitlines()[-_SHOWN_LINES:]
        return "\n".join([f"The end of {self.said}:", *(f"  {line}" for line in lines)])

    async def until_done(self) -> None:
        """Wait until it ends by itself, and well. Raises `ChildError`."""
        if await self.running.wait():
            raise await self.watch()

    async def until_ready(self, address: str) -> None:
        """Wait until the address answers well. Raises `ChildError` when it ends before, or takes too long."""
        ended = asyncio.create_task(self.watch())
        ready = asyncio.create_task(_poll(address))
        try:
            async with asyncio.timeout(START_SECONDS):
                await asyncio.wait((ended, ready), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise ChildError(f"{self.name} was not ready within {START_SECONDS:.0f} seconds. {self.quote()}") from None
        finally:
            for task in (ended, ready):
                task.cancel()
        if not ready.done():
            raise ended.result()


@contextlib.asynccontextmanager
async def run(
    name: str, command: Sequence[str], cwd: Path, environment: Mapping[str, str], patience: float = STOP_SECONDS
) -> AsyncIterator[Child]:
    """Run a program in the folder `cwd`, and stop it when the block is left: after `patience` seconds by force."""
    said = cwd / f"{name.casefold().replace(' ', '-')}.log"
    with said.open("wb") as output:
        # A session of its own, so that Ctrl-C reaches it from here alone, in the order that lets it end well.
        running = await asyncio.create_subprocess_exec(
            *command,
            cwd=cwd,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Child(name, running, said)
    finally:
        await _stop(running, patience)


async def _stop(running: asyncio.subprocess.Process, patience: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        running.terminate()
    try:
        async with asyncio.timeout(patience):
            await running.wait()
    except TimeoutError:
        running.kill()
        await running.wait()


async def _poll(address: str) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(address) as answer:
                    if answer.ok:
                        return
            await asyncio.sleep(POLL_SECONDS)


def find_port(preferred: int) -> int:
    """The preferred port of this machine, or a free one when it is taken; 0 prefers none.

    A free one lies below those that systems hand out by themselves (32,768 and up on Linux, 49,152 elsewhere), or an
    outgoing connection might have it before the server does that it is found for.
    """
    others = random.sample(range(20_000, 32_000), _TRIES)
    for port in (preferred, *others) if preferred else others:
        with contextlib.suppress(OSError), socket.socket() as probe:
            if os.name == "posix":
                # Without it a port that a server left a moment ago counts as taken.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise ChildError("No port is free on this machine.")
