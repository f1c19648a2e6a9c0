"""What a running Paraaf answers over HTTP: everything in the role `web`, how it is in the role `worker`."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.links import Link
from adapters.log import AccessLog
from adapters.pdf.certificate import CertificatePdf
from adapters.pdf.sheet import SheetPdf
from adapters.settings import Settings
from adapters.web.health import Check, serve_health, tell_owed
from adapters.web.logs import serve_logs
from adapters.web.metrics import Metrics, serve_metrics
from adapters.web.pages import show_root
from adapters.web.placing.routes import serve_placing
from adapters.web.placing.site import PlacingSite
from adapters.web.signing.routes import serve_signing
from adapters.web.signing.site import Site
from adapters.web.uploads import serve_uploads
from adapters.working import PATIENCE, Worker
from bot.domain.errors import StoreUnavailable
from bot.ports import Ports
from storage.sql.store import SqlStore


def serve_requests(site: Site, links: Sequence[Link]) -> list[web.AbstractRouteDef]:
    """Where platforms send requests, and every page for people but those that prove something."""
    routes = [each for link in links for each in link.routes(site.ports)]
    return [
        *routes,
        web.get("/", show_root),
        *serve_signing(site),
        *serve_uploads(site.ports),
        *serve_placing(PlacingSite(site.ports, site.assets, site.framed_by)),
        *serve_logs(site.ports, SheetPdf().draw, CertificatePdf().draw),
    ]


def serve_watchers(
    ports: Ports, store: SqlStore, links: Sequence[Link], worker: Worker | None, metrics: Metrics
) -> list[web.AbstractRouteDef]:
    """How this process is: with `links` to the platforms that send it requests, and what works in it, if anything."""

    async def check_database() -> str | None:
        try:
            await store.ping()
        except StoreUnavailable:
            return "does not answer"
        return None

    async def check_evidence() -> str | None:
        trouble = await worker.check_records() if worker else None
        return trouble or await tell_owed(store, ports.clock)

    checks: dict[str, Check] = {"database": check_database}
    checks |= {link.platform.value: link.check for link in links}
    if worker and ports.messengers:
        checks["deliveries"] = worker.check_deliveries
    notes: dict[str, Check] = {"evidence": check_evidence}
    if worker and worker.watches_inbox:
        notes["inbox"] = worker.check_inbox
    return [*serve_health(checks, notes), *serve_metrics(metrics, ports)]


async def listen(
    routes: Sequence[web.AbstractRouteDef], middlewares: Sequence[Middleware], settings: Settings, parts: AsyncExitStack
) -> str:
    """Listen until `parts` are closed, which lets requests under way end. Tells the address. Raises `OSError`."""
    app = web.Application(middlewares=middlewares)
    app.add_routes(routes)
    app.on_response_prepare.append(_set_headers)
    runner = web.AppRunner(app, access_log_class=AccessLog, shutdown_timeout=PATIENCE)
    await runner.setup()
    parts.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.host, settings.port).start()
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "Paraaf"  # the versions of what it runs on are nobody's business
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
