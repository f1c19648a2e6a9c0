"""A whole Paraaf behind its real HTTP door, with people on a strict platform in front of it.

A test that asks for `scene` or `unlinked` runs on each platform. A file that belongs to one platform says so with
`pytestmark = on("slack")` or `on("teams")`, and why.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import create_server, socket

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.evidence.opening import make_key_finder
from adapters.pdf.certificate import CertificatePdf
from adapters.pdf.sealer import PdfSealer
from adapters.pdf.sealing.asking import SealJudge
from adapters.pdf.sealing.keys import OfficeSeal, load_pem
from adapters.pdf.sealing.making import make_office_key
from adapters.pdf.sealing.trust import Trust
from adapters.pdf.sheet import SheetPdf
from adapters.teams_settings import FRAMES
from adapters.web.logs import serve_logs
from adapters.web.signing.routes import serve_signing
from adapters.web.signing.site import Site, load_assets
from adapters.web.uploads import serve_uploads
from adapters.web.verify import serve_verify
from bot.domain.people import Client, ClientId, Contact, ContactId, Office
from bot.domain.places import Conversation, Place
from bot.domain.sealing import Inspection
from bot.ports import Ports
from bot.router import Router
from bot.use_cases.deliver import Courier
from bot.use_cases.record_evidence import Recorder
from storage.blobs import open_blobs
from storage.evidence.archive import Archive
from storage.sql.store import SqlStore
from storage.vault import open_vault
from tests.databases import copy_sqlite, prepared_sqlite
from tests.evidence.making import make_archive
from tests.reading_once import OncePageCounter
from tests.scenarios.chat import Chat
from tests.scenarios.holdable import HoldableEvidence, HoldableSealer, Recording
from tests.scenarios.scene import CLIENT, OFFICE, MovableClock, Scene
from tests.scenarios.slack_chat import SlackChat
from tests.scenarios.teams_chat import TeamsChat
from tests.strict_slack import StrictSlack
from tests.strict_teams import StrictTeams
from tests.strict_teams.facts import Kind

__all__ = ["prepared_sqlite"]

PLATFORMS = ("slack", "teams")


@pytest.fixture
async def store(prepared_sqlite: Path, tmp_path: Path) -> AsyncIterator[SqlStore]:
    """An empty database."""
    store = SqlStore(copy_sqlite(prepared_sqlite, tmp_path), vault=open_vault(tmp_path / "key"))
    yield store
    await store.dispose()


@pytest.fixture(params=PLATFORMS)
async def chat(request: pytest.FixtureRequest, store: SqlStore) -> AsyncIterator[Chat]:
    """Each platform in turn; `teams-chat` is Teams with group chats, which a test asks for by name."""
    if request.param == "slack":
        async with SlackChat.open() as slack:
            yield slack
    else:
        kind = Kind.CHAT if request.param == "teams-chat" else Kind.CHANNEL
        async with TeamsChat.open(store, kind) as teams:
            yield teams


@pytest.fixture
def public_url() -> str:
    """Where browsers find the pages, for tests that give it another value; empty where they come to the door itself."""
    return ""


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    """The evidence, with nothing in it yet."""
    archive = make_archive(tmp_path / "evidence")
    yield archive
    await archive.close()


@pytest.fixture(scope="session")
def office_seal(tmp_path_factory: pytest.TempPathFactory) -> OfficeSeal:
    """A seal that the office made itself."""
    folder, made = tmp_path_factory.mktemp("seal"), make_office_key("Kantoor De Linde")
    (folder / "certificate.pem").write_bytes(made.certificate)
    (folder / "key.pem").write_bytes(made.key)
    return load_pem(folder / "certificate.pem", folder / "key.pem")


@pytest.fixture(scope="session")
def seen() -> dict[str, Inspection]:
    """What was found in documents, by their SHA-256."""
    return {}


@pytest.fixture
async def sealer(tmp_path: Path, office_seal: OfficeSeal, seen: dict[str, Inspection]) -> AsyncIterator[HoldableSealer]:
    """What seals; its workers begin with the first document that it is asked about."""
    real = PdfSealer(open_blobs(tmp_path / "blobs"), office_seal)
    yield HoldableSealer(real, seen)
    await real.close()


@pytest.fixture
async def unlinked(
    tmp_path: Path, store: SqlStore, chat: Chat, archive: Archive, sealer: HoldableSealer, public_url: str
) -> AsyncIterator[Scene]:
    """The scene before the conversation is linked to the client."""
    clock, listening = MovableClock(), create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    ports = Ports(
        store=store,
        blobs=open_blobs(tmp_path / "blobs"),
        pages=OncePageCounter(),
        clock=clock,
        messengers={chat.platform: chat.messenger},
        directories={chat.platform: chat.directory},
        public_url=public_url or address,
        evidence=HoldableEvidence(archive),
        sealer=sealer,
    )
    await _furnish(store, chat)
    async with _serve(chat, ports, archive, listening) as recording:
        chat.connect(address, ports.public_url)
        yield await _enter(chat, ports, clock, address, recording)


@pytest.fixture
async def scene(unlinked: Scene) -> Scene:
    """The scene with a linked conversation, a confirmed contact, and two documents."""
    sanne, karim, now = unlinked.account(unlinked.sanne), unlinked.account(unlinked.karim), unlinked.clock.now()
    async with unlinked.ports.store.transaction() as tx:
        place = Place(unlinked.chat.platform, unlinked.chat.office_tenant, unlinked.room.id)
        await tx.conversations.link(Conversation(OFFICE, place, CLIENT, sanne, now))
        await tx.people.confirm(karim, ContactId("karim"), sanne, now)
    await unlinked.file("Jaarrekening 2025.pdf")
    await unlinked.file("Aangifte IB 2025.pdf")
    return unlinked


@pytest.fixture
def slack(chat: Chat) -> StrictSlack:
    """The strict Slack behind the scene."""
    assert isinstance(chat, SlackChat)
    return chat.slack


@pytest.fixture
def teams(chat: Chat) -> StrictTeams:
    """The strict Teams behind the scene."""
    assert isinstance(chat, TeamsChat)
    return chat.teams


async def _enter(chat: Chat, ports: Ports, clock: MovableClock, address: str, recording: Recording) -> Scene:
    sanne = chat.person("sanne", "Sanne de Vries", email="sanne@linde.example")
    bas = chat.person("bas", "Bas Jansen", email="bas@linde.example")
    karim = chat.person("karim", "Karim Haddad", elsewhere=True, email="karim@bakker.example")
    mila = chat.person("mila", "Mila Haddad", guest=True)
    vera = chat.person("vera", "Vera de Boer")
    room = await chat.room("bakker", [sanne, bas, karim, mila])
    return Scene(chat, room, sanne, bas, karim, mila, vera, ports, clock, address, recording)


async def _furnish(store: SqlStore, chat: Chat) -> None:
    async with store.transaction() as tx:
        await tx.offices.save(Office(OFFICE, "Kantoor De Linde"))
        await tx.offices.map_tenant(OFFICE, chat.platform, chat.office_tenant)
        await tx.people.save_client(Client(CLIENT, OFFICE, "1001", "Bakker B.V."))
        await tx.people.save_client(Client(ClientId("kapper"), OFFICE, "1002", "Kapper Knip"))
        karim = Contact(ContactId("karim"), CLIENT, "Karim Haddad", "karim@bakker.example", preferred=True)
        await tx.people.save_contact(karim)


@asynccontextmanager
async def _serve(chat: Chat, ports: Ports, archive: Archive, listening: socket) -> AsyncIterator[Recording]:
    courier, stop = Courier(ports), asyncio.Event()
    recorder = Recorder(ports, courier.wake)

    def wake() -> None:
        courier.wake()
        recorder.wake()

    assets = await asyncio.to_thread(load_assets, ports.public_url)
    site = Site(ports, assets, wake, lambda _answer: None, framed_by=FRAMES)
    await chat.start(Router(ports, wake))
    application = web.Application()
    application.add_routes(serve_logs(ports, SheetPdf().draw, CertificatePdf().draw))
    application.add_routes([*chat.routes(), *serve_signing(site), *serve_uploads(ports)])
    application.add_routes(serve_verify(make_key_finder(archive), SealJudge(Trust()).judge))
    running = asyncio.gather(courier.run(stop), recorder.run(stop))
    async with TestServer(application, socket_factory=lambda *_: listening):
        assert isinstance(ports.evidence, HoldableEvidence)
        assert isinstance(ports.sealer, HoldableSealer)
        yield Recording(ports.evidence, ports.sealer, archive, recorder)
        stop.set()
        wake()
        await running
        await chat.settled()
    await chat.stop()
