"""Private answers to a command or a press."""

import aiohttp
import structlog
from yarl import URL

from adapters.slack.api import Api, is_slack_host
from bot.conversation import Command, Press
from bot.domain.errors import PlatformError
from bot.ports import Messenger
from cards.block_kit import render_message
from cards.model import Card

_log = structlog.get_logger(__name__)

_PATIENCE = aiohttp.ClientTimeout(total=10)


class Whisperer:
    """Shows a card to the person who just did something, by whichever way still works."""

    def __init__(self, api: Api, messenger: Messenger) -> None:
        self._api = api
        self._messenger = messenger

    async def whisper(self, interaction: Command | Press, card: Card, response_url: str) -> None:
        """Show a card. By response URL where there is one: it reaches people who left the conversation as well.

        Inside a thread by the messenger first, since a response URL knows no threads. A failure of both is logged.
        """
        ways = [self._respond, self._send]
        for way in reversed(ways) if interaction.place.thread else ways:
            if await way(interaction, card, response_url):
                return
        _log.error("slack_private_answer_lost", channel=interaction.place.channel)

    async def replace(self, interaction: Command | Press, card: Card, response_url: str) -> None:
        """Show a card in place of the private one that was pressed on, or below it where that does not work."""
        if not await self._post(card, response_url, replace=True):
            await self.whisper(interaction, card, response_url)

    async def _respond(self, _: Command | Press, card: Card, response_url: str) -> bool:
        return await self._post(card, response_url, replace=False)

    async def _post(self, card: Card, response_url: str, *, replace: bool) -> bool:
        if not response_url or not self._is_own(response_url):
            return False
        # Without `response_type` a stand-in shows it to everyone; Slack takes `ephemeral` for granted.
        body = {**render_message(card), "response_type": "ephemeral", "replace_original": replace}
        try:
            async with self._api.session.post(
                response_url, json=body, timeout=_PATIENCE, allow_redirects=False
            ) as answer:
                return answer.status == 200  # noqa: PLR2004 - everything else is a refusal
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def _send(self, interaction: Command | Press, card: Card, _: str) -> bool:
        try:
            await self._messenger.whisper(interaction.place, interaction.actor.account, card)
        except PlatformError as refusal:
            _log.warning("slack_private_answer_refused", kind=type(refusal).__name__)
            return False
        return True

    def _is_own(self, response_url: str) -> bool:
        url = URL(response_url)
        own = url.absolute and url.origin() == self._api.base.origin()
        return own if not self._api.is_slack else url.scheme == "https" and is_slack_host(url.host)
