"""Connect Paraaf to Microsoft Teams, where every tenant with an office reaches it at one address."""

import asyncio
from collections.abc import Sequence

import aiohttp
import structlog
from aiohttp import web
from yarl import URL

from adapters.settings import SettingsError
from adapters.teams.app import TeamsAdapter
from adapters.teams.app import TeamsSettings as AdapterSettings
from adapters.teams.directory import TeamsDirectory
from adapters.teams.messenger import TeamsMessenger
from adapters.teams.proof import Proof, Secret, read_certificate
from adapters.teams_settings import TeamsSettings
from bot.conversation import Router
from bot.domain.errors import StoreUnavailable
from bot.domain.people import Platform
from bot.ports import DuplicateGuard, Ports, Store
from bot.use_cases.offices import adopt_home_tenant

CONNECT_PATIENCE = 3.0
"""Seconds for a connection to Microsoft."""
CHECK_PATIENCE = 2.0
"""Seconds that whoever watches over Paraaf waits for Microsoft's login."""

_log = structlog.get_logger(__name__)


def open_session() -> aiohttp.ClientSession:
    """A session for everything that goes to Microsoft; whoever opens it closes it."""
    timeout = aiohttp.ClientTimeout(total=60, sock_connect=CONNECT_PATIENCE)
    return aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())


def describe_app(settings: TeamsSettings) -> AdapterSettings:
    """The settings as the adapter wants them. Reads files; raises `SettingsError` for a certificate that is none."""
    return AdapterSettings(
        app_id=settings.app_id,
        proof=read_proof(settings),
        authority=settings.authority,
        local=frozenset({str(URL(settings.service_url).origin())} if settings.service_url else ()),
        login_url=settings.login_url,
        metadata_url=settings.metadata_url,
        graph_url=settings.graph_url,
        has_tabs=settings.has_tabs,
    )


def read_proof(settings: TeamsSettings) -> Proof | None:
    """How the app proves itself; None where it need not. Raises `SettingsError`."""
    if settings.is_open:
        return None
    if settings.password:
        return Secret(settings.password.get_secret_value())
    files = [each for each in (settings.private_key, settings.certificate) if each]
    try:
        return read_certificate(b"\n".join(each.read_bytes() for each in files))
    except (ValueError, TypeError, OSError) as error:
        # What a library says of a file it cannot read may quote it, and it holds a key.
        words = str(error) if str(error).startswith("The ") else "it cannot be read"
        whence = "write the certificate and its private key in PEM, the key without a password"
        raise SettingsError({"MICROSOFT_APP_CERTIFICATE": f"{words}; {whence}"}) from None


class TeamsLink:
    """The Teams adapter, and whether it is connected."""

    platform = Platform.TEAMS
    refusals: tuple[type[Exception], ...] = ()

    def __init__(self, settings: TeamsSettings, session: aiohttp.ClientSession, store: Store) -> None:
        self._settings = settings
        self.adapter = TeamsAdapter(describe_app(settings), session, store)
        self._trouble: str | None = "not connected yet"

    @property
    def messenger(self) -> TeamsMessenger:
        """What delivers to Teams."""
        return self.adapter.messenger

    @property
    def directory(self) -> TeamsDirectory:
        """What asks Teams who is who."""
        return self.adapter.directory

    def routes(self, ports: Ports) -> Sequence[web.AbstractRouteDef]:
        """Where Teams sends requests, and the pages that it shows in tabs."""
        return [*self.adapter.routes(), *self.adapter.tab_routes(ports)]

    async def check(self) -> str | None:
        """What is wrong with the connection, in a few words; None when it stands."""
        if self._trouble:
            return self._trouble
        try:
            async with asyncio.timeout(CHECK_PATIENCE):
                return await self.adapter.check()
        except TimeoutError:
            return "Microsoft's login does not answer"

    async def connect(self, store: Store, router: Router, guard: DuplicateGuard) -> bool:
        """Open the door, and tell whether the database answered; Microsoft need not answer for it.

        The tenant of the app's registration goes to the only office of this deployment, if that has none in Teams.
        Every other tenant is mapped by an administrator: whoever reaches the app from elsewhere is told that no office
        is theirs.
        """
        try:
            await self._adopt(store)
        except StoreUnavailable as outage:
            self._trouble = f"the database does not answer ({outage.reason})"
            return False
        await self.adapter.start(router, guard)
        self._trouble = None
        return True

    async def stop(self) -> None:
        """Finish what is being shown."""
        await self.adapter.stop()

    async def _adopt(self, store: Store) -> None:
        tenant = self._settings.tenant
        if tenant is None:
            return
        office, is_new = await adopt_home_tenant(store, Platform.TEAMS, tenant)
        if office is None:
            _log.warning("tenant_of_no_office", tenant=tenant, todo=f"paraaf offices map OFFICE --teams {tenant}")
        elif is_new:
            _log.info("tenant_mapped", tenant=tenant, office=office.name)
