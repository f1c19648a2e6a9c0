"""The programs that are measured, each in a process of its own, and what the system tells about a process."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from adapters.demo.children import find_port
from tests.strict_slack import StrictSlack

START_SECONDS = 120.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.002


class NotStartedError(RuntimeError):
    """A program ended, or was not ready in time. Carries its log."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs: its number, where it listens, and the seconds from its start until it was ready."""

    pid: int
    address: str
    ready_after: float
    used: float | None
    """Seconds of processor time until then; None where the system does not tell."""

    def read_memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.pid}/status")
        if status.exists():
            line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
            return int(line.split()[1]) * 1024 / 1e6
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=True)  # noqa: S607 - wherever it is
        return int(told.stdout) * 1024 / 1e6


@asynccontextmanager
async def run_paraaf(folder: Path, compiled: Path, slack: StrictSlack | None = None) -> AsyncIterator[Program]:
    """`paraaf serve` on SQLite in that folder, without a platform or with that Slack, until the end of the block.

    Python keeps compiled modules in `compiled` for the next start, as an installed program has them.
    """
    port = find_port(0)
    settings = {"PARAAF_DATA_DIR": str(folder), "PARAAF_PORT": str(port)}
    if slack:
        settings |= {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_SIGNING_SECRET": slack.signing_secret}
        settings |= {"SLACK_API_URL": slack.api_url}
    command = ["-m", "adapters.cli", "serve"]
    async with _run(command, folder / "paraaf.log", compiled, port, "/readyz", settings) as program:
        yield program


@asynccontextmanager
async def run_bare_bolt(folder: Path, compiled: Path, slack: StrictSlack) -> AsyncIterator[Program]:
    """An app of Bolt's own, with one listener; see `tests.bench.bare_bolt`."""
    port = find_port(0)
    command = ["-m", "tests.bench.bare_bolt", str(port), slack.bot_token, slack.signing_secret, slack.api_url]
    async with _run(command, folder / "bolt.log", compiled, port, "/ready") as program:
        yield program


@asynccontextmanager
async def run_bot(name: str, folder: Path, compiled: Path, stand: str) -> AsyncIterator[Program]:
    """One of the bots for Teams; see `tests.bench.teams_bots`."""
    port = find_port(0)
    command = ["-m", "tests.bench.teams_bots", name, str(port), str(folder), stand]
    async with _run(command, folder / f"{name}.log", compiled, port, "/ready") as program:
        yield program


@asynccontextmanager
async def _run(
    arguments: Sequence[str],
    log: Path,
    compiled: Path,
    port: int,
    path: str,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Program]:
    places = {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONPYCACHEPREFIX": str(compiled)}
    begun = perf_counter()
    process = _launch(arguments, log, {**_inherit(), **(settings or {}), **places})
    try:
        await _wait_until_ready(process, port, path, log)
        ready_after = perf_counter() - begun
        yield Program(process.pid, f"http://127.0.0.1:{port}", ready_after, _read_processor_time(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _launch(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    with log.open("wb") as written:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=log.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )


async def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    deadline = perf_counter() + START_SECONDS
    while process.poll() is None and perf_counter() < deadline:
        if await _is_ready(port, path):
            return
        await asyncio.sleep(LOOK_SECONDS)
    process.kill()
    raise NotStartedError(await asyncio.to_thread(log.read_text, errors="replace"))


async def _is_ready(port: int, path: str) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()


def _inherit() -> dict[str, str]:
    """The environment of whoever measures, without settings of Paraaf and of how Python starts."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PARAAF_", "SLACK_", "PYTHON"))}


def _read_processor_time(pid: int) -> float | None:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return None
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]  # proc(5): fields 14 and 15
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
