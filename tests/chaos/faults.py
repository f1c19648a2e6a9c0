"""Proxies that make trouble: in front of the platform at every call, in front of PostgreSQL at every commit.

What happens is drawn from a seed. Each replica has addresses of its own here, so that the right one dies.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

import aiohttp
from aiohttp import web
from yarl import URL

from tests.chaos.fleet import Fleet
from tests.chaos.serving import serve_routes

Drawn = TypeVar("Drawn", bound=Enum)
SLOW_SECONDS = 0.3
HANG_SECONDS = 6.0
"""Half as long again as the replicas' leases."""
SPARED = ("auth.test", "users.info")
"""Methods that a replica needs to start or to know anybody: faults there would only make the run longer."""


class Fate(Enum):
    """What becomes of a call or a commit."""

    PASS = auto()
    KILL_BEFORE = auto()
    KILL_AFTER = auto()
    KILL_KEEPER = auto()
    CUT_BEFORE = auto()
    CUT_AFTER = auto()
    HANG = auto()
    """It is carried out, and nobody says so until the lease of who asked has ended."""
    LIMIT = auto()
    BREAK = auto()
    SLOW = auto()


CALLS = {
    Fate.PASS: 80,
    Fate.KILL_BEFORE: 3,
    Fate.KILL_AFTER: 5,
    Fate.CUT_BEFORE: 2,
    Fate.CUT_AFTER: 4,
    Fate.HANG: 1,
    Fate.LIMIT: 1,
    Fate.BREAK: 2,
    Fate.SLOW: 3,
}
HARSH = {Fate.PASS: 50, Fate.KILL_AFTER: 25, Fate.CUT_AFTER: 25}
"""Where every second call is carried out and its answer lost: what a mistake needs to show itself soon."""
COMMITS = {
    Fate.PASS: 190,
    Fate.KILL_BEFORE: 3,
    Fate.KILL_AFTER: 3,
    Fate.KILL_KEEPER: 1,
    Fate.CUT_BEFORE: 1,
    Fate.CUT_AFTER: 2,
}


@dataclass(slots=True)
class Trouble:
    """Draws fates until it is `over`."""

    dice: random.Random
    calls: Mapping[Fate, int]
    over: bool = False

    def draw(self, chances: Mapping[Drawn, int], well: Drawn) -> Drawn:
        """The next fate; once it is over, all is `well`."""
        return well if self.over else self.dice.choices(list(chances), list(chances.values()))[0]


@asynccontextmanager
async def trouble_platform(api_url: str, fleet: Fleet, trouble: Trouble) -> AsyncIterator[str]:
    """The address of a proxy in front of the Web API; a replica's own is this with its number behind it."""
    async with aiohttp.ClientSession() as session:

        async def serve(request: web.Request) -> web.StreamResponse:
            method, number = request.match_info["method"], int(request.match_info["replica"])
            fate = Fate.PASS if method in SPARED else trouble.draw(trouble.calls, Fate.PASS)
            address = URL(f"{api_url}{method}").with_query(request.query)
            return await meet(fate, request, lambda: fleet.kill(number), lambda: hand_on(session, request, address))

        async with serve_routes([web.route("*", "/{replica}/api/{method}", serve)]) as address:
            yield address


async def meet(
    fate: Fate, request: web.Request, kill: Callable[[], bool], carry_out: Callable[[], Awaitable[tuple[int, bytes]]]
) -> web.StreamResponse:
    """Let this become of a call; `kill` ends whoever makes it, if they can be."""
    if (fate is Fate.KILL_BEFORE and kill()) or fate is Fate.CUT_BEFORE:
        return _cut(request)
    if fate is Fate.LIMIT:
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
    if fate is Fate.BREAK:
        return web.Response(status=500)
    status, said = await carry_out()
    if fate is Fate.HANG:
        await asyncio.sleep(HANG_SECONDS)
    if (fate is Fate.KILL_AFTER and kill()) or fate in {Fate.CUT_AFTER, Fate.HANG}:
        return _cut(request)
    return await _answer(request, status, said, slow=fate is Fate.SLOW)


async def hand_on(session: aiohttp.ClientSession, request: web.Request, address: URL) -> tuple[int, bytes]:
    """Make the same call at this address; the status and the JSON of its answer."""
    kept = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
    body = await request.read()
    async with session.request(request.method, address, data=body, headers=kept) as answer:
        return answer.status, await answer.read()


async def _answer(request: web.Request, status: int, said: bytes, *, slow: bool) -> web.StreamResponse:
    told = {"Content-Type": "application/json", "Content-Length": str(len(said))}
    response = web.StreamResponse(status=status, headers=told)
    with suppress(ConnectionError):  # it may have died of another call
        await response.prepare(request)
        await response.write(said[:1])
        if slow:
            await asyncio.sleep(SLOW_SECONDS)
        await response.write(said[1:])
        await response.write_eof()
    return response


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


@asynccontextmanager
async def trouble_database(host: str, port: int, number: int, fleet: Fleet, trouble: Trouble) -> AsyncIterator[int]:
    """The port of a proxy in front of PostgreSQL for the replica with that number."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, out = await asyncio.open_connection(host, port)
        fate = Fate.PASS

        async def ask() -> None:
            nonlocal fate
            while chunk := await reader.read(65_536):
                fate = trouble.draw(COMMITS, Fate.PASS) if b"COMMIT;" in chunk else Fate.PASS
                if fate is Fate.KILL_KEEPER:
                    fleet.kill_keeper()
                if (fate is Fate.KILL_BEFORE and fleet.kill(number)) or fate is Fate.CUT_BEFORE:
                    return
                out.write(chunk)
                await out.drain()

        async def tell() -> None:
            while chunk := await there.read(65_536):
                done = b"COMMIT\x00" in chunk
                if done and (fate is Fate.CUT_AFTER or (fate is Fate.KILL_AFTER and fleet.kill(number))):
                    return
                writer.write(chunk)
                await writer.drain()

        sides = [asyncio.create_task(ask()), asyncio.create_task(tell())]
        await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        for each in sides:
            each.cancel()
        await asyncio.gather(*sides, return_exceptions=True)
        out.close()
        writer.transport.abort()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
