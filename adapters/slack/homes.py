"""The home tab of a person, which shows a card."""

from typing import Final
from uuid import uuid4

import structlog

from adapters.slack.api import Api, Json
from bot.conversation import Actor, Command
from bot.domain.errors import PlatformError
from bot.domain.people import Platform
from bot.domain.places import Place
from bot.incidents import describe
from bot.views.commands import TASKS
from cards.block_kit import render_home
from cards.model import Card

_log = structlog.get_logger(__name__)

_OPENED_THERE: Final = "paraaf-home-"
"""How the `external_id` begins of a dialog that was opened on the home tab, which nothing else tells of it."""


def find_home(actor: Actor) -> Place:
    """Where somebody's home tab is: Slack takes a person's id for their own chat with the app."""
    return Place(Platform.SLACK, actor.office_tenant, actor.account.user)


def ask_home(actor: Actor) -> Command:
    """The command whose answer the home tab shows."""
    return Command(actor, find_home(actor), "home", TASKS, is_personal=True)


def name_dialog() -> str:
    """The `external_id` of a dialog that is opened on the home tab; each has one of its own."""
    return f"{_OPENED_THERE}{uuid4()}"


def is_at_home(body: Json) -> bool:
    """Whether something was done on the home tab, or in a dialog that was opened there.

    Slack tells of the view that is the home tab; a stand-in tells no more than that there is no conversation.
    """
    if view := body.get("view"):
        return view.get("type") == "home" or str(view.get("external_id") or "").startswith(_OPENED_THERE)
    channel = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id")
    return body.get("type") == "block_actions" and not channel


class Homes:
    """Everybody's home tabs."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def show(self, actor: Actor, card: Card) -> None:
        """Show a card on somebody's home tab. What fails is in the log: it is shown anew when they come back."""
        try:
            await self._api.write("views.publish", {"user_id": actor.account.user, "view": render_home(card)})
        except PlatformError as refusal:
            _log.warning("slack_home_not_shown", **describe(refusal))
