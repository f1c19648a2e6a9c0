"""The evidence as a process of its own."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import structlog
from aiohttp import web

from adapters.evidence.addresses import Address, TlsAddress, UnixAddress, bind_socket, find_users, make_server_context
from adapters.evidence.holding import find_address, hold_archive
from adapters.evidence.service import build_service
from adapters.evidence.tiles import serve_tiles
from adapters.settings import Settings, SettingsError

SOCKET = "evidence.sock"
"""In the data directory, where no address is set."""
PATIENCE = 10.0
"""Seconds that requests under way are given when the process stops."""

_log = structlog.get_logger(__name__)


class EvidenceServer:
    """Holds the archive and answers on a socket; `public`, a host and a port, shows the tiles to the world.

    On a socket in the file system only `users` are answered, names or numbers of this machine, or whoever may connect.
    """

    def __init__(self, settings: Settings, public: tuple[str, int] | None = None, users: Sequence[str] = ()) -> None:
        self._settings = settings
        self._public = public
        self._users = users
        self._parts = AsyncExitStack()

    async def start(self) -> None:
        """Hold the archive, then listen.

        Raises `SettingsError`, `EvidenceError`, `AddressRefused`, and `OSError` when a port is taken.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take no more requests, finish what is under way, and let another process hold the archive."""
        await self._parts.aclose()

    async def _start(self) -> None:
        address = find_address(self._settings) or UnixAddress(self._settings.data_dir / SOCKET)
        peers = self._find_peers(address)
        # What is opened last is closed first: the archive is let go when nobody can ask any more.
        archive, evidence, _ = await self._parts.enter_async_context(hold_archive(self._settings))
        await self._listen(build_service(evidence, peers), address)
        if self._public:
            app = web.Application()
            app.add_routes(serve_tiles(archive.find))
            runner = await self._prepare(app)
            await web.TCPSite(runner, *self._public).start()
        told = str(address.path) if isinstance(address, UnixAddress) else f"https://{address.host}:{address.port}"
        _log.info("evidence_started", address=told, public=self._public, offices=len(archive.offices()))

    def _find_peers(self, address: Address) -> frozenset[int] | None:
        if not self._users:
            return None
        if not isinstance(address, UnixAddress):
            raise SettingsError({"--user": "only on a socket of this machine; over https certificates tell who it is"})
        try:
            return find_users(self._users)
        except ValueError as error:
            raise SettingsError({"--user": str(error)}) from None

    async def _listen(self, app: web.Application, address: Address) -> None:
        match address:
            case UnixAddress(path):
                bound = bind_socket(path)
                self._parts.callback(path.unlink, missing_ok=True)
                runner = await self._prepare(app)
                await web.SockSite(runner, bound).start()
            case TlsAddress(host, port, certificates):
                context = await asyncio.to_thread(make_server_context, certificates)
                runner = await self._prepare(app)
                await web.TCPSite(runner, host, port, ssl_context=context).start()

    async def _prepare(self, app: web.Application) -> web.AppRunner:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=PATIENCE)
        await runner.setup()
        self._parts.push_async_callback(runner.cleanup)
        return runner
