"""The web pages over real storage, with one envelope in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web.documents import serve_documents
from adapters.web.pages import show_root
from adapters.web.uploads import serve_uploads
from bot.domain.dossier import DossierItem
from bot.domain.envelope import EnvelopeId
from bot.domain.links import UPLOADING_TIME, UploadPage, fingerprint
from bot.domain.log import LogLine
from bot.ports import Ports
from bot.use_cases.filing import UPLOADS_FOLDER, file_document, store_file
from bot.use_cases.secrets import hash_secret
from storage.blobs import open_blobs
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore
from tests import builders as a
from tests.documents import make_pdf
from tests.fakes import FixedClock

ENVELOPE = EnvelopeId("envelope-1")
PDF, PICTURE = make_pdf(text="Aangifte 2025"), b"\x89PNG\r\n\x1a\n the rest"
FILES = {
    "Aangifte “Özgür” 2025; v2.pdf": PDF,
    "scan.png": PICTURE,
    "logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "brief.html": b"<script>alert(1)</script>",
    "groot.xlsx": b"PK\x03\x04" + bytes(range(256)) * 20_000,
}


class UncountedPages:
    """Keeps `bot.ports.PageCounter` without the time that a process of its own takes; no page here tells a number."""

    async def count_pages(self, content: bytes) -> int | None:
        return None


@dataclass(frozen=True, slots=True)
class Site:
    """Browse with `client`; the link's secret is `secret`."""

    client: TestClient[web.Request, web.Application]
    ports: Ports
    clock: FixedClock
    folder: Path

    def address(self, number: int | str = 1, secret: str = "secret") -> str:
        return f"/documents/{secret}/{number}"

    async def views(self) -> list[LogLine]:
        """What the log says was viewed."""
        async with self.ports.store.reading() as tx:
            return list(await tx.log.of_envelope(a.OFFICE, ENVELOPE))

    async def uploads(self) -> list[DossierItem]:
        """What was filed through the upload page whose secret is `secret`, oldest first."""
        async with self.ports.store.reading() as tx:
            items = await tx.dossiers.recent(a.CLIENT, 100)
        return [item for item in reversed(items) if item.folder == UPLOADS_FOLDER]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    url = f"sqlite:///{tmp_path}/paraaf.db"
    await migrate(url)
    store, clock = SqlStore(url), FixedClock()
    blobs = open_blobs(tmp_path / "blobs")
    ports = Ports(store, blobs, UncountedPages(), clock, {}, {}, "https://paraaf.example")
    await _furnish(ports)
    app = web.Application()
    app.router.add_get("/", show_root)
    app.add_routes([*serve_documents(ports), *serve_uploads(ports)])
    async with TestClient(TestServer(app)) as client:
        yield Site(client, ports, clock, tmp_path / "blobs")
    await store.dispose()


async def _furnish(ports: Ports) -> None:
    stored = [await store_file(ports, name, content) for name, content in FILES.items()]
    async with ports.store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        items = [await file_document(tx, a.CLIENT, "", each, "Sanne", a.NOON) for each in stored]
        documents = tuple(a.a_document(item) for item in items)
        await tx.envelopes.add(replace(a.an_envelope(ENVELOPE), documents=documents))
        await tx.links.add(a.a_signing_link("secret", envelope=ENVELOPE, documents=fingerprint(documents)))
        expires = a.NOON + UPLOADING_TIME
        await tx.upload_pages.add(UploadPage(hash_secret("secret"), a.OFFICE, a.CLIENT, a.a_party(), expires))
