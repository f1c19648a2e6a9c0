"""Tabs over real HTTP, with the real router and database behind them and the strict Teams beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from adapters.teams.app import TeamsAdapter
from bot.conversation import Router as RouterPort
from bot.domain.envelope import Envelope
from bot.domain.people import Account, OfficeId, Platform
from bot.domain.places import Place
from bot.ports import Ports
from bot.router import Router
from storage.blobs import open_blobs
from storage.sql.store import SqlStore
from tests import builders as a
from tests.adapters.slack.stage import RecordingGuard
from tests.adapters.teams.stage import know, make_settings
from tests.fakes import FixedClock
from tests.reading_once import OncePageCounter
from tests.strict_teams import Room, StrictTeams, User

OTHER = OfficeId("office-2")


@dataclass
class TabStage:
    """Sanne is of the office, Karim a client's guest in its tenant, Vera of the office but not in the room."""

    teams: StrictTeams
    adapter: TeamsAdapter
    ports: Ports
    session: aiohttp.ClientSession
    address: str
    room: Room
    sanne: User = field(init=False)
    karim: User = field(init=False)
    vera: User = field(init=False)

    def __post_init__(self) -> None:
        self.sanne = self.teams.user("sanne", "Sanne de Vries", email="sanne@linde.example")
        self.karim = self.teams.user("karim", "Karim Haddad", guest=True, app=True)
        self.vera = self.teams.user("vera", "Vera de Boer")
        self.room.members += [self.sanne.id, self.karim.id]

    def token(self, user: User, **changes: Any) -> str:  # noqa: ANN401 - whatever a test changes in it
        return self.teams.entra.sign(user.account, self.teams.tenant, **changes)

    def press_with(self, router: RouterPort) -> None:
        """Let this one answer presses."""
        assert self.adapter._tab
        self.adapter._tab.open(router)

    def account(self, user: User) -> Account:
        return Account(Platform.TEAMS, self.teams.tenant_id(user.account.tenant), user.id)

    async def send(self, key: str, *, room: Room | None = None, due: date | None = None, **changes: Any) -> Envelope:  # noqa: ANN401 - any fact of an envelope
        """An envelope from Sanne to Karim, put where it would be."""
        room = room or self.room
        document = a.a_document(name=f"{key}.pdf", size=184_000)
        sent = a.an_envelope(
            key,
            conversation=Place(Platform.TEAMS, room.tenant, room.id),
            sender=a.a_party("Sanne de Vries", self.account(self.sanne)),
            documents=(document,),
            signers=(a.a_signer(self.account(self.karim), name="Karim Haddad"),),
            due=due,
        )
        envelope = replace(sent, **changes)
        async with self.ports.store.transaction() as tx:
            await tx.envelopes.add(envelope)
        return envelope

    async def ask(
        self, user: User, path: str = "tasks", *, token: str | None = None, **wish: object
    ) -> tuple[int, dict[str, str]]:
        """Status and answer of what the page of this user asks."""
        headers = {"Authorization": f"Bearer {token or self.token(user)}"}
        async with self.session.post(f"{self.address}/teams/tab/{path}", json=wish, headers=headers) as answer:
            told = await answer.json() if answer.content_type == "application/json" else {}
            return answer.status, told

    async def list(self, user: User, **wish: Any) -> str:  # noqa: ANN401 - what `ask` takes
        """The HTML of a list."""
        status, told = await self.ask(user, **wish)
        assert status == 200, told
        return told["html"]


@asynccontextmanager
async def open_tab_stage(
    teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore, folder: Path
) -> AsyncIterator[TabStage]:
    """Two offices, one in each of two tenants; the first has a client's channel."""
    room = teams.channel("bakkerij")
    await know(store, teams, room)
    async with store.transaction() as tx:
        await tx.offices.save(a.an_office(id=OTHER, name="De Molen"))
        await tx.offices.map_tenant(OTHER, Platform.TEAMS, teams.tenant_id("molen"))
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(a.an_item())
    adapter = TeamsAdapter(replace(make_settings(teams), has_tabs=True), session, store)
    platforms: tuple[Any, Any] = {Platform.TEAMS: adapter.messenger}, {Platform.TEAMS: adapter.directory}
    blobs = open_blobs(folder / "blobs")
    ports = Ports(store, blobs, OncePageCounter(), FixedClock(), *platforms, "https://paraaf.example")
    app = web.Application()
    app.add_routes([*adapter.routes(), *adapter.tab_routes(ports)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await adapter.start(Router(ports, lambda: None), RecordingGuard())
    host, port = runner.addresses[0][:2]
    teams.connect(f"http://{host}:{port}/api/messages")
    try:
        yield TabStage(teams, adapter, ports, session, f"http://{host}:{port}", room)
    finally:
        await adapter.stop()
        await runner.cleanup()
