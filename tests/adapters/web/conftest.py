"""The web pages over real storage, with one envelope in it."""

# ruff: noqa: ANN401 - any field of an envelope or an office can be replaced, whatever its type

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from socket import create_server
from typing import Any, BinaryIO

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, ViewportSize

from adapters.pdf.certificate import CertificatePdf
from adapters.pdf.sheet import SheetPdf
from adapters.teams_settings import FRAMES
from adapters.web.logs import serve_logs
from adapters.web.pages import show_root
from adapters.web.placing.routes import serve_placing
from adapters.web.placing.site import PlacingSite
from adapters.web.signing.routes import serve_signing
from adapters.web.signing.site import Site as SigningSite
from adapters.web.signing.site import load_assets
from adapters.web.uploads import serve_uploads
from bot.domain.dossier import DossierItem
from bot.domain.envelope import Answer, Envelope, EnvelopeId, Party
from bot.domain.fields import Field, FieldKind
from bot.domain.links import SIGNING_TIME, UPLOADING_TIME, UploadPage, fingerprint
from bot.domain.log import LogLine
from bot.domain.people import Platform
from bot.ports import Ports
from bot.use_cases.filing import UPLOADS_FOLDER, file_document, store_file
from bot.use_cases.secrets import hash_secret
from storage.blobs import open_blobs
from storage.sql.store import SqlStore
from storage.vault import open_vault
from tests import builders as a
from tests.chromium import chromium, started_chromium
from tests.databases import copy_sqlite, prepared_sqlite
from tests.documents import make_pdf
from tests.fakes import A_PLAIN_PDF, FakeDirectory, FakeSealer, FixedClock
from tests.reading_once import OnceLayoutReader
from tests.signing_form import Browser

__all__ = ["chromium", "prepared_sqlite", "started_chromium"]

ENVELOPE = EnvelopeId("envelope-1")
PAGES = 3
PDF, PICTURE = make_pdf(pages=PAGES, text="Aangifte 2025"), b"\x89PNG\r\n\x1a\n the rest"
FILES = {
    "Aangifte “Özgür” 2025; v2.pdf": PDF,
    "scan.png": PICTURE,
    "logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "brief.html": b"<script>alert(1)</script>",
    "groot.xlsx": b"PK\x03\x04" + bytes(range(256)) * 20_000,
}
PHONE = ViewportSize(width=360, height=640)
KARIM, SANNE = a.an_account(), a.a_staff_account()


class KnownPages:
    """Keeps `bot.ports.PageCounter` without the time that a process of its own takes."""

    async def count_pages(self, content: bytes | BinaryIO) -> int | None:
        return {PDF: PAGES, LONG_PDF: LONG}.get(content if isinstance(content, bytes) else content.read())


LONG = 200
LONG_PDF = make_pdf(pages=LONG, text="Jaarrekening")


FORM_PDF = make_pdf(pages=2, text="Formulier")
FORM_FIELDS = (Field(FieldKind.SIGNATURE, 1, 0, (100, 200, 150, 50)), Field(FieldKind.DATE, 0, 1, (0, 0, 90, 20)))


@dataclass(frozen=True, slots=True)
class Site:
    """Browse with `client`; `/signing/secret` is Karim's page of the envelope with all of `FILES`.

    `woken` and `counted` record what the page told of answers.
    """

    client: TestClient[web.Request, web.Application]
    ports: Ports
    clock: FixedClock
    folder: Path
    directory: FakeDirectory
    woken: list[None]
    counted: list[Answer]

    def address(self, number: int | str = 1, secret: str = "secret") -> str:
        return f"/signing/{secret}/documents/{number}"

    async def views(self) -> list[LogLine]:
        """What the log says of the envelope."""
        return await self.log(ENVELOPE)

    async def log(self, envelope: EnvelopeId) -> list[LogLine]:
        async with self.ports.store.reading() as tx:
            return list(await tx.log.of_envelope(a.OFFICE, envelope))

    async def envelope(self, id_: str) -> Envelope:
        async with self.ports.store.reading() as tx:
            found = await tx.envelopes.get(a.OFFICE, EnvelopeId(id_))
        assert found
        return found

    async def decisions(self, envelope: str) -> list[Answer]:
        """What was answered."""
        return [each.decision.answer for each in (await self.envelope(envelope)).signers if each.decision]

    async def offer(self, secret: str, files: dict[str, bytes] | None = None, **changes: Any) -> str:
        """A page for Karim, at an envelope of its own that is called like the secret; its path."""
        await _offer(self.ports, secret, files or {"Aangifte.pdf": PDF}, **changes)
        return f"/signing/{secret}"

    async def renew(self, secret: str, envelope: str) -> str:
        """Another link for Karim to what `offer` offered; its path."""
        documents = fingerprint((await self.envelope(EnvelopeId(envelope))).documents)
        expires_at = self.clock.now() + SIGNING_TIME
        link = a.a_signing_link(secret, envelope=EnvelopeId(envelope), documents=documents)
        async with self.ports.store.transaction() as tx:
            await tx.links.add(replace(link, expires_at=expires_at))
        return f"/signing/{secret}"

    async def change_office(self, **changes: Any) -> None:
        async with self.ports.store.transaction() as tx:
            await tx.offices.save(replace(await tx.offices.get(a.OFFICE), **changes))

    async def uploads(self) -> list[DossierItem]:
        """What was filed through the upload page whose secret is `secret`, oldest first."""
        async with self.ports.store.reading() as tx:
            items = await tx.dossiers.recent(a.CLIENT, 100)
        return [item for item in reversed(items) if item.folder == UPLOADS_FOLDER]


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Chromium) -> Page:
    """A telephone whose owner reads Dutch."""
    return await chromium.new_page(viewport=PHONE, locale="nl-NL")


@pytest_asyncio.fixture(loop_scope="session")
async def site(prepared_sqlite: Path, tmp_path: Path) -> AsyncIterator[Site]:
    database = copy_sqlite(prepared_sqlite, tmp_path)
    store, clock = SqlStore(database, vault=open_vault(tmp_path / "key")), FixedClock()
    blobs, directory = open_blobs(tmp_path / "blobs"), FakeDirectory()
    directory.people = {KARIM: a.a_person(), SANNE: a.a_person("Sanne de Vries", account=SANNE)}
    listening = create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    sealer = FakeSealer(blobs)
    # The fields that the maker of this one put there.
    sealer.inspections[sha256(FORM_PDF).hexdigest()] = replace(A_PLAIN_PDF, fields=FORM_FIELDS)
    ports = Ports(
        store,
        blobs,
        KnownPages(),
        clock,
        {},
        {Platform.SLACK: directory},
        url,
        layouts=OnceLayoutReader(),
        sealer=sealer,
    )
    await _furnish(ports)
    woken: list[None] = []
    counted: list[Answer] = []
    assets = load_assets(url)
    signing = SigningSite(ports, assets, lambda: woken.append(None), counted.append, framed_by=FRAMES)
    app = web.Application()
    app.router.add_get("/", show_root)
    app.add_routes(
        [*serve_signing(signing), *serve_uploads(ports), *serve_logs(ports, SheetPdf().draw, CertificatePdf().draw)]
    )
    app.add_routes(serve_placing(PlacingSite(ports, assets, FRAMES)))
    async with TestClient(TestServer(app, socket_factory=lambda *_: listening)) as client:
        yield Site(client, ports, clock, tmp_path / "blobs", directory, woken, counted)
    await store.dispose()


@pytest.fixture
def browser(site: Site) -> Browser:
    """A browser without scripts."""
    return Browser(site.client.session, site.ports.public_url)


async def _furnish(ports: Ports) -> None:
    async with ports.store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        expires = a.NOON + UPLOADING_TIME
        await tx.upload_pages.add(UploadPage(hash_secret("secret"), a.OFFICE, a.CLIENT, a.a_party(), expires))
    await _offer(ports, "secret", FILES, id_=ENVELOPE)


async def _offer(
    ports: Ports, secret: str, files: dict[str, bytes], *, id_: str = "", viewer: Party | None = None, **changes: Any
) -> None:
    stored = [await store_file(ports, name, content) for name, content in files.items()]
    async with ports.store.transaction() as tx:
        items = [await file_document(tx, a.CLIENT, "", each, "Sanne", a.NOON) for each in stored]
        documents = tuple(a.a_document(item) for item in items)
        envelope = replace(a.an_envelope(id_ or secret), documents=documents, **changes)
        await tx.envelopes.add(envelope)
        link = a.a_signing_link(secret, envelope=envelope.id, documents=fingerprint(documents))
        await tx.links.add(replace(link, viewer=viewer, as_staff=True) if viewer else link)
