"""The Slack adapter between the strict Slack and a router that records, served over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
from aiohttp import web

from adapters.slack.answering import Patience
from adapters.slack.app import SlackAdapter, SlackSettings
from adapters.slack.screens import make_screens
from bot.conversation import Answer, Command, Done, Interaction, Tell
from bot.domain.people import Platform
from bot.domain.places import Place
from bot.texts import load_texts
from cards.model import Card, Plain, Text
from tests.strict_slack import Message, Room, StrictSlack, User

BROKEN = Card("", (Text((Plain("Incident 4711"),)),), "Incident 4711")


@dataclass
class RecordingRouter:
    """Answers with `answer`, the home tab with `home` if set, or raises `mistake`; waits for `hold` first."""

    answer: Answer = field(default_factory=Done)
    home: Answer | None = None
    mistake: Exception | None = None
    hold: asyncio.Event | None = None
    handled: list[Interaction] = field(default_factory=list)

    async def handle(self, interaction: Interaction) -> Answer:
        self.handled.append(interaction)
        if self.hold:
            await self.hold.wait()
        if self.mistake:
            raise self.mistake
        is_home = isinstance(interaction, Command) and interaction.name == "home"
        return self.home if is_home and self.home else self.answer

    async def failed(self, interaction: Interaction) -> Answer:
        return Tell(BROKEN)

    @property
    def only(self) -> Interaction:
        """What was handled, when that was one thing."""
        (interaction,) = self.handled
        return interaction


@dataclass
class RecordingGuard:
    """Remembers keys for ever, unless it is broken."""

    keys: dict[str, timedelta] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    broken: bool = False

    async def first(self, key: str, keep: timedelta) -> bool:
        if self.broken:
            raise ConnectionError
        known = key in self.keys
        self.keys[key] = keep
        return not known

    async def forget(self, key: str) -> None:
        self.keys.pop(key, None)
        self.forgotten.append(key)


@dataclass
class Stage:
    slack: StrictSlack
    adapter: SlackAdapter
    router: RecordingRouter
    guard: RecordingGuard
    staff: User
    client: User
    room: Room

    @property
    def place(self) -> Place:
        return Place(Platform.SLACK, "T0OFFICE", self.room.id)

    async def post(self, card: Card, place: Place | None = None) -> Message:
        """A card of the app, as people see it."""
        sent = await self.adapter.messenger.send(place or self.place, card, f"key-{len(self.room.messages)}")
        return next(each for each in self.room.messages if each.ts == sent.id)


@asynccontextmanager
async def open_stage(
    slack: StrictSlack,
    session: aiohttp.ClientSession,
    *,
    patience: Patience | None = None,
    socket: bool = False,
) -> AsyncIterator[Stage]:
    """Serve the adapter; `socket` starts it in Socket Mode instead."""
    staff = slack.user("U0STAFF", "Sanne de Vries", email="sanne@kantoor.example")
    client = slack.user("U0CLIENT", "Karim Haddad", team="T0CLIENT")
    room = slack.channel("C0CLIENT", "bakkerij-karim", members=[staff, client])
    settings = SlackSettings(
        slack.signing_secret, slack.bot_token, slack.app_token if socket else None, slack.api_url
    )  # fmt: skip
    adapter = SlackAdapter(settings, session)
    router, guard = RecordingRouter(), RecordingGuard()
    app = web.Application()
    app.add_routes(adapter.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await adapter.start(router, guard, make_screens(load_texts("en")), patience)
    if not socket:
        host, port = runner.addresses[0][:2]
        slack.connect(f"http://{host}:{port}/slack/events")
    try:
        yield Stage(slack, adapter, router, guard, staff, client, room)
    finally:
        await adapter.stop()
        await runner.cleanup()
