"""What the core answers, shown in Slack, within the 3 seconds that Slack gives.

The core commits before it answers, and its answer is waited for before a request is acknowledged. Whatever is shown by
a call to Slack is shown after that, in the background. An answer that is not there in time is not given up: a dialog
that says so is shown at once, and takes the answer when it comes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, assert_never
from uuid import uuid4

import structlog

from adapters.background import Background, ended
from adapters.slack.api import Api
from adapters.slack.screens import Screens, show_card, show_errors
from adapters.slack.whispering import Whisperer
from bot.conversation import (
    Answer,
    Command,
    Done,
    Found,
    Interaction,
    Lookup,
    Open,
    Press,
    Router,
    Show,
    Submission,
    Tell,
)
from bot.domain.errors import PlatformError, Undeliverable
from bot.incidents import describe
from cards.block_kit import render_errors, render_options, render_view
from cards.model import Form, FormErrors

_log = structlog.get_logger(__name__)

_ATTEMPTS = 5
_PAUSE = 0.2
# Seconds. A pushed dialog is known to Slack only once our acknowledgement has arrived there.


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: until a dialog says that it takes long, and until the request is acknowledged whatever comes.

    A trigger lives 3 s and a request must be acknowledged within 3 s; what remains is for the way there and back.
    """

    loading: float = 1.0
    acknowledge: float = 2.3


@dataclass(frozen=True, slots=True)
class WayBack:
    """How to reach the person who did something. `undo` lets the same request in again."""

    undo: Callable[[], Awaitable[None]]
    trigger: str = ""
    response_url: str = ""
    pushed: bool = False


class Answering:
    """Asks the core and shows what it answers. Every method returns the body of the acknowledgement."""

    def __init__(
        self,
        router: Router,
        api: Api,
        whisperer: Whisperer,
        screens: Screens,
        background: Background,
        patience: Patience,
    ) -> None:
        self._router = router
        self._api = api
        self._whisperer = whisperer
        self._screens = screens
        self._background = background
        self._patience = patience

    async def answer(self, interaction: Command | Press, way: WayBack) -> dict[str, Any]:
        """A command or a press: acknowledged with nothing, answered in a dialog or in private."""
        asked = self._background.start(self._ask(interaction, way))
        if await ended(asked, self._patience.loading):
            if not isinstance(answer := asked.result(), Done):
                self._background.start(self._show(answer, interaction, way))
            return {}
        loading = self._background.start(self._open_loading(way))
        self._background.start(self._show_late(asked, loading, interaction, way))
        await ended(asked, self._patience.acknowledge - self._patience.loading)
        return {}

    async def answer_submission(self, submission: Submission, way: WayBack) -> dict[str, Any]:
        """A form that was sent: the acknowledgement itself says what becomes of the dialog."""
        asked = self._background.start(self._ask(submission, way))
        if await ended(asked, self._patience.acknowledge):
            return self._render_outcome(asked.result(), pushed=way.pushed)
        # On top of the form, so that what was typed is still there when something turns out to be wrong with it.
        name = f"paraaf-{uuid4()}"
        self._background.start(self._replace_pushed(asked, name))
        return {"response_action": "push", "view": {**render_view(self._screens.loading), "external_id": name}}

    async def answer_lookup(self, lookup: Lookup, way: WayBack) -> dict[str, Any]:
        """Options to choose from; none when they can't be had in time."""
        asked = self._background.start(self._ask(lookup, way))
        if not await ended(asked, self._patience.acknowledge):
            asked.cancel()
            return render_options(())
        answer = asked.result()
        return render_options(answer.options if isinstance(answer, Found) else ())

    async def _ask(self, interaction: Interaction, way: WayBack) -> Answer:
        try:
            return await self._router.handle(interaction)
        except Exception:  # noqa: BLE001 - whatever it was, the person is told and the log has it
            answer = await self._router.failed(interaction)
            await way.undo()
            return answer

    def _render_outcome(self, answer: Answer, *, pushed: bool) -> dict[str, Any]:
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

    async def _show(self, answer: Answer, interaction: Command | Press, way: WayBack) -> None:
        match answer:
            case Done():
                pass
            case Tell(card):
                await self._whisperer.whisper(interaction, card, way.response_url)
            case Open(form):
                await self._open(form, interaction, way)
            case Show():
                raise TypeError("A message looks the same to everybody in Slack.")
            case FormErrors() | Found():
                raise TypeError("Only a form has errors, and only a lookup options.")
            case _:
                assert_never(answer)

    async def _open(self, form: Form, interaction: Command | Press, way: WayBack) -> None:
        try:
            await self._api.write("views.open", {"trigger_id": way.trigger, "view": render_view(form)})
        except PlatformError as refusal:
            # Mostly a trigger that was too old. Nothing is lost, so pressing again is all there is to do.
            _log.warning("slack_dialog_not_opened", form=form.id, **_tell(refusal))
            await self._whisperer.whisper(interaction, self._screens.expired, way.response_url)

    async def _open_loading(self, way: WayBack) -> str | None:
        """The id of the dialog, or None when it did not open."""
        try:
            view = render_view(self._screens.loading)
            answer = await self._api.write("views.open", {"trigger_id": way.trigger, "view": view})
        except PlatformError as refusal:
            _log.warning("slack_dialog_not_opened", form=self._screens.loading.id, **_tell(refusal))
            return None
        return str(answer["view"]["id"])

    async def _show_late(
        self, asked: asyncio.Task[Answer], loading: asyncio.Task[str | None], interaction: Command | Press, way: WayBack
    ) -> None:
        answer, view = await asked, await loading
        if view is None:
            shown = Tell(self._screens.expired) if isinstance(answer, Open) else answer
            await self._show(shown, interaction, way)
            return
        await self._api.write("views.update", {"view_id": view, "view": render_view(self._choose_form(answer))})

    async def _replace_pushed(self, asked: asyncio.Task[Answer], name: str) -> None:
        answer = await asked
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

    def _choose_form(self, answer: Answer) -> Form:
        close = self._screens.loading.close
        match answer:
            case Done():
                return self._screens.finished
            case Tell(card):
                return show_card(card, close)
            case Open(form):
                return form
            case FormErrors():
                return show_errors(answer, close)
            case Found() | Show():
                raise TypeError("Neither options nor a view of a card are an answer to a form.")
            case _:
                assert_never(answer)


def _update(form: Form) -> dict[str, Any]:
    return {"response_action": "update", "view": render_view(form)}


def _tell(refusal: PlatformError) -> dict[str, object]:
    return {"reason": getattr(refusal, "reason", ""), "kind": describe(refusal)["kind"]}
