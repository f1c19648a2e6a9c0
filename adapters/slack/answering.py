"""What the core answers, shown in Slack, within the 3 seconds that Slack gives.

The core commits before it answers, and its answer is waited for before a request is acknowledged. Whatever is shown by
a call to Slack is shown after that, in the background. An answer that is not there in time is not given up: a dialog
that says so is shown at once, and takes the answer when it comes.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from adapters.background import Background, ended
from adapters.slack.homes import ask_home
from adapters.slack.showing import Showing, WayBack
from bot.conversation import (
    Actor,
    Answer,
    Command,
    Done,
    Found,
    Interaction,
    Lookup,
    Press,
    Router,
    Submission,
    Tell,
)
from cards.block_kit import render_options
from cards.model import FormErrors


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: until a dialog says that it takes long, and until the request is acknowledged whatever comes.

    A trigger lives 3 s and a request must be acknowledged within 3 s; what remains is for the way there and back.
    """

    loading: float = 1.0
    acknowledge: float = 2.3


class Answering:
    """Asks the core and shows what it answers. Every method returns the body of the acknowledgement."""

    def __init__(self, router: Router, showing: Showing, background: Background, patience: Patience) -> None:
        self._router = router
        self._showing = showing
        self._background = background
        self._patience = patience

    async def answer(self, interaction: Command | Press, way: WayBack) -> dict[str, Any]:
        """A command or a press: acknowledged with nothing, answered in a dialog or in private."""
        asked = self._background.start(self._ask(interaction, way))
        if await ended(asked, self._patience.loading):
            self._background.start(self._show(asked.result(), interaction, way))
            return {}
        loading = self._background.start(self._showing.open_loading(way))
        self._background.start(self._show_late(asked, loading, interaction, way))
        await ended(asked, self._patience.acknowledge - self._patience.loading)
        return {}

    async def answer_home(self, opened: Command, way: WayBack) -> dict[str, Any]:
        """The home tab was opened: acknowledged with nothing, and shown as soon as there is something to show."""
        asked = self._background.start(self._ask(opened, way))
        self._background.start(self._show_home(asked, opened.actor))
        await ended(asked, self._patience.acknowledge)
        return {}

    async def answer_submission(self, submission: Submission, way: WayBack) -> dict[str, Any]:
        """A form that was sent: the acknowledgement itself says what becomes of the dialog."""
        asked = self._background.start(self._ask(submission, way))
        if way.is_home:
            self._background.start(self._renew_home_after(asked, submission.actor))
        if await ended(asked, self._patience.acknowledge):
            return self._showing.render_outcome(asked.result(), pushed=way.pushed)
        name = f"paraaf-{uuid4()}"
        self._background.start(self._replace_waiting(asked, name))
        return self._showing.render_waiting(name)

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

    async def _show(self, answer: Answer, interaction: Command | Press, way: WayBack) -> None:
        await self._showing.show(answer, interaction, way)
        await self._renew_home_if_old(answer, interaction, way)

    async def _show_late(
        self, asked: asyncio.Task[Answer], loading: asyncio.Task[str | None], interaction: Command | Press, way: WayBack
    ) -> None:
        await self._showing.show_late(await asked, await loading, interaction, way)
        await self._renew_home_if_old(await asked, interaction, way)

    async def _replace_waiting(self, asked: asyncio.Task[Answer], name: str) -> None:
        await self._showing.replace_waiting(await asked, name)

    async def _renew_home_if_old(self, answer: Answer, interaction: Command | Press, way: WayBack) -> None:
        if way.is_home and isinstance(answer, Done | Tell):  # done, or refused since the tab was out of date
            await self._renew_home(interaction.actor)

    async def _renew_home_after(self, asked: asyncio.Task[Answer], actor: Actor) -> None:
        if not isinstance(await asked, FormErrors):
            await self._renew_home(actor)

    async def _renew_home(self, actor: Actor) -> None:
        await self._show_home(self._ask(ask_home(actor), WayBack(_let_be)), actor)

    async def _show_home(self, asked: Awaitable[Answer], actor: Actor) -> None:
        if isinstance(answer := await asked, Tell):
            await self._showing.homes.show(actor, answer.card)


async def _let_be() -> None:
    """What we asked by ourselves is no request that could be let in again."""
