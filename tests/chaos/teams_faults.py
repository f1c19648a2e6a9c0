"""The proxy in front of Teams' connector, with the same fates as in front of Slack.

An activity names one address of the connector, which whichever replica writes to later. So who asks is told by the
token: each replica has an address of its own for the login, and gets its token through here.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from yarl import URL

from tests.chaos.faults import Fate, Trouble, answer_with, cut
from tests.chaos.fleet import Fleet

_KEPT = ("Authorization", "Content-Type")


@asynccontextmanager
async def trouble_teams(url: str, fleet: Fleet, trouble: Trouble) -> AsyncIterator[str]:
    """The address of a proxy in front of the connector; the login of a replica is this with its number behind it.

    The login is spared, without which a replica calls nothing, and so is who takes part: faults there would only make
    the run longer.
    """
    holders: dict[str, int] = {}
    async with aiohttp.ClientSession() as session:

        async def hand_on(request: web.Request, path: str) -> tuple[int, bytes]:
            kept = {name: request.headers[name] for name in _KEPT if name in request.headers}
            body = await request.read()
            address = URL(f"{url}{path}", encoded=True)
            async with session.request(request.method, address, data=body, headers=kept) as answer:
                return answer.status, await answer.read()

        async def log_in(request: web.Request) -> web.StreamResponse:
            number = request.match_info["replica"]
            status, said = await hand_on(request, request.raw_path.removeprefix(f"/{number}"))
            if token := json.loads(said).get("access_token"):
                holders[f"Bearer {token}"] = int(number)
            return web.Response(status=status, body=said, content_type="application/json")

        async def connect(request: web.Request) -> web.StreamResponse:
            number = holders[request.headers["Authorization"]]
            fate = Fate.PASS if request.method == "GET" else trouble.draw(trouble.calls)
            if (fate is Fate.KILL_BEFORE and fleet.kill(number)) or fate is Fate.CUT_BEFORE:
                return cut(request)
            if fate is Fate.LIMIT:
                return web.json_response({"error": {"code": "Throttled"}}, status=429, headers={"Retry-After": "1"})
            if fate is Fate.BREAK:
                return web.Response(status=500)
            status, said = await hand_on(request, request.raw_path)
            if (fate is Fate.KILL_AFTER and fleet.kill(number)) or fate is Fate.CUT_AFTER:
                return cut(request)
            return await answer_with(request, said, status=status, slow=fate is Fate.SLOW)

        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/emea/{path:.*}", connect)
        app.router.add_post("/{replica:\\d+}/{tenant}/oauth2/v2.0/token", log_in)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
