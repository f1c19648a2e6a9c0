"""The composition root: builds every part and wires them together; the only importer of storage."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy import Connection, make_url

from adapters.evidence.holding import Holding, hold_evidence
from adapters.geography import open_geography
from adapters.links import Link, keep_trying
from adapters.log import AccessLog
from adapters.pdf.layout import PdfLayoutReader
from adapters.pdf.page_count import PdfPageCounter
from adapters.pdf.sheet import SheetPdf
from adapters.settings import Settings
from adapters.teams_settings import FRAMES
from adapters.web.health import Check, serve_health
from adapters.web.logs import serve_logs
from adapters.web.metrics import CountingRouter, Metrics, serve_metrics
from adapters.web.pages import show_root
from adapters.web.placing.routes import serve_placing
from adapters.web.placing.site import PlacingSite
from adapters.web.signing.routes import serve_signing
from adapters.web.signing.site import Site, load_assets
from adapters.web.uploads import serve_uploads
from adapters.web.verify import serve_verify
from bot.domain.errors import StoreUnavailable
from bot.domain.people import Platform
from bot.incidents import describe
from bot.ports import Blobs, Directory, DuplicateGuard, Evidence, Geography, Messenger, Ports
from bot.router import Router
from bot.use_cases.deliver import Courier
from bot.use_cases.record_evidence import Recorder
from storage.blobs import open_blobs
from storage.sql.engine import connect
from storage.sql.migrations import configure, migrate
from storage.sql.store import SqlStore
from storage.sql.troubles import TROUBLES, translate
from storage.vault import Vault, open_vault, read_vault

PATIENCE = 10.0
"""Seconds that requests and deliveries under way are given when Paraaf stops."""
RESTART_WAIT = 1.0
"""Seconds before deliveries or records go on after a mistake of ours ended them."""

_log = structlog.get_logger(__name__)


class SystemClock:
    """Keeps `bot.ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@asynccontextmanager
async def open_store(settings: Settings, vault: Vault | None = None) -> AsyncIterator[SqlStore]:
    """The database, brought up to date, until the end of the block. Raises `StoreUnavailable`.

    Only with a vault it keeps signatures.
    """
    await migrate(settings.database_url)
    store = SqlStore(settings.database_url, vault=vault)
    try:
        yield store
    finally:
        await store.dispose()


async def check_key(settings: Settings, *, has_tables: bool) -> None:
    """Raise `KeyRefused` when the key of personal data cannot be read, or is not that of what the tables hold."""
    vault = await asyncio.to_thread(read_vault, settings.personal_key)
    if has_tables:
        async with open_store(settings, vault) as store:
            await store.require_key()


async def read_schema(settings: Settings) -> tuple[str | None, str | None]:
    """The step that the database's tables are at, None where there are none yet, and the newest step there is.

    Changes nothing. Raises `StoreUnavailable`.
    """
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - slow, and for the doctor only
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    url = make_url(settings.database_url)
    if url.drivername.startswith("sqlite") and not await asyncio.to_thread(Path(url.database or "").exists):
        return None, None  # connecting would make the file
    engines = connect(settings.database_url)

    def read(connection: Connection) -> tuple[str | None, str | None]:
        newest = ScriptDirectory.from_config(configure(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision(), newest

    try:
        async with engines.reading.connect() as opened:
            return await opened.run_sync(read)
    except TROUBLES as error:
        raise translate(error) from error
    finally:
        await engines.dispose()


def choose_blobs(settings: Settings) -> Blobs:
    """Where the documents lie: the bucket that is set, else a folder in the data directory. Raises `ValueError`."""
    if settings.blobs is not None:
        return open_blobs(settings.blobs.get_secret_value())
    return open_blobs(settings.data_dir / "blobs")


def build_ports(
    settings: Settings,
    store: SqlStore,
    messengers: Mapping[Platform, Messenger] | None = None,
    directories: Mapping[Platform, Directory] | None = None,
    geography: Geography | None = None,
    evidence: Evidence | None = None,
) -> Ports:
    """Everything that the use cases need; without platforms for commands that reach none."""
    return Ports(
        store=store,
        blobs=choose_blobs(settings),
        pages=PdfPageCounter(),
        clock=SystemClock(),
        messengers=messengers or {},
        directories=directories or {},
        public_url=settings.public_url,
        geography=geography,
        evidence=evidence,
        layouts=PdfLayoutReader(),
    )


@asynccontextmanager
async def open_guard(settings: Settings) -> AsyncIterator[DuplicateGuard]:
    """What remembers repeated requests: Redis where it is set, else this process."""
    from storage.redis.guard import ProcessDuplicateGuard, open_redis_guard  # noqa: PLC0415 - slow, and for platforms only

    if settings.redis is None:
        yield ProcessDuplicateGuard()
        return
    guard = open_redis_guard(settings.redis.get_secret_value())
    try:
        yield guard
    finally:
        await guard.close()


class Paraaf:
    """A running Paraaf: `start` it, `stop` it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._parts = AsyncExitStack()
        self._stopping = asyncio.Event()
        self._metrics = Metrics()
        self._ended: set[str] = set()
        self.address = ""
        """Where it listens once it started, with the port that the system chose where the settings say 0."""

    async def start(self) -> None:
        """Bring up the database, listen, and connect the platforms.

        A platform that does not answer is tried again while everything else works. Raises `StoreUnavailable`,
        `OSError` when the port is taken, `SettingsError` for a file that cannot be read, `TokenRefused` of a
        platform's adapter, `OfficeRefused`, and `KeyRefused`.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take no more requests, finish what is under way, and close everything."""
        self._stopping.set()
        await self._parts.aclose()

    async def _start(self) -> None:
        # What is opened last is closed first, so this is the order of stopping, read from below.
        vault = await asyncio.to_thread(open_vault, self._settings.personal_key)
        store = await self._parts.enter_async_context(open_store(self._settings, vault))
        await store.require_key()
        guard = await self._parts.enter_async_context(open_guard(self._settings))
        holding = await self._parts.enter_async_context(hold_evidence(self._settings))
        links = [link async for link in self._build_links(store)]
        messengers: dict[Platform, Messenger] = {link.platform: link.messenger for link in links}
        directories: dict[Platform, Directory] = {link.platform: link.directory for link in links}
        geography = await asyncio.to_thread(open_geography, self._settings.geoip)
        ports = build_ports(self._settings, store, messengers, directories, geography, holding.evidence)
        courier = Courier(ports, self._metrics.count_delivery)
        recorder = Recorder(ports, courier.wake)
        if links:
            self._run(self._keep_going("deliveries", courier.run), self._finish)
        self._run(self._keep_going("evidence", recorder.run), self._finish)

        def wake() -> None:
            courier.wake()
            recorder.wake()

        assets = await asyncio.to_thread(load_assets, self._settings.public_url)
        framed_by = FRAMES if self._settings.teams else ()
        count = self._metrics.count_decision
        site = Site(ports, assets, wake, count, framed_by, self._settings.proxies)
        await self._listen(self._build_app(site, store, links, holding))
        router = CountingRouter(Router(ports, wake), self._metrics)
        for link in links:
            if not await link.connect(store, router, guard):
                self._run(keep_trying(link, store, router, guard), _cancel)
        platforms = [link.platform.value for link in links]
        _log.info("started", address=self.address, public_url=self._settings.public_url, platforms=platforms)

    async def _build_links(self, store: SqlStore) -> AsyncIterator[Link]:
        if self._settings.slack:
            from adapters.slack.api import open_session as open_slack  # noqa: PLC0415 - slow, and for Slack only
            from adapters.slack_link import SlackLink  # noqa: PLC0415 - as above

            slack = SlackLink(self._settings.slack, await self._parts.enter_async_context(open_slack()))
            self._parts.push_async_callback(slack.stop)
            yield slack
        if self._settings.teams:
            from adapters.teams_link import TeamsLink, open_session  # noqa: PLC0415 - slow, and for Teams only

            session = await self._parts.enter_async_context(open_session())
            teams = TeamsLink(self._settings.teams, session, store)
            self._parts.push_async_callback(teams.stop)
            yield teams

    def _build_app(self, site: Site, store: SqlStore, links: Sequence[Link], holding: Holding) -> web.Application:
        async def check_database() -> str | None:
            try:
                await store.ping()
            except StoreUnavailable:
                return "does not answer"
            return None

        async def check_deliveries() -> str | None:
            return "not running" if "deliveries" in self._ended else None

        checks: dict[str, Check] = {"database": check_database}
        app = web.Application(middlewares=[self._metrics.time_acknowledgement])
        for link in links:
            checks |= {link.platform.value: link.check, "deliveries": check_deliveries}
            app.add_routes(link.routes(site.ports))
        app.add_routes([web.get("/", show_root), *serve_signing(site), *serve_uploads(site.ports)])
        app.add_routes(serve_placing(PlacingSite(site.ports, site.assets, site.framed_by)))
        app.add_routes([*serve_logs(site.ports, SheetPdf().draw), *serve_verify(holding.find_keys)])
        app.add_routes([*serve_health(checks), *serve_metrics(self._metrics, store)])
        app.on_response_prepare.append(_set_headers)
        return app

    async def _listen(self, app: web.Application) -> None:
        runner = web.AppRunner(app, access_log_class=AccessLog, shutdown_timeout=PATIENCE)
        await runner.setup()
        self._parts.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, self._settings.host, self._settings.port).start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def _keep_going(self, name: str, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            self._ended.discard(name)
            try:
                await work(self._stopping)
            except Exception as error:  # noqa: BLE001 - one mistake must not end every delivery or record
                self._ended.add(name)
                _log.error(f"{name}_ended", **describe(error))
                await asyncio.sleep(RESTART_WAIT)

    def _run(
        self, work: Coroutine[Any, Any, None], end: Callable[[asyncio.Task[None]], Coroutine[Any, Any, None]]
    ) -> None:
        self._parts.push_async_callback(end, asyncio.create_task(work))

    async def _finish(self, task: asyncio.Task[None]) -> None:
        _, late = await asyncio.wait([task], timeout=PATIENCE)
        if late:
            await _cancel(task)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "Paraaf"  # the versions of what it runs on are nobody's business
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
