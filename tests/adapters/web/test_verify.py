"""The page that checks proofs: every check in words, and nothing believed that was not checked."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import FilePayload, Page

from adapters.pdf.sealing.asking import SealJudge
from adapters.pdf.sealing.trust import Trust
from adapters.web import verify
from adapters.web.verify import DOCUMENT_LIMIT, PROOF_LIMIT, serve_verify
from storage.evidence.note import VerifierKey
from tests.adapters.web.conftest import PHONE
from tests.evidence.making import ORIGIN, a_signer, make_log, open_recorder
from tests.npm import VALIDATORS, install

NL = {"Accept-Language": "nl"}
FILE = b"document 7"


@dataclass
class Checking:
    client: TestClient[web.Request, web.Application]
    proof: bytes
    is_away: bool = False

    async def keys(self, origin: str) -> Sequence[VerifierKey] | None:
        if self.is_away:
            return None
        return [a_signer().key] if origin == ORIGIN else []

    async def send(
        self, proof: bytes | None, document: bytes | None = None, name: str = "7.tlog-proof"
    ) -> tuple[int, str]:
        form = FormData(default_to_multipart=True)
        if proof is not None:
            form.add_field("proof", proof, filename=name)
        form.add_field("document", document or b"", filename="jaarrekening.pdf" if document else "")
        answer = await self.client.post("/verify", data=form, headers=NL)
        return answer.status, await answer.text()


@pytest_asyncio.fixture(loop_scope="session")
async def checking(tmp_path: Path) -> AsyncIterator[Checking]:
    make_log(tmp_path, 10)
    recorder = open_recorder(tmp_path)
    proof = str(recorder.prove(7)).encode()
    recorder.close()

    async def find_keys(origin: str) -> Sequence[VerifierKey] | None:
        return await made.keys(origin)

    app = web.Application()
    app.add_routes(serve_verify(find_keys, SealJudge(Trust()).judge))
    async with TestClient(TestServer(app)) as client:
        made = Checking(client, proof)
        yield made


async def test_a_proof_with_its_document_holds(checking: Checking) -> None:
    status, page = await checking.send(checking.proof, FILE)
    assert status == 200
    assert "<h1>Het bewijs klopt.</h1>" in page
    assert page.count("<strong>Klopt</strong>") == 6
    assert "<strong>Mislukt</strong>" not in page
    assert ORIGIN in page
    assert "Wat: goedgekeurd" in page


async def test_without_a_document_that_is_said(checking: Checking) -> None:
    _, page = await checking.send(checking.proof)
    assert "<h1>Het bewijs klopt. Er is geen document vergeleken.</h1>" in page
    assert "Er is geen document gegeven." in page


async def test_an_empty_document_is_compared_as_well(checking: Checking) -> None:
    form = FormData(default_to_multipart=True)
    form.add_field("proof", checking.proof, filename="p")
    form.add_field("document", b"", filename="leeg.pdf")
    page = await (await checking.client.post("/verify", data=form, headers=NL)).text()
    assert "<h1>Het bewijs klopt niet.</h1>" in page


async def test_another_document_fails_and_the_entry_is_not_told(checking: Checking) -> None:
    _, page = await checking.send(checking.proof, b"document 8")
    assert "<h1>Het bewijs klopt niet.</h1>" in page
    assert "<strong>Mislukt</strong>: Het document is niet het document uit de regel." in page
    assert "Wat: goedgekeurd" not in page


async def test_a_flipped_byte_fails(checking: Checking) -> None:
    for at in range(0, len(checking.proof), 41):
        changed = bytearray(checking.proof)
        changed[at] ^= 1
        _, page = await checking.send(bytes(changed), FILE)
        assert "<h1>Het bewijs klopt.</h1>" not in page


async def test_a_log_of_somebody_else_is_not_believed(checking: Checking) -> None:
    other = checking.proof.replace(b"paraaf.example", b"parraf.example")
    _, page = await checking.send(other, FILE)
    assert "<h1>Dit is geen bewijs van een log van ons.</h1>" in page
    assert "Wat: goedgekeurd" not in page


async def test_what_cannot_be_checked_is_told(checking: Checking, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await checking.send(None))[0] == 422
    status, page = await checking.send(b"%PDF-1.7 sealed?")
    assert status == 200
    assert "<h1>Het zegel klopt niet: vertrouw niet op dit bestand.</h1>" in page
    monkeypatch.setattr(verify, "SEALED_LIMIT", 100)
    assert (await checking.send(b"%PDF-" + b"x" * 101))[0] == 422
    assert (await checking.send(b"x" * (PROOF_LIMIT + 1)))[0] == 422
    assert (await checking.send(b"x" * PROOF_LIMIT))[0] == 200
    assert DOCUMENT_LIMIT > PROOF_LIMIT
    monkeypatch.setattr(verify, "DOCUMENT_LIMIT", 100)
    assert (await checking.send(checking.proof, b"x" * 101))[0] == 422
    answer = await checking.client.post("/verify", data="proof=x", headers=NL)
    assert answer.status == 422
    checking.is_away = True
    assert (await checking.send(checking.proof))[0] == 503


async def test_names_cannot_break_out(checking: Checking) -> None:
    _, page = await checking.send(checking.proof, name="<script>alert(1)</script>.tlog-proof")
    assert "<script" not in page


async def test_the_page_has_a_strict_policy(checking: Checking) -> None:
    answer = await checking.client.get("/verify", headers={"Accept-Language": "en"})
    assert "Check a proof" in await answer.text()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "script-src" not in answer.headers["Content-Security-Policy"]


async def test_it_works_on_a_phone_without_barriers(checking: Checking, page: Page) -> None:
    await page.goto(str(checking.client.make_url("/verify")))
    axe = (install(VALIDATORS / "pages") / "node_modules" / "axe-core" / "axe.min.js").read_text()

    async def look() -> None:
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await page.evaluate(axe)
        found = await page.evaluate("axe.run()")
        assert [each["id"] for each in found["violations"]] == []

    await look()
    name = "een heel lange naam van een bewijs zonder einde " * 3 + ".tlog-proof"
    chosen = FilePayload(name=name, mimeType="application/octet-stream", buffer=checking.proof)
    await page.get_by_label("Bewijs (eindigt op .tlog-proof)").set_input_files([chosen])
    await page.get_by_role("button", name="Controleren").click()
    assert await page.locator("h1").inner_text() == "Het bewijs klopt. Er is geen document vergeleken."
    await look()
