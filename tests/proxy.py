"""A way to a server that can be cut or made to hang, and come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto

from sqlalchemy import make_url


class Way(Enum):
    """What becomes of what is sent."""

    OPEN = auto()
    CUT = auto()
    """Every connection is broken, and every new one at once."""
    HANGING = auto()
    """New connections are taken, and nothing arrives any more in either direction."""


class Proxy:
    """Listens on a port of its own for a server of this machine."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._open = asyncio.Event()
        self._open.set()
        self._way = Way.OPEN
        self._lost: bytes | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def turn(self, way: Way) -> None:
        """From now on this becomes of what is sent, on connections that there are as well."""
        self._way = way
        if way is Way.HANGING:
            self._open.clear()
        else:
            self._open.set()
        if way is Way.CUT:
            self._break_all()

    def reach(self, url: str) -> str:
        """The same URL, by this way."""
        return make_url(url).set(host="127.0.0.1", port=self.port).render_as_string(hide_password=False)

    def lose_answer(self, asked: bytes) -> None:
        """Break the connection in place of the answer to what is sent next with these bytes in it."""
        self._lost = asked

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Proxy"]:
        """Listen until the end of the block."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.turn(Way.CUT)
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._note(writer)
        if self._way is Way.CUT:
            writer.transport.abort()
            return
        with suppress(OSError):
            await self._open.wait()
            if writer.transport.is_closing():
                return
            there, back = await asyncio.open_connection(*self._server)
            self._note(back)
            doomed = asyncio.Event()
            await asyncio.gather(self._ask(reader, back, doomed), self._pass(there, writer, doomed))

    def _note(self, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if task := asyncio.current_task():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        with suppress(OSError):
            while some := await reader.read(65_536):
                await self._open.wait()
                if self._lost and self._lost in some:
                    self._lost = None
                    doomed.set()
                writer.write(some)
                await writer.drain()
        self._close(writer)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        with suppress(OSError):
            while (some := await reader.read(65_536)) and not doomed.is_set():
                await self._open.wait()
                writer.write(some)
                await writer.drain()
        self._close(writer)

    def _close(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        self._writers.discard(writer)

    def _break_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()


@asynccontextmanager
async def between(url: str) -> AsyncIterator[Proxy]:
    """A way to the server in this URL."""
    address = make_url(url)
    assert address.host
    assert address.port
    async with Proxy(address.host, address.port).listening() as proxy:
        yield proxy
