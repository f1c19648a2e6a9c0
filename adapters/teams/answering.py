"""Asks the core, and answers within the time that Teams gives.

The core commits before it answers. An answer that is not there in time is not given up: whoever waits for it is told
so, in the form that they sent and with what they typed, and when they ask again they see what became of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.background import Background, ended
from adapters.teams.messenger import TeamsMessenger
from adapters.teams.reading import Asked, Surface
from adapters.teams.rendering import Body, FormRenderer
from adapters.teams.showing import Showing
from adapters.teams.whispering import Whisperer
from bot.conversation import Answer, Router


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until a request is answered whatever comes.

    Teams documents 5 s for dialogs and gives up on anything after 15 s; what remains is for the way there and back.
    """

    answer: float = 4.2


Undo = Callable[[], Awaitable[None]]


class Answering:
    """Answers what people ask. `undo` lets the same request in again."""

    def __init__(
        self,
        router: Router,
        messenger: TeamsMessenger,
        forms: FormRenderer,
        background: Background,
        patience: Patience,
    ) -> None:
        self._router = router
        self._showing = Showing(messenger, forms, router.handle)
        self._whisperer = Whisperer(messenger, forms)
        self._background = background
        self._patience = patience

    async def answer_message(self, asked: Asked, undo: Undo) -> None:
        """A message: acknowledged when the core has answered or it took too long, answered in private after that."""
        asking = self._background.start(self._ask(asked, undo))
        self._background.start(self._whisper(asking, asked))
        await ended(asking, self._patience.answer)

    async def answer_invoke(self, asked: Asked, undo: Undo) -> Body | None:
        """A request that waits: the body of its answer, None for an empty one."""
        asking = self._background.start(self._ask_and_show(asked, undo))
        if await ended(asking, self._patience.answer):
            return asking.result()
        if asked.surface is Surface.LIST:
            asking.cancel()
        return self._showing.show_late(asked)

    async def _ask_and_show(self, asked: Asked, undo: Undo) -> Body | None:
        try:
            answer = await self._router.handle(asked.interaction)
            return await self._showing.show(answer, asked)
        except Exception:  # noqa: BLE001 - whatever it was, the person is told and the log has it
            answer = await self._router.failed(asked.interaction)
            await undo()
        return await self._showing.show(answer, asked)

    async def _ask(self, asked: Asked, undo: Undo) -> Answer:
        try:
            return await self._router.handle(asked.interaction)
        except Exception:  # noqa: BLE001 - as above
            answer = await self._router.failed(asked.interaction)
            await undo()
            return answer

    async def _whisper(self, asking: asyncio.Task[Answer], asked: Asked) -> None:
        await self._whisperer.whisper(await asking, asked)
