"""An invoke from Teams: Paraaf's door beside a stock `CloudAdapter` and a raw aiohttp handler."""

import json
from contextlib import AsyncExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median

from tests.bench.load import send_all, write_request
from tests.bench.measuring import LOAD_CORE, SERVER_CORE, Effort, Timed, alternate, middle_ratio, stay_on
from tests.bench.programs import Program, run_bot
from tests.bench.rows import Bound, Row
from tests.bench.stage import make_folder
from tests.bench.teams_bots import PATH, Stand
from tests.strict_teams import Room, StrictTeams, User
from tests.strict_teams.activities import make_activity

SECTION = "An invoke from Teams, answered with a card: Paraaf's door, each row beside another; signed HTTP"
AT_ONCE = 16
SHARE = 10
"""A stock adapter gets a tenth of the requests, or its rounds would take most of the run."""


async def measure_teams(effort: Effort, compiled: Path) -> list[Row]:
    """Presses, 16 at a time."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(make_folder())
        teams = await stack.enter_async_context(StrictTeams())
        karim = teams.user("karim", "Karim Haddad")
        room = teams.channel("bakkerij", members=[karim])
        stand = json.dumps(asdict(_describe(teams)))
        with stay_on(SERVER_CORE):
            bots = [
                await stack.enter_async_context(run_bot(name, folder, compiled, stand))
                for name in ("paraaf", "stock", "raw")
            ]
        with stay_on(LOAD_CORE):
            paraaf, stock, raw = (partial(_invoke, teams, karim, room, bot) for bot in bots)
            few = max(effort.requests // SHARE, AT_ONCE)
            for warm in (paraaf, stock, raw):
                await warm(AT_ONCE)
            beside_stock = await alternate(effort.rounds, partial(paraaf, effort.requests), partial(stock, few))
            beside_raw = await alternate(effort.rounds, partial(paraaf, effort.requests), partial(raw, effort.requests))
    return [
        _compare("beside a stock CloudAdapter", *beside_stock, Bound(">= 10 times stock", least=10)),
        _compare("beside a raw aiohttp handler", *beside_raw, Bound(">= 0.1 of raw", least=0.1)),
    ]


def _compare(what: str, ours: list[Timed], other: list[Timed], bound: Bound) -> Row:
    rates, bare = [each.rate for each in ours], [each.rate for each in other]
    row = Row(SECTION, f"{AT_ONCE} at a time, {what}", "/s", median(rates), median(bare), middle_ratio(rates, bare))
    return row.aim(bound, of_ratio=True)


async def _invoke(teams: StrictTeams, by: User, room: Room, bot: Program, count: int) -> Timed:
    """Presses with different ids, so that none is taken for a repetition of another; the token is the same."""
    address = f"{bot.address}{PATH}"
    value = {"action": {"type": "Action.Execute", "verb": "view", "data": {"action": "view", "value": "envelope-1"}}}
    requests = []
    for _ in range(count):
        activity = make_activity(teams.world, teams.service_url, "invoke", by.account, room)
        activity |= {"name": "adaptiveCard/action", "value": {**value, "trigger": "manual"}, "replyToId": "1"}
        requests.append(activity)
    token = teams.delivery.sign(requests[0]).headers
    bodies = [json.dumps(each, ensure_ascii=False).encode() for each in requests]
    return await send_all(address, [write_request(address, body, token) for body in bodies], AT_ONCE)


def _describe(teams: StrictTeams) -> Stand:
    origin = f"http://{teams.host}"
    return Stand(teams.app_id, teams.password, teams.app_tenant, origin, teams.login_url, teams.metadata_url)
