"""Fetch the playground and run it."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from adapters.demo.children import Child, run
from adapters.demo.npm import find_node, install_package
from adapters.demo.playground.stage import Stage

_PACKAGE = "@microsoft/m365agentsplayground"
_MISLEADING = ("AUTH_", "BOT_", "M365_", "MICROSOFT_", "PARAAF_", "SLACK_", "TEAMSAPPTESTER_")
"""The beginnings of settings that the playground would follow, or that are none of its business."""


@dataclass(frozen=True, slots=True)
class Playground:
    """The installed playground, and what runs it."""

    node: Path
    script: Path


def install_playground(folder: Path) -> Playground:
    """Fetch the playground unless it is there; see `install_package`. Raises `ClientUnavailableError`."""
    package = install_package(__name__.rpartition(".")[0], _PACKAGE, folder)
    return Playground(find_node(), package / "cli.js")


def run_playground(
    playground: Playground, folder: Path, stage: Stage, bot: str, port: int
) -> contextlib.AbstractAsyncContextManager[Child]:
    """Run it in `folder`. `bot` is where it sends activities; `port` has to be free, or it silently takes another."""
    own = files(__name__.rpartition(".")[0])
    (folder / "loopback.js").write_text(own.joinpath("loopback.js").read_text())
    (folder / "stage.json").write_text(stage.configure())
    command = [
        str(playground.node),
        *("--require", str((folder / "loopback.js").absolute()), str(playground.script)),
        *("-e", bot, "-c", "msteams", "-p", str(port), "--su", name_service(port), "--disable-telemetry"),
    ]
    return run("Agents Playground", command, folder, _compose_environment(folder.absolute(), os.environ))


def name_service(port: int) -> str:
    """Where the playground takes what Paraaf posts."""
    return f"http://127.0.0.1:{port}/_connector"


def _compose_environment(folder: Path, around: Mapping[str, str]) -> dict[str, str]:
    # Through a proxy it would not reach this machine.
    kept = {
        name: value
        for name, value in around.items()
        if not name.startswith(_MISLEADING) and not name.casefold().endswith("_proxy")
    }
    return kept | {
        "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(folder / "stage.json"),
        "M365_AGENTS_PLAYGROUND_LOGFILE": str(folder / "playground.log"),
        "TEAMSAPPTESTER_BROWSER": "none",
    }
