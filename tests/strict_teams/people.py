"""What one person can do in the strict Teams, and what they see."""

from typing import TYPE_CHECKING

from tests.strict_teams.activities import describe_message, make_activity, mention_bot
from tests.strict_teams.cards import check_search
from tests.strict_teams.client import Client, accept
from tests.strict_teams.facts import Account, ClientRefuses, File, Json, Kind, Message, Room, View
from tests.strict_teams.filling import Filled
from tests.strict_teams.forms import Form, Held
from tests.strict_teams.reading import find_buttons, see

if TYPE_CHECKING:
    from tests.strict_teams.teams import StrictTeams


class User:
    """A person in front of their client."""

    def __init__(self, teams: "StrictTeams", account: Account, client: Client) -> None:
        self.teams, self.account, self.client = teams, account, client

    @property
    def id(self) -> str:
        return self.account.id

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def ephemerals(self) -> list[Message]:
        """What was shown to this person alone: targeted messages, and words that answered a press, oldest first."""
        return [each for each in self.teams.world.private if each.seen_by == self.id]

    @property
    def direct_messages(self) -> list[Message]:
        """What the bot wrote in the chat with this person, oldest first."""
        return [each for each in self.teams.world.personal_room(self.id).messages if each.by_bot]

    @property
    def views(self) -> list[View]:
        """The dialogs open at this person's and the cards that a press gave them, at whichever of their clients."""
        return self.teams.world.views.setdefault(self.id, [])

    def on(self, name: str) -> "User":
        """The same person at another client of theirs."""
        return User(self.teams, self.account, self.teams.client_of(self.account, name))

    def on_old_client(self) -> "User":
        """The same person at a client that knows no Action.Execute: it takes the fallback, and never refreshes."""
        return User(self.teams, self.account, self.teams.client_of(self.account, "old", is_old=True))

    def block(self) -> None:
        """Forbid the bot to write."""
        self.account.blocked = True

    # --- what a person does ---

    async def command(self, words: str, room: Room, thread: Message | None = None) -> None:
        """Mention the bot with these words; in the chat with it they are enough by themselves."""
        self._enter(room)
        root = (thread.thread or thread.id) if thread else None
        message = self.teams.say(self, room, words, thread=thread)
        activity = self.activity("message", room, thread=root or message.id) | {"id": message.id}
        if room.kind is Kind.PERSONAL:
            activity |= {"text": words, "textFormat": "plain"}
        else:
            if not room.installed:
                raise ClientRefuses("The bot is not in this conversation, so nobody can mention it.")
            activity = mention_bot(self.teams.world, activity, words)
        await self.teams.delivery.deliver(activity)

    async def compose(self, command: str, room: Room, thread: Message | None = None) -> None:
        """Start the message extension from the compose box: also where the bot itself is not in the conversation."""
        self._enter(room)
        root = (thread.thread or thread.id) if thread else None
        await self.client.start_extension(self.activity("invoke", room, thread=root), command, "compose", {})

    async def shortcut(self, command: str, message: Message) -> None:
        """Start the message extension from the menu of a message."""
        self._enter(message.room)
        payload = {"messagePayload": describe_message(self.teams.world, message)}
        activity = self.activity("invoke", message.room, thread=message.thread or message.id)
        await self.client.start_extension(activity, command, "message", payload)

    async def press(self, message: Message | View, button: str, *, early: bool = False) -> None:
        """Press a button by its label, its verb or its `action`, on what this person sees of the message.

        `early`: before the view of their own has come, so on what everybody sees.
        """
        held = await self.hold_press(message, button, early=early)
        await held.release()

    async def hold_press(self, message: Message | View, button: str, *, early: bool = False) -> Held:
        """Press a button, and keep the press on its way to the bot."""
        if isinstance(message, View):
            return Form(self, message).hold(button)
        self._enter(message.room)
        seen = message.card if early else await self.client.see(message)
        action = self.find_action(find_buttons(seen), button)
        return Held(lambda: self.client.press(message, action))

    def look_into(self, message: Message) -> View:
        """The form that a message is by itself, to be filled in."""
        return self.client.look_into(message)

    def fill(self, view: View, /, **filled: Filled) -> Form:
        """Fill in a view, by input id: text, a day, a tick, options by label or value. `.submit()` sends it."""
        if view not in self.views:
            raise ClientRefuses("This view is not open at this person's.")
        return Form(self, view, filled)

    async def search(self, view: View, input_id: str, text: str) -> list[str]:
        """Type into a choice that looks its options up; the labels that come can be filled in afterwards."""
        query = view.inputs[input_id].get("choices.data")
        if query is None:
            raise ClientRefuses(f"{input_id!r} looks nothing up.")
        found = await self.search_for(view, query["dataset"], text)
        view.offered.setdefault(input_id, {}).update(found)
        return list(found.values())

    async def search_for(self, view: View, dataset: str, text: str) -> dict[str, str]:
        """What the bot finds in a dataset for someone who has this view open; the labels by their values."""
        activity, _ = self.client.prepare_sending(view, {"type": "Action.Submit", "data": {}}, {})
        value = {"queryText": text, "queryOptions": {"skip": 0, "top": 15}, "dataset": dataset}
        answer = await self.teams.delivery.deliver(activity | {"name": "application/search", "value": value})
        accept(check_search, answer)
        return {each["value"]: see(each["title"]) for each in answer["value"]["results"]}

    async def close(self, view: View) -> None:
        """Close a dialog, of which the bot hears nothing. A card that stands in for one is left by its own button."""
        ways = [each for each in find_buttons(view.card) if each.get("associatedInputs") == "none"]
        ways += [each for each in find_buttons(view.card) if each["type"] == "Action.Execute" and not view.form_id]
        if view.message and ways:
            await self.press(view, see(ways[0]["title"]))
        else:
            self.client.leave(view)

    async def send_file(self, file: File, text: str = "") -> None:
        """Attach a file to a message in the chat with the bot."""
        room = self.teams.personal(self)
        message = self.teams.say(self, room, text, files=[file])
        info = {"downloadUrl": self.teams.server.download_url(file), "uniqueId": file.key, "fileType": "pdf"}
        kind = "application/vnd.microsoft.teams.file.download.info"
        attachments = [
            {"contentType": kind, "contentUrl": file.address, "name": file.name, "content": info},
            {"contentType": "text/html", "content": f"<div>{text}</div>"},
        ]
        activity = self.activity("message", room) | {"id": message.id, "text": text, "attachments": attachments}
        await self.teams.delivery.deliver(activity)

    async def look(self, message: Message) -> None:
        """Bring a card into view when its last answer is old: a refresh, where it has one for this person."""
        await self.client.refresh(message)

    # --- what a person sees, and waits for ---

    async def sees(self, message: Message) -> Message:
        """The message as this person sees it, once no refresh is under way."""
        card = await self.client.see(message)
        return Message(
            message.room, message.id, message.by, message.text, card, message.thread, message.summary,
            edits=message.edits, seen_by=self.id,
        )  # fmt: skip

    async def view(self, form_id: str = "", containing: str = "") -> View:
        """The newest open view with this id and these words, as soon as there is one."""
        return await self.teams.until(
            lambda: next(
                (each for each in reversed(self.views) if form_id in {"", each.form_id} and containing in each.words),
                None,
            )
        )

    async def told(self, containing: str = "") -> Message | View:
        """The newest words like these that this person alone sees, in a message or a view, as soon as there are."""
        return await self.teams.until(
            lambda: next((each for each in self._shown_alone() if containing in each.words), None)
        )

    def _shown_alone(self) -> list[Message | View]:
        return [*reversed(self.ephemerals), *reversed(self.views)]

    # --- activities, for tests that change them ---

    def activity(self, kind: str, room: Room, thread: str | None = None) -> Json:
        """An activity of this person, without what is particular to its kind."""
        return make_activity(self.teams.world, self.teams.service_url, kind, self.account, room, thread)

    def find_action(self, actions: list[Json], wanted: str, *, sends: bool = False) -> Json:
        """The action with this label, verb or `action`; a question is answered with yes.

        When `sends` and nothing is wanted it is the first that sends what was filled in.
        """
        for action in actions:
            data = action.get("data")
            data = data if isinstance(data, dict) else {}
            if sends and not wanted and (action["type"] == "Action.OpenUrl" or "paraaf" not in data):
                continue
            if wanted and wanted not in {see(action.get("title", "")), action.get("verb"), data.get("action")}:
                continue
            if action["type"] == "Action.ShowCard":
                return self.find_action(find_buttons(action["card"]), "")
            if self.client.is_old and action["type"] == "Action.Execute":
                if not isinstance(action.get("fallback"), dict):
                    raise ClientRefuses("This client knows no Action.Execute, and there is no fallback.")
                fallback: Json = action["fallback"]
                return fallback
            return action
        labels = [see(action.get("title", "")) for action in actions]
        raise ClientRefuses(f"There is no button {wanted!r}, only {labels}.")

    def _enter(self, room: Room) -> None:
        if self.id not in room.members or self.account.deleted:
            raise ClientRefuses(f"{self.name} does not see {room.name}.")
