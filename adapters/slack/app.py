"""The Slack adapter as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from adapters.background import Background
from adapters.slack.answering import Answering, Patience
from adapters.slack.api import SLACK_API, Api, build_client, quiet_logger
from adapters.slack.directory import SlackDirectory
from adapters.slack.door import PATH, Door
from adapters.slack.installation import Installation, ask_installation
from adapters.slack.listeners import listen
from adapters.slack.messenger import SlackMessenger
from adapters.slack.screens import Screens
from adapters.slack.showing import Showing
from adapters.slack.socket import SocketDoor
from adapters.slack.whispering import Whisperer
from bot.conversation import Router
from bot.ports import DuplicateGuard

FAREWELL = 10.0
"""Seconds for what is still being shown when Paraaf stops."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """`app_token` switches Socket Mode on, and then `signing_secret` may be empty.

    `api_url` is Slack's own unless a stand-in for Slack is used.
    """

    signing_secret: str
    bot_token: str
    app_token: str | None = None
    api_url: str = SLACK_API


class SlackAdapter:
    """Paraaf in one Slack workspace. `messenger` and `directory` work at once, the door after `start`.

    `session` is shared by everything that goes out; open it with `adapters.slack.api.open_session`.
    """

    def __init__(self, settings: SlackSettings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._session = session
        self._api = Api(settings.bot_token, settings.api_url, session)
        self._background = Background("slack_background_failed")
        self._door: Door | None = None
        self._socket: SocketDoor | None = None
        self.messenger = SlackMessenger(self._api)
        self.directory = SlackDirectory(self._api)

    async def start(
        self, router: Router, guard: DuplicateGuard, screens: Screens, patience: Patience | None = None
    ) -> Installation:
        """Ask Slack who we are and open the door.

        Raises `adapters.slack.errors.TokenRefused` when Slack does not take a token, and a `PlatformError` when it
        can't be asked.
        """
        installation = await ask_installation(self._api)
        showing = Showing(self._api, Whisperer(self._api, self.messenger), screens)
        answering = Answering(router, showing, self._background, patience or Patience())
        bolt = _build_bolt(installation, str(self._api.base), self._session)
        listen(bolt, answering, installation.team)
        door = Door(bolt, self._settings.signing_secret, guard)
        if self._settings.app_token:
            app_api = Api(self._settings.app_token, self._settings.api_url, self._session)
            socket = SocketDoor(bolt, door, self._settings.app_token, app_api)
            await socket.open()
            self._socket = socket
        self._door = door
        _log.info("slack_started", team=installation.team, socket=self._socket is not None)
        return installation

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """`POST /slack/events`; answers 503 until `start` has ended."""
        return [web.post(PATH, self._receive)]

    async def stop(self) -> None:
        """Close the socket and finish what is being shown; requests over HTTP have to have ended before."""
        if self._socket:
            await self._socket.close()
            self._socket = None
        await self._background.finish(FAREWELL)

    async def _receive(self, request: web.Request) -> web.Response:
        return await self._door.receive(request) if self._door else web.Response(status=503)


def _build_bolt(installation: Installation, base: str, session: aiohttp.ClientSession) -> AsyncApp:
    authorized = AuthorizeResult(
        enterprise_id=installation.enterprise,
        team_id=installation.team,
        team=installation.team_name,
        bot_id=installation.bot,
        bot_user_id=installation.bot_user,
    )

    async def authorize() -> AuthorizeResult:
        return authorized

    return AsyncApp(
        name="adapters.slack.bolt",
        logger=quiet_logger(),
        client=build_client(base, session),
        authorize=authorize,
        process_before_response=True,  # without it every answer waits for a clock of 10 ms
        request_verification_enabled=False,  # the door has done it
        attaching_function_token_enabled=False,
    )
