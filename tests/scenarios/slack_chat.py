"""Slack as scenarios know it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from json import loads
from typing import Self
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from adapters.slack.api import open_session
from adapters.slack.app import SlackAdapter, SlackSettings
from adapters.slack.screens import make_screens
from bot.domain.people import Platform
from bot.ports import Directory, Messenger
from bot.router import Router
from bot.texts import load_texts
from storage.redis.guard import ProcessDuplicateGuard
from tests.scenarios.chat import Trouble
from tests.strict_slack import File, Home, Message, Room, StrictSlack, User

_CALLS = {"post": "chat.postMessage", "roster": "conversations.members", "direct": "conversations.open"}


@dataclass
class SlackChat:
    """`Chat` over the strict Slack."""

    slack: StrictSlack
    adapter: SlackAdapter
    platform: Platform = Platform.SLACK
    office_tenant: str = "T0OFFICE"
    client_tenant: str = "T0BAKKER"

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Slack, with nobody in it yet."""
        async with StrictSlack() as slack, open_session() as session:
            yield cls(slack, _adapt(slack, session))

    @property
    def messenger(self) -> Messenger:
        return self.adapter.messenger

    @property
    def directory(self) -> Directory:
        return self.adapter.directory

    async def start(self, router: Router) -> None:
        await self.adapter.start(router, ProcessDuplicateGuard(), make_screens(load_texts("nl")))

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return self.adapter.routes()

    def connect(self, address: str, public_url: str) -> None:
        self.slack.connect(f"{address}/slack/events")

    async def stop(self) -> None:
        await self.adapter.stop()

    def person(
        self,
        key: str,
        name: str,
        *,
        email: str | None = None,
        locale: str = "nl-NL",
        guest: bool = False,
        elsewhere: bool = False,
        bot: bool = False,
        gone: bool = False,
    ) -> User:
        team = self.client_tenant if elsewhere else None
        return self.slack.user(
            f"U0{key.upper()}", name, team=team, email=email, locale=locale, guest=guest, bot=bot, deleted=gone
        )

    async def room(self, key: str, members: Sequence[User]) -> Room:
        return self.slack.channel(f"C0{key.upper()}", key, members=members)

    def file(self, name: str, content: bytes) -> File:
        return self.slack.file(f"F0{len(self.slack.workspace.files)}", name, content)

    def say(self, person: User, room: Room, text: str, files: Sequence[File] = ()) -> Message:
        return self.slack.say(person, room, text, files=files)

    async def sign(self, person: User, room: Room, words: str = "") -> None:
        await person.command(self.spell(words), room)

    async def sign_message(self, person: User, message: Message) -> None:
        await person.shortcut("sign", message)

    async def tasks(self, person: User, room: Room | None = None, words: str = "taken") -> Message | Home:
        if room is None:
            shown = self.slack.workspace.homes.get(person.id)
            before = shown.published if shown else 0
            await person.open_home()
            home = await person.home()
            return await self.slack.until(lambda: home if home.published > before else None)
        before = len(person.ephemerals)
        await person.command(self.spell(words), room)
        await self.slack.until(lambda: len(person.ephemerals) > before)
        return person.ephemerals[-1]

    async def tasks_say(self, person: User, tasks: Message | Home, containing: str) -> Message | Home:
        return await self.slack.until(lambda: tasks if containing in tasks.words else None)

    @asynccontextmanager
    async def renewing(self, tasks: Message | Home) -> AsyncIterator[None]:
        before = tasks.published if isinstance(tasks, Home) else None
        yield
        if isinstance(tasks, Home):
            await self.slack.until(lambda: tasks.published != before)

    async def press_early(self, person: User, message: Message, button: str) -> None:
        await person.press(message, button)

    def at_other_client(self, person: User) -> User:
        return User(self.slack, person.account)

    async def seen_by(self, person: User, message: Message) -> Message:
        return message

    def spell(self, words: str) -> str:
        return f"/sign {words}".rstrip()

    def link_of(self, message: Message) -> str:
        return f"https://kantoor.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"

    def break_next(self, call: str, *troubles: Trouble) -> None:
        self.slack.break_next(_CALLS[call], *troubles)

    async def deliver_again(self) -> None:
        last = self.slack.delivery.last
        assert last
        await self.slack.delivery.send(last)

    async def deliver_anew(self) -> None:
        last = self.slack.delivery.last
        assert last
        payload = loads(parse_qs(last.body.decode())["payload"][0])
        payload["trigger_id"] = self.slack.workspace.issue_trigger(payload["user"]["id"])
        await self.slack.delivery.send(self.slack.delivery.sign(payload))

    async def message(self, room: Room, containing: str = "") -> Message:
        return await self.slack.message(room, containing)

    async def settled(self) -> None:
        """Slack's clients ask nothing by themselves."""


def _adapt(slack: StrictSlack, session: aiohttp.ClientSession) -> SlackAdapter:
    return SlackAdapter(SlackSettings(slack.signing_secret, slack.bot_token, api_url=slack.api_url), session)
