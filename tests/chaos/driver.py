"""Two people at work in one conversation, who try again whatever was not acknowledged."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.texts import load_texts
from bot.views import forms
from bot.views.envelope_card import WITHDRAW
from cards.block_kit import render_view
from cards.model import Form
from tests import builders as a
from tests.chaos.history import Accepted, Deed
from tests.chaos.office import OfficeInSlack
from tests.strict_slack import NotAcknowledged, Room, User
from tests.strict_slack.facts import Json, Message
from tests.strict_slack.filling import Filled, build_state

TRIES = 40
CARD_SECONDS = 60.0
PROMPT_SECONDS = 0.9
"""A press that is acknowledged sooner than this was carried out; later it may be on its way."""
_PAUSE = 0.25
_TEXTS = load_texts("nl")


@dataclass(slots=True)
class Driver:
    """What is done in one room, and what was accepted of it."""

    office: OfficeInSlack
    room: Room
    dice: random.Random
    form: Json
    """The send dialog of the room."""
    accepted: list[Accepted] = field(default_factory=list)
    count: int = 0

    async def act(self) -> None:
        """Send a request, and do something with it once its card is there."""
        self.count += 1
        request = f"{self.room.id} nr {self.count:04}"
        filled: Mapping[str, Filled] = {
            forms.RECENT: [a.an_item().name],
            forms.SIGNER: self.office.karim.id,
            forms.MESSAGE: request,
        }
        await self._submit(self.office.sanne, self.form, filled, request, Deed.SENT)
        card = await self._find_card(request)
        if card is None:
            return
        envelope = next(str(each["value"]) for each in card.buttons if each.get("value"))
        approve = forms.approve_form(a.an_envelope(envelope), None, a.NOON.date(), _TEXTS)
        reject = forms.reject_form(a.an_envelope(envelope), envelope, _TEXTS)
        deeds = {
            Deed.APPROVED: lambda: self._answer(approve, {forms.PLACE: "Utrecht"}, request, Deed.APPROVED),
            Deed.REJECTED: lambda: self._answer(reject, {forms.REASON: "Klopt niet"}, request, Deed.REJECTED),
            Deed.WITHDRAWN: lambda: self._withdraw(card, request),
        }
        # Two at once: only one of them can be.
        chosen = self.dice.sample(sorted(deeds), k=self.dice.choice([1, 1, 2]))
        await asyncio.gather(*(deeds[each]() for each in chosen))

    async def _answer(self, form: Form, filled: Mapping[str, Filled], request: str, deed: Deed) -> None:
        await self._submit(self.office.karim, render_view(form), filled, request, deed)

    async def _submit(self, by: User, body: Any, filled: Mapping[str, Filled], request: str, deed: Deed) -> None:  # noqa: ANN401 - JSON
        """Press the button of the dialog until it closes, or Paraaf says that there is nothing more to be done."""
        workspace = self.office.slack.workspace
        by.views.clear()  # other dialogs of the same person, of which no answer is looked at any more
        view = workspace.put_view(by.id, body)
        values = build_state(view, dict(filled))
        for _ in range(TRIES):
            payload = by.view_payload("view_submission", view, values)
            with suppress(NotAcknowledged, aiohttp.ClientError, ConnectionError):
                answer = await self.office.slack.delivery.deliver(payload, form=False)
                if answer in ({}, {"response_action": "clear"}):
                    self.accepted.append(Accepted(request, deed))
                    return
                if deed is not Deed.SENT and answer.get("response_action") == "update":
                    return  # somebody else was first, or it was done and the answer was lost
            await asyncio.sleep(_PAUSE)

    async def _withdraw(self, card: Message, request: str) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(TRIES):
            try:
                payload = self.office.sanne.press_payload(card, WITHDRAW)
            except Exception:  # noqa: BLE001 - the button is gone from the card: it is closed
                return
            begun = loop.time()
            with suppress(NotAcknowledged, aiohttp.ClientError, ConnectionError):
                await self.office.slack.delivery.deliver(payload, form=False)
                if loop.time() - begun < PROMPT_SECONDS:
                    return
            await asyncio.sleep(_PAUSE)

    async def _find_card(self, request: str) -> Message | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CARD_SECONDS):
                return await self.office.slack.until(
                    lambda: next(
                        (each for each in self.room.messages if request in each.words and not each.thread_ts), None
                    )
                )
        return None
