"""Drive the Slack client without its page: its control address over HTTP, and modals over the page's web socket.

A command or press returns after Paraaf has answered it, so nothing has to be waited for but what Paraaf delivers later.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from adapters.demo.client.workspace import Channel, User

DELIVERY_SECONDS = 20.0
POLL_SECONDS = 0.03

Json = dict[str, Any]
Values = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SlackControl:
    """The client at `address`."""

    http: aiohttp.ClientSession
    address: str

    async def command(self, user: User, channel: Channel, command: str, text: str = "") -> None:
        await self._post("command", {"user": user.id, "channel": channel.id, "command": command, "text": text})

    async def press(self, user: User, channel: Channel, message: Json, label: str) -> None:
        """Press the button with this label on a message, as whoever that is: the client lets everybody press."""
        button, block = _find_button(message, label)
        action = {"type": "button", "block_id": block}
        action |= {key: button[key] for key in ("action_id", "value") if key in button}
        body = {"user": user.id, "channel": channel.id, "messageTs": message["ts"], "action": action}
        await self._post("interact", body)

    async def messages(self, channel: str) -> list[Json]:
        """All messages of a channel or direct message, replies and private ones included, the oldest first."""
        async with self.http.get(f"{self.address}/_control/messages/{channel}") as answer:
            answer.raise_for_status()
            found: list[Json] = (await answer.json())["messages"]
            return found

    async def until(self, channel: Channel, wanted: Callable[[Json], bool], number: int = 1) -> Json:
        """The newest of the messages that are wanted, once there are so many of them."""
        found: list[Json] = []
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                while len(found) < number:
                    found = [each for each in await self.messages(channel.id) if wanted(each)]
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            seen = "\n".join(read(each) for each in await self.messages(channel.id))
            raise AssertionError(f"not {number} such messages in {channel.name}, but:\n{seen}") from None
        return found[-1]

    async def until_modal(self) -> Json:
        """The modal on top, once there is one. There is one stack of them for the whole workspace."""
        stack = await self._until_stack(bool)
        top: Json = stack[-1]
        return top

    async def until_no_modal(self) -> None:
        await self._until_stack(lambda stack: not stack)

    async def has_modal(self) -> bool:
        async with self.http.ws_connect(f"{self.address}/ui") as socket:
            return bool((await socket.receive_json())["state"]["modalStack"])

    async def _until_stack(self, wanted: Callable[[list[Json]], bool]) -> list[Json]:
        async with asyncio.timeout(DELIVERY_SECONDS), self.http.ws_connect(f"{self.address}/ui") as socket:
            stack: list[Json] = (await socket.receive_json())["state"]["modalStack"]
            while not wanted(stack):
                said = await socket.receive_json()
                stack = said["stack"] if said["t"] == "view" else stack
        return stack

    async def submit(self, user: User, values: Values) -> dict[str, str]:
        """Submit the modal on top; the errors that it shows, or none when it closed or changed."""
        async with self.http.ws_connect(f"{self.address}/ui") as socket:
            state = (await socket.receive_json())["state"]
            assert state["modalStack"], "no modal is open"
            await socket.send_json({"t": "view_submit", "user": user.id, "values": values})
            while True:
                said = await socket.receive_json(timeout=DELIVERY_SECONDS)
                if said["t"] == "view_errors":
                    errors: dict[str, str] = said["errors"]
                    return errors
                if said["t"] == "view":
                    return {}

    async def close_modal(self, user: User) -> None:
        async with self.http.ws_connect(f"{self.address}/ui") as socket:
            await socket.receive_json()
            await socket.send_json({"t": "view_close", "user": user.id})
            while (await socket.receive_json(timeout=DELIVERY_SECONDS))["t"] != "view":
                pass

    async def upload(self, user: User, channel: Channel, name: str, content: bytes) -> str:
        """Say something with a file in a channel; the file's id."""
        form = aiohttp.FormData({"channel": channel.id, "user": user.id, "text": ""}, quote_fields=False)
        form.add_field("file", content, filename=name)
        async with self.http.post(f"{self.address}/_control/upload", data=form) as answer:
            answer.raise_for_status()
        said = await self.until(channel, lambda each: any(file["name"] == name for file in each.get("files", [])))
        return str(said["files"][0]["id"])

    async def log(self) -> list[Json]:
        """What went over the wire lately, the newest 1,000 entries."""
        async with self.http.get(f"{self.address}/_control/log") as answer:
            entries: list[Json] = (await answer.json())["log"]
            return entries

    async def _post(self, path: str, body: Json) -> None:
        async with self.http.post(f"{self.address}/_control/{path}", json=body) as answer:
            answer.raise_for_status()


def read(message: Json) -> str:
    """Everything that a message or modal says, a line for each text in it."""
    lines = [] if message.get("blocks") else [message.get("text", "")]
    return "\n".join([*lines, *_texts(message.get("blocks", []))])


def buttons(message: Json) -> list[str]:
    """The labels of the buttons of a message, in their order."""
    return [each["text"]["text"] for block in _actions(message) for each in block["elements"]]


def _texts(node: object) -> list[str]:
    match node:
        case {"type": "plain_text" | "mrkdwn", "text": str(text)}:
            return [text]
        case {"type": "actions"}:
            return []
        case dict():
            return [text for value in node.values() for text in _texts(value)]
        case list():
            return [text for value in node for text in _texts(value)]
        case _:
            return []


def _actions(message: Json) -> list[Json]:
    return [block for block in message.get("blocks", []) if block["type"] == "actions"]


def _find_button(message: Json, label: str) -> tuple[Json, str]:
    for block in _actions(message):
        for element in block["elements"]:
            if element["text"]["text"] == label:
                return element, block["block_id"]
    raise AssertionError(f"no button “{label}” among {buttons(message)}")
