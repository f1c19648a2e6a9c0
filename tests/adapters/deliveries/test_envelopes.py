"""What a source package may read of the requests that its deliveries led to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.evidence.local import LocalEvidence
from adapters.web.api.operations import ApiSite
from adapters.web.api.routes import serve_api
from bot.domain.certified import Sealed, SealLevel
from bot.domain.dossier import freeze
from bot.domain.envelope import Envelope, EnvelopeId, Pointer
from bot.domain.errors import EvidenceUnavailable
from bot.domain.evidence import EvidenceFact, Receipt
from bot.domain.log import Happening
from bot.domain.people import OfficeId
from bot.ports import Ports
from bot.use_cases.record_evidence import Recorder
from bot.use_cases.sources import add_source, renew_source
from storage.evidence.verify import Verdict, verify_proof
from tests import builders as a
from tests.adapters.deliveries.conftest import PDF, Doors
from tests.delivering import a_delivery
from tests.evidence.making import make_archive

SEALED_PDF = b"%PDF-1.7 sealed"
PATHS = ("", "/proof", "/document")


@dataclass
class Reader:
    """A source package that asks for an envelope of its own, which has a client's dossier around it."""

    doors: Doors
    envelope: Envelope

    async def get(self, path: str = "", token: str | None = None, id_: str | None = None) -> ClientResponse:
        headers = {"Authorization": f"Bearer {token or self.doors.token}", "Accept-Language": "en"}
        return await self.doors.client.get(f"/api/v1/envelopes/{id_ or self.envelope.id}{path}", headers=headers)


@pytest.fixture
async def reader(doors: Doors) -> Reader:
    content = await doors.ports.blobs.put(PDF)
    item = a.an_item(version=a.a_version(content=content))
    envelope = a.an_envelope(documents=(a.a_document(item),))
    async with doors.ports.store.transaction() as tx:
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(item)
        await tx.envelopes.add(envelope)
        await tx.deliveries.add(a_delivery(source=doors.source.id, envelope=envelope.id, content=content))
    return Reader(doors, envelope)


async def test_an_envelope_is_told_of_as_in_a_webhook(reader: Reader) -> None:
    answer = await reader.get()
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = await answer.json()
    assert (told["envelope"], told["state"], told["reference"]) == (reader.envelope.id, "open", "JR-7")
    assert told["documents"][0]["sha256"] == sha256(PDF).hexdigest()
    assert (told["evidence"], told["links"]["proof"]) == (None, None)


async def test_the_document_is_the_one_that_was_sent_until_there_is_a_sealed_one(reader: Reader) -> None:
    answer = await reader.get("/document")
    assert (answer.status, answer.content_type, await answer.read()) == (200, "application/pdf", PDF)
    assert answer.content_disposition
    assert answer.content_disposition.type == "attachment"

    content = await reader.doors.ports.blobs.put(SEALED_PDF)
    sealed = freeze(a.an_item(version=a.a_version(2, content=content)))
    async with reader.doors.ports.store.transaction() as tx:
        assert await tx.envelopes.sealed(reader.envelope.id, Sealed(sealed, SealLevel.B_T, a.at(5)))
    assert await (await reader.get("/document")).read() == SEALED_PDF
    assert (await (await reader.get()).json())["sealed"]["level"] == "B-T"


async def test_a_damaged_document_is_told_of_and_not_sent(reader: Reader) -> None:
    digest = sha256(PDF).hexdigest()
    for path in (reader.doors.folder / "blobs").rglob(digest):
        path.chmod(0o644)
        path.write_bytes(PDF.replace(b"PDF", b"XXX"))
    answer = await reader.get("/document")
    assert (answer.status, answer.content_type) == (503, "application/problem+json")
    assert "number" in (await answer.json(content_type=None))["detail"]


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_of_another_package_or_office_is_shown(reader: Reader, path: str) -> None:
    doors = reader.doors
    _, neighbour = await add_source(doors.ports.store, a.an_office(), "exact")
    assert [(await reader.get(path, token)).status for token in (doors.other_token, neighbour)] == [404, 404]
    assert (await reader.get(path, "paraaf_" + "0" * 32 + "_" + "x" * 43)).status == 401
    await renew_source(doors.ports.store, a.an_office(), "twinfield")
    assert (await reader.get(path)).status == 401


@pytest.mark.parametrize("path", PATHS)
async def test_what_came_of_no_delivery_or_is_not_there_is_not_found(reader: Reader, path: str) -> None:
    async with reader.doors.ports.store.transaction() as tx:
        await tx.envelopes.add(replace(reader.envelope, id=EnvelopeId("by-hand"), request_key="by hand"))
    for id_ in ("by-hand", "nothing", "%00", "..%2f..", "x" * 3_000):
        answer = await reader.get(path, id_=id_)
        assert answer.status == 404, id_


async def test_a_corrected_version_belongs_to_whom_the_first_came_from(reader: Reader) -> None:
    id_, before = EnvelopeId("envelope-2"), Pointer(reader.envelope.id)
    corrected = replace(reader.envelope, id=id_, request_key="2", supersedes=before)
    async with reader.doors.ports.store.transaction() as tx:
        await tx.envelopes.add(corrected)
    assert (await reader.get(id_="envelope-2")).status == 200
    assert (await reader.get(id_="envelope-2", token=reader.doors.other_token)).status == 404


class Away:
    """Keeps `bot.ports.Evidence` by not being there."""

    async def record(self, fact: EvidenceFact) -> Receipt:
        raise EvidenceUnavailable("away")

    async def prove(self, office: OfficeId, index: int) -> bytes:
        raise EvidenceUnavailable("away")


@asynccontextmanager
async def serving(ports: Ports) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    app.add_routes(serve_api(ApiSite(ports)))
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_the_proof_comes_when_it_is_there_and_holds(reader: Reader, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "evidence")
    ports = replace(reader.doors.ports, evidence=LocalEvidence(archive))
    async with ports.store.transaction() as tx:
        withdrawn = await tx.envelopes.save(reader.envelope.withdraw(a.a_party(), a.NOON))
        line = a.a_log_line(Happening.WITHDRAWN, at=a.NOON, by=a.a_party(), envelope=withdrawn.id)
        await tx.log.add([line])
    async with serving(ports) as client:
        reader.doors = replace(reader.doors, client=client)
        assert (await reader.get("/proof")).status == 404  # not yet
        await Recorder(ports).record_due()
        answer = await reader.get("/proof")
        assert (answer.status, answer.content_type) == (200, "application/octet-stream")
        _, neighbour = await add_source(ports.store, a.an_office(), "exact")
        assert [(await reader.get("/proof", each)).status for each in (reader.doors.other_token, neighbour)] == [
            404,
            404,
        ]
        keys = (await archive.log(a.OFFICE)).keys
        assert verify_proof(await answer.read(), keys, sha256(PDF).hexdigest()).verdict is Verdict.HOLDS
        told = await (await reader.get()).json()
        assert told["links"]["proof"].endswith(f"/api/v1/envelopes/{withdrawn.id}/proof")
    async with serving(replace(ports, evidence=Away())) as client:
        reader.doors = replace(reader.doors, client=client)
        assert (await reader.get("/proof")).status == 503
    await archive.close()
