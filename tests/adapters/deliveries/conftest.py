"""Two offices with a source package each, and both doors over real storage."""

# ruff: noqa: ANN401 - any field of what is said can be replaced, whatever its type

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pytest
from aiohttp import ClientResponse, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web.api.operations import ApiSite
from adapters.web.api.routes import serve_api
from bot.domain.delivery import Delivery, SourcePackage
from bot.domain.people import OfficeId
from bot.ports import Ports
from bot.use_cases.sources import add_source
from storage.blobs import open_blobs
from storage.sql.store import SqlStore
from tests import builders as a
from tests.databases import (
    A_VAULT,
    copy_sqlite,
    database_url,
    prepared_postgres,
    prepared_sqlite,
    store,
    used_database_url,
)
from tests.documents import make_pdf
from tests.fakes import FixedClock

__all__ = ["database_url", "prepared_postgres", "prepared_sqlite", "store", "used_database_url"]

OTHER = OfficeId("office-2")
PDF, OTHER_PDF = make_pdf(2, "Aangifte OB"), make_pdf(1, "Aangifte IB")
SAID: Mapping[str, object] = {"kind": "ob", "client": "1001", "period": "2025-Q3"}
LIMIT = 200_000


class TwoPages:
    """Keeps `bot.ports.PageCounter` without the time that a process of its own takes: what ends as a PDF has two."""

    async def count_pages(self, content: bytes | BinaryIO) -> int | None:
        if not isinstance(content, bytes):
            content.seek(0)
            content = content.read()
        return 2 if content.rstrip().endswith(b"%%EOF") else None


@dataclass(frozen=True, slots=True)
class Doors:
    """`source` delivers to `a.OFFICE`, `other` to `OTHER`; `told` records that something new was delivered."""

    client: TestClient[web.Request, web.Application]
    site: ApiSite
    folder: Path
    clock: FixedClock
    source: SourcePackage
    token: str
    other: SourcePackage
    other_token: str
    told: list[None]

    @property
    def ports(self) -> Ports:
        return self.site.ports

    async def deliveries(self, source: SourcePackage | None = None) -> list[Delivery]:
        """All that is kept of a source, oldest first, which claims it."""
        wanted = source or self.source
        async with self.ports.store.transaction() as tx:
            claimed = await tx.deliveries.claim_received(self.clock.now(), a.at(0) - a.at(1), 1_000)
        return [each for each in claimed if each.source == wanted.id]

    def kept(self) -> int:
        """How many files are kept, whoever asks for them."""
        return sum(path.is_file() for path in (self.folder / "blobs").rglob("*"))

    async def post(
        self, content: bytes = PDF, key: str | None = "k1", token: str | None = None, **changes: Any
    ) -> ClientResponse:
        """Deliver; `changes` of what is said of it, None for a field that is left out."""
        said = {name: value for name, value in {**SAID, **changes}.items() if value is not None}
        return await self.send(form(content, said), key, token)

    async def send(self, data: Any, key: str | None = "k1", token: str | None = None, **headers: str) -> ClientResponse:
        given = {
            "Authorization": f"Bearer {token or self.token}",
            **({"Idempotency-Key": key} if key else {}),
            **headers,
        }
        return await self.client.post("/api/v1/deliveries", data=data, headers=given)

    async def get(self, id_: str, token: str | None = None) -> ClientResponse:
        headers = {"Authorization": f"Bearer {token or self.token}", "Accept-Language": "en"}
        return await self.client.get(f"/api/v1/deliveries/{id_}", headers=headers)


def form(
    content: bytes | None = PDF, said: object = SAID, instance: bytes | None = None, name: str = "Aangifte.pdf"
) -> FormData:
    """The parts of a request; None for one that is left out."""
    data = FormData()
    if said is not None:
        written = said if isinstance(said, bytes) else orjson.dumps(said)
        data.add_field("metadata", BytesIO(written), content_type="application/json", filename="m.json")
    if content is not None:
        data.add_field("file", BytesIO(content), content_type="application/pdf", filename=name)
    if instance is not None:
        data.add_field("instance", BytesIO(instance), content_type="application/xml", filename="i.xbrl")
    return data


async def open_doors(opened: SqlStore, folder: Path, **changes: Any) -> AsyncIterator[Doors]:
    """Both doors on this store; `changes` of how the interface is served."""
    clock, told = FixedClock(), list[None]()
    ports = Ports(opened, open_blobs(folder / "blobs"), TwoPages(), clock, {}, {}, "https://paraaf.example")
    site = replace(ApiSite(ports, LIMIT, told=lambda: told.append(None)), **changes)
    async with opened.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.offices.save(a.an_office(id=OTHER, name="Anderen"))
    source, token = await add_source(opened, a.an_office(), "twinfield")
    other, other_token = await add_source(opened, a.an_office(id=OTHER), "twinfield")
    app = web.Application()
    app.add_routes(serve_api(site))
    async with TestClient(TestServer(app)) as client:
        yield Doors(client, site, folder, clock, source, token, other, other_token, told)


@pytest.fixture
async def doors(prepared_sqlite: Path, tmp_path: Path) -> AsyncIterator[Doors]:
    own = SqlStore(copy_sqlite(prepared_sqlite, tmp_path), vault=A_VAULT)
    async for opened in open_doors(own, tmp_path):
        yield opened
    await own.dispose()
