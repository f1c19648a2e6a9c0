"""What the core answers, shown in Slack by a call to it, or by the acknowledgement of a form that was sent."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, assert_never

import structlog

from adapters.slack.api import Api
from adapters.slack.homes import Homes, name_dialog
from adapters.slack.screens import Screens, show_card, show_errors
from adapters.slack.whispering import Whisperer
from bot.conversation import Answer, Command, Done, Found, Open, Press, Show, Tell
from bot.domain.errors import PlatformError, Undeliverable
from bot.incidents import describe
from cards.block_kit import render_errors, render_view
from cards.model import Form, FormErrors

_log = structlog.get_logger(__name__)

_ATTEMPTS = 5
_PAUSE = 0.2
# Seconds. A pushed dialog is known to Slack only once our acknowledgement has arrived there.


@dataclass(frozen=True, slots=True)
class WayBack:
    """How to reach the person who did something; `is_home` tells that they did it on their home tab.

    `undo` lets the same request in again.
    """

    undo: Callable[[], Awaitable[None]]
    trigger: str = ""
    response_url: str = ""
    pushed: bool = False
    is_home: bool = False


class Showing:
    """Shows answers."""

    def __init__(self, api: Api, whisperer: Whisperer, screens: Screens) -> None:
        self._api = api
        self._whisperer = whisperer
        self._screens = screens
        self.homes = Homes(api)

    async def show(self, answer: Answer, interaction: Command | Press, way: WayBack) -> None:
        """The answer to a command or a press."""
        match answer:
            case Done():
                pass
            case Tell(card) if way.is_home:
                await self._open(show_card(card, self._screens.loading.close), interaction, way)
            case Tell(card):
                await self._whisperer.whisper(interaction, card, way.response_url)
            case Open(form):
                await self._open(form, interaction, way)
            case Show(card) if way.is_home:
                await self.homes.show(interaction.actor, card)
            case Show(card):
                await self._whisperer.replace(interaction, card, way.response_url)
            case FormErrors() | Found():
                raise TypeError("Only a form has errors, and only a lookup options.")
            case _:
                assert_never(answer)

    async def open_loading(self, way: WayBack) -> str | None:
        """The id of a dialog that says that it takes long, or None when it did not open."""
        try:
            view = render_view(self._screens.loading)
            answer = await self._api.write("views.open", {"trigger_id": way.trigger, "view": view})
        except PlatformError as refusal:
            _log.warning("slack_dialog_not_opened", form=self._screens.loading.id, **_tell(refusal))
            return None
        return str(answer["view"]["id"])

    async def show_late(self, answer: Answer, loading: str | None, interaction: Command | Press, way: WayBack) -> None:
        """The answer to a command or a press that took long, in the dialog that says so if there is one."""
        if loading is None:
            shown = Tell(self._screens.expired) if isinstance(answer, Open) else answer
            await self.show(shown, interaction, way)
            return
        await self._api.write("views.update", {"view_id": loading, "view": _render(self._choose_form(answer), way)})
        if isinstance(answer, Show):
            await self.show(answer, interaction, way)

    def render_outcome(self, answer: Answer, *, pushed: bool) -> dict[str, Any]:
        """The acknowledgement of a form that was sent, which says what becomes of the dialog."""
        match answer:
            case Done():
                # An empty answer closes the view that was sent, and would show again what lies below it.
                return {"response_action": "clear"} if pushed else {}
            case Tell(card):
                return _update(show_card(card, self._screens.loading.close))
            case Open(form):
                return _update(form)
            case FormErrors():
                return render_errors(answer)
            case Found() | Show():
                raise TypeError("Neither options nor a view of a card are an answer to a form.")
            case _:
                assert_never(answer)

    def render_waiting(self, name: str) -> dict[str, Any]:
        """The acknowledgement of a form whose answer takes long: a dialog called `name` that says so.

        It lies on top of the form, so that what was typed is still there when something turns out to be wrong with it.
        """
        return {"response_action": "push", "view": {**render_view(self._screens.loading), "external_id": name}}

    async def replace_waiting(self, answer: Answer, name: str) -> None:
        """Show the answer in the dialog that `render_waiting` made."""
        # Closing it closes the form below as well, unless that one has to be corrected.
        view = {**render_view(self._choose_form(answer)), "clear_on_close": not isinstance(answer, FormErrors)}
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._api.write("views.update", {"external_id": name, "view": {**view, "external_id": name}})
                return
            except Undeliverable as refusal:
                if refusal.reason != "not_found" or attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(_PAUSE * attempt)

    async def _open(self, form: Form, interaction: Command | Press, way: WayBack) -> None:
        try:
            await self._api.write("views.open", {"trigger_id": way.trigger, "view": _render(form, way)})
        except PlatformError as refusal:
            # Mostly a trigger that was too old. Nothing is lost, so pressing again is all there is to do.
            _log.warning("slack_dialog_not_opened", form=form.id, **_tell(refusal))
            await self._whisperer.whisper(interaction, self._screens.expired, way.response_url)

    def _choose_form(self, answer: Answer) -> Form:
        close = self._screens.loading.close
        match answer:
            case Done() | Show():
                return self._screens.finished
            case Tell(card):
                return show_card(card, close)
            case Open(form):
                return form
            case FormErrors():
                return show_errors(answer, close)
            case Found():
                raise TypeError("Options are no answer to a form.")
            case _:
                assert_never(answer)


def _render(form: Form, way: WayBack) -> dict[str, Any]:
    view = render_view(form)
    return {**view, "external_id": name_dialog()} if way.is_home else view


def _update(form: Form) -> dict[str, Any]:
    return {"response_action": "update", "view": render_view(form)}


def _tell(refusal: PlatformError) -> dict[str, object]:
    return {"reason": getattr(refusal, "reason", ""), "kind": describe(refusal)["kind"]}
