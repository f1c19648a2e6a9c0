"""An office with as many open envelopes and documents as a measurement uses up, and a platform that costs nothing."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, redirect_stderr
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from adapters.log import set_up_logging
from adapters.pdf.page_count import PdfPageCounter
from bot.conversation import Actor, FileRef, Submission
from bot.domain.envelope import EnvelopeId
from bot.domain.people import Account, Person, Platform
from bot.domain.places import MessageRef, Place
from bot.ports import FetchedFile, Ports
from bot.use_cases.ids import new_id
from bot.views import forms
from cards.model import Card
from storage.blobs import open_blobs
from storage.sql.engine import connect
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore
from tests import builders as a
from tests.servers import fresh_database, read_database_url, run_postgres

TENANT = "T0OFFICE"
SIGNER = a.an_account()
SIGNING = Actor(SIGNER, TENANT, "Karim Haddad")


class RealClock:
    """The time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class NullPlatform:
    """Knows everybody, delivers nowhere, and takes no time for it, or so many seconds for a message."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds

    takes_uploads = True
    posts_files = False
    finds_messages = True
    makes_conversations = False

    async def person(self, actor: Actor) -> Person:
        return a.a_person(account=actor.account)

    async def participants(self, place: Place) -> tuple[Person, ...]:
        return (a.a_person(),)

    async def post_file(self, to: Place, name: str, content: bytes, key: str) -> None:
        pass

    async def make_conversation(self, near: Place, name: str) -> Place:
        return Place(near.platform, near.tenant, name)

    async def invite(self, to: Place, accounts: Sequence[Account]) -> dict[Account, str]:
        return {}

    async def find_by_email(self, near: Place, email: str) -> Person | None:
        return None

    async def takes_part(self, place: Place, account: Account) -> bool:
        return True

    async def is_in_group(self, tenant: str, account: Account, group: str) -> bool:
        return True

    async def send(self, to: Place, card: Card, key: str) -> MessageRef:
        if self._seconds:
            await asyncio.sleep(self._seconds)
        return MessageRef(to, key)

    async def find(self, to: Place, key: str) -> MessageRef | None:
        return None

    async def update(self, message: MessageRef, card: Card) -> None:
        pass

    async def whisper(self, to: Place, account: Account, card: Card) -> None:
        pass

    async def open_chat(self, near: Place, account: Account) -> Place:
        return Place(near.platform, near.tenant, account.user)

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        return FetchedFile(file.name, b"")


@dataclass(slots=True)
class Stage:
    """A furnished database and the ports of a core on it. Envelopes are taken from it, each once."""

    url: str
    store: SqlStore
    ports: Ports
    _envelopes: list[EnvelopeId] = field(default_factory=list)

    async def add_envelopes(self, count: int) -> None:
        """Add open envelopes, each in a conversation of its own that bears its id."""
        ids = [EnvelopeId(new_id()) for _ in range(count)]
        async with self.store.transaction() as tx:
            for each in ids:
                await tx.envelopes.add(a.an_envelope(each, conversation=a.a_place(name_channel(each))))
        self._envelopes += ids

    async def gather_statistics(self) -> None:
        """Let PostgreSQL look at what was added, which it otherwise does by itself within a minute or so."""
        engines = connect(self.url)
        if not engines.queues_writers:
            async with engines.writing.begin() as connection:
                await connection.execute(text("ANALYZE"))
        await engines.dispose()

    def take(self, count: int) -> Sequence[EnvelopeId]:
        """Envelopes that nobody took before."""
        taken, self._envelopes = self._envelopes[:count], self._envelopes[count:]
        assert len(taken) == count, "more envelopes are used than were added"
        return taken


def log_as_served() -> None:
    """Log what a served Paraaf logs, as it does, to nowhere."""
    nowhere = Path(os.devnull).open("w")  # noqa: SIM115 - open until the end
    with redirect_stderr(nowhere):
        set_up_logging(readable=False)


def build_ports(store: SqlStore, folder: Path, seconds: float = 0.0) -> Ports:
    """A core on this database, whose platform takes so many seconds for a message."""
    platform = NullPlatform(seconds)
    return Ports(
        store=store,
        blobs=open_blobs(folder / "blobs"),
        pages=PdfPageCounter(),
        clock=RealClock(),
        messengers={Platform.SLACK: platform},
        directories={Platform.SLACK: platform},
        public_url="http://127.0.0.1",
    )


@asynccontextmanager
async def furnish(url: str, folder: Path) -> AsyncIterator[Stage]:
    """Make the tables at `url` and put an office, a client, a contact and a document into them."""
    await migrate(url)
    store = SqlStore(url)
    async with store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.offices.map_tenant(a.OFFICE, Platform.SLACK, TENANT)
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(a.an_item())
    try:
        yield Stage(url, store, build_ports(store, folder))
    finally:
        await store.dispose()


@asynccontextmanager
async def furnish_sqlite() -> AsyncIterator[Stage]:
    """A stage on a SQLite file."""
    with make_folder() as folder:
        async with furnish(f"sqlite:///{folder}/paraaf.db", folder) as stage:
            yield stage


@asynccontextmanager
async def furnish_postgres() -> AsyncIterator[Stage]:
    """A stage on PostgreSQL: a server of our own that keeps what it commits, or the one that the tests are told of."""
    named = os.environ.get("PARAAF_TEST_DATABASE_URL")
    with make_folder() as folder:
        if named:
            async with (
                fresh_database(read_database_url(named)) as url,
                furnish(url.render_as_string(hide_password=False), folder) as stage,
            ):
                yield stage
            return
        with run_postgres(durable=True) as server:
            async with furnish(server.render_as_string(hide_password=False), folder) as stage:
                yield stage


@contextmanager
def make_folder() -> Iterator[Path]:
    """A folder that goes afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="paraaf-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def name_channel(envelope: EnvelopeId) -> str:
    """The channel of an envelope of the stage, in letters that Slack uses."""
    return f"C{envelope.replace('-', '').upper()}"


def approve_form_of(envelope: EnvelopeId) -> Submission:
    """The approval that its signer sends."""
    return Submission(SIGNING, forms.APPROVE, envelope, {forms.PLACE: "Utrecht"}, key=envelope)
