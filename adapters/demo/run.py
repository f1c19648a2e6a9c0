"""Start the demo: the clients, and Paraaf with the invented office in its database; and stop everything in the end."""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from adapters.commands.seal_keys import CERTIFICATE, KEY, make_keys
from adapters.demo.children import Child, find_port, run
from adapters.demo.client.install import install_client
from adapters.demo.client.workspace import App, Workspace
from adapters.demo.deliveries import HOOK, find_inbox, run_package
from adapters.demo.npm import ClientUnavailableError
from adapters.demo.office import KAREL, OFFICE_NAME, STAGE, WORKSPACE
from adapters.demo.playground.program import Playground, install_playground, name_service, run_playground
from adapters.demo.playground.relay import run_interpreter, run_seat
from adapters.demo.playground.stage import Member

SLACK_PORT, TEAMS_PORT, PARAAF_PORT = 3010, 3020, 8080

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Choices:
    """How to run: `folder` holds the clients between runs, and what Paraaf keeps in one. Port 0 means any free one."""

    folder: Path
    slack_port: int = SLACK_PORT
    teams_port: int = TEAMS_PORT
    paraaf_port: int = PARAAF_PORT
    socket_mode: bool = False
    workspace: Workspace = WORKSPACE


@dataclass(frozen=True, slots=True)
class Clients:
    """The programs of the clients, or why there are none."""

    slack: Path | ClientUnavailableError
    teams: Playground | ClientUnavailableError


@dataclass(frozen=True, slots=True)
class Seats:
    """The addresses of the playground's page: of the playground itself, where Sanne sits, and of Karel's seat."""

    sanne: str
    karel: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs, by its addresses without a slash behind.

    `office` is the folder of what Paraaf keeps, `inbox` that of what the source package delivers. `slack` or `teams` is
    None where there is no such client, for the reason in `why_no_slack` or `why_no_teams`.
    """

    paraaf: str
    office: Path
    inbox: Path
    slack: str | None
    teams: Seats | None
    children: tuple[Child, ...]
    why_no_slack: str = ""
    why_no_teams: str = ""


@contextlib.asynccontextmanager
async def run_demo(choices: Choices, clients: Clients) -> AsyncIterator[Demo]:
    """Run everything until the block is left. Raises `ChildError` when a part does not start.

    The database begins anew every time: the clients keep their messages in memory, so the cards of an earlier run
    are gone.
    """
    office = _make_folder(choices.folder / "office")
    port = find_port(choices.paraaf_port)
    paraaf = f"http://127.0.0.1:{port}"
    environment = _compose_environment(office, port) | await asyncio.to_thread(_make_seal, office)
    async with contextlib.AsyncExitStack() as parts:
        children: list[Child] = []
        slack, teams = None, None
        if isinstance(clients.slack, Path):
            slack, child = await _start_slack(parts, clients.slack, choices, paraaf)
            children.append(child)
            environment |= _reach_slack(choices.workspace.app, slack, socket_mode=choices.socket_mode)
        if isinstance(clients.teams, Playground):
            teams, child = await _start_teams(parts, clients.teams, choices, paraaf)
            children.append(child)
            environment |= _reach_teams(teams)
        hook = await parts.enter_async_context(run_package(office))
        environment |= {"PARAAF_INBOX": str(office.absolute() / "inbox"), "PARAAF_WEBHOOKS_LOOPBACK": "1"}
        environment |= {HOOK: hook}
        async with run("Office", [sys.executable, "-m", "adapters.demo.seed"], office, environment) as seeding:
            await seeding.until_done()
        command = [sys.executable, "-m", "adapters.cli", "serve"]
        child = await parts.enter_async_context(run("Paraaf", command, office, environment))
        await child.until_ready(f"{paraaf}/readyz")
        children.append(child)
        why = (_explain(clients.slack), _explain(clients.teams))
        yield Demo(paraaf, office, await find_inbox(office), slack, teams, tuple(children), *why)


def find_clients(folder: Path) -> Clients:
    """The clients' programs, fetched first if need be, or why they are missing."""
    home = folder.absolute() / "client"
    return Clients(_try(install_client, home), _try(install_playground, home))


def _try(install: Callable[[Path], _Found], home: Path) -> _Found | ClientUnavailableError:
    try:
        return install(home)
    except ClientUnavailableError as error:
        return error


def _explain(client: object) -> str:
    return str(client) if isinstance(client, ClientUnavailableError) else ""


def _make_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


async def _start_slack(
    parts: contextlib.AsyncExitStack, program: Path, choices: Choices, paraaf: str
) -> tuple[str, Child]:
    folder, port = _make_folder(choices.folder / "slack"), find_port(choices.slack_port)
    request_url = None if choices.socket_mode else f"{paraaf}/slack/events"
    (folder / "config.yaml").write_text(choices.workspace.configure(request_url))
    (folder / "loopback.js").write_text(files("adapters.demo.client").joinpath("loopback.js").read_text())
    command = [
        str(program),
        *("--config", "config.yaml", "--port", str(port), "--base-host", "127.0.0.1", "--files-dir", "files"),
    ]
    # Bun splits its options at blanks, so the file is named from the working directory, whose own path may hold some.
    environment = _keep_clean() | {"BUN_OPTIONS": "--preload=./loopback.js"}
    child = await parts.enter_async_context(run("Slack client", command, folder, environment))
    address = f"http://127.0.0.1:{port}"
    await child.until_ready(f"{address}/_control/state")
    return address, child


async def _start_teams(
    parts: contextlib.AsyncExitStack, playground: Playground, choices: Choices, paraaf: str
) -> tuple[Seats, Child]:
    folder, port = _make_folder(choices.folder / "teams"), find_port(choices.teams_port)
    bot = await parts.enter_async_context(run_interpreter(paraaf, find_port(0)))
    running = run_playground(playground, folder, STAGE, f"{bot}/api/messages", port)
    child = await parts.enter_async_context(running)
    address = f"http://127.0.0.1:{port}"
    await child.until_ready(f"{address}/_debug/ping")
    wanted = choices.teams_port and choices.teams_port + 1
    karel = await parts.enter_async_context(run_seat(address, Member(KAREL), find_port(wanted)))
    return Seats(address, karel), child


def _make_seal(office: Path) -> dict[str, str]:
    """As `paraaf keys make` does."""
    for _ in make_keys(OFFICE_NAME, office, None):
        pass
    home = office.absolute()
    return {"PARAAF_SEAL_CERTIFICATE": str(home / CERTIFICATE), "PARAAF_SEAL_KEY": str(home / KEY)}


def _keep_clean() -> dict[str, str]:
    """The environment without settings of a real Paraaf, which the demo must not touch."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PARAAF_", "SLACK_", "MICROSOFT_"))
    }


def _compose_environment(office: Path, port: int) -> dict[str, str]:
    own = {"PARAAF_DATA_DIR": str(office.absolute()), "PARAAF_HOST": "127.0.0.1", "PARAAF_PORT": str(port)}
    return _keep_clean() | own | {"PARAAF_PUBLIC_URL": f"http://127.0.0.1:{port}"}


def _reach_slack(app: App, slack: str, *, socket_mode: bool) -> Mapping[str, str]:
    way = {"SLACK_APP_TOKEN": app.app_token} if socket_mode else {"SLACK_SIGNING_SECRET": app.signing_secret}
    return {"SLACK_API_URL": f"{slack}/api/", "SLACK_BOT_TOKEN": app.bot_token} | way


def _reach_teams(seats: Seats) -> Mapping[str, str]:
    service = name_service(int(seats.sanne.rpartition(":")[2]))
    return {"MICROSOFT_APP_ID": STAGE.app, "PARAAF_TEAMS_OPEN": "1", "PARAAF_TEAMS_SERVICE_URL": service}
