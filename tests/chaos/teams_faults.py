"""The proxy in front of Teams' connector, with the same fates as in front of Slack.

An activity names one address of the connector, which whichever replica writes to later. So who asks is told by the
token: each replica has an address of its own for the login, and gets its token through here.
"""

import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from yarl import URL

from tests.chaos.faults import Fate, Trouble, hand_on, meet
from tests.chaos.fleet import Fleet
from tests.chaos.serving import serve_routes


@asynccontextmanager
async def trouble_teams(url: str, fleet: Fleet, trouble: Trouble) -> AsyncIterator[str]:
    """The address of a proxy in front of the connector; the login of a replica is this with its number behind it.

    The login is spared, without which a replica calls nothing, and so is who takes part: faults there would only make
    the run longer.
    """
    holders: dict[str, int] = {}
    async with aiohttp.ClientSession() as session:

        def make_call(request: web.Request, path: str) -> Awaitable[tuple[int, bytes]]:
            return hand_on(session, request, URL(f"{url}{path}", encoded=True))

        async def log_in(request: web.Request) -> web.StreamResponse:
            number = request.match_info["replica"]
            status, said = await make_call(request, request.raw_path.removeprefix(f"/{number}"))
            if token := json.loads(said).get("access_token"):
                holders[f"Bearer {token}"] = int(number)
            return web.Response(status=status, body=said, content_type="application/json")

        async def connect(request: web.Request) -> web.StreamResponse:
            number = holders[request.headers["Authorization"]]
            fate = Fate.PASS if request.method == "GET" else trouble.draw(trouble.calls, Fate.PASS)
            return await meet(fate, request, lambda: fleet.kill(number), lambda: make_call(request, request.raw_path))

        async with serve_routes(
            [web.route("*", "/emea/{path:.*}", connect), web.post("/{replica:\\d+}/{tenant}/oauth2/v2.0/token", log_in)]
        ) as address:
            yield address
