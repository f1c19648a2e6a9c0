"""`make demo` as a program: it starts, says what to do, and stops without a trace."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from adapters.demo.children import ChildError, find_port, run
from adapters.demo.client.install import install_client
from adapters.demo.run import Demo
from adapters.demo.story import tell_story
from tests.e2e.running import CLIENTS

SECONDS = 90.0
"""For a start on a busy machine; a good one takes a few."""
STOPPED = "Stopping …"
END = "everybody sees here"
"""How the story ends."""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


@dataclass(slots=True)
class Started:
    """A demo that runs, and what it has printed so far."""

    program: asyncio.subprocess.Process
    printed: list[str] = field(default_factory=list)

    async def until(self, wanted: Callable[[str], bool]) -> str:
        """Read on until a line is wanted; everything that was printed."""
        assert self.program.stdout
        async with asyncio.timeout(SECONDS):
            while line := (await self.program.stdout.readline()).decode():
                self.printed.append(line)
                if wanted(line):
                    break
        text = "".join(self.printed)
        assert wanted("".join(self.printed[-1:])), text
        return text

    async def end(self) -> tuple[int, str]:
        """The exit code and everything printed, once it ended."""
        assert self.program.stdout
        async with asyncio.timeout(SECONDS):
            rest = await self.program.stdout.read()
            code = await self.program.wait()
        return code, "".join(self.printed) + rest.decode()

    def children(self) -> list[int]:
        """The process ids of what it started and has not ended."""
        pid = self.program.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@asynccontextmanager
async def start_demo(folder: Path, environment: Mapping[str, str] | None = None) -> AsyncIterator[Started]:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-m", "adapters.demo", "--slack-port", "0", "--paraaf-port", "0"),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Started(program)
    finally:
        if program.returncode is None:
            program.terminate()
            await program.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working directory in which the client was fetched before."""
    install_client(CLIENTS)
    (tmp_path / ".demo").mkdir()
    (tmp_path / ".demo" / "client").symlink_to(CLIENTS)
    return tmp_path


async def test_it_starts_tells_its_story_and_stops_on_ctrl_c(folder: Path) -> None:
    # Settings of a real Paraaf are nearby; the demo must not touch what they lead to.
    (folder / ".env").write_text("PARAAF_DATABASE_URL=postgresql://nobody@127.0.0.1:9/real\n")
    real = {"SLACK_BOT_TOKEN": "xoxb-real", "PARAAF_BLOBS_URL": "s3://real"}
    async with start_demo(folder, real) as demo, aiohttp.ClientSession() as http:
        story = await demo.until(lambda line: END in line)
        address = re.search(r"Open Slack in your browser: (http://127\.0\.0\.1:\d+)\n", story)
        assert address
        assert "Typ /sign en druk op Enter" in " ".join(story.split())
        assert "“Goedkeuren” (approve)" in " ".join(story.split())
        async with http.get(address[1]) as page:
            assert page.status == 200
        assert len(demo.children()) == 2
        demo.program.send_signal(signal.SIGINT)
        code, printed = await demo.end()
    assert (code, "Traceback" in printed) == (0, False), printed
    assert printed.rstrip().endswith(STOPPED)
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", int(address[1].rpartition(":")[2]))


async def test_without_npm_it_says_so_and_starts_the_rest(tmp_path: Path) -> None:
    nowhere = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_cache": str(tmp_path / "cache")}
    async with start_demo(tmp_path, nowhere) as demo, aiohttp.ClientSession() as http:
        told = await demo.until(lambda line: "ECONNREFUSED" in line)
        assert "the client for it could not be fetched" in told
        address = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert address
        async with http.get(f"{address[0]}/readyz") as ready:
            assert ready.status == 200
        demo.program.send_signal(signal.SIGINT)
        code, printed = await demo.end()
    assert (code, "Traceback" in printed) == (0, False), printed


async def test_it_begins_anew_every_time(folder: Path) -> None:
    kept = folder / ".demo" / "office" / "left-over"
    kept.parent.mkdir()
    kept.touch()
    async with start_demo(folder) as demo:
        await demo.until(lambda line: END in line)
        assert not kept.exists()
        demo.program.terminate()
        code, printed = await demo.end()
    assert code == 0, printed


async def test_when_a_part_ends_it_says_which_and_stops_the_other(folder: Path) -> None:
    async with start_demo(folder) as demo:
        await demo.until(lambda line: END in line)
        slack, paraaf = demo.children()
        os.kill(slack, signal.SIGKILL)
        code, printed = await demo.end()
    assert code == 1
    assert "Slack client ended by signal 9." in printed
    assert "Traceback" not in printed
    with pytest.raises(ProcessLookupError):
        os.kill(paraaf, 0)


async def test_a_part_that_does_not_start_is_quoted(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "import sys; sys.exit('no such luck')"]
    with pytest.raises(ChildError, match=r"(?s)Oracle ended with exit code 1\. The end of .*: *\n  no such luck"):
        async with run("Oracle", program, tmp_path, os.environ) as child:
            await child.until_ready("http://127.0.0.1:9/")


async def test_a_part_that_ignores_the_request_to_stop_is_stopped_all_the_same(tmp_path: Path) -> None:
    program = [sys.executable, "-c", DEAF]
    async with run("Deaf", program, tmp_path, os.environ, patience=0.2) as child, asyncio.timeout(SECONDS):
        while "deaf" not in child.said.read_text():  # noqa: ASYNC110 - it tells nobody else
            await asyncio.sleep(0.01)
    assert child.running.returncode == -signal.SIGKILL


def test_the_story_fits_a_terminal() -> None:
    story = tell_story(Demo("http://127.0.0.1:8080", "http://127.0.0.1:3010", ()))
    assert max(map(len, story.splitlines())) <= 100
    assert "{" not in story


def test_a_port_that_is_taken_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert find_port(port) not in {0, port}
    assert find_port(port) == port
