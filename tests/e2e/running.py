"""A whole Paraaf with a client, as `make demo` runs it, for one module of tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from adapters.demo.client.install import install_client
from adapters.demo.client.workspace import Channel
from adapters.demo.npm import ClientUnavailableError
from adapters.demo.office import KAREL, NOOR, SANNE, STAGE, WORKSPACE
from adapters.demo.playground.program import install_playground
from adapters.demo.run import Choices, Clients, Seats, run_demo
from tests.e2e.slack_control import SlackControl
from tests.e2e.steps import Story
from tests.e2e.teams_control import TeamsControl, open_teams

CLIENTS = Path(__file__).parents[2] / ".demo" / "client"
"""Where `make demo` keeps the clients, so that they are fetched once for both."""
_LEFT_OUT = ClientUnavailableError("not wanted here")


@dataclass(slots=True)
class Running:
    """`paraaf` and `slack` are addresses, without a slash behind; `office` is the folder of what Paraaf keeps."""

    paraaf: str
    slack: SlackControl
    channels: list[Channel]
    office: Path

    def begin(self) -> Story:
        """A story in a channel that belongs to no client yet, and where nothing was said."""
        return Story(self.slack, self.channels.pop(0))


@dataclass(frozen=True, slots=True)
class TeamsRunning:
    """Paraaf's address, and its only tenant in Teams, whose page has the addresses in `seats`."""

    paraaf: str
    teams: TeamsControl
    seats: Seats


@asynccontextmanager
async def run_everything(folder: Path, *, channels: int, socket_mode: bool = False) -> AsyncIterator[Running]:
    """The demo in Slack on free ports, with so many channels beside its own: a test has one for itself."""
    members = (SANNE.id, KAREL.id, NOOR.id)
    own = [Channel(f"C0TEST{number}", f"bakkerij-{number}", members) for number in range(channels)]
    workspace = replace(WORKSPACE, channels=(*WORKSPACE.channels, *own))
    choices = Choices(folder, slack_port=0, paraaf_port=0, socket_mode=socket_mode, workspace=workspace)
    clients = Clients(install_client(CLIENTS), _LEFT_OUT)
    async with run_demo(choices, clients) as demo, aiohttp.ClientSession() as http:
        assert demo.slack
        yield Running(demo.paraaf, SlackControl(http, demo.slack), own, demo.office)


@asynccontextmanager
async def run_teams(folder: Path) -> AsyncIterator[TeamsRunning]:
    """The demo in Teams on free ports."""
    choices = Choices(folder, teams_port=0, paraaf_port=0)
    clients = Clients(_LEFT_OUT, install_playground(CLIENTS))
    async with run_demo(choices, clients) as demo, aiohttp.ClientSession() as http:
        assert demo.teams
        async with open_teams(http, demo.teams.sanne, STAGE) as teams:
            yield TeamsRunning(demo.paraaf, teams, demo.teams)
