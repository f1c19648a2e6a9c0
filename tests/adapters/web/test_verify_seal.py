"""The page that judges sealed PDFs: in words, with what each signature covers, and without keeping anything."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.pdf.sealing.asking import SealJudge
from adapters.pdf.sealing.keys import OfficeSeal, load_pem
from adapters.pdf.sealing.making import make_office_key
from adapters.pdf.sealing.seal import seal
from adapters.pdf.sealing.trust import Trust
from adapters.seal_judgement import Judgement
from adapters.web.verify import serve_verify
from bot.domain.certified import SealLevel
from storage.evidence.note import VerifierKey
from tests.documents import make_pdf

Client = TestClient[web.Request, web.Application]


async def find_no_keys(_origin: str) -> Sequence[VerifierKey]:
    return ()


async def send(client: Client, content: bytes, language: str = "nl", name: str = "jaarrekening.pdf") -> tuple[int, str]:
    form = FormData(default_to_multipart=True)
    form.add_field("proof", content, filename=name)
    answer = await client.post("/verify", data=form, headers={"Accept-Language": language})
    return answer.status, await answer.text()


@pytest.fixture
def office(tmp_path: Path) -> OfficeSeal:
    made = make_office_key("Kantoor <b>de Wit</b>")
    (tmp_path / "c.pem").write_bytes(made.certificate)
    (tmp_path / "k.pem").write_bytes(made.key)
    return load_pem(tmp_path / "c.pem", tmp_path / "k.pem")


@pytest_asyncio.fixture(loop_scope="session")
async def client(office: OfficeSeal) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(serve_verify(find_no_keys, SealJudge(Trust([office.certificate])).judge))
    async with TestClient(TestServer(app)) as made:
        yield made


async def test_a_seal_of_ours_holds(client: Client, office: OfficeSeal) -> None:
    sealed = (await seal(make_pdf(), office, SealLevel.B_B)).content
    status, page = await send(client, sealed)
    assert status == 200
    assert "<h1>Het zegel klopt: het bestand is niet gewijzigd sinds het is verzegeld.</h1>" in page
    assert page.count("<strong>Klopt</strong>") == 7
    assert "omvat het hele bestand" in page
    assert "Kantoor &lt;b&gt;de Wit&lt;/b&gt;" in page
    _, english = await send(client, sealed, "en")
    assert "<h1>The seal holds: the file is unchanged since it was sealed.</h1>" in english


async def test_an_edited_one_fails_and_its_seal_is_not_told(client: Client, office: OfficeSeal) -> None:
    sealed = (await seal(make_pdf(), office, SealLevel.B_B)).content
    _, page = await send(client, sealed + b"x", name="<script>.pdf")
    assert "<h1>Het zegel klopt niet: vertrouw niet op dit bestand.</h1>" in page
    assert "<strong>Mislukt</strong>: Na het verzegelen is er aan het einde van het bestand iets toegevoegd." in page
    assert "de Wit" not in page
    assert "<script>" not in page


async def test_where_no_seal_is_known_that_is_said(office: OfficeSeal) -> None:
    sealed = (await seal(make_pdf(), office, SealLevel.B_B)).content
    app = web.Application()
    app.add_routes(serve_verify(find_no_keys, SealJudge(Trust()).judge))
    async with TestClient(TestServer(app)) as made:
        _, page = await send(made, sealed)
    assert "maar van wie het zegel is, is niet gecontroleerd.</h1>" in page
    assert "<strong>Niet gecontroleerd</strong>" in page


async def test_a_process_that_cannot_begin_is_told(office: OfficeSeal) -> None:
    async def judge(_content: bytes) -> Judgement:
        raise OSError

    app = web.Application()
    app.add_routes(serve_verify(find_no_keys, judge))
    async with TestClient(TestServer(app)) as made:
        status, page = await send(made, b"%PDF-1.7")
    assert status == 503
    assert "kunnen nu niet worden gecontroleerd" in page


async def test_a_file_that_takes_for_ever_is_given_up(office: OfficeSeal) -> None:
    judged = await SealJudge(Trust([office.certificate]), patience=0).judge(make_pdf())
    assert [each.reason for each in judged.findings] == ["too-heavy"]
