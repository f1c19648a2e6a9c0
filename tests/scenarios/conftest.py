"""A whole Paraaf behind its real HTTP door, with people on a strict platform in front of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.pdf.page_count import PdfPageCounter
from adapters.slack.api import open_session
from adapters.slack.app import SlackAdapter, SlackSettings
from adapters.slack.screens import make_screens
from adapters.web.documents import serve_documents
from bot.domain.people import Account, Client, ClientId, Contact, ContactId, Office, OfficeId, Platform
from bot.domain.places import Conversation, Place
from bot.ports import Ports
from bot.router import Router
from bot.texts import load_texts
from bot.use_cases.deliver import Courier
from bot.use_cases.filing import PDF, StoredFile, file_document
from storage.blobs import open_blobs
from storage.redis.guard import ProcessDuplicateGuard
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore
from tests.documents import make_pdf
from tests.strict_slack import Room, StrictSlack, User

OFFICE = OfficeId("linde")
CLIENT = ClientId("bakker")


class MovableClock:
    """The real time, plus what a test lets pass."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The time now, in UTC."""
        return datetime.now(UTC) + self._ahead

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._ahead += by


@dataclass(frozen=True, slots=True)
class Scene:
    """An office, a client's conversation, and who is in it.

    `sanne` and `bas` are staff, `karim` is the client's contact in a workspace of his own, `mila` a guest beside him;
    `vera` is staff too, in no conversation.
    """

    slack: StrictSlack
    room: Room
    sanne: User
    bas: User
    karim: User
    mila: User
    vera: User
    ports: Ports
    clock: MovableClock
    address: str

    async def file(self, name: str, content: bytes | None = None, client: ClientId = CLIENT) -> None:
        """Put a document into the client's dossier, as a PDF of two pages without looking into it."""
        kept = await self.ports.blobs.put(content or make_pdf(pages=2, text=name))
        stored = StoredFile(name, kept, PDF, pages=2)
        async with self.ports.store.transaction() as tx:
            await file_document(tx, client, "", stored, "Sanne de Vries", self.clock.now())

    async def settled(self, *, skipping: timedelta = timedelta()) -> None:
        """Wait until nothing is left to deliver; at every look let `skipping` pass, for what was postponed."""
        async with asyncio.timeout(10):
            while await self._depth():
                self.clock.move(skipping)
                await asyncio.sleep(0.01)

    async def _depth(self) -> int:
        async with self.ports.store.reading() as tx:
            return await tx.outbox.depth()


@pytest.fixture
async def unlinked(tmp_path: Path) -> AsyncIterator[Scene]:
    """The scene before the conversation is linked to the client."""
    url = f"sqlite:///{tmp_path}/paraaf.db"
    await migrate(url)
    store = SqlStore(url)
    async with StrictSlack() as slack, open_session() as session:
        adapter = SlackAdapter(SlackSettings(slack.signing_secret, slack.bot_token, api_url=slack.api_url), session)
        clock = MovableClock()
        ports = Ports(
            store=store,
            blobs=open_blobs(tmp_path / "blobs"),
            pages=PdfPageCounter(),
            clock=clock,
            messengers={Platform.SLACK: adapter.messenger},
            directories={Platform.SLACK: adapter.directory},
            public_url="http://127.0.0.1",
        )
        await _furnish(store)
        async with _serve(adapter, ports) as address:
            slack.connect(f"{address}/slack/events")
            yield _enter(slack, ports, clock, address)
    await store.dispose()


@pytest.fixture
async def scene(unlinked: Scene) -> Scene:
    """The scene with a linked conversation, a confirmed contact, and two documents."""
    sanne = Account(Platform.SLACK, "T0OFFICE", unlinked.sanne.id)
    karim = Account(Platform.SLACK, "T0BAKKER", unlinked.karim.id)
    now = unlinked.clock.now()
    async with unlinked.ports.store.transaction() as tx:
        place = Place(Platform.SLACK, "T0OFFICE", unlinked.room.id)
        await tx.conversations.link(Conversation(OFFICE, place, CLIENT, sanne, now))
        await tx.people.confirm(karim, ContactId("karim"), sanne, now)
    await unlinked.file("Jaarrekening 2025.pdf")
    await unlinked.file("Aangifte IB 2025.pdf")
    return unlinked


def _enter(slack: StrictSlack, ports: Ports, clock: MovableClock, address: str) -> Scene:
    sanne = slack.user("U0SANNE", "Sanne de Vries", email="sanne@linde.example")
    bas = slack.user("U0BAS", "Bas Jansen", email="bas@linde.example")
    karim = slack.user("U0KARIM", "Karim Haddad", team="T0BAKKER", email="karim@bakker.example")
    mila = slack.user("U0MILA", "Mila Haddad", guest=True)
    vera = slack.user("U0VERA", "Vera de Boer")
    room = slack.channel("C0BAKKER", "bakker", members=[sanne, bas, karim, mila])
    return Scene(slack, room, sanne, bas, karim, mila, vera, ports, clock, address)


async def _furnish(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.offices.save(Office(OFFICE, "Kantoor De Linde"))
        await tx.offices.map_tenant(OFFICE, Platform.SLACK, "T0OFFICE")
        await tx.people.save_client(Client(CLIENT, OFFICE, "1001", "Bakker B.V."))
        await tx.people.save_client(Client(ClientId("kapper"), OFFICE, "1002", "Kapper Knip"))
        karim = Contact(ContactId("karim"), CLIENT, "Karim Haddad", "karim@bakker.example", preferred=True)
        await tx.people.save_contact(karim)


@asynccontextmanager
async def _serve(adapter: SlackAdapter, ports: Ports) -> AsyncIterator[str]:
    courier, stop = Courier(ports), asyncio.Event()
    await adapter.start(Router(ports, courier.wake), ProcessDuplicateGuard(), make_screens(load_texts("nl")))
    application = web.Application()
    application.add_routes([*adapter.routes(), *serve_documents(ports)])
    running = asyncio.create_task(courier.run(stop))
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")
    stop.set()
    courier.wake()
    await running
    await adapter.stop()
