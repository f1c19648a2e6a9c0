"""Calls to real servers on this machine: what they get, and what they may do to who calls them."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.webhooks.caller import HttpSourceCaller, open_caller, read_wait
from adapters.webhooks.signing import make_signature, sign, write_secret
from bot.domain.delivery import SourceId
from bot.domain.people import OfficeId
from bot.domain.webhooks import OLD_SECRET_HOLDS, CallFailed, Reply, Webhook
from tests import builders as a
from tests.certificates import CertificateAuthority
from tests.databases import A_VAULT
from tests.fakes import FixedClock

WEBHOOK = Webhook(SourceId("source-1"), a.OFFICE, "", 1, a.NOON)
BODY = '{"name":"Özgür"}'.encode()


@dataclass
class Receiver:
    """A server that keeps what it gets and answers as a test says."""

    address: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2].partition("/")[0]

    async def take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append((headers, await request.read()))
        return await self.answer(request) if self.answer else web.Response(status=204)


@asynccontextmanager
async def receiving(context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    receiver.address = f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def caller() -> AsyncIterator[HttpSourceCaller]:
    async with open_caller(A_VAULT, FixedClock(), allows_loopback=True) as made:
        yield made


async def call(caller: HttpSourceCaller, url: str) -> Reply:
    return await caller.call(replace(WEBHOOK, url=url), "evt_1", BODY)


class To(AbstractResolver):
    """Says that every host is at one address."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        kind = socket.AF_INET6 if ":" in self._address else family
        return [ResolveResult(hostname=host, host=self._address, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        pass


async def test_what_is_sent_is_signed_as_standard_webhooks_says(receiver: Receiver, caller: HttpSourceCaller) -> None:
    assert await call(caller, receiver.address) == Reply(204)
    ((headers, body),) = receiver.got
    assert body == BODY
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "evt_1"
    assert headers["webhook-timestamp"] == str(int(a.NOON.timestamp()))
    assert headers == headers | sign(A_VAULT, replace(WEBHOOK, url=receiver.address), "evt_1", a.NOON, BODY)


def test_a_signature_is_that_of_the_published_libraries() -> None:
    """As version 1.1.0 of the one for Python makes it."""
    secret = bytes.fromhex("31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0")
    made = make_signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_webhook_has_secrets_of_its_own() -> None:
    others = [
        WEBHOOK,
        replace(WEBHOOK, source=SourceId("source-2")),
        replace(WEBHOOK, office=OfficeId("office-2")),
        replace(WEBHOOK, generation=2),
    ]
    assert len({write_secret(A_VAULT, each) for each in others}) == len(others)
    assert write_secret(A_VAULT, replace(WEBHOOK, generation=2), 1) == write_secret(A_VAULT, WEBHOOK)


def test_for_a_while_the_secret_before_holds_as_well() -> None:
    renewed = WEBHOOK.renew(a.NOON)
    before = sign(A_VAULT, WEBHOOK, "evt_1", a.NOON, BODY)["webhook-signature"]
    both = sign(A_VAULT, renewed, "evt_1", a.NOON, BODY)["webhook-signature"].split(" ")
    assert len(both) == 2
    assert before == both[1]
    late = a.NOON + OLD_SECRET_HOLDS
    assert " " not in sign(A_VAULT, renewed, "evt_1", late, BODY)["webhook-signature"]


async def test_a_certificate_has_to_be_right(tmp_path: Path) -> None:
    issued = CertificateAuthority(tmp_path).issue("receiver")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(tmp_path / "receiver.pem", tmp_path / "receiver.key")
    trusting = ssl.create_default_context(cafile=issued.authority)
    async with receiving(served) as receiver:
        async with open_caller(A_VAULT, FixedClock(), allows_loopback=True, context=trusting) as caller:
            assert await call(caller, receiver.address) == Reply(204)
        async with open_caller(A_VAULT, FixedClock(), allows_loopback=True) as caller:
            with pytest.raises(CallFailed) as failed:
                await call(caller, receiver.address)
        assert "Certificate" in failed.value.reason
        assert len(receiver.got) == 1


async def test_no_redirect_is_followed(receiver: Receiver, caller: HttpSourceCaller) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": str(request.url.with_path("/elsewhere"))})

    receiver.answer = answer
    assert await call(caller, receiver.address) == Reply(307)
    assert len(receiver.got) == 1


@pytest.mark.parametrize("inside", ["10.0.0.1", "169.254.169.254", "127.0.0.1", "::1", "::ffff:127.0.0.1", "fd00::1"])
async def test_a_name_that_leads_inside_is_not_followed(receiver: Receiver, inside: str) -> None:
    """Whatever it led to when it was set: what counts is where this connection goes."""
    async with open_caller(A_VAULT, FixedClock(), allows_loopback=False, resolver=To(inside)) as caller:
        with pytest.raises(CallFailed) as failed:
            await call(caller, f"https://hooks.example:{receiver.port}/hook")
    assert failed.value.reason == "address-refused"
    assert not receiver.got


async def test_a_host_that_is_written_as_a_number_does_not_lead_inside(receiver: Receiver) -> None:
    """As the system reads it: 2130706433 is 127.0.0.1."""
    async with open_caller(A_VAULT, FixedClock(), allows_loopback=False) as caller:
        for host in ("2130706433", "0x7f000001", "127.1", "localhost"):
            with pytest.raises(CallFailed) as failed:
                await call(caller, f"https://{host}:{receiver.port}/hook")
            assert failed.value.reason in {"address-refused", "InvalidUrlClientError"}
    assert not receiver.got


async def test_this_machine_is_not_called_without_the_setting(receiver: Receiver) -> None:
    async with open_caller(A_VAULT, FixedClock(), allows_loopback=False) as caller:
        with pytest.raises(CallFailed) as failed:
            await call(caller, receiver.address)
    assert failed.value.reason == "address-refused"
    assert not receiver.got


async def test_who_does_not_answer_is_waited_for_no_longer_than_that() -> None:
    open_ends: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _reader, writer: open_ends.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with open_caller(A_VAULT, FixedClock(), allows_loopback=True, patience=0.05) as caller:
        with pytest.raises(CallFailed) as failed:
            await call(caller, f"http://127.0.0.1:{port}/")
    silent.close()
    for each in open_ends:
        each.close()
    assert failed.value.reason == "timeout"


async def test_an_answer_without_end_is_not_read(receiver: Receiver, caller: HttpSourceCaller) -> None:
    ended = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
        except ConnectionError:
            ended.set()
        return response

    receiver.answer = answer
    assert await call(caller, receiver.address) == Reply(200)
    async with asyncio.timeout(30):
        await ended.wait()


async def test_an_answer_of_endless_headers_is_a_failure(caller: HttpSourceCaller) -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    with pytest.raises(CallFailed):
        await call(caller, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    server.close()


async def test_who_is_not_there_is_a_failure(caller: HttpSourceCaller) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(CallFailed):
        await call(caller, f"http://127.0.0.1:{port}/")


async def test_how_long_it_asks_to_wait_is_told(receiver: Receiver, caller: HttpSourceCaller) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "120"})

    receiver.answer = answer
    assert await call(caller, receiver.address) == Reply(429, timedelta(minutes=2))


def test_how_waits_are_written() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert read_wait("Mon, 02 Mar 2026 12:05:00 GMT", now) == timedelta(minutes=5)
    assert read_wait("Mon, 02 Mar 2026 11:00:00 GMT", now) == timedelta()
    assert read_wait("9" * 40, now) == timedelta(days=1)
    for nothing in ("", "soon", "-1", "1.5", "\u0663"):
        assert read_wait(nothing, now) is None
