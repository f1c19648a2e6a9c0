"""Microsoft Teams as scenarios know it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from json import dumps, loads
from typing import Self

import aiohttp
from aiohttp import web

from adapters.teams.app import TeamsAdapter, TeamsSettings
from adapters.teams.proof import Secret
from bot.domain.people import Platform
from bot.ports import Directory, Messenger, Store
from bot.router import Router
from manifest.teams import render_manifest
from storage.redis.guard import ProcessDuplicateGuard
from tests.scenarios.chat import Trouble
from tests.strict_teams import File, Message, Room, StrictTeams, User
from tests.strict_teams.facts import Kind

_CALLS = {"post": ("post",), "roster": ("member", "members"), "direct": ("open_chat",)}


@dataclass
class TeamsChat:
    """`Chat` over the strict Teams; `kind` is what its conversations are."""

    teams: StrictTeams
    adapter: TeamsAdapter
    kind: Kind = Kind.CHANNEL
    platform: Platform = Platform.TEAMS

    @classmethod
    @asynccontextmanager
    async def open(cls, store: Store, kind: Kind = Kind.CHANNEL) -> AsyncIterator[Self]:
        """Teams, with nobody in it yet."""
        async with StrictTeams() as teams, aiohttp.ClientSession() as session:
            yield cls(teams, _adapt(teams, session, store), kind)

    @property
    def office_tenant(self) -> str:
        return self.teams.tenant

    @property
    def client_tenant(self) -> str:
        return self.teams.tenant_id("bakker")

    @property
    def messenger(self) -> Messenger:
        return self.adapter.messenger

    @property
    def directory(self) -> Directory:
        return self.adapter.directory

    async def start(self, router: Router) -> None:
        await self.adapter.start(router, ProcessDuplicateGuard())

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return self.adapter.routes()

    def connect(self, address: str, public_url: str) -> None:
        self.teams.connect(f"{address}/api/messages")
        self.teams.domains = frozenset(render_manifest(self.teams.app_id, public_url)["validDomains"])

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
        tenant = "bakker" if elsewhere else None
        user = self.teams.user(key, name, tenant=tenant, email=email, locale=locale, guest=guest, bot=bot)
        user.account.deleted = gone
        return user

    async def room(self, key: str, members: Sequence[User]) -> Room:
        """A channel that the office shares with other tenants, or a group chat."""
        if self.kind is Kind.CHANNEL:
            room = self.teams.channel(key, members=members, shared=True)
        else:
            room = self.teams.chat(key, members=members)
        await self.teams.add_app(room)
        return room

    def file(self, name: str, content: bytes) -> File:
        return self.teams.file(name, content)

    def say(self, person: User, room: Room, text: str, files: Sequence[File] = ()) -> Message:
        return self.teams.say(person, room, text, files=files)

    async def sign(self, person: User, room: Room, words: str = "") -> None:
        """The message extension; for other words a mention, and then the button that comes where there is one."""
        if not words:
            await person.compose("sign", room)
            return
        before = len(person.ephemerals)
        await person.command(words, room)
        await self.teams.until(lambda: len(person.ephemerals) > before)
        whisper = person.ephemerals[-1]
        if whisper.labels:
            await person.press(whisper, whisper.labels[0])

    async def sign_message(self, person: User, message: Message) -> None:
        await person.shortcut("sign", message)

    async def tasks(self, person: User, room: Room | None = None, words: str = "taken") -> Message:
        def told() -> list[Message]:
            return person.direct_messages if room is None else person.ephemerals

        before = len(told())
        await person.command(words, room or self.teams.personal(person))
        await self.teams.until(lambda: len(told()) > before)
        return told()[-1]

    async def tasks_say(self, person: User, tasks: Message, containing: str) -> Message:
        seen = await person.sees(tasks)
        assert containing in seen.words
        return seen

    @asynccontextmanager
    async def renewing(self, tasks: Message) -> AsyncIterator[None]:
        yield  # a list in a message is replaced by the answer to a press, nothing else

    async def press_early(self, person: User, message: Message, button: str) -> None:
        await person.press(message, button, early=True)

    def at_other_client(self, person: User) -> User:
        return person.on("phone")

    async def seen_by(self, person: User, message: Message) -> Message:
        return await person.sees(message)

    def spell(self, words: str) -> str:
        return f"@Paraaf {words or 'sign'}"

    def link_of(self, message: Message) -> str:
        return f"https://teams.microsoft.com/l/message/{message.room.id}/{message.id}"

    def break_next(self, call: str, *troubles: Trouble) -> None:
        for name in _CALLS[call]:
            self.teams.break_next(name, *troubles)

    async def deliver_again(self) -> None:
        last = self.teams.delivery.last
        assert last
        await self.teams.delivery.send(last)

    async def deliver_anew(self) -> None:
        last = self.teams.delivery.last
        assert last
        activity = self.teams.renew(loads(last.body))
        await self.teams.delivery.send(self.teams.delivery.sign(loads(dumps(activity))))

    async def message(self, room: Room, containing: str = "") -> Message:
        return await self.teams.message(room, containing)

    async def settled(self) -> None:
        await self.teams.settled()


def _adapt(teams: StrictTeams, session: aiohttp.ClientSession, store: Store) -> TeamsAdapter:
    settings = TeamsSettings(
        teams.app_id,
        Secret(teams.password),
        authority=teams.app_tenant,
        local=frozenset({teams.server.url, teams.server.files_url}),
        login_url=teams.login_url,
        metadata_url=teams.metadata_url,
        graph_url=teams.graph_url,
    )
    return TeamsAdapter(settings, session, store)
