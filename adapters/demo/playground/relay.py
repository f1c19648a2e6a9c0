"""Two small servers beside the playground, for what it has no setting for: who sits at a page, and in which language.

Its page is for one person, so the client of the story gets a seat of their own: the same page at another port, which
is told another name. And it says of everybody that their Teams is in English, which the office's people would not have.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import aiohttp
from aiohttp import WSMsgType, web

from adapters.demo.playground.stage import Member

LOCALE: Final = "nl-NL"

_CONFIG: Final = "/_internal/v1/config"
_LARGEST: Final = 30_000_000
_OF_ONE_LINK: Final = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding", "upgrade"})
"""Headers that speak of one connection, not of what goes through it (RFC 9110, 7.6.1)."""

_Change = Callable[[str, bytes], bytes]
"""What becomes of a body, by the path of its request."""


@contextlib.asynccontextmanager
async def run_seat(playground: str, member: Member, port: int) -> AsyncIterator[str]:
    """The playground's page as this member sees it; its address."""

    def change(path: str, body: bytes) -> bytes:
        return _seat(body, member) if path == _CONFIG else body

    async with _run(playground, port, change_answer=change) as address:
        yield address


@contextlib.asynccontextmanager
async def run_interpreter(paraaf: str, port: int) -> AsyncIterator[str]:
    """Paraaf's address for the playground, where everybody's Teams is in Dutch."""
    async with _run(paraaf, port, change_request=lambda _path, body: _translate(body)) as address:
        yield address


@contextlib.asynccontextmanager
async def _run(
    target: str, port: int, *, change_request: _Change | None = None, change_answer: _Change | None = None
) -> AsyncIterator[str]:
    # What is compressed goes through as it is.
    async with aiohttp.ClientSession(auto_decompress=False) as http:

        async def relay(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Upgrade", "").casefold() == "websocket":
                return await _relay_socket(http, request, target)
            return await _relay_request(http, request, target, change_request, change_answer)

        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", relay)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()


async def _relay_request(
    http: aiohttp.ClientSession,
    request: web.Request,
    target: str,
    change_request: _Change | None,
    change_answer: _Change | None,
) -> web.Response:
    body = await request.read()
    body = change_request(request.path, body) if change_request else body
    headers = {name: value for name, value in request.headers.items() if name.casefold() not in _OF_ONE_LINK}
    if change_answer:
        headers["Accept-Encoding"] = "identity"
    try:
        async with http.request(
            request.method, f"{target}{request.rel_url}", data=body, headers=headers, allow_redirects=False
        ) as answer:
            answered = await answer.read()
            kept = {name: value for name, value in answer.headers.items() if name.casefold() not in _OF_ONE_LINK}
    except aiohttp.ClientError:
        return web.Response(status=502)
    answered = change_answer(request.path, answered) if change_answer else answered
    return web.Response(status=answer.status, body=answered, headers=kept)


async def _relay_socket(http: aiohttp.ClientSession, request: web.Request, target: str) -> web.WebSocketResponse:
    near = web.WebSocketResponse()
    await near.prepare(request)
    try:
        async with http.ws_connect(f"{target}{request.rel_url}") as far:
            ends = [asyncio.create_task(_pour(near, far)), asyncio.create_task(_pour(far, near))]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
                await asyncio.gather(*ends, return_exceptions=True)
    except aiohttp.ClientError:
        pass  # the playground has stopped; the page sees a closed socket, as it would there
    await near.close()
    return near


_Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _pour(source: _Socket, sink: _Socket) -> None:
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await sink.send_str(message.data)


def _seat(body: bytes, member: Member) -> bytes:
    """The page's settings with this member as who sits there, and who sat there as one of the others."""
    told: dict[str, Any] = json.loads(body)
    config = told["config"]
    before, chosen = config["currentUser"], member.describe()
    config["users"] = [before if each["id"] == member.id else each for each in config["users"]]
    config["currentUser"] = chosen
    for room in (*config["groupChats"], *config["teams"]):
        room["members"] = [before["id"] if each == member.id else each for each in room["members"]]
    return json.dumps(told).encode()


def _translate(body: bytes) -> bytes:
    activity: dict[str, Any] = json.loads(body) if body else {}
    if "locale" in activity:
        activity["locale"] = LOCALE
    for entity in activity.get("entities") or ():
        if entity.get("type") == "clientInfo":
            entity["locale"] = LOCALE
    return json.dumps(activity).encode() if activity else body
