"""The same two people in Teams, who press again whatever was not acknowledged."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from bot.views import forms
from tests import builders as a
from tests.chaos.history import Accepted, Deed
from tests.chaos.teams import UNHEARD, OfficeInTeams, is_unheard
from tests.strict_teams import ClientRefuses, Form, Message, Room, User, View
from tests.strict_teams.filling import Filled
from tests.strict_teams.reading import read_card

TRIES = 40
_PAUSE = 0.25
_WAITS = 3
"""How often the patience of the strict Teams is waited for a card: until another replica took it over, at most."""
_PRESSED_AGAIN = 0.6
_BUTTONS = {Deed.APPROVED: "Goedkeuren", Deed.REJECTED: "Afkeuren", Deed.WITHDRAWN: "Intrekken"}
_SAID = {Deed.APPROVED: "Ondertekend", Deed.REJECTED: "Afgekeurd", Deed.WITHDRAWN: "Ingetrokken"}
"""By which word a person's own view of the card says that it was done."""


@dataclass(slots=True)
class TeamsDriver:
    """What is done in one channel or chat, and what was accepted of it."""

    office: OfficeInTeams
    room: Room
    dice: random.Random
    accepted: list[Accepted] = field(default_factory=list)
    count: int = 0

    async def act(self) -> None:
        """Send a request, and do something with it once its card is there."""
        self.count += 1
        request = f"{self.room.name} nr {self.count:04}"
        card = await self._find_card(request) if await self._send(request) else None
        if card is None:
            return
        desk, phone = self.office.karim, self.office.karim.on("phone")
        deeds = {
            Deed.APPROVED: lambda: self._answer(desk, card, {forms.PLACE: "Utrecht"}, request, Deed.APPROVED),
            Deed.REJECTED: lambda: self._answer(phone, card, {forms.REASON: "Klopt niet"}, request, Deed.REJECTED),
            Deed.WITHDRAWN: lambda: self._withdraw(self.office.sanne, card, request),
        }
        # Two at once: only one of them can be.
        chosen = self.dice.sample(sorted(deeds), k=self.dice.choice([1, 1, 2]))
        await asyncio.gather(*(deeds[each]() for each in chosen))

    async def _send(self, request: str) -> bool:
        """Compose and send; whether somebody answered."""
        sanne = self.office.sanne
        view = await self._compose()
        if view is None:
            return False
        filled = {forms.RECENT: [a.an_item().name], forms.SIGNER: self.office.karim.id, forms.MESSAGE: request}
        told = self._count_words()
        await self._submit(sanne.fill(view, **filled), lambda: view not in sanne.views)
        if view in sanne.views:
            sanne.views.remove(view)
        elif self._count_words() == told:  # a dialog that closes with words was not sent
            self.accepted.append(Accepted(request, Deed.SENT))
        return True

    async def _compose(self) -> View | None:
        sanne = self.office.sanne
        for _ in range(TRIES):
            with unheard():
                await sanne.compose("sign", self.room)
                for view in sanne.views:
                    if view.form_id == forms.SEND and view.sent_with["activity"]["conversation"]["id"] == self.room.id:
                        return view
            await asyncio.sleep(_PAUSE)
        return None

    def _count_words(self) -> int:
        """How often Sanne was told something here in place of a dialog."""
        return sum(each.room is self.room for each in self.office.sanne.ephemerals)

    async def _find_card(self, request: str) -> Message | None:
        for _ in range(_WAITS):
            with suppress(TimeoutError):
                return await self.office.teams.until(
                    lambda: next((each for each in self.room.messages if request in each.words), None)
                )
        return None

    async def _answer(self, by: User, card: Message, filled: Mapping[str, Filled], request: str, deed: Deed) -> None:
        """Open the form in the card and send it, until the card says so or has no such button any more."""
        for _ in range(TRIES):
            if not await self._press(by, card, _BUTTONS[deed]):
                break
            if view := _find_form(by, card):
                await self._submit(by.fill(view, **filled), partial(_is_gone, by, view))
            if await _says(by, card, deed):
                break
            await asyncio.sleep(_PAUSE)
        if await _says(by, card, deed):
            self.accepted.append(Accepted(request, deed))

    async def _withdraw(self, by: User, card: Message, request: str) -> None:
        for _ in range(TRIES):
            if not await self._press(by, card, _BUTTONS[Deed.WITHDRAWN]) or await _says(by, card, Deed.WITHDRAWN):
                break
            await asyncio.sleep(_PAUSE)
        if await _says(by, card, Deed.WITHDRAWN):
            self.accepted.append(Accepted(request, Deed.WITHDRAWN))

    async def _press(self, by: User, card: Message, button: str) -> bool:
        """Whether the button was there to be pressed."""
        try:
            with unheard():
                await by.press(card, button)
        except ClientRefuses:
            return False
        return True

    async def _submit(self, form: Form, is_over: Callable[[], bool]) -> None:
        """Press the button of a form until it `is_over`.

        Where nobody answered, it arrives once more as it was, or it is pressed again: another activity about the same.
        """
        held = form.hold()
        for _ in range(TRIES):
            heard = False
            with unheard():
                await held.release()
                heard = True
            if is_over():
                return
            await asyncio.sleep(_PAUSE)
            if is_over():  # the card changed meanwhile, and what stood in its place went
                return
            if heard or self.dice.random() < _PRESSED_AGAIN:
                held = form.hold()


@contextmanager
def unheard() -> Iterator[None]:
    """Let it be where nobody answered; raise where something answered that is no answer."""
    try:
        yield
    except UNHEARD as fault:
        if not is_unheard(fault):
            raise


def _find_form(by: User, card: Message) -> View | None:
    """The form that this client of theirs shows in place of the card."""
    shown = [each for each in by.views if each.message is card and each.sent_with["client"] == id(by.client)]
    return next((each for each in shown if each.form_id), None)


def _is_gone(by: User, view: View) -> bool:
    return view not in by.views or not view.form_id


async def _says(by: User, card: Message, deed: Deed) -> bool:
    """Whether this person reads in their own view that it was done."""
    await by.client.see(card)
    return _SAID[deed] in read_card(by.client.own.get(card.id))
