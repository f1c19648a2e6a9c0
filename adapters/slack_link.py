"""Connect Paraaf to its Slack workspace: at start-up or, when Slack is away then, as soon as it is back."""

from collections.abc import Sequence

import aiohttp
import structlog
from aiohttp import web

from adapters.slack.api import Api
from adapters.slack.app import SlackAdapter
from adapters.slack.app import SlackSettings as AdapterSettings
from adapters.slack.directory import SlackDirectory
from adapters.slack.errors import TokenRefused
from adapters.slack.installation import ask_installation
from adapters.slack.messenger import SlackMessenger
from adapters.slack.screens import make_screens
from adapters.slack_settings import SlackSettings
from bot.conversation import Router
from bot.domain.errors import PlatformError, StoreUnavailable
from bot.domain.people import Platform
from bot.ports import DuplicateGuard, Ports, Store
from bot.texts import texts_for
from bot.use_cases.offices import OfficeRefused, adopt_tenant

_log = structlog.get_logger(__name__)


class SlackLink:
    """The Slack adapter, and whether it is connected."""

    platform = Platform.SLACK
    refusals: tuple[type[Exception], ...] = (TokenRefused, OfficeRefused)

    def __init__(self, settings: SlackSettings, session: aiohttp.ClientSession) -> None:
        secret, app_token = settings.signing_secret, settings.app_token
        self._is_signed = bool(secret and secret.get_secret_value())
        self.adapter = SlackAdapter(
            AdapterSettings(
                signing_secret=secret.get_secret_value() if secret else "",
                bot_token=settings.bot_token.get_secret_value(),
                app_token=app_token.get_secret_value() if app_token else None,
                api_url=settings.api_url,
            ),
            session,
        )
        self._api = Api(settings.bot_token.get_secret_value(), settings.api_url, session)
        self._trouble: str | None = "not connected yet"

    @property
    def messenger(self) -> SlackMessenger:
        """What delivers to Slack."""
        return self.adapter.messenger

    @property
    def directory(self) -> SlackDirectory:
        """What asks Slack who is who."""
        return self.adapter.directory

    def routes(self, ports: Ports) -> Sequence[web.AbstractRouteDef]:
        """Where Slack sends requests; none without a signing secret, since anybody could sign with an empty one."""
        del ports  # Slack shows no pages of ours
        return self.adapter.routes() if self._is_signed else ()

    async def check(self) -> str | None:
        """What is wrong with the connection, in a few words; None when it stands."""
        return self._trouble

    async def connect(self, store: Store, router: Router, guard: DuplicateGuard) -> bool:
        """Connect once, and tell whether Slack answered.

        Raises `TokenRefused`, and `OfficeRefused` when it is unclear whose workspace it is.
        """
        try:
            installation = await ask_installation(self._api)
            office, is_new = await adopt_tenant(store, Platform.SLACK, installation.team, installation.team_name)
            await self.adapter.start(router, guard, make_screens(texts_for(office.locale)))
        except (PlatformError, StoreUnavailable) as outage:
            self._trouble = f"does not answer ({getattr(outage, 'reason', type(outage).__name__)})"
            _log.warning("slack_away", trouble=self._trouble)
            return False
        except TokenRefused as refusal:
            self._trouble = str(refusal)
            raise
        except OfficeRefused:
            self._trouble = "the workspace belongs to no office"
            raise
        if is_new:
            _log.info("workspace_mapped", workspace=installation.team, office=office.name)
        self._trouble = None
        return True

    async def stop(self) -> None:
        """Finish what is being shown."""
        await self.adapter.stop()
