"""What everything comes in by: a load balancer on a network that delivers some of it twice, and some of it late."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from itertools import count

import aiohttp
from aiohttp import web

from tests.chaos.faults import Trouble
from tests.chaos.fleet import Fleet
from tests.chaos.serving import serve_routes

LATE_SECONDS = 0.4
"""Long enough for the next press to overtake it."""
_LEFT_OUT = ("Host", "Content-Length", "Transfer-Encoding", "Connection")


_Answer = tuple[int, str, bytes]
"""Status, content type and body."""


class Arrival(Enum):
    """What becomes of a request on its way to Paraaf."""

    ONCE = auto()
    TWICE = auto()
    LATE = auto()


ARRIVALS = {Arrival.ONCE: 80, Arrival.TWICE: 10, Arrival.LATE: 10}


@asynccontextmanager
async def open_door(fleet: Fleet, trouble: Trouble) -> AsyncIterator[str]:
    """The address; each request goes to the next replica that is there, and one that comes twice to two at once."""
    turns, doubles = count(), set[asyncio.Task[_Answer]]()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:

        async def hand_on(request: web.Request, body: bytes) -> _Answer:
            headers = {name: value for name, value in request.headers.items() if name not in _LEFT_OUT}
            for _ in fleet.replicas:
                port = fleet.replicas[next(turns) % len(fleet.replicas)].port
                address = f"http://127.0.0.1:{port}{request.path_qs}"
                with suppress(aiohttp.ClientConnectorError):
                    async with session.request(request.method, address, data=body, headers=headers) as answer:
                        return answer.status, answer.content_type, await answer.read()
            raise aiohttp.ClientError("no replica is there")

        async def serve(request: web.Request) -> web.Response:
            body = await request.read()
            arrival = trouble.draw(ARRIVALS, Arrival.ONCE)
            if arrival is Arrival.LATE:
                await asyncio.sleep(LATE_SECONDS)
            if arrival is Arrival.TWICE:
                doubles.add(asyncio.create_task(hand_on(request, body)))
            try:
                status, kind, said = await hand_on(request, body)
            except aiohttp.ClientError:
                return web.Response(status=502)
            return web.Response(status=status, body=said, content_type=kind)

        async with serve_routes([web.route("*", "/{path:.*}", serve)]) as address:
            try:
                yield address
            finally:
                await asyncio.gather(*doubles, return_exceptions=True)
