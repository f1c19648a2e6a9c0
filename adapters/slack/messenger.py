"""Messages that Paraaf posts in Slack."""

from collections.abc import AsyncIterator, Mapping, Sequence

from adapters.slack import files
from adapters.slack.api import Api, Json
from adapters.slack.posting import FilePoster
from adapters.slack.rooms import RoomMaker
from bot.conversation import FileRef
from bot.domain.errors import PlatformError, Undeliverable
from bot.domain.people import Account
from bot.domain.places import MessageRef, Place
from bot.ports import FetchedFile
from cards.block_kit import render_message
from cards.limits import LimitExceeded
from cards.model import Card

EVENT_TYPE = "paraaf_message"
"""The `event_type` of the metadata that marks a message of ours."""

RECENT = 50
"""Messages looked through for one that may have been posted."""

_NOT_THERE = frozenset({"channel_not_found", "is_archived", "not_in_channel", "user_not_in_channel"})


class SlackMessenger:
    """The port `Messenger`."""

    takes_uploads = True
    posts_files = True
    finds_messages = True
    makes_conversations = True

    def __init__(self, api: Api) -> None:
        self._api = api
        self._poster = FilePoster(api)
        self._rooms = RoomMaker(api)

    async def send(self, to: Place, card: Card, key: str) -> MessageRef:
        arguments = {
            **_render(card),
            "channel": to.channel,
            "thread_ts": to.thread,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        answer = await self._api.write("chat.postMessage", arguments)
        return await self._refer(to, str(answer["ts"]))

    async def find(self, to: Place, key: str) -> MessageRef | None:
        """Ask only after an unclear failure: Slack lets a new app read history about once a minute."""
        async for message in self._recent(to):
            if _read_key(message) == key:
                return await self._refer(to, str(message["ts"]))
        return None

    async def update(self, message: MessageRef, card: Card) -> None:
        arguments = {**_render(card), "channel": message.place.channel, "ts": message.id}
        await self._api.write("chat.update", arguments)

    async def whisper(self, to: Place, account: Account, card: Card) -> None:
        rendered = _render(card)
        try:
            arguments = {**rendered, "channel": to.channel, "user": account.user, "thread_ts": to.thread}
            await self._api.write("chat.postEphemeral", arguments)
        except Undeliverable as refusal:
            if refusal.reason not in _NOT_THERE:
                raise
            chat = await self.open_chat(to, account)
            await self._api.write("chat.postMessage", {**rendered, "channel": chat.channel})

    async def open_chat(self, near: Place, account: Account) -> Place:
        opened = await self._api.write("conversations.open", {"users": account.user})
        return Place(near.platform, near.tenant, str(opened["channel"]["id"]))

    async def make_conversation(self, near: Place, name: str) -> Place:
        return await self._rooms.make(near, name)

    async def invite(self, to: Place, accounts: Sequence[Account]) -> Mapping[Account, str]:
        return await self._rooms.invite(to, accounts)

    async def post_file(self, to: Place, name: str, content: bytes, key: str) -> None:
        await self._poster.post(to, name, content, key)

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        return await files.fetch(self._api, file, limit)

    async def _refer(self, place: Place, ts: str) -> MessageRef:
        try:
            answer = await self._api.read("chat.getPermalink", channel=place.channel, message_ts=ts)
        except PlatformError:
            return MessageRef(place, ts)  # the message is there, only no link to it
        return MessageRef(place, ts, str(answer["permalink"]))

    async def _recent(self, place: Place) -> AsyncIterator[Json]:
        if place.thread is None:
            page = await self._api.read(
                "conversations.history", channel=place.channel, limit=RECENT, include_all_metadata=True
            )
            for message in page.get("messages") or ():
                yield message
            return
        cursor: str | None = None
        while True:  # replies come oldest first, so a recent one is on the last page
            page = await self._api.read(
                "conversations.replies",
                channel=place.channel,
                ts=place.thread,
                limit=RECENT,
                include_all_metadata=True,
                cursor=cursor,
            )
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return


def _render(card: Card) -> Mapping[str, object]:
    try:
        return render_message(card)
    except LimitExceeded as error:  # nothing that trying again could mend
        raise Undeliverable(str(error)) from error


def _read_key(message: Json) -> str | None:
    metadata: Json = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return key if isinstance(key, str) else None
