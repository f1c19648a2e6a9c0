"""What people do in the story in Teams, without the page: each step ends when its effect can be seen."""

from dataclasses import dataclass, replace

from adapters.demo.client.workspace import User
from adapters.demo.office import BAKERY, KAREL, SANNE
from adapters.demo.playground.stage import Member, Room
from tests.e2e import words
from tests.e2e.teams_control import Json, Message, TeamsControl
from tests.strict_teams.facts import View
from tests.strict_teams.filling import Filled, fill_in
from tests.strict_teams.reading import find_buttons, see, walk

CLIENT = f"{BAKERY.number} · {BAKERY.name}"
_DIALOG = "composeExtension/submitAction"
_CARD = "adaptiveCard/action"


@dataclass(frozen=True, slots=True)
class Told:
    """What a press was answered with: words at the card, or a view in its place; neither where a dialog closes."""

    words: str = ""
    view: View | None = None

    @property
    def said(self) -> str:
        """The words, wherever they stand."""
        return self.view.words if self.view else self.words

    @property
    def shown(self) -> View:
        assert self.view, f"there is no view, but: {self.words!r}"
        return self.view


@dataclass(frozen=True, slots=True)
class TeamsStory:
    """One conversation of the client, and what happens in it."""

    teams: TeamsControl
    room: Room

    async def compose(self, by: User = SANNE) -> Told:
        """Choose “Document laten ondertekenen” in the compose box."""
        return _read_dialog(Member(by), await self.teams.open_extension(Member(by), self.room))

    async def ask(self, document: str, *, to: User = KAREL, message: str = "") -> Message:
        """Send a document, linking the conversation and confirming the signer first where it is asked; the card."""
        view = (await self.compose()).shown
        if view.title == words.LINK_TITLE:
            view = (await self.fill(view, client=CLIENT)).shown
        return await self.send(view, document, to=to, message=message)

    async def send(self, view: View, document: str, *, to: User = KAREL, message: str = "") -> Message:
        """Send a document from the send dialog, or from that form in a card; the card of the request."""
        before = len(self.cards())
        told = await self.fill(view, documents=document, signer=to.name, message=message)
        if told.view and "asks" in told.view.inputs:
            told = await self.fill(told.view, asks=words.AGREE)
        if told.view and "contact" in told.view.inputs:
            told = await self.fill(told.view, contact=to.name)
        assert told.view is None or not told.view.inputs, told.view.words
        return await self.teams.until(self.room, _is_request, before + 1)

    async def fill(self, view: View, label: str = "", **filled: Filled) -> Told:
        """Send a form, by its only button that sends or the one with this label."""
        return await self.send_raw(view, fill_in(view, filled), label)

    async def send_raw(self, view: View, typed: Json, label: str = "") -> Told:
        """Send what was typed whatever the client thinks of it."""
        who = self.member(view.user)
        action = _find_action(view.card, label)
        if view.way == _DIALOG:
            sent = {**action["data"], **typed}
            return _read_dialog(who, await self.teams.send_extension(who, self.room, sent))
        message = self.message(view)
        return _read_card(who, message, await self.teams.execute(who, message, action, typed))

    async def press(self, user: User, message: Message, label: str) -> Told:
        """Press a button of a message, as whoever that is."""
        who = Member(user)
        action = _find_action(message.card, label)
        if action["type"] == "Action.Submit":
            return _read_dialog(who, await self.teams.ask_dialog(who, message, action))
        return _read_card(who, message, await self.teams.execute(who, message, action, {}))

    async def approve(self, user: User, card: Message, place: str = "Utrecht") -> Told:
        form = await self.press(user, card, words.APPROVE)
        return await self.fill(form.shown, place=place)

    async def reject(self, user: User, card: Message, reason: str) -> Told:
        form = await self.press(user, card, words.REJECT)
        return await self.fill(form.shown, reason=reason)

    async def until_card_says(self, card: Message, text: str) -> Message:
        """The card, once it was updated in place to say this."""
        return await self.teams.until(self.room, lambda each: each.id == card.id and text in each.words)

    async def reply(self, card: Message, text: str) -> Message:
        """The message in the thread under a card that says this, once it is there; in chats, the message."""
        place = card.place if ";" in card.place else self.room.id
        return await self.teams.until(
            self.room, lambda each: each.place == place and each.id != card.id and text in each.words
        )

    def cards(self) -> list[Message]:
        """The requests in the conversation, the oldest first."""
        return [each for each in self.teams.messages(self.room) if _is_request(each)]

    def message(self, view: View) -> Message:
        """The message in whose place a view is."""
        found = self.teams.seen[self.room.id, view.sent_with["message"]]
        return replace(found, place=view.sent_with["place"])

    def member(self, user: str) -> Member:
        stage = self.teams.stage
        return next(each for each in (stage.me, *stage.others) if each.id == user)


def buttons(card: Json) -> list[str]:
    """What stands on the buttons of a card, in order, those that unfold something included."""
    return [see(each.get("title", "")) for each in find_buttons(card)]


def _is_request(message: Message) -> bool:
    return "refresh" in message.card


def _find_action(card: Json, label: str) -> Json:
    """The action that is sent: with this label, which may have to be unfolded first, or the last one of a form."""
    kinds = {"Action.Execute", "Action.Submit"}
    actions = [each for each in walk(card) if each.get("type") in kinds]
    found = [each for each in actions if see(each["title"]) == label] if label else [card["actions"][0]]
    assert len(found) == 1, f"{label!r} among {[each['title'] for each in actions]}"
    return found[0]


def _read_dialog(who: Member, answer: Json) -> Told:
    task = answer.get("task")
    if not task:
        return Told()
    if task["type"] == "message":
        return Told(task["value"])
    shown = task["value"]
    if "url" in shown:
        return Told(view=View(who.id, {}, _DIALOG, shown["title"], page=shown["url"]))
    return Told(view=View(who.id, shown["card"]["content"], _DIALOG, shown["title"]))


def _read_card(who: Member, message: Message, answer: Json) -> Told:
    if answer["type"] == "application/vnd.microsoft.activity.message":
        return Told(answer["value"])
    assert answer["type"] == "application/vnd.microsoft.card.adaptive", answer
    place = {"message": message.id, "place": message.place}
    return Told(view=View(who.id, answer["value"], _CARD, sent_with=place))
