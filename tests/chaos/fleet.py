"""Three replicas and the process with their evidence, a door in front of them, and who kills them."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.demo.children import find_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
LOOK_SECONDS = 0.05
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(slots=True)
class Replica:
    """A `paraaf serve`, again and again on the same port. `pid` is None while it is dead."""

    number: int
    port: int
    environment: Mapping[str, str]
    pid: int | None = None


@dataclass(slots=True)
class Fleet:
    """What runs. `kills` counts the deaths so far; no more than `most_kills` come."""

    folder: Path
    variant: str
    most_kills: int
    nursery: asyncio.subprocess.Process
    replicas: list[Replica] = field(default_factory=list)
    kills: int = 0
    _births: asyncio.Lock = field(default_factory=asyncio.Lock)
    _born: set[asyncio.Task[None]] = field(default_factory=set)

    def kill(self, number: int) -> bool:
        """End a replica at once and start it again; whether it was there to be killed."""
        replica = self.replicas[number]
        if replica.pid is None or self.kills >= self.most_kills:
            return False
        pid, replica.pid = replica.pid, None
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # it gave up by itself, as it does where the database goes away while it starts
            replica.pid = pid
            return False
        self.kills += 1
        birth = asyncio.create_task(self.start(replica))
        self._born.add(birth)
        birth.add_done_callback(self._born.discard)
        return True

    async def start(self, replica: Replica) -> None:
        """Start a replica; it may take a moment until it answers."""
        replica.pid = await self.run(["serve"], replica.environment, f"replica-{replica.number}")

    async def supervise(self) -> None:
        """Start again whoever gave up by itself, as the supervisor of any machine does."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for replica in self.replicas:
                if replica.pid is not None and not _is_there(replica.pid):
                    replica.pid = None
                    await self.start(replica)

    async def run(self, arguments: list[str], environment: Mapping[str, str], name: str) -> int:
        """Start a child with this command line; its process number."""
        log = str(self.folder / f"{name}.log")
        asked = {"arguments": arguments, "environment": dict(environment), "log": log, "variant": self.variant}
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


@asynccontextmanager
async def open_door(fleet: Fleet) -> AsyncIterator[str]:
    """The address of a load balancer that gives every connection to the next replica that takes it."""
    turn = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal turn
        for _ in fleet.replicas:
            turn += 1
            port = fleet.replicas[turn % len(fleet.replicas)].port
            try:
                there = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
            return
        writer.close()

    port = find_port(0)
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on what comes until either side is gone, and close the other."""
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


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
