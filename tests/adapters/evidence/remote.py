"""Evidence that a service in this process answers for, over a real socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientTimeout, web

from adapters.evidence.addresses import Certificates, TlsAddress, UnixAddress, bind_socket, make_server_context
from adapters.evidence.client import PATIENCE, HttpEvidence, open_client
from adapters.evidence.service import READING_TIME, build_service
from tests.adapters.evidence.test_local import LocalStage


class RemoteStage(LocalStage):
    """The archive is in this process, as a test must see it; what records in it is asked over a socket."""

    evidence: HttpEvidence  # type: ignore[assignment]  # in place of the local one, which the service has


@asynccontextmanager
async def serve_unix(
    stage: LocalStage, peers: frozenset[int] | None = None, reading_time: float = READING_TIME
) -> AsyncIterator[UnixAddress]:
    # Not in the folder of the test: the path of a socket may not be long.
    with TemporaryDirectory() as folder:
        address = UnixAddress(Path(folder) / "evidence.sock")
        async with _running(build_service(stage.evidence, peers, reading_time)) as runner:
            await web.SockSite(runner, bind_socket(address.path)).start()
            yield address


@asynccontextmanager
async def serve_tls(stage: LocalStage, certificates: Certificates) -> AsyncIterator[int]:
    """The port where it listens."""
    async with _running(build_service(stage.evidence)) as runner:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=make_server_context(certificates)).start()
        yield runner.addresses[0][1]


@asynccontextmanager
async def ask(address: UnixAddress | TlsAddress, patience: ClientTimeout = PATIENCE) -> AsyncIterator[HttpEvidence]:
    async with open_client(address, patience) as client:
        yield client


@asynccontextmanager
async def _running(app: web.Application) -> AsyncIterator[web.AppRunner]:
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        yield runner
    finally:
        await runner.cleanup()
