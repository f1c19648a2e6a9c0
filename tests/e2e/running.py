"""A whole Paraaf with its Slack client, as `make demo` runs it, for one module of tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from adapters.demo.client.install import install_client
from adapters.demo.client.workspace import Channel
from adapters.demo.office import KAREL, NOOR, SANNE, WORKSPACE
from adapters.demo.run import Choices, run_demo
from tests.e2e.slack_control import SlackControl
from tests.e2e.steps import Story

CLIENTS = Path(__file__).parents[2] / ".demo" / "client"
"""Where `make demo` keeps the client, so that it is fetched once for both."""


@dataclass(slots=True)
class Running:
    """`paraaf` and `slack` are addresses, without a slash behind."""

    paraaf: str
    slack: SlackControl
    channels: list[Channel]

    def begin(self) -> Story:
        """A story in a channel that belongs to no client yet, and where nothing was said."""
        return Story(self.slack, self.channels.pop(0))


@asynccontextmanager
async def run_everything(folder: Path, *, channels: int, socket_mode: bool = False) -> AsyncIterator[Running]:
    """The demo on free ports, with so many channels beside its own: a test has one for itself."""
    members = (SANNE.id, KAREL.id, NOOR.id)
    own = [Channel(f"C0TEST{number}", f"bakkerij-{number}", members) for number in range(channels)]
    workspace = replace(WORKSPACE, channels=(*WORKSPACE.channels, *own))
    choices = Choices(folder, slack_port=0, paraaf_port=0, socket_mode=socket_mode, workspace=workspace)
    async with run_demo(choices, install_client(CLIENTS)) as demo, aiohttp.ClientSession() as http:
        assert demo.slack
        yield Running(demo.paraaf, SlackControl(http, demo.slack), own)
