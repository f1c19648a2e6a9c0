"""The strict Slack itself: build people and conversations, break methods, wait for what happens."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from tests.strict_slack.delivery import Delivery
from tests.strict_slack.facts import SCOPES, Account, Call, Clock, File, Json, Message, Room
from tests.strict_slack.people import User
from tests.strict_slack.server import Fault, Server
from tests.strict_slack.workspace import Workspace

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds that a test waits for something to happen before it fails."""


class StrictSlack:
    """A Slack workspace with the app installed in it. `async with StrictSlack() as slack: …`."""

    def __init__(self, *, team: str = "T0OFFICE", scopes: frozenset[str] = SCOPES) -> None:
        self.signing_secret, self.bot_token, self.app_token = "s3cret", "xoxb-strict", "xapp-strict"
        self.workspace = Workspace(team, self.bot_token, scopes)
        self.server = Server(self.workspace, self.app_token)
        self._session: aiohttp.ClientSession | None = None
        self._delivery: Delivery | None = None

    async def __aenter__(self) -> Self:
        await self.server.start()
        self._session = aiohttp.ClientSession()
        self._delivery = Delivery(self.server, self.signing_secret, self._session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()
        await self.server.stop()

    # --- connecting the app ---

    @property
    def api_url(self) -> str:
        """The base address of the Web API."""
        return f"{self.server.url}/api/"

    @property
    def delivery(self) -> Delivery:
        """Signs and sends; for tests that tamper with requests."""
        assert self._delivery, "Use `async with StrictSlack() as slack`."
        return self._delivery

    def connect(self, address: str) -> None:
        """Tell where the app listens; without an address everything goes over the sockets it opened."""
        self.delivery.address = address

    # --- making the world ---

    def user(
        self,
        user_id: str,
        name: str = "",
        *,
        team: str | None = None,
        email: str | None = None,
        email_confirmed: bool = True,
        locale: str = "nl-NL",
        guest: bool = False,
        bot: bool = False,
        deleted: bool = False,
    ) -> User:
        """The person with this id, made at the first call. `team` makes them someone of another organisation."""
        if user_id not in self.workspace.accounts:
            self.workspace.accounts[user_id] = Account(
                user_id, name or user_id, team or self.workspace.team, email, email_confirmed, locale, guest,
                bot=bot, deleted=deleted,
            )  # fmt: skip
        return User(self, self.workspace.accounts[user_id])

    def channel(
        self, room_id: str, name: str = "", *, members: Sequence[User] = (), private: bool = False, bot: bool = True
    ) -> Room:
        """The conversation with this id, made at the first call, with the app in it unless `bot` is False."""
        if room_id not in self.workspace.rooms:
            users = [self.workspace.bot_user] * bot + [user.id for user in members]
            kind = "group" if private else "channel"
            self.workspace.rooms[room_id] = Room(room_id, name or room_id.lower(), kind, users)
        return self.workspace.rooms[room_id]

    def room(self, room: Room | str) -> Room:
        return room if isinstance(room, Room) else self.workspace.rooms[room]

    def group(self, group_id: str, members: Sequence[User]) -> None:
        """A user group."""
        self.workspace.groups[group_id] = {user.id for user in members}

    def file(self, file_id: str, name: str, content: bytes) -> File:
        """A file that was uploaded; fill it in as `uploads=[file]`, or let somebody `say` it."""
        self.workspace.files[file_id] = File(file_id, name, content)
        return self.workspace.files[file_id]

    def say(
        self, user: User, room: Room | str, text: str, *, files: Sequence[File] = (), thread: Message | None = None
    ) -> Message:
        """A message that a person wrote."""
        room = self.room(room)
        message = Message(
            room.id, self.workspace.new_ts(), user.id, text, thread_ts=thread.ts if thread else None,
            files=list(files), by_bot=False,
        )  # fmt: skip
        room.messages.append(message)
        return message

    # --- making trouble ---

    @property
    def clock(self) -> Clock:
        """The clock of triggers and response URLs; it stands still until `advance(seconds)`."""
        return self.workspace.clock

    def break_next(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, one fault for each; `response_url` counts as a method."""
        self.server.faults[method].extend(faults)

    # --- looking ---

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API so far."""
        return self.workspace.calls

    def calls_of(self, method: str) -> list[Json]:
        """The arguments of every call of this method so far."""
        return [call.arguments for call in self.calls if call.method == method]

    async def message(self, room: Room | str, containing: str = "") -> Message:
        """The newest message of the app with these words in a conversation, as soon as there is one."""
        messages = self.room(room).messages
        return await self.until(
            lambda: next((each for each in reversed(messages) if each.by_bot and containing in each.words), None)
        )

    async def until(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, as soon as it finds something; fails after some seconds."""
        async with asyncio.timeout(PATIENCE), self.workspace.changed:
            while not (found := look()):
                await self.workspace.changed.wait()
            return found
