"""One run: an office at work while its replicas die, and the history that is left when everything is quiet again."""

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from sqlalchemy import URL, make_url

from adapters.demo.children import find_port
from adapters.settings import Settings, load_settings
from tests.chaos.door import open_door
from tests.chaos.driver import Driver
from tests.chaos.faults import CALLS, Fate, Trouble, trouble_database, trouble_platform
from tests.chaos.fleet import Fleet, Replica, open_fleet
from tests.chaos.history import History
from tests.chaos.mutants import RIGHT
from tests.chaos.office import OfficeInSlack, furnish
from tests.chaos.teams import OfficeInTeams, TroubledTeams, furnish_teams
from tests.chaos.teams_driver import TeamsDriver
from tests.chaos.teams_faults import trouble_teams
from tests.strict_slack import StrictSlack

REPLICAS = 3
QUIET_SECONDS = 60.0
START_SECONDS = 20.0
SOCKET = "e.sock"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run is to be: the number of deaths, of conversations of each kind, and of requests in each at least."""

    seed: int
    kills: int
    rooms: int = 4
    channels: int = 2
    chats: int = 2
    requests: int = 1
    variant: str = RIGHT
    patience: float = QUIET_SECONDS
    calls: Mapping[Fate, int] = field(default_factory=lambda: CALLS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    history: History
    kills: int
    """Replicas that died."""
    keeper_kills: int
    """Deaths of the process with the evidence."""
    accepted: int
    """Deeds that were acknowledged."""


async def run_chaos(wish: Wish, folder: Path, database: str, redis: str) -> Outcome:
    """Work until enough replicas died, and wait until what they left behind is done."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(StrictSlack())
        office = await furnish(database, folder, slack, wish.rooms)
        stack.push_async_callback(office.store.dispose)
        teams = await stack.enter_async_context(TroubledTeams())
        in_teams = await furnish_teams(office.store, teams, wish.channels, wish.chats)
        fleet = await stack.enter_async_context(open_fleet(folder, wish.variant, wish.kills))
        trouble = Trouble(random.Random(wish.seed), wish.calls, over=True)
        evidence = {"PARAAF_EVIDENCE_URL": f"unix://{folder / SOCKET}", "PARAAF_REDIS_URL": redis}
        common = {**evidence, "PARAAF_DATA_DIR": str(folder), **_name_slack(slack)}
        api = await stack.enter_async_context(trouble_platform(slack.api_url, fleet, trouble))
        teams.connector = await stack.enter_async_context(trouble_teams(teams.server.url, fleet, trouble))

        def name_platforms(number: int) -> Mapping[str, str]:
            return {"SLACK_API_URL": f"{api}/{number}/api/", **teams.name_settings(number)}

        await _start(stack, fleet, trouble, make_url(database), common, name_platforms)
        door = await stack.enter_async_context(open_door(fleet, trouble))
        drivers: list[Driver | TeamsDriver] = [*await _open_forms(office, f"{door}/slack/events", wish, stack)]
        drivers += await _install_app(in_teams, f"{door}/api/messages", wish, stack)
        trouble.over = False
        await asyncio.gather(*(_work(each, fleet, wish) for each in drivers))
        trouble.over = True
        with suppress(TimeoutError):  # the history tells what waits
            await office.settle(wish.patience)
        await teams.settled()
        accepted = [each for driver in drivers for each in driver.accepted]
        history = await office.tell(_read_settings(folder), accepted, in_teams.tell_posted())
    return Outcome(history, fleet.kills, fleet.keeper_kills, len(accepted))


async def _work(driver: Driver | TeamsDriver, fleet: Fleet, wish: Wish) -> None:
    while driver.count < wish.requests or fleet.kills < wish.kills:
        await driver.act()


async def _start(
    stack: AsyncExitStack,
    fleet: Fleet,
    trouble: Trouble,
    database: URL,
    common: dict[str, str],
    name_platforms: Callable[[int], Mapping[str, str]],
) -> None:
    environment = {**common, "PARAAF_DATABASE_URL": database.render_as_string(hide_password=False)}
    fleet.keeper = Replica("evidence", 0, environment, ["evidence", "serve"])
    await fleet.start(fleet.keeper)
    async with asyncio.timeout(START_SECONDS):
        while not (fleet.folder / SOCKET).exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.02)
    for number in range(REPLICAS):
        proxy = trouble_database(str(database.host), int(database.port or 5432), number, fleet, trouble)
        own = database.set(host="127.0.0.1", port=await stack.enter_async_context(proxy))
        environment = {
            **common,
            **name_platforms(number),
            "PARAAF_DATABASE_URL": own.render_as_string(hide_password=False),
            "PARAAF_PORT": str(port := find_port(0)),
        }
        replica = Replica(f"replica-{number}", port, environment)
        fleet.replicas.append(replica)
        await fleet.start(replica)
    await fleet.until_ready()


async def _open_forms(office: OfficeInSlack, address: str, wish: Wish, stack: AsyncExitStack) -> list[Driver]:
    """A driver for each room, with the send dialog that `/sign` opens there."""
    # Each request goes to another replica, as those of a platform do.
    connector = aiohttp.TCPConnector(force_close=True)
    office.slack.delivery.session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
    office.slack.connect(address)
    drivers = []
    for number, room in enumerate(office.rooms):
        await office.sanne.command("/sign", room)
        form = await office.sanne.view("send")
        drivers.append(Driver(office, room, random.Random(f"{wish.seed} {number}"), form.body))
        office.sanne.views.clear()
    return drivers


async def _install_app(office: OfficeInTeams, address: str, wish: Wish, stack: AsyncExitStack) -> list[TeamsDriver]:
    """A driver for each conversation in Teams, of which Paraaf is told that it is in it."""
    connector = aiohttp.TCPConnector(force_close=True)
    office.teams.delivery.session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
    office.teams.connect(address)
    for room in office.rooms:
        await office.teams.add_app(room)
    return [TeamsDriver(office, room, random.Random(f"{wish.seed} {room.name}")) for room in office.rooms]


def _name_slack(slack: StrictSlack) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_SIGNING_SECRET": slack.signing_secret}


def _read_settings(folder: Path) -> Settings:
    return load_settings(None).model_copy(update={"data_dir": folder})
