"""The Microsoft Teams adapter as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import structlog
from aiohttp import web
from aiohttp.abc import AbstractResolver
from yarl import URL

from adapters.background import Background
from adapters.teams.answering import Answering, Patience
from adapters.teams.connector import Connector
from adapters.teams.directory import TeamsDirectory
from adapters.teams.door import PATH, Door
from adapters.teams.files import Files
from adapters.teams.gate import Gate, OpenGate, TokenGate
from adapters.teams.hosts import GRAPH, LOGIN, Hosts
from adapters.teams.keys import METADATA, SigningKeys
from adapters.teams.messenger import TeamsMessenger
from adapters.teams.proof import Proof, Secret
from adapters.teams.reading import Reader
from adapters.teams.references import KnownPlaces
from adapters.teams.rendering import FormRenderer
from adapters.teams.roster import Roster
from adapters.teams.seals import Seal
from adapters.teams.tab.gate import UserGate
from adapters.teams.tab.pages import serve_pages
from adapters.teams.tab.serving import Tab
from adapters.teams.tab.visitors import Visitors
from adapters.teams.tokens import LEGACY_AUTHORITY, EntraTokens, NoTokens, Tokens
from bot.conversation import Router
from bot.domain.errors import PlatformUnavailable
from bot.ports import DuplicateGuard, Ports, Store

FAREWELL: Final = 10.0
"""Seconds for what is still being shown when Paraaf stops."""

_SEAL: Final = b"paraaf teams seal 1"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """How Paraaf is registered with Microsoft.

    `authority` hands out its tokens: the tenant's id for an app of a single tenant. Without `proof` no token is asked
    for and none is demanded of who comes in: whoever sets that listens on this machine alone. `local` are origins of
    stand-ins for Microsoft's services on this machine. The addresses are Microsoft's unless stand-ins are used.
    """

    app_id: str
    proof: Proof | None
    authority: str = LEGACY_AUTHORITY
    local: frozenset[str] = field(default_factory=frozenset)
    login_url: str = LOGIN
    metadata_url: str = METADATA
    graph_url: str = GRAPH
    has_tabs: bool = False
    """Whether Entra tells who looks at a tab: the registration exposes an API for that."""


class TeamsAdapter:
    """Paraaf in Teams, in every tenant whose people reach it. `messenger` and `directory` work at once.

    `session` is shared by everything that goes out to Microsoft's own services; files have one of their own, which may
    resolve names by `resolver`.
    """

    def __init__(
        self,
        settings: TeamsSettings,
        session: aiohttp.ClientSession,
        store: Store,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._settings = settings
        self._session = session
        self._store = store
        hosts = Hosts(frozenset(URL(origin).origin() for origin in settings.local), URL(settings.graph_url))
        proof = settings.proof or Secret(settings.app_id)
        self._seal = Seal(proof.derive_key(_SEAL))
        self._tokens = _choose_tokens(settings, session)
        self._keys = SigningKeys(session, settings.metadata_url) if settings.proof else None
        self._gate: Gate = TokenGate(settings.app_id, self._keys) if self._keys else OpenGate()
        self._places = KnownPlaces(store)
        self._background = Background("teams_background_failed")
        self._door: Door | None = None
        self._files = Files(self._tokens, hosts, self._seal, resolver)
        connector = Connector(session, self._tokens, hosts)
        roster = Roster(connector, self._places)
        self._visitors = Visitors(connector, self._places, roster)
        self._tab: Tab | None = None
        self.messenger = TeamsMessenger(connector, self._places, roster, self._files)
        self.directory = TeamsDirectory(roster)

    async def start(self, router: Router, guard: DuplicateGuard, patience: Patience | None = None) -> None:
        """Open the door. Microsoft's keys are fetched meanwhile; until they are here, requests wait or get 503."""
        forms = FormRenderer(self._seal)
        answering = Answering(router, self.messenger, forms, self._background, patience or Patience())
        if self._keys:
            self._keys.prepare()
        else:
            _log.warning("teams_open", why="requests are believed without a token")
        if self._tab:
            self._tab.open(router)
        self._door = Door(self._gate, self._places, Reader(self._seal), answering, guard)
        _log.info("teams_started")

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """`POST /api/messages`; answers 503 until `start` has ended."""
        return [web.post(PATH, self._receive)]

    def tab_routes(self, ports: Ports) -> Sequence[web.AbstractRouteDef]:
        """The pages of the tabs and what they ask, which is answered as `routes` is; none without tabs."""
        if not self._settings.has_tabs:
            return ()
        gate = UserGate(self._settings.app_id, self._session, self._store, self._settings.login_url)
        self._tab = Tab(gate, self._visitors, ports)
        return [*serve_pages(), *self._tab.routes()]

    async def check(self) -> str | None:
        """What is wrong with the way to Microsoft, in a few words; None when a token is to be had."""
        try:
            await self._tokens.get()
        except PlatformUnavailable as trouble:
            return trouble.reason
        return None

    async def stop(self) -> None:
        """Finish what is being shown; requests have to have ended before."""
        self._door = None
        if self._tab:
            await self._tab.close()
        await self._background.finish(FAREWELL)
        await self._files.close()
        if self._keys:
            await self._keys.close()

    async def _receive(self, request: web.Request) -> web.Response:
        return await self._door.receive(request) if self._door else web.Response(status=503)


def _choose_tokens(settings: TeamsSettings, session: aiohttp.ClientSession) -> Tokens:
    if settings.proof is None:
        return NoTokens()
    return EntraTokens(session, settings.app_id, settings.proof, settings.authority, login=settings.login_url)
