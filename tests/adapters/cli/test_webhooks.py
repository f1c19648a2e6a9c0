"""`paraaf webhooks` on a database with a source package in each of two offices."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypeVar

import pytest

from adapters.webhooks.signing import write_secret
from bot.domain.delivery import SourceId
from bot.domain.people import OfficeId
from bot.domain.webhooks import WebhookCall, WebhookEvent
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore, SqlTransaction
from storage.vault import open_vault
from tests import builders as a
from tests.adapters.cli.conftest import Run
from tests.delivering import SOURCE, URL, a_source, a_webhook, deliver

T = TypeVar("T")
OTHER = OfficeId("office-2")


def work(folder: Path, what: Callable[[SqlStore], Awaitable[T]]) -> T:
    async def run() -> T:
        store = SqlStore(f"sqlite:///{folder}/data/paraaf.db")
        done = await what(store)
        await store.dispose()
        return done

    return asyncio.run(run())


async def fill(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.offices.save(a.an_office(id=OTHER, name="Kantoor Zuid"))
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(a.an_item())
        await tx.envelopes.add(a.an_envelope())
        await tx.sources.add(a_source(id=SourceId("source-2"), office=OTHER, name="exact"))
        await tx.envelopes.save(a.an_envelope().withdraw(a.a_party(), a.at(5)))
    await deliver(store, a.an_envelope().id)


@pytest.fixture(autouse=True)
def filled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("PARAAF_WEBHOOKS_LOOPBACK", "true")
    (folder / "data").mkdir()
    asyncio.run(migrate(f"sqlite:///{folder}/data/paraaf.db"))
    work(folder, fill)


@pytest.fixture
def here() -> str:
    """The office's name."""
    return a.an_office().name


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The address of a server on this machine that answers 204, or 500 at `/broken`; the headers that it got."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(500 if self.path == "/broken" else 204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_secret_is_shown_when_it_is_new_and_is_the_one_that_signs(paraaf: Run, folder: Path, here: str) -> None:
    vault = open_vault(folder / "data" / "personal.key")
    first = paraaf("webhooks", "set", "twinfield", URL, "--office", here)
    assert first.exit_code == 0
    assert write_secret(vault, a_webhook()) in first.output
    moved = paraaf("webhooks", "set", "Twinfield", URL + "/2", "--office", here)
    assert "whsec_" not in moved.output
    renewed = paraaf("webhooks", "set", "twinfield", URL + "/2", "--office", here, "--renew")
    assert write_secret(vault, a_webhook(generation=2)) in renewed.output
    shown = paraaf("webhooks", "list", "--office", here).output
    assert f"twinfield: {URL}/2; secret 2 since" in shown
    assert "whsec_" not in shown


@pytest.mark.parametrize(
    "url", ["http://hooks.example/", "https://10.0.0.1/", "ftp://x/", "https://a:b@hooks.example/"]
)
def test_an_address_that_may_not_be_called_is_refused(paraaf: Run, here: str, url: str) -> None:
    told = paraaf("webhooks", "set", "twinfield", url, "--office", here)
    assert told.exit_code == 1
    assert url in told.output
    assert paraaf("webhooks", "list", "--office", here).output == "Nothing.\n"


def test_a_source_of_another_office_is_none(paraaf: Run, here: str) -> None:
    told = paraaf("webhooks", "set", "exact", URL, "--office", here)
    assert told.exit_code == 1
    assert "it has: twinfield" in told.output
    assert paraaf("webhooks", "set", "exact", URL, "--office", "Kantoor Zuid").exit_code == 0
    assert "exact" not in paraaf("webhooks", "list", "--office", here).output


def test_a_ping_tells_what_comes_back(paraaf: Run, here: str, receiver: tuple[str, list[dict[str, str]]]) -> None:
    address, got = receiver
    assert paraaf("webhooks", "test", "twinfield", "--office", here).exit_code == 1
    paraaf("webhooks", "set", "twinfield", address, "--office", here)
    told = paraaf("webhooks", "test", "twinfield", "--office", here)
    assert (told.exit_code, told.output) == (0, f"twinfield at {address} answered 204\n")
    assert got[0]["webhook-signature"].startswith("v1,")
    paraaf("webhooks", "set", "twinfield", address + "/broken", "--office", here)
    told = paraaf("webhooks", "test", "twinfield", "--office", here)
    assert (told.exit_code, told.output) == (1, f"twinfield at {address}/broken answered 500\n")


def test_telling_again_and_removing(paraaf: Run, here: str, folder: Path) -> None:
    envelope = a.an_envelope().id
    assert paraaf("webhooks", "replay", envelope, "--office", here).exit_code == 1  # nobody to tell yet
    paraaf("webhooks", "set", "twinfield", URL, "--office", here)
    assert paraaf("webhooks", "replay", envelope, "--office", here).output == "in line: 1 call\n"
    since = paraaf("webhooks", "replay", "--source", "twinfield", "--since", "2026-03-02", "--office", here)
    assert since.output == "in line: 1 call\n"
    late = paraaf("webhooks", "replay", "--source", "twinfield", "--since", "2026-03-02T13:06", "--office", here)
    assert late.output == "in line: 0 calls\n"
    assert paraaf("webhooks", "replay", envelope, "--office", "Kantoor Zuid").exit_code == 1
    assert paraaf("webhooks", "replay", "--office", here).exit_code == 2

    shown = paraaf("outbox", "list", "--office", here).output
    assert f"webhook: envelope.withdrawn; request {envelope}; {here}, twinfield; since" in shown
    assert paraaf("outbox", "list", "--office", "Kantoor Zuid").output == "Nothing.\n"
    removed = paraaf("webhooks", "remove", "twinfield", "--office", here)
    assert "1 waiting calls were dropped" in removed.output
    assert paraaf("webhooks", "remove", "twinfield", "--office", here).exit_code == 1
    assert paraaf("outbox", "list").output == "Nothing.\n"


def test_the_outbox_shows_what_could_not_be_told(paraaf: Run, here: str, folder: Path) -> None:
    async def bury(store: SqlStore) -> None:
        async with store.transaction() as tx:
            await tx.webhooks.save(a_webhook())
            await _put_buried(tx)

    work(folder, bury)
    shown = paraaf("outbox", "list", "--dead", "--office", here).output
    assert "buried; tell it again: paraaf webhooks replay; status 500" in shown


async def _put_buried(tx: SqlTransaction) -> None:
    call = WebhookCall(a.OFFICE, SOURCE, a.an_envelope().id, WebhookEvent.WITHDRAWN, a.at())
    await tx.webhook_calls.put(call, a.at())
    (row,) = await tx.webhook_calls.claim(a.at(), a.at(1) - a.at(), 1)
    assert await tx.webhook_calls.bury(row, "status 500")
