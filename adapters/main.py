"""The composition root: a running Paraaf, with every part of it wired to the others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from math import nan
from typing import Any

import structlog
from aiohttp import web

from adapters.evidence.holding import Holding, hold_evidence
from adapters.evidence.tiles import serve_tiles
from adapters.geography import open_geography
from adapters.inbox.watching import Inbox
from adapters.links import Link, keep_trying
from adapters.log import AccessLog
from adapters.parts import build_ports, open_guard, open_pace, open_store
from adapters.pdf.certificate import CertificatePdf
from adapters.pdf.sealing.asking import SealJudge
from adapters.pdf.sheet import SheetPdf
from adapters.sealing import open_sealer, read_trust
from adapters.settings import Settings
from adapters.teams_settings import FRAMES
from adapters.web.api.operations import ApiSite
from adapters.web.api.routes import serve_api
from adapters.web.health import Check, serve_health, tell_owed
from adapters.web.logs import serve_logs
from adapters.web.metrics import CountingRouter, Metrics, serve_metrics
from adapters.web.pages import show_root
from adapters.web.placing.routes import serve_placing
from adapters.web.placing.site import PlacingSite
from adapters.web.signing.routes import serve_signing
from adapters.web.signing.site import Site, load_assets
from adapters.web.uploads import serve_uploads
from adapters.web.verify import serve_verify
from adapters.webhooks.caller import open_caller
from bot.domain.errors import StoreUnavailable
from bot.domain.people import Platform
from bot.incidents import describe
from bot.ports import Directory, Messenger
from bot.router import Router
from bot.use_cases.call_sources import Calling
from bot.use_cases.deliver import Courier
from bot.use_cases.intake import Intake
from bot.use_cases.record_evidence import Recorder
from bot.use_cases.remind import Reminding
from storage.sql.store import SqlStore
from storage.vault import open_vault

PATIENCE = 10.0
"""Seconds that requests and deliveries under way are given when Paraaf stops."""
RESTART_WAIT = 1.0
"""Seconds before deliveries or records go on after a mistake of ours ended them."""

_log = structlog.get_logger(__name__)


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
        await holding.require_own(store)
        links = [link async for link in self._build_links(store)]
        messengers: dict[Platform, Messenger] = {link.platform: link.messenger for link in links}
        directories: dict[Platform, Directory] = {link.platform: link.directory for link in links}
        geography = await asyncio.to_thread(open_geography, self._settings.geoip)
        built = build_ports(self._settings, store, messengers, directories, geography, holding.evidence)
        sealer = await self._parts.enter_async_context(open_sealer(self._settings, built.blobs))
        pace = await self._parts.enter_async_context(open_pace(self._settings))
        ports = replace(built, sealer=sealer, pace=pace)
        courier = Courier(ports, self._metrics.count_delivery)
        recorder = Recorder(ports, courier.wake, self._metrics.count_recorded)
        opening = open_caller(vault, ports.clock, allows_loopback=self._settings.webhooks_loopback)
        calling = Calling(ports, await self._parts.enter_async_context(opening))
        self._run(self._keep_going("webhooks", calling.run), self._finish)
        intake = Intake(ports, courier.wake)
        if links:
            self._run(self._keep_going("intake", intake.run), self._finish)
            self._run(self._keep_going("deliveries", courier.run), self._finish)
            self._run(self._keep_going("reminders", Reminding(ports, courier.wake).run), self._finish)
        self._run(self._keep_going("evidence", recorder.run), self._finish)

        def wake() -> None:
            courier.wake()
            recorder.wake()
            calling.wake()
            intake.wake()

        assets = await asyncio.to_thread(load_assets, self._settings.public_url)
        framed_by = FRAMES if self._settings.teams else ()
        count = self._metrics.count_decision
        site = Site(ports, assets, wake, count, framed_by, self._settings.proxies)
        app = self._build_app(site, store, links, recorder)
        trust = await asyncio.to_thread(read_trust, self._settings)
        app.add_routes(serve_verify(holding.find_keys, SealJudge(trust).judge))
        if self._settings.evidence_public and holding.find_log:
            app.add_routes(serve_tiles(holding.find_log))
        limit = self._settings.delivery_limit * 1_000_000
        app.add_routes(serve_api(ApiSite(ports, limit)))
        if self._settings.inbox:
            self._run(self._keep_going("inbox", Inbox(ports, self._settings.inbox, limit).run), self._finish)
        self._watch(holding)
        await self._listen(app)
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

    def _build_app(self, site: Site, store: SqlStore, links: Sequence[Link], recorder: Recorder) -> web.Application:
        async def check_database() -> str | None:
            try:
                await store.ping()
            except StoreUnavailable:
                return "does not answer"
            return None

        async def check_deliveries() -> str | None:
            return "not running" if "deliveries" in self._ended else None

        async def check_evidence() -> str | None:
            if "evidence" in self._ended:
                return "not running"
            if recorder.trouble:
                return "takes nothing now; decisions go on, and are recorded later"
            return await tell_owed(store, site.ports.clock)

        async def check_inbox() -> str | None:
            return "not running" if "inbox" in self._ended else None

        watching: dict[str, Check] = {"inbox": check_inbox} if self._settings.inbox else {}
        checks: dict[str, Check] = {"database": check_database}
        app = web.Application(middlewares=[self._metrics.time_acknowledgement])
        for link in links:
            checks |= {link.platform.value: link.check, "deliveries": check_deliveries}
            app.add_routes(link.routes(site.ports))
        app.add_routes([web.get("/", show_root), *serve_signing(site), *serve_uploads(site.ports)])
        app.add_routes(serve_placing(PlacingSite(site.ports, site.assets, site.framed_by)))
        app.add_routes(
            [*serve_logs(site.ports, SheetPdf().draw, CertificatePdf().draw), *serve_metrics(self._metrics, site.ports)]
        )
        app.add_routes(serve_health(checks, {"evidence": check_evidence, **watching}))
        app.on_response_prepare.append(_set_headers)
        return app

    def _watch(self, holding: Holding) -> None:
        overseers = holding.overseers
        if overseers is None:  # another process has them, and 0 would be a guess
            self._metrics.watch_evidence(lambda: nan, lambda: nan)
        else:
            self._metrics.watch_evidence(lambda: overseers.timestamps_owed, lambda: overseers.cosignatures_owed)

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
