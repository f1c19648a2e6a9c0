"""Drive Microsoft's Agents Playground without its page: over HTTP and the page's web socket, as anybody in the tenant.

The playground answers after Paraaf has answered it, so nothing has to be waited for but what Paraaf delivers later.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from adapters.demo.playground.stage import Member, Room, Stage
from tests.strict_teams.reading import read_card

DELIVERY_SECONDS = 20.0
COMMAND = "sign"
"""The action of the message extension, as the manifest names it."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is shown now. `place` is its conversation, which in a channel is its thread."""

    place: str
    id: str
    by: str
    text: str
    card: Json

    @property
    def words(self) -> str:
        return "\n".join(part for part in (self.text, read_card(self.card)) if part)


@dataclass(slots=True)
class TeamsControl:
    """A playground at `address`, and what its page would have shown so far."""

    http: aiohttp.ClientSession
    address: str
    stage: Stage
    seen: dict[tuple[str, str], Message] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    exchanged: list[Json] = field(default_factory=list)

    async def write(self, room: Room, text: str, *, mention: bool = True) -> None:
        """The person at the page writes; everywhere but in their own chat Paraaf reads what mentions it."""
        told: Json = {"from": {"id": self.stage.me.id}, "text": text, "textFormat": "plain"}
        if mention:
            at = "<at>Paraaf</at>"
            told |= {"text": f"{at} {text}", "mentions": [{"mentioned": {"id": self.stage.bot}, "text": at}]}
        await self._post(f"/_conversation/v1/conversations/{quote(room.id, safe='')}/messages", told)

    async def execute(self, who: Member, message: Message, action: Json, typed: Mapping[str, str]) -> Json:
        """Press an Action.Execute of a message, or of what a press gave in its place; what Paraaf answers."""
        sent = {**action["data"], **typed}
        value = {"action": {"type": "Action.Execute", "verb": action["verb"], "data": sent}, "trigger": "manual"}
        return await self._invoke("adaptiveCard/action", message.place, who, value, replyToId=message.id)

    async def open_extension(self, who: Member, room: Room, command: str = COMMAND) -> Json:
        """Choose the action in the compose box; what Paraaf answers."""
        value = {"commandId": command, "commandContext": "compose", "context": {"theme": "default"}}
        return await self._invoke("composeExtension/fetchTask", room.id, who, value)

    async def send_extension(self, who: Member, room: Room, sent: Json, command: str = COMMAND) -> Json:
        """Send the dialog of the action; what Paraaf answers."""
        value = {"commandId": command, "commandContext": "compose", "context": {"theme": "default"}, "data": sent}
        return await self._invoke("composeExtension/submitAction", room.id, who, value)

    async def send_old(self, who: Member, message: Message, action: Json) -> Json:
        """Press a button in a Teams without Action.Execute, which asks for a dialog; what Paraaf answers."""
        return await self.ask_dialog(who, message, action["fallback"])

    async def ask_dialog(self, who: Member, message: Message, action: Json) -> Json:
        """Press a button that asks for a dialog; what Paraaf answers."""
        place = {"id": message.place, "conversationType": "channel", "tenantId": self.stage.tenant}
        async with self.http.get(
            f"{self.address}/_internal/v1/customActivities/template", params={"conversationId": message.place}
        ) as answer:
            activity: Json = await answer.json()
        sender = {"id": who.id, "name": who.user.name, "aadObjectId": who.object_id}
        activity |= {"type": "invoke", "name": "task/fetch", "from": sender, "conversation": place}
        activity |= {"replyToId": message.id, "value": {"data": action["data"], "context": {}}}
        before = len(self.exchanged)
        await self._post("/_internal/v1/customActivities", activity)
        async with asyncio.timeout(DELIVERY_SECONDS), self.news:
            while True:
                for each in self.exchanged[before:]:
                    if each.get("request", {}).get("body", {}).get("name") == "task/fetch" and "response" in each:
                        told: Json = each["response"]["body"]
                        return told
                await self.news.wait()

    def messages(self, room: Room) -> list[Message]:
        """What Paraaf has posted in a conversation, replies included, the oldest first, as it is now."""
        ours = (each for each in self.seen.values() if each.by == self.stage.bot)
        return [each for each in ours if each.place.partition(";")[0] == room.id]

    async def until(self, room: Room, wanted: Callable[[Message], bool], number: int = 1) -> Message:
        """The newest of the messages that are wanted, once there are so many of them."""
        try:
            async with asyncio.timeout(DELIVERY_SECONDS), self.news:
                while len(found := [each for each in self.messages(room) if wanted(each)]) < number:
                    await self.news.wait()
        except TimeoutError:
            shown = "\n---\n".join(each.words for each in self.messages(room))
            raise AssertionError(f"not {number} such messages in {room.name}, but:\n{shown}") from None
        return found[-1]

    async def follow(self, events: aiohttp.ClientWebSocketResponse) -> None:
        """Keep up with what the page would show."""
        async for event in events:
            async with self.news:
                self._take(json.loads(event.data))
                self.news.notify_all()

    async def follow_log(self, lines: aiohttp.ClientWebSocketResponse) -> None:
        """Keep up with what the playground says of its requests to Paraaf."""
        async for line in lines:
            async with self.news:
                self.exchanged.append(json.loads(line.data).get("log") or {})
                self.news.notify_all()

    def _take(self, event: Json) -> None:
        if event.get("action") not in {"createMessage", "updateMessage"}:
            return
        told = event["message"]
        room = event["actionConversationId"].partition(";")[0]
        known = self.seen.get((room, told["messageId"]))
        # The first message of a post is told of as one of the channel; where it stays does not change.
        place = known.place if known else told.get("postConversationId") or event["actionConversationId"]
        cards: Sequence[Json] = [each["content"] for each in told.get("attachments") or () if "content" in each]
        message = Message(
            place, told["messageId"], told["from"]["id"], told.get("text") or "", cards[0] if cards else {}
        )
        self.seen[room, message.id] = message

    async def _invoke(self, name: str, place: str, who: Member, value: Json, **more: str) -> Json:
        told = {"name": name, "conversation": {"id": place}, "from": {"id": who.id}, "value": value, **more}
        return await self._post("/_conversation/v1/invoke", told)

    async def _post(self, path: str, told: Json) -> Json:
        async with self.http.post(self.address + path, json=told) as answer:
            text = await answer.text()
            assert answer.ok, f"{path}: {answer.status} {text}"
            return dict(json.loads(text)) if text.startswith("{") else {}


@asynccontextmanager
async def open_teams(http: aiohttp.ClientSession, address: str, stage: Stage) -> AsyncIterator[TeamsControl]:
    """A playground that is followed."""
    control = TeamsControl(http, address, stage)
    async with (
        http.ws_connect(f"{address}/_ws_conversation/v1/conversations/stream") as events,
        http.ws_connect(f"{address}/_ws/log/stream") as lines,
    ):
        followers = [asyncio.create_task(control.follow(events)), asyncio.create_task(control.follow_log(lines))]
        try:
            yield control
        finally:
            for each in followers:
                each.cancel()
            await asyncio.gather(*followers, return_exceptions=True)
