"""`make demo` as a program: it starts, says what to do, and stops without a trace."""

import asyncio
import contextlib
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
from adapters.demo.office import KAREL, SANNE
from adapters.demo.playground.program import install_playground
from adapters.demo.run import Demo, Seats
from adapters.demo.story import tell_story
from tests.e2e.running import CLIENTS

SECONDS = 90.0
"""For a start on a busy machine; a good one takes a few."""
STOPPED = "Stopping …"
END = "meant for you alone."
"""How the story ends."""
PAGES = ("Open Slack in your browser", SANNE.name, KAREL.name)
"""What stands before the addresses of the pages."""
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
        *("-W", "error", "-m", "adapters.demo", "--slack-port", "0", "--teams-port", "0", "--paraaf-port", "0"),
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
    """A working directory in which the clients were fetched before."""
    install_client(CLIENTS)
    install_playground(CLIENTS)
    (tmp_path / ".demo").mkdir()
    (tmp_path / ".demo" / "client").symlink_to(CLIENTS)
    return tmp_path


async def test_it_starts_tells_its_story_and_stops_on_ctrl_c(folder: Path) -> None:
    # Settings of a real Paraaf are nearby; the demo must not touch what they lead to.
    (folder / ".env").write_text("PARAAF_DATABASE_URL=postgresql://nobody@127.0.0.1:9/real\n")
    real = {"SLACK_BOT_TOKEN": "xoxb-real", "PARAAF_BLOBS_URL": "s3://real", "MICROSOFT_APP_PASSWORD": "real"}
    # Nor may the playground be led astray: through a proxy, or by settings of its own, it would reach nobody here.
    real |= {"HTTP_PROXY": "http://127.0.0.1:9", "AUTH_CLIENT_ID": "real", "BOT_ENDPOINT": "http://127.0.0.1:9/"}
    async with start_demo(folder, real) as demo, aiohttp.ClientSession() as http:
        story = await demo.until(lambda line: END in line)
        told = " ".join(story.split())
        assert "Typ /sign en druk op Enter" in told
        assert "“Goedkeuren” (approve)" in told
        assert "“Bekijken” (view), and then “Dezelfde pagina" in told
        assert "kies “Action Command”, typ sign" in told
        pages = [_find_address(story, lead) for lead in PAGES]
        for page in pages:
            async with http.get(page) as answer:
                assert answer.status == 200
        # It is called as the seats say, and it calls Paraaf.
        async with http.get(f"{pages[1]}/_internal/v1/config") as config:
            assert (await config.json())["config"]["currentUser"]["name"] == SANNE.name
        async with http.get(f"{pages[2]}/_internal/v1/config") as config:
            assert (await config.json())["config"]["currentUser"]["name"] == KAREL.name
        assert len(demo.children()) == 3
        assert _listening_elsewhere(demo.program.pid, *demo.children()) == []
        # Somebody still looks at a page, which holds a connection open.
        async with http.ws_connect(f"{pages[2]}/_ws/log/stream"):
            demo.program.send_signal(signal.SIGINT)
            code, printed = await demo.end()
    assert (code, "Traceback" in printed) == (0, False), printed
    assert printed.rstrip().endswith(STOPPED)
    for page in pages:
        with pytest.raises(ConnectionError):
            await asyncio.open_connection("127.0.0.1", int(page.rpartition(":")[2]))


async def test_without_npm_it_says_so_and_starts_the_rest(tmp_path: Path) -> None:
    nowhere = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_cache": str(tmp_path / "cache")}
    async with start_demo(tmp_path, nowhere) as demo, aiohttp.ClientSession() as http:
        told = await demo.until(lambda line: "ECONNREFUSED" in line)
        assert "There is no Slack: the client for it could not be fetched" in " ".join(told.split())
        assert "There is no Teams: the client for it could not be fetched" in " ".join(told.split())
        async with http.get(f"{_find_address(told, 'Paraaf')}/readyz") as ready:
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


@pytest.mark.parametrize(("which", "name"), [(0, "Slack client"), (1, "Agents Playground")])
async def test_when_a_part_ends_it_says_which_and_stops_the_others(folder: Path, which: int, name: str) -> None:
    async with start_demo(folder) as demo:
        await demo.until(lambda line: END in line)
        children = demo.children()
        os.kill(children[which], signal.SIGKILL)
        code, printed = await demo.end()
    assert code == 1
    assert f"{name} ended by signal 9." in printed
    assert "Traceback" not in printed
    for each in children:
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)


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


@pytest.mark.parametrize("slack", ["http://127.0.0.1:3010", None])
@pytest.mark.parametrize("teams", [Seats("http://127.0.0.1:3020", "http://127.0.0.1:3021"), None])
def test_the_story_fits_a_terminal(slack: str | None, teams: Seats | None) -> None:
    story = tell_story(Demo("http://127.0.0.1:8080", Path("my demo/office"), Path("my demo/inbox"), slack, teams, ()))
    assert max(map(len, story.splitlines())) <= 100
    assert "{" not in story
    assert ("Act as" in story) == bool(slack)
    assert ("Action Command" in story) == bool(teams)
    assert "\n  $ PARAAF_DATA_DIR='my demo/office' .venv/bin/paraaf evidence keys > key.txt\n" in story


def test_a_port_that_is_taken_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert find_port(port) not in {0, port}
    assert find_port(port) == port


def _find_address(story: str, lead: str) -> str:
    """The address behind this, in the half of the story that is in English or below it."""
    found = re.findall(rf"{lead}: (http://127\.0\.0\.1:\d+)$", story, re.MULTILINE)
    assert found, story
    return str(found[-1])


def _listening_elsewhere(*pids: int) -> list[str]:
    """The addresses other than this machine's own on which these processes listen, as the kernel writes them."""
    sockets: set[str] = set()
    for pid in pids:
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed since it was listed
                sockets.add(str(each.readlink()))
    found: list[str] = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state, inode = (line.split()[place] for place in (1, 3, 9))
            if state == "0A" and f"socket:[{inode}]" in sockets:
                found += [] if local.startswith(("0100007F:", "00000000000000000000000001000000:")) else [local]
    return found
