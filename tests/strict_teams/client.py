"""One client of one person: their own views of cards, the dialogs they have open, and what they send."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp

from tests.strict_teams.activities import make_activity
from tests.strict_teams.cards import ADAPTIVE, Invalid, check_press, check_task
from tests.strict_teams.facts import Account, ClientRefuses, Json, Message, NotAcknowledged, View
from tests.strict_teams.reading import see

if TYPE_CHECKING:
    from tests.strict_teams.teams import StrictTeams

_DIALOGS = {"task/submit", "composeExtension/submitAction"}


@dataclass
class Client:
    """`own` are the cards that this client shows in place of a message's, by the message's id."""

    teams: "StrictTeams"
    account: Account
    is_old: bool = False
    own: dict[str, Json] = field(default_factory=dict)
    refreshing: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)

    # --- cards ---

    async def see(self, message: Message) -> Json | None:
        """The card of a message as this client shows it, once no refresh of it is under way."""
        if message.id not in self.refreshing:
            self._start_refresh(message)
        while (task := self.refreshing.get(message.id)) and not task.done():
            await asyncio.wait([task])
        return self.own.get(message.id, message.card)

    def show_anew(self, message: Message) -> None:
        """A card was posted or replaced: what was shown in its place goes, and it is refreshed where it asks so."""
        self.own.pop(message.id, None)
        self._drop_views(message)
        self._start_refresh(message)

    async def refresh(self, message: Message) -> None:
        """Ask for this viewer's card once more, where the card that is shown lists them."""
        card = await self.see(message)
        if self.is_old or not card or self.account.id not in (card.get("refresh") or {}).get("userIds", ()):
            raise ClientRefuses("This card is not refreshed for this person.")
        await self._ask_own_card(message, card["refresh"]["action"])

    async def press(self, message: Message, action: Json) -> None:
        """Do what pressing an action does."""
        kind, data = action["type"], action.get("data") or {}
        if kind == "Action.OpenUrl":
            return
        if kind == "Action.Execute":
            await self._execute(message, action, "manual", data)
        elif (data.get("msteams") or {}).get("type") == "task/fetch":
            activity = self._about(message, "invoke")
            value = {"data": data, "context": {"theme": "default"}, "tabContext": None}
            answer = await self.teams.delivery.deliver(activity | {"name": "task/fetch", "value": value})
            self._open(answer, "task/submit", activity, {})
        else:
            await self.teams.delivery.deliver(self._about(message, "message") | {"value": data})

    def look_into(self, message: Message) -> View:
        """The form that a message is by itself, as its one reader in a personal chat has it before them."""
        if message.card is None:
            raise ClientRefuses("This message is no card.")
        view = View(self.account.id, message.card, "adaptiveCard/action", message=message)
        view.sent_with = {"client": id(self)}
        self._views.append(view)
        return view

    # --- dialogs ---

    async def start_extension(self, activity: Json, command: str, context: str, more: Json) -> None:
        """Start an action of the message extension, and open the dialog that comes."""
        sent_with = {"commandId": command, "commandContext": context, "context": {"theme": "default"}, **more}
        named = activity | {"name": "composeExtension/fetchTask", "value": sent_with}
        answer = await self.teams.delivery.deliver(named)
        self._open(answer, "composeExtension/submitAction", activity, sent_with)

    def prepare_sending(self, view: View, action: Json, typed: Json) -> tuple[Json, Json]:
        """The activity that sends a view by this action, and the action with what was typed."""
        sent = {**(action.get("data") or {}), **typed}
        if view.way not in _DIALOGS:
            assert view.message
            return self._about(view.message, "invoke"), {**action, "data": sent}
        activity = self.teams.renew(view.sent_with["activity"])
        value: Json = {"data": sent, "context": {"theme": "default"}}
        if view.way == "composeExtension/submitAction":
            value = {**view.sent_with["value"], "data": sent}
        return activity | {"name": view.way, "value": value}, {**action, "data": sent}

    async def finish_sending(self, view: View, activity: Json, action: Json) -> None:
        """Deliver what was prepared, and do with the view what the bot answers."""
        if view.way not in _DIALOGS:
            assert view.message
            await self._execute(view.message, action, "manual", action["data"], view, activity)
            return
        answer = await self.teams.delivery.deliver(activity)
        accept(lambda told: check_task(told, sent=True, domains=self.teams.domains), answer)
        task = answer.get("task") or {}
        if task.get("type") != "continue":
            self._take_away(view)
        if task.get("type") == "message":
            self._show_words(str(task["value"]), view.sent_with["activity"]["conversation"]["id"])
        if task.get("type") == "continue":
            view.card, view.title = task["value"]["card"]["content"], view.title or task["value"]["title"]
            view.offered = {name: found for name, found in view.offered.items() if name in view.inputs}
            view.complain()
        await self.teams.world.tell_change()

    def leave(self, view: View) -> None:
        """Stop showing a card that came back from a press."""
        self._take_away(view)
        if view.message:
            self.own.pop(view.message.id, None)

    # --- inside ---

    def _start_refresh(self, message: Message) -> None:
        is_reached = bool(self.teams.delivery.address)  # without a bot that listens, what everybody sees stays
        if is_reached and not self.is_old and self._is_listed(message):
            self.refreshing[message.id] = self.teams.begin(self._refresh_after(message))

    async def _refresh_after(self, message: Message) -> None:
        card = message.card or {}
        try:
            await self._ask_own_card(message, card["refresh"]["action"])
        except (AssertionError, aiohttp.ClientError, OSError) as fault:
            self.teams.failures.append(fault)
        finally:
            await self.teams.world.tell_change()

    async def _ask_own_card(self, message: Message, action: Json) -> None:
        edits = message.edits
        before = self.own.get(message.id)
        answer = await self._invoke(message, action, "automatic", action.get("data") or {})
        is_current = message.edits == edits and self.own.get(message.id) is before
        if is_current and answer["type"] == ADAPTIVE:
            self.own[message.id] = answer["value"]

    async def _execute(
        self,
        message: Message,
        action: Json,
        trigger: str,
        data: Json,
        view: View | None = None,
        activity: Json | None = None,
    ) -> None:
        answer = await self._invoke(message, action, trigger, data, activity)
        if answer["type"] != ADAPTIVE:
            value = answer["value"]
            self._show_words(value if isinstance(value, str) else str(value["message"]), message.room.id)
            await self.teams.world.tell_change()
            return
        card = answer["value"]
        self.own[message.id] = card
        if "refresh" in card:
            self._drop_views(message)
        elif view is not None:
            view.card = card
            view.complain()
            if view not in self._views:  # the message changed meanwhile, and with it went what stood in its place
                self._views.append(view)
        else:
            self._drop_views(message)
            self._views.append(View(self.account.id, card, "adaptiveCard/action", message=message))
            self._views[-1].sent_with = {"client": id(self)}
        await self.teams.world.tell_change()

    async def _invoke(
        self, message: Message, action: Json, trigger: str, data: Json, activity: Json | None = None
    ) -> Json:
        told = {"type": "Action.Execute", "verb": action["verb"], "data": data}
        told |= {"title": see(action["title"])} if "title" in action else {}
        value = {"action": told, "trigger": trigger}
        named = (activity or self._about(message, "invoke")) | {"name": "adaptiveCard/action", "value": value}
        answer = await self.teams.delivery.deliver(named, own_deed=trigger == "manual")
        accept(check_press, answer)
        return answer

    def _open(self, answer: Json, way: str, activity: Json, value: Json) -> None:
        accept(lambda told: check_task(told, sent=False, domains=self.teams.domains), answer)
        task = answer["task"]
        if task["type"] == "message":
            self._show_words(str(task["value"]), activity["conversation"]["id"])
            return
        shown, sent_with = task["value"], {"activity": activity, "value": value}
        if "url" in shown:
            self._views.append(View(self.account.id, {}, way, shown["title"], sent_with, page=shown["url"]))
            return
        self._views.append(View(self.account.id, shown["card"]["content"], way, shown["title"], sent_with))

    def _show_words(self, words: str, room_id: str) -> None:
        room, _ = self.teams.world.find_room(room_id)
        world = self.teams.world
        world.private.append(Message(room, world.new_id(), world.bot_id, words, seen_by=self.account.id))

    def _about(self, message: Message, kind: str) -> Json:
        """An activity about a message: where it stands, and that it answers it."""
        world = self.teams.world
        thread = message.thread or (None if message.seen_by else message.id)
        activity = make_activity(world, self.teams.service_url, kind, self.account, message.room, thread)
        activity["channelData"]["source"] = {"name": "message"}
        return activity | {"replyToId": message.id}

    @property
    def _views(self) -> list[View]:
        return self.teams.world.views.setdefault(self.account.id, [])

    def _take_away(self, view: View) -> None:
        if view in self._views:
            self._views.remove(view)

    def _drop_views(self, message: Message) -> None:
        """Take away the cards that this client shows in place of a message."""
        for view in [each for each in self._views if each.message is message]:
            if view.sent_with.get("client") == id(self):
                self._take_away(view)

    def _is_listed(self, message: Message) -> bool:
        listed = ((message.card or {}).get("refresh") or {}).get("userIds", ())
        return self.account.id in listed and self.account.id in message.room.members and message.seen_by is None


def accept(check: Callable[[Json], None], answer: Json) -> None:
    """Raise `NotAcknowledged` for an answer that Teams would not take."""
    try:
        check(answer)
    except (Invalid, KeyError, TypeError) as refusal:
        raise NotAcknowledged(f"Teams does not take this answer: {refusal!r}: {str(answer)[:500]}") from refusal
