"""Start the demo: the client, and Paraaf with the invented office in its database; and stop both in the end."""

import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from adapters.demo.children import Child, find_port, run
from adapters.demo.client.install import ClientUnavailableError, install_client
from adapters.demo.client.workspace import App, Workspace
from adapters.demo.office import WORKSPACE

SLACK_PORT, PARAAF_PORT = 3010, 8080


@dataclass(frozen=True, slots=True)
class Choices:
    """How to run: `folder` holds the client between runs, and what Paraaf keeps in one. Port 0 means any free one."""

    folder: Path
    slack_port: int = SLACK_PORT
    paraaf_port: int = PARAAF_PORT
    socket_mode: bool = False
    workspace: Workspace = WORKSPACE


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs, by its addresses without a slash behind. `slack` is None where there is no client, for `why_not`."""

    paraaf: str
    slack: str | None
    children: tuple[Child, ...]
    why_not: str = ""


@contextlib.asynccontextmanager
async def run_demo(choices: Choices, client: Path | ClientUnavailableError) -> AsyncIterator[Demo]:
    """Run everything until the block is left. Raises `ChildError` when a part does not start.

    The database begins anew every time: the client keeps its messages in memory, so the cards of an earlier run
    are gone.
    """
    office = choices.folder / "office"
    shutil.rmtree(office, ignore_errors=True)
    office.mkdir(parents=True)
    slack_port, paraaf_port = find_port(choices.slack_port), find_port(choices.paraaf_port)
    paraaf, slack = f"http://127.0.0.1:{paraaf_port}", f"http://127.0.0.1:{slack_port}"
    environment = _compose_environment(office, paraaf_port)
    async with contextlib.AsyncExitStack() as children:
        started: list[Child] = []
        if isinstance(client, Path):
            environment |= _reach_slack(choices.workspace.app, slack, socket_mode=choices.socket_mode)
            child = await children.enter_async_context(_run_client(client, choices, slack_port, paraaf))
            await child.until_ready(f"{slack}/_control/state")
            started.append(child)
        async with run("Office", [sys.executable, "-m", "adapters.demo.seed"], office, environment) as seeding:
            await seeding.until_done()
        command = [sys.executable, "-m", "adapters.cli", "serve"]
        child = await children.enter_async_context(run("Paraaf", command, office, environment))
        await child.until_ready(f"{paraaf}/readyz")
        started.append(child)
        if isinstance(client, Path):
            yield Demo(paraaf, slack, tuple(started))
        else:
            yield Demo(paraaf, None, tuple(started), str(client))


def find_client(folder: Path) -> Path | ClientUnavailableError:
    """The client's program, fetched first if need be, or why there is none."""
    try:
        return install_client(folder.absolute() / "client")
    except ClientUnavailableError as error:
        return error


def _run_client(
    program: Path, choices: Choices, port: int, paraaf: str
) -> contextlib.AbstractAsyncContextManager[Child]:
    folder = choices.folder / "slack"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    request_url = None if choices.socket_mode else f"{paraaf}/slack/events"
    (folder / "config.yaml").write_text(choices.workspace.configure(request_url))
    (folder / "loopback.js").write_text(files("adapters.demo.client").joinpath("loopback.js").read_text())
    command = [
        str(program),
        "--config",
        "config.yaml",
        "--port",
        str(port),
        "--base-host",
        "127.0.0.1",
        "--files-dir",
        "files",
    ]
    # Bun splits its options at blanks, so the file is named from the working directory, whose own path may hold some.
    return run("Slack client", command, folder, _keep_clean() | {"BUN_OPTIONS": "--preload=./loopback.js"})


def _keep_clean() -> dict[str, str]:
    """The environment without settings of a real Paraaf, which the demo must not touch."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PARAAF_", "SLACK_"))}


def _compose_environment(office: Path, port: int) -> dict[str, str]:
    own = {"PARAAF_DATA_DIR": str(office.absolute()), "PARAAF_HOST": "127.0.0.1", "PARAAF_PORT": str(port)}
    return _keep_clean() | own | {"PARAAF_PUBLIC_URL": f"http://127.0.0.1:{port}"}


def _reach_slack(app: App, slack: str, *, socket_mode: bool) -> dict[str, str]:
    way = {"SLACK_APP_TOKEN": app.app_token} if socket_mode else {"SLACK_SIGNING_SECRET": app.signing_secret}
    return {"SLACK_API_URL": f"{slack}/api/", "SLACK_BOT_TOKEN": app.bot_token} | way
