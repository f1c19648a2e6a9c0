"""The composition root: a running Paraaf, with every part of it wired to the others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from pydantic import SecretStr

from adapters.evidence.holding import Holding, hold_evidence
from adapters.evidence.tiles import serve_tiles
from adapters.geography import open_geography
from adapters.hurrying import HurryingRouter, hurry
from adapters.inbox.watching import Inbox
from adapters.links import Link, keep_trying
from adapters.listening import listen, serve_requests, serve_watchers
from adapters.parts import build_ports, open_guard, open_pace, open_store
from adapters.pdf.sealing.asking import SealJudge
from adapters.roles import Roles
from adapters.sealing import open_sealer, read_trust
from adapters.settings import Settings
from adapters.teams_settings import FRAMES
from adapters.tracing import open_traces
from adapters.web.api.operations import ApiSite
from adapters.web.api.routes import serve_api
from adapters.web.metrics import CountingRouter, Metrics
from adapters.web.requests import follow_requests
from adapters.web.signing.site import Site, load_assets
from adapters.web.verify import serve_verify
from adapters.webhooks.caller import open_caller
from adapters.working import Worker, beside
from bot.domain.people import Platform
from bot.following import Follow
from bot.ports import Directory, Messenger, Ports
from bot.router import Router
from storage.sql.store import SqlStore
from storage.vault import Vault, open_vault

if TYPE_CHECKING:
    from storage.redis.wake_ups import RedisWakeUps

_log = structlog.get_logger(__name__)


class Paraaf:
    """A running Paraaf: `start` it, `stop` it."""

    def __init__(self, settings: Settings, roles: Roles | None = None) -> None:
        self._settings = settings
        self._roles = roles or Roles()
        self._parts = AsyncExitStack()
        self._metrics = Metrics()
        self._worker: Worker | None = None
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
        """Take no more requests, finish what is under way, give back what was not begun, and close everything."""
        if self._worker:
            self._worker.stop()
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
        ports = await self._build_ports(store, links, holding)
        follow = await self._parts.enter_async_context(open_traces(self._settings.traces_url))
        wake = await self._work(ports, follow, vault)
        doors = links if self._roles.web else []
        routes = serve_watchers(ports, store, doors, self._worker, self._metrics)
        if self._roles.web:
            routes += await self._build_pages(ports, links, holding, wake)
        self._watch(holding)
        middlewares = [follow_requests(follow), hurry, self._metrics.time_acknowledgement]
        self.address = await listen(routes, middlewares, self._settings, self._parts)
        router = CountingRouter(HurryingRouter(Router(ports, wake, follow)), self._metrics)
        for link in doors:
            if not await link.connect(store, router, guard):
                await self._parts.enter_async_context(beside(keep_trying(link, store, router, guard)))
        platforms, url = [link.platform.value for link in links], self._settings.public_url
        _log.info("started", address=self.address, public_url=url, platforms=platforms)

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

    async def _build_ports(self, store: SqlStore, links: Sequence[Link], holding: Holding) -> Ports:
        messengers: dict[Platform, Messenger] = {link.platform: link.messenger for link in links}
        directories: dict[Platform, Directory] = {link.platform: link.directory for link in links}
        geography = await asyncio.to_thread(open_geography, self._settings.geoip)
        ports = build_ports(self._settings, store, messengers, directories, geography, holding.evidence)
        sealer = await self._parts.enter_async_context(open_sealer(self._settings, ports.blobs))
        return replace(ports, sealer=sealer, pace=await self._parts.enter_async_context(open_pace(self._settings)))

    async def _work(self, ports: Ports, follow: Follow, vault: Vault) -> Callable[[], None]:
        """Let what works by itself begin, unless another process does it; what wakes it, wherever it is."""
        wake_ups = None
        if self._settings.redis and self._roles != Roles():
            wake_ups = self._open_wake_ups(self._settings.redis)
        if not self._roles.worker:
            return await self._tell_others(wake_ups)
        opening = open_caller(vault, ports.clock, allows_loopback=self._settings.webhooks_loopback)
        caller = await self._parts.enter_async_context(opening)
        inbox = Inbox(ports, self._settings.inbox, self._delivery_limit) if self._settings.inbox else None
        worker = self._worker = Worker(ports, self._metrics, caller, inbox, follow)
        if wake_ups:
            await self._parts.enter_async_context(beside(wake_ups.listen(worker.wake)))
        await self._parts.enter_async_context(worker.working())
        return worker.wake

    def _open_wake_ups(self, url: SecretStr) -> "RedisWakeUps":
        from storage.redis.wake_ups import open_wake_ups  # noqa: PLC0415 - slow, and for processes with one role only

        wake_ups = open_wake_ups(url.get_secret_value())
        self._parts.push_async_callback(wake_ups.close)
        return wake_ups

    async def _tell_others(self, wake_ups: "RedisWakeUps | None") -> Callable[[], None]:
        if wake_ups is None:
            return lambda: None  # workers look by themselves, every second
        await self._parts.enter_async_context(beside(wake_ups.pass_on()))
        return wake_ups.tell

    async def _build_pages(
        self, ports: Ports, links: Sequence[Link], holding: Holding, wake: Callable[[], None]
    ) -> list[web.AbstractRouteDef]:
        assets = await asyncio.to_thread(load_assets, self._settings.public_url)
        framed_by = FRAMES if self._settings.teams else ()
        site = Site(ports, assets, wake, self._metrics.count_decision, framed_by, self._settings.proxies)
        trust = await asyncio.to_thread(read_trust, self._settings)
        routes = [*serve_requests(site, links), *serve_verify(holding.find_keys, SealJudge(trust).judge)]
        routes += serve_api(ApiSite(ports, self._delivery_limit, told=wake))
        if self._settings.evidence_public and holding.find_log:
            routes += serve_tiles(holding.find_log)
        return routes

    @property
    def _delivery_limit(self) -> int:
        """Bytes that a delivery may have."""
        return self._settings.delivery_limit * 1_000_000

    def _watch(self, holding: Holding) -> None:
        overseers = holding.overseers
        if overseers is None:  # another process has them, and 0 would be a guess
            self._metrics.watch_evidence(lambda: nan, lambda: nan)
        else:
            self._metrics.watch_evidence(lambda: overseers.timestamps_owed, lambda: overseers.cosignatures_owed)
