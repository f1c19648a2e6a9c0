"""The evidence on the pages of logs: what stands there, in PDF and CSV, and who gets a proof."""

from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pypdf import PdfReader

from adapters.pdf.certificate import CertificatePdf
from adapters.pdf.sheet import SheetPdf
from adapters.web.logs import serve_logs
from bot.domain.errors import EvidenceUnavailable
from bot.domain.evidence import EvidenceFact, Receipt
from bot.domain.log import LOG_READING_TIME, EnvelopeLog, Happening
from bot.domain.people import OfficeId
from bot.use_cases.filing import store_file
from tests import builders as a
from tests.adapters.web.conftest import Site
from tests.adapters.web.log_office import ENVELOPE, KARIM, add_link, furnish_log
from tests.adapters.web.test_logs import DUTCH, HEADERS, read, read_csv

ORIGIN = f"paraaf.example/evidence/{a.OFFICE}"
HASH = "0123456789abcdef" * 4
PROOF = f"envelope/proofs/{ENVELOPE.envelope}.tlog-proof"


class KnownEvidence:
    """Keeps `bot.ports.Evidence`: proves entries of one office, unless it is away."""

    def __init__(self) -> None:
        self.is_away = False

    async def record(self, fact: EvidenceFact) -> Receipt:
        raise EvidenceUnavailable("not asked for here")

    async def prove(self, office: OfficeId, index: int) -> bytes:
        if self.is_away:
            raise EvidenceUnavailable("away")
        if office != a.OFFICE or index > 3:
            raise KeyError(index)
        return f"proof {index}".encode()


@pytest_asyncio.fixture(loop_scope="session")
async def evidence() -> KnownEvidence:
    return KnownEvidence()


@pytest_asyncio.fixture(loop_scope="session")
async def logs(site: Site, evidence: KnownEvidence) -> AsyncIterator[Site]:
    """The log of a request that was rejected: the newest line is owed, the others stand in the evidence."""
    ports = replace(site.ports, evidence=evidence)
    await furnish_log(ports)
    async with ports.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, ENVELOPE.envelope)
        assert envelope
        rejected = await tx.envelopes.save(envelope.answer(KARIM.account, a.a_rejection()))
        for number, owed in enumerate(await tx.owed_evidence.claim(a.at(9), LOG_READING_TIME, 9)):
            receipt = Receipt(ORIGIN, number + 1, HASH)
            await tx.owed_evidence.recorded(owed, receipt, a.at(9))
            if owed.line.happening is Happening.REJECTED:
                await tx.envelopes.proved(rejected, receipt)
    async with ports.store.transaction() as tx:
        await tx.log.add([a.a_log_line(Happening.VIEWED, at=a.at(8), by=KARIM)])
    app = web.Application()
    app.add_routes(serve_logs(ports, SheetPdf().draw, CertificatePdf().draw))
    async with TestClient(TestServer(app)) as client:
        yield replace(site, client=client, ports=ports)


async def fetch(site: Site, path: str) -> tuple[int, bytes, aiohttp.ClientResponse]:
    answer = await site.client.get(f"/logs/{path}", headers=DUTCH)
    return answer.status, await answer.read(), answer


@pytest.mark.parametrize("log", ["envelope", "dossier"])
async def test_each_line_says_which_entry_has_it_or_that_this_follows(logs: Site, log: str) -> None:
    page = await read(logs, log)
    assert page.count(ORIGIN) == 1
    assert page.count("Bewijs volgt") == 1
    for number in (1, 2, 3):
        assert f"Bewijs: nr. {number} · 0123456789ab<" in page.replace(" <a", "<")
    assert page.count("Bewijs downloaden") == 1
    assert f'href="/logs/{log}/proofs/{ENVELOPE.envelope}.tlog-proof"' in page
    assert 'href="/verify"' in page


async def test_the_csv_has_the_whole_hash(logs: Site) -> None:
    owed, rejected, *_, linked = await read_csv(logs, "dossier.csv")
    columns = ("evidence_origin", "evidence_index", "evidence_hash")
    assert [owed[each] for each in columns] == ["", "Bewijs volgt", ""]
    assert [rejected[each] for each in columns] == [ORIGIN, "3", HASH]
    assert [linked[each] for each in columns] == ["", "", ""]


async def test_the_pdf_says_the_same(logs: Site) -> None:
    _, drawn, _ = await fetch(logs, "envelope.pdf")
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(drawn)).pages)
    assert text.count(ORIGIN) == 1
    assert "Bewijs: nr. 3 · 0123456789ab" in text
    assert text.count("Bewijs volgt") == 1


async def test_staff_get_the_proof_under_the_name_of_the_document(logs: Site) -> None:
    status, content, answer = await fetch(logs, PROOF)
    assert (status, content) == (200, b"proof 3")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.content_disposition
    assert answer.content_disposition.type == "attachment"
    assert str(answer.content_disposition.filename).endswith(".pdf.tlog-proof")


async def test_no_proof_without_a_link_that_works(logs: Site) -> None:
    assert (await fetch(logs, PROOF.replace("envelope/", "unknown/", 1)))[0] == 404
    logs.clock.move(LOG_READING_TIME)
    assert (await fetch(logs, PROOF))[0] == 410


async def test_a_signer_and_who_is_none_get_no_proof(logs: Site) -> None:
    await add_link(logs.ports, "karim", ENVELOPE, KARIM, as_staff=False)
    assert (await fetch(logs, PROOF.replace("envelope/", "karim/", 1)))[0] == 404
    assert "/proofs/" not in await read(logs, "karim")


async def test_a_link_opens_no_proof_of_another_request(logs: Site) -> None:
    async with logs.ports.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, ENVELOPE.envelope)
        assert envelope
        other = a.an_envelope("envelope-2", documents=envelope.documents)
        await tx.envelopes.add(other)
    await add_link(logs.ports, "other", EnvelopeLog(other.id))
    assert (await fetch(logs, PROOF.replace("envelope/", "other/", 1)))[0] == 404
    assert (await fetch(logs, "other/proofs/envelope-2.tlog-proof"))[0] == 404  # nothing of it is proved yet


async def test_evidence_that_is_away_is_told(logs: Site, evidence: KnownEvidence) -> None:
    evidence.is_away = True
    status, page, _ = await fetch(logs, PROOF)
    assert status == 503
    assert "Het bewijs kan nu niet worden opgehaald" in page.decode()
    assert "Bewijs: nr. 3" in await read(logs, "envelope")


@pytest.mark.parametrize(
    "name", ["Aangifte.pdf.tlog-proof", "A.TLOG-PROOF", "a" * 300 + ".tlog-proof", "a/b.tlog-proof"]
)
async def test_what_people_bring_never_takes_the_place_of_a_proof(site: Site, name: str) -> None:
    stored = await store_file(site.ports, name, b"not a proof of ours")
    assert not stored.name.casefold().endswith(".tlog-proof")
    assert len(stored.name) <= 255
