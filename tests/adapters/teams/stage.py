"""The Teams adapter between the strict Teams and a router that records, served over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from adapters.teams.answering import Patience
from adapters.teams.app import TeamsAdapter, TeamsSettings
from adapters.teams.proof import Secret
from bot.conversation import Answer, Interaction, Press
from bot.domain.people import Platform
from bot.domain.places import ConversationKind, Place, Reference
from bot.ports import Store
from bot.views.envelope_card import SHOW
from cards.model import Card
from storage.sql.store import SqlStore
from tests.adapters.slack.stage import RecordingGuard, RecordingRouter
from tests.builders import NOON, an_office
from tests.strict_teams import Message, Room, StrictTeams, User


@dataclass
class ViewingRouter(RecordingRouter):
    """A `RecordingRouter` that answers who asks for their own view with `view`."""

    view: Answer | None = None
    views_asked: list[Press] = field(default_factory=list)

    async def handle(self, interaction: Interaction) -> Answer:
        if self.view and isinstance(interaction, Press) and interaction.action == SHOW:
            self.views_asked.append(interaction)
            return self.view
        return await super().handle(interaction)


@dataclass
class Stage:
    teams: StrictTeams
    adapter: TeamsAdapter
    router: ViewingRouter
    guard: RecordingGuard
    store: Store
    staff: User
    client: User
    room: Room
    chat: Room

    @property
    def place(self) -> Place:
        return self.place_of(self.room)

    def place_of(self, room: Room) -> Place:
        return Place(Platform.TEAMS, room.tenant, room.id)

    async def post(self, card: Card, room: Room | None = None) -> Message:
        """A card of the app, as people see it."""
        room = room or self.room
        sent = await self.adapter.messenger.send(self.place_of(room), card, f"key-{len(room.messages)}")
        return next(each for each in room.messages if each.id == sent.id)


def make_settings(teams: StrictTeams) -> TeamsSettings:
    return TeamsSettings(
        app_id=teams.app_id,
        proof=Secret(teams.password),
        authority=teams.app_tenant,
        local=frozenset({f"http://{teams.host}", f"http://{teams.file_host}"}),
        login_url=teams.login_url,
        metadata_url=teams.metadata_url,
        graph_url=teams.graph_url,
    )


async def know(store: SqlStore, teams: StrictTeams, *rooms: Room) -> None:
    """Map the office's tenant to an office, which has been told of these conversations."""
    async with store.transaction() as tx:
        await tx.offices.save(an_office())
        await tx.offices.map_tenant(an_office().id, Platform.TEAMS, teams.tenant)
        for room in rooms:
            await tx.references.save(make_reference(teams, room), NOON)


def make_reference(teams: StrictTeams, room: Room) -> Reference:
    kinds = {"personal": ConversationKind.PERSONAL, "groupChat": ConversationKind.GROUP}
    kind = kinds.get(room.kind, ConversationKind.CHANNEL)
    return Reference(Place(Platform.TEAMS, room.tenant, room.id), teams.service_url, kind, f"28:{teams.app_id}")


@asynccontextmanager
async def open_stage(
    teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore, patience: Patience | None = None
) -> AsyncIterator[Stage]:
    """Serve the adapter, which was told of one channel and one chat with the same people."""
    staff = teams.user("sanne", "Sanne de Vries", email="sanne@linde.example")
    client = teams.user("karim", "Karim Haddad", tenant="bakker")
    room = teams.channel("bakkerij", members=[staff, client], shared=True)
    chat = teams.chat("overleg", members=[staff, client])
    await know(store, teams, room, chat)
    adapter = TeamsAdapter(make_settings(teams), session, store)
    router, guard = ViewingRouter(), RecordingGuard()
    app = web.Application()
    app.add_routes(adapter.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await adapter.start(router, guard, patience)
    host, port = runner.addresses[0][:2]
    teams.connect(f"http://{host}:{port}/api/messages")
    try:
        yield Stage(teams, adapter, router, guard, store, staff, client, room, chat)
    finally:
        if router.hold:
            router.hold.set()
        await teams.settled()
        await adapter.stop()
        await runner.cleanup()
