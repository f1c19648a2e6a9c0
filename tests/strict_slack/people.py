"""What one person can do in the strict Slack, and what they see."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tests.strict_slack.blocks import check_errors, check_options, check_view
from tests.strict_slack.facts import (
    RESPONSE_URL_LIFE,
    Account,
    ClientRefuses,
    Home,
    Json,
    Message,
    NotAcknowledged,
    ResponseUrl,
    Room,
    View,
    find_elements,
)
from tests.strict_slack.filling import Filled
from tests.strict_slack.forms import Form, Held
from tests.strict_slack.methods import show_message
from tests.strict_slack.parts import Invalid

if TYPE_CHECKING:
    from tests.strict_slack.slack import StrictSlack


class User:
    """A person in front of their client."""

    def __init__(self, slack: "StrictSlack", account: Account) -> None:
        self.slack, self.account = slack, account

    @property
    def id(self) -> str:
        return self.account.id

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def ephemerals(self) -> list[Message]:
        """The private messages shown to this person, oldest first."""
        return [each for each in self.slack.workspace.private if each.seen_by == self.id]

    @property
    def direct_messages(self) -> list[Message]:
        """What the app wrote to this person directly, oldest first."""
        room = self.slack.workspace.rooms.get(f"D{self.id[1:]}")
        return room.messages if room else []

    @property
    def views(self) -> list[View]:
        """The modals open at this person's, the top one last."""
        return self.slack.workspace.stacks.get(self.id, [])

    # --- what a person does ---

    async def command(self, typed: str, room: "Room | str") -> None:
        """Type a slash command, such as `/sign help`."""
        if self.account.team != self.slack.workspace.team:
            raise ClientRefuses(f"{typed.split(maxsplit=1)[0]} is not a valid command.")
        room = self.slack.room(room)
        command, _, text = typed.partition(" ")
        payload = {
            "token": "verification-token", "team_id": self.account.team, "team_domain": "kantoor",
            "channel_id": room.id, "channel_name": room.name, "user_id": self.id, "user_name": self.account.name,
            "command": command, "text": text, "api_app_id": self.slack.workspace.app_id,
            "is_enterprise_install": "false", "response_url": self.response_url(room.id),
            "trigger_id": self.slack.workspace.issue_trigger(self.id),
        }  # fmt: skip
        answer = await self.slack.delivery.deliver(payload, form=True)
        if answer:
            raise NotAcknowledged(f"Not how Paraaf answers a command: {answer}")

    async def open_home(self) -> None:
        """Open the home tab of the app."""
        workspace = self.slack.workspace
        if self.account.team != workspace.team:
            raise ClientRefuses("Another organisation's app has no home tab here.")
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": f"D{self.id[1:]}", "tab": "home"}
        event["event_ts"] = workspace.new_ts()
        if home := workspace.homes.get(self.id):
            event["view"] = workspace.show_home(home)
        payload = {
            "type": "event_callback", "token": "verification-token", "team_id": workspace.team,
            "api_app_id": workspace.app_id, "event": event, "event_id": f"Ev{workspace.number()}",
            "event_time": int(workspace.clock.now),
            "authorizations": [{"team_id": workspace.team, "user_id": workspace.bot_user, "is_bot": True}],
        }  # fmt: skip
        await self.slack.delivery.deliver(payload, form=False)

    async def press(self, message: Message | Home, button: str) -> None:
        """Press the button of a message with this `action_id` or label. One that opens an address is told as well."""
        held = await self.hold_press(message, button)
        await held.release()

    async def hold_press(self, message: Message | Home, button: str) -> Held:
        """Press a button, and keep the press on its way to the app."""
        payload = self.press_payload(message, button)

        async def deliver() -> None:
            await self.slack.delivery.deliver(payload, form=False)

        return Held(deliver)

    async def shortcut(self, callback_id: str, message: Message) -> None:
        """Choose a message shortcut of the app from the menu of a message."""
        if self.account.team != self.slack.workspace.team:
            raise ClientRefuses("Another organisation's shortcuts are not shown.")
        payload = {
            **self._base("message_action"),
            "callback_id": callback_id,
            "channel": self._channel(message.channel),
            "message": show_message(self.slack.workspace, message),
            "message_ts": message.ts,
            "response_url": self.response_url(message.channel),
            "trigger_id": self.slack.workspace.issue_trigger(self.id),
        }
        await self.slack.delivery.deliver(payload, form=False)

    def fill(self, view: View, /, **filled: Filled) -> Form:
        """Fill in a modal, by input id: text, a day, a tick, options by label or value, files. `.submit()` sends it."""
        if view not in self.views:
            raise ClientRefuses("This view is not open at this person's.")
        return Form(self, view, filled)

    async def search(self, view: View, input_id: str, text: str) -> list[str]:
        """Type into a select that looks its options up; the labels that come can be filled in afterwards."""
        element = view.inputs[input_id]["element"]
        payload = {
            **self.view_payload("block_suggestion", view, {}),
            "action_id": element["action_id"],
            "block_id": input_id,
            "value": text,
        }
        answer = await self.slack.delivery.deliver(payload, form=False)
        _accept(lambda: check_options(answer))
        found = {option["value"]: option for option in answer["options"]}
        view.offered.setdefault(input_id, {}).update(found)
        return [option["text"]["text"] for option in found.values()]

    async def close(self, view: View) -> None:
        """Press cancel."""
        await self.slack.delivery.deliver(self.view_payload("view_closed", view, {}), form=False)
        self._take_away(view, whole_stack=bool(view.body.get("clear_on_close")))

    # --- what a person waits for ---

    async def view(self, callback_id: str = "", containing: str = "") -> View:
        """The newest open modal with this id and these words, as soon as there is one."""

        def look() -> View | None:
            alike = [each for each in self.views if callback_id in {"", each.callback_id} and containing in each.words]
            return alike[-1] if alike else None

        return await self.slack.until(look)

    async def home(self, containing: str = "") -> Home:
        """The home tab, as soon as it has these words."""

        def look() -> Home | None:
            home = self.slack.workspace.homes.get(self.id)
            return home if home and containing in home.words else None

        return await self.slack.until(look)

    async def told(self, containing: str = "") -> Message:
        """The newest private message with these words, as soon as there is one."""
        return await self.slack.until(
            lambda: next((each for each in reversed(self.ephemerals) if containing in each.words), None)
        )

    # --- payloads, for tests that change them ---

    def press_payload(self, message: Message | Home, button: str) -> Json:
        """The `block_actions` of a press."""
        workspace = self.slack.workspace
        block, element = _find_button(message, button)
        action = {"type": "button", "action_id": element["action_id"], "block_id": block["block_id"]}
        action |= {name: element[name] for name in ("value", "text", "url") if name in element}
        pressed = {
            **self._base("block_actions"),
            "actions": [{**action, "action_ts": workspace.new_ts()}],
            "state": {"values": {}},
            "trigger_id": workspace.issue_trigger(self.id),
        }
        if isinstance(message, Home):  # has neither a channel nor a response URL
            container = {"type": "view", "view_id": message.id}
            return pressed | {"container": container, "view": workspace.show_home(message)}
        return pressed | self._about(message)

    def _about(self, message: Message) -> Json:
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        container["is_ephemeral"] = message.seen_by is not None
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        told = {
            "container": container,
            "channel": self._channel(message.channel),
            "response_url": self.response_url(message.channel, message if message.seen_by else None),
        }
        return told | ({} if message.seen_by else {"message": show_message(self.slack.workspace, message)})

    def view_payload(self, kind: str, view: View, values: Json) -> Json:
        """A payload about a view: of another organisation's people, `team` is their own."""
        shown = {**self.slack.workspace.show_view(view), "state": {"values": values}}
        team = {"id": self.account.team, "domain": "team"}
        trigger = self.slack.workspace.issue_trigger(self.id)
        return {**self._base(kind), "team": team, "view": shown, "trigger_id": trigger, "response_urls": []}

    async def follow(self, view: View, answer: Json) -> None:
        """Do with the view what the app answered to its submission."""
        action = answer.get("response_action")
        workspace = self.slack.workspace
        if not answer:
            self._take_away(view, whole_stack=False)
        elif action == "clear":
            self._take_away(view, whole_stack=True)
        elif action == "errors":
            _accept(lambda: check_errors(answer, view.body))
            view.errors = dict(answer["errors"])
        elif action in {"update", "push"}:
            _accept(lambda: check_view(answer["view"]))
            workspace.put_view(self.id, answer["view"], replaces=view if action == "update" else None)
        else:
            raise NotAcknowledged(f"Slack knows no such answer to a view: {answer}")
        await workspace.tell_change()

    def _take_away(self, view: View, *, whole_stack: bool) -> None:
        if whole_stack:
            self.views.clear()
        elif view in self.views:  # unless it went with the stack, by what another client sent
            self.views.remove(view)

    def _base(self, kind: str) -> Json:
        workspace = self.slack.workspace
        return {
            "type": kind,
            "api_app_id": workspace.app_id,
            "token": "verification-token",
            "team": {"id": workspace.team, "domain": "kantoor"},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {
                "id": self.id, "username": self.account.name, "name": self.account.name, "team_id": self.account.team,
            },
        }  # fmt: skip

    def _channel(self, room_id: str) -> Json:
        return {"id": room_id, "name": self.slack.workspace.rooms[room_id].name}

    def response_url(self, channel: str, private: Message | None = None) -> str:
        workspace = self.slack.workspace
        name, until = f"R{workspace.number()}", workspace.clock.now + RESPONSE_URL_LIFE
        workspace.response_urls[name] = ResponseUrl(self.id, channel, until, private=private)
        return f"{self.slack.server.url}/hooks/response/{name}"


def _find_button(message: Message | Home, wanted: str) -> tuple[Json, Json]:
    buttons: Sequence[tuple[Json, Json]] = [
        pair for pair in find_elements(message.blocks) if pair[1]["type"] == "button"
    ]
    for block, element in buttons:
        if wanted in {element["action_id"], element["text"]["text"]}:
            return block, element
    labels = [element["text"]["text"] for _, element in buttons]
    raise ClientRefuses(f"The message has no button {wanted!r}, only {labels}.")


def _accept(check: Callable[[], None]) -> None:
    try:
        check()
    except (Invalid, KeyError) as refusal:
        raise NotAcknowledged(f"Slack does not take this answer: {refusal}") from refusal
