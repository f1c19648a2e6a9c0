"""Three replicas and the process with their evidence, who kills them, and who starts them again."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
LOOK_SECONDS = 0.05
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(slots=True)
class Replica:
    """A `paraaf serve`, again and again on the same port. `pid` is None while it is dead."""

    name: str
    port: int
    environment: Mapping[str, str]
    arguments: Sequence[str] = ("serve",)
    pid: int | None = None


@dataclass(slots=True)
class Fleet:
    """What runs. `kills` counts the deaths of replicas so far; no more than `most_kills` come.

    `keeper` is the process with the evidence, whose deaths are `keeper_kills`.
    """

    folder: Path
    variant: str
    most_kills: int
    nursery: asyncio.subprocess.Process
    replicas: list[Replica] = field(default_factory=list)
    keeper: Replica | None = None
    kills: int = 0
    keeper_kills: int = 0
    _births: asyncio.Lock = field(default_factory=asyncio.Lock)
    _born: set[asyncio.Task[None]] = field(default_factory=set)

    def kill(self, number: int) -> bool:
        """End a replica at once and start it again; whether it was there to be killed."""
        if self.kills >= self.most_kills or not self._kill(self.replicas[number]):
            return False
        self.kills += 1
        return True

    def kill_keeper(self) -> None:
        """End the process with the evidence at once and start it again, where it is there and others may die."""
        if self.keeper and self.kills < self.most_kills:
            self.keeper_kills += self._kill(self.keeper)

    def _kill(self, process: Replica) -> bool:
        if process.pid is None:
            return False
        pid, process.pid = process.pid, None
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # it gave up by itself, as it does where the database goes away while it starts
            process.pid = pid
            return False
        birth = asyncio.create_task(self.start(process))
        self._born.add(birth)
        birth.add_done_callback(self._born.discard)
        return True

    async def start(self, process: Replica) -> None:
        """Start it; it may take a moment until it answers."""
        process.pid = await self._run(process)

    async def supervise(self) -> None:
        """Start again whoever gave up by itself, as the supervisor of any machine does."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for each in (*self.replicas, *filter(None, [self.keeper])):
                if each.pid is not None and not _is_there(each.pid):
                    each.pid = None
                    await self.start(each)

    async def _run(self, process: Replica) -> int:
        log = str(self.folder / f"{process.name}.log")
        environment = dict(process.environment)
        asked = {"arguments": process.arguments, "environment": environment, "log": log, "variant": self.variant}
        assert self.nursery.stdin
        assert self.nursery.stdout
        async with self._births:
            self.nursery.stdin.write(json.dumps(asked).encode() + b"\n")
            return int(await self.nursery.stdout.readline())

    async def until_ready(self) -> None:
        """Wait until every replica serves."""
        async with asyncio.timeout(START_SECONDS):
            for replica in self.replicas:
                while not await _answers(replica.port):  # noqa: ASYNC110 - asked over its socket, as a watcher does
                    await asyncio.sleep(LOOK_SECONDS)

    async def end(self) -> None:
        """End every child that was started here, and what they came from."""
        await asyncio.gather(*self._born, return_exceptions=True)
        assert self.nursery.stdin
        self.nursery.stdin.close()
        await self.nursery.wait()


@asynccontextmanager
async def open_fleet(folder: Path, variant: str, most_kills: int) -> AsyncIterator[Fleet]:
    """A fleet without replicas yet, all of whose children end with the block."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    nursery = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.chaos.replica",
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    fleet = Fleet(folder, variant, most_kills, nursery)
    supervisor = asyncio.create_task(fleet.supervise())
    try:
        yield fleet
    finally:
        supervisor.cancel()
        await fleet.end()


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def _answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()
