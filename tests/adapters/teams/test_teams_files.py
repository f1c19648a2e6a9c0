"""Attack 3: server-side request forgery through the addresses of files."""

import socket
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from adapters.teams.addresses import NotPublicError, PublicResolver, _open_socket, is_public
from adapters.teams.files import Files, name_file
from adapters.teams.hosts import Hosts
from adapters.teams.seals import Seal
from adapters.teams.tokens import NoTokens
from bot.domain.errors import FilesNotTaken, FileTrouble, PlatformUnavailable

SEAL = Seal(b"key")
LIMIT = 1_000

Open = Callable[..., Files]


class FixedResolver(AbstractResolver):
    """Resolves every name to the same addresses, and remembers which names were asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.asked = addresses, list[str]()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


@pytest_asyncio.fixture(loop_scope="session")
async def open_files() -> AsyncIterator[Open]:
    opened: list[Files] = []

    def open_(resolver: FixedResolver, *local: str) -> Files:
        opened.append(Files(NoTokens(), Hosts(frozenset(map(URL, local))), SEAL, resolver))
        return opened[-1]

    yield open_
    for files in opened:
        await files.close()


async def expect_foreign(files: Files, address: str) -> None:
    with pytest.raises(FilesNotTaken) as refused:
        await files.fetch(name_file(SEAL, "t", address, "x.pdf", is_open=True), LIMIT)
    assert refused.value.trouble is FileTrouble.FOREIGN


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x.pdf",
        "http://linde.sharepoint.com/x.pdf",
        "https://linde.sharepoint.com:8443/x.pdf",
        "https://sharepoint.com.evil.example/x.pdf",
        "https://evilsharepoint.com/x.pdf",
        "https://linde.sharepoint.com@evil.example/x.pdf",
        "https://user:secret@linde.sharepoint.com/x.pdf",
        "https://127.0.0.1/x.pdf",
        "https://2130706433/x.pdf",
        "https://[::1]/x.pdf",
        "https://[::ffff:169.254.169.254]/latest/meta-data",
        "https://100.64.0.1/x.pdf",
        "file:///etc/passwd",
        "ftp://linde.sharepoint.com/x.pdf",
        "//linde.sharepoint.com/x.pdf",
        "https://[/",
        "x",
        "",
    ],
)
async def test_other_hosts_are_not_asked(open_files: Open, address: str) -> None:
    resolver = FixedResolver("127.0.0.1")
    await expect_foreign(open_files(resolver), address)
    assert resolver.asked == []


PRIVATE = (
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "0.0.0.0",  # noqa: S104 - an address that must be refused
    "255.255.255.255",
    "224.0.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:100.64.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "not an address",
)
PUBLIC = ("52.96.0.1", "2603:1010::1", "::ffff:52.96.0.1", "64:ff9b::3460:1")


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_inside_is_refused(open_files: Open, address: str) -> None:
    assert not is_public(address)
    resolver = FixedResolver("52.96.0.1", address)
    await expect_foreign(open_files(resolver), "https://linde.sharepoint.com/x.pdf")
    assert resolver.asked == ["linde.sharepoint.com"]


@pytest.mark.parametrize("address", PRIVATE)
async def test_one_address_inside_spoils_a_name(address: str) -> None:
    with pytest.raises(NotPublicError):
        await PublicResolver(FixedResolver(PUBLIC[0], address)).resolve("linde.sharepoint.com", 443)
    assert await PublicResolver(FixedResolver(*PUBLIC)).resolve("linde.sharepoint.com", 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [*PRIVATE[:5], "::ffff:10.0.0.1"])
def test_no_socket_is_made_for_an_address_inside(address: str) -> None:
    with pytest.raises(NotPublicError):
        _open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)))


def test_a_socket_is_made_for_a_public_address() -> None:
    with _open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("52.96.0.1", 443))) as made:
        assert not made.getblocking()


async def test_a_name_that_is_not_there_may_come_back(open_files: Open) -> None:
    class Unknown(FixedResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

    files = open_files(Unknown())
    with pytest.raises(PlatformUnavailable):
        await files.fetch(name_file(SEAL, "t", "https://linde.sharepoint.com/x.pdf", "x.pdf", is_open=True), LIMIT)


@pytest_asyncio.fixture(loop_scope="session")
async def stand_in() -> AsyncIterator[tuple[str, list[str]]]:
    """Files on this machine: `/to?at=…` and `/loop` redirect, `/stream` is long without saying so."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        assert "Authorization" not in request.headers
        if request.path == "/to":
            return web.Response(status=302, headers={"Location": request.query["at"]})
        if request.path == "/loop":
            return web.Response(status=302, headers={"Location": "/loop"})
        if request.path == "/nowhere":
            return web.Response(status=302)
        if request.path == "/stream":
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(LIMIT):
                await response.write(b"x" * 100)
            return response
        return web.Response(body=b"de bytes")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}", asked
    await runner.cleanup()


async def test_a_redirect_is_checked_like_the_address(open_files: Open, stand_in: tuple[str, list[str]]) -> None:
    origin, asked = stand_in
    resolver = FixedResolver("10.0.0.1")
    files = open_files(resolver, origin)
    fetched = await files.fetch(name_file(SEAL, "t", f"{origin}/to?at=/file", "x.pdf", is_open=True), LIMIT)
    assert (fetched.name, fetched.content) == ("x.pdf", b"de bytes")
    for target in (
        "http://127.0.0.1:1/",
        "https://evil.example/",
        "file:///etc/passwd",
        "https://linde.sharepoint.com/",
    ):
        await expect_foreign(files, str(URL(f"{origin}/to").with_query(at=target)))
    assert resolver.asked == ["linde.sharepoint.com"]
    await expect_foreign(files, f"{origin}/nowhere")
    await expect_foreign(files, f"{origin}/loop")
    assert (asked.count("/loop"), asked.count("/file")) == (4, 1)


async def test_stops_reading_at_the_limit(open_files: Open, stand_in: tuple[str, list[str]]) -> None:
    origin, _ = stand_in
    with pytest.raises(FilesNotTaken) as refused:
        await open_files(FixedResolver(), origin).fetch(
            name_file(SEAL, "t", f"{origin}/stream", "x.pdf", is_open=True), LIMIT
        )
    assert (refused.value.trouble, refused.value.limit) == (FileTrouble.TOO_LARGE, LIMIT)


async def test_a_file_without_a_name_is_called_by_its_address(
    open_files: Open, stand_in: tuple[str, list[str]]
) -> None:
    origin, _ = stand_in
    file = name_file(SEAL, "t", f"{origin}/een%20bestand.pdf?tempauth=x", "", is_open=True)
    assert (await open_files(FixedResolver(), origin).fetch(file, LIMIT)).name == "een bestand.pdf"
