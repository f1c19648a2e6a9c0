"""The load: requests written beforehand, over connections that stay open, so that the server is the slow side."""

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

from tests.bench.measuring import Timed

_END_OF_HEADERS = b"\r\n\r\n"
_LENGTH = b"content-length:"


class RefusedError(RuntimeError):
    """A request was not answered with 200."""


def write_request(address: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST as it goes over the wire."""
    url = urlsplit(address)
    lines = [f"POST {url.path} HTTP/1.1", f"Host: {url.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def send_all(address: str, requests: Sequence[bytes], at_once: int) -> Timed:
    """Send every request, one after another on each of `at_once` connections. Raises `RefusedError`, `OSError`."""
    url = urlsplit(address)
    loop = asyncio.get_running_loop()
    waiting, each = iter(requests), list[float]()
    opened = [
        await loop.create_connection(lambda: _Sender(waiting, each, loop.create_future()), "127.0.0.1", url.port or 80)
        for _ in range(at_once)
    ]
    begun = perf_counter()
    try:
        for _, sender in opened:
            sender.send_next()
        await asyncio.gather(*(sender.finished for _, sender in opened))
        return Timed(perf_counter() - begun, each)
    finally:
        for transport, _ in opened:
            transport.close()


class _Sender(asyncio.Protocol):
    """Sends the next request when the last one was answered. A client library would cost more than the server."""

    def __init__(self, waiting: Iterator[bytes], each: list[float], finished: "asyncio.Future[None]") -> None:
        self._waiting = waiting
        self._each = each
        self.finished = finished
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transports are none by inheritance

    def send_next(self) -> None:
        request = next(self._waiting, None)
        if request is None:
            self._finish(None)
            return
        assert self._transport, "not connected"
        self._begun = perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(_END_OF_HEADERS)
        if not end or len(body) < _read_length(head):
            return
        self._each.append(perf_counter() - self._begun)
        self._received = b""
        if not head.startswith(b"HTTP/1.1 200"):
            self._finish(RefusedError((head + end + body)[:500].decode(errors="replace")))
            return
        self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(RefusedError("the server closed the connection"))

    def _finish(self, error: Exception | None) -> None:
        if self.finished.done():
            return
        if error:
            self.finished.set_exception(error)
        else:
            self.finished.set_result(None)


def _read_length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
