"""The HTTP interface through which source packages deliver."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from yarl import URL

from bot.domain.delivery import DeliveryState, Kind
from bot.domain.errors import StoreUnavailable
from bot.use_cases.sources import add_source, renew_source, revoke_source
from storage.sql.store import SqlStore, SqlTransaction
from tests import builders as a
from tests.adapters.deliveries.conftest import LIMIT, OTHER_PDF, PDF, Doors, form, open_doors
from tests.databases import copy_sqlite

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "deliveries.md"
EXAMPLE = 1
"""Which of the indented parts of it is the request."""


async def read_problem(answer: ClientResponse, status: int) -> dict[str, Any]:
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = await answer.json(content_type=None)
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["type"].startswith("https://paraaf.example/api/v1/#")
    return problem


async def test_a_document_is_taken_in(doors: Doors) -> None:
    answer = await doors.post(title="Aangifte OB 3e kwartaal", reference="T-17", extra={"vestiging": "Utrecht"})
    told = await answer.json()
    assert answer.status == 201
    [kept] = await doors.deliveries()
    assert answer.headers["Location"] == f"https://paraaf.example/api/v1/deliveries/{kept.id}"
    assert (kept.office, kept.source, kept.key, kept.kind) == (a.OFFICE, doors.source.id, "k1", Kind.VAT)
    assert (kept.client_number, kept.period, kept.title) == ("1001", "2025-Q3", "Aangifte OB 3e kwartaal")
    assert (kept.reference, kept.extra, kept.file_name) == ("T-17", {"vestiging": "Utrecht"}, "Aangifte.pdf")
    assert (kept.content, kept.pages, kept.state) == (a.a_content(PDF), 2, DeliveryState.RECEIVED)
    assert b"".join([piece async for piece in doors.ports.blobs.read(kept.content.sha256)]) == PDF
    assert told == await (await doors.get(kept.id)).json()
    assert (told["state"], told["file"]["sha256"], told["envelope"]) == ("received", kept.content.sha256, None)
    assert doors.told == [None]


async def test_the_same_again_is_answered_as_before(doors: Doors) -> None:
    first, again, quoted = await doors.post(), await doors.post(), await doors.post(key='"k1"')
    assert (first.status, again.status, quoted.status) == (201, 200, 200)
    assert await first.json() == await again.json() == await quoted.json()
    assert first.headers["Location"] == again.headers["Location"]
    assert len(await doors.deliveries()) == len(doors.told) == 1


@pytest.mark.parametrize("changes", [{"content": OTHER_PDF}, {"period": "2025-Q4"}, {"title": "x"}, {"kind": "icp"}])
async def test_a_key_stands_for_one_document(doors: Doors, changes: dict[str, Any]) -> None:
    await doors.post()
    problem = await read_problem(await doors.post(**changes), 422)
    assert problem["type"].endswith("#key-used")
    assert problem["errors"][0]["code"] == "key-used"
    [kept] = await doors.deliveries()
    assert kept.content == a.a_content(PDF)
    assert doors.kept() == 1


async def test_two_sources_may_use_the_same_key(doors: Doors) -> None:
    assert (await doors.post()).status == (await doors.post(OTHER_PDF, token=doors.other_token)).status == 201


async def test_a_request_without_a_key_is_not_taken(doors: Doors) -> None:
    for key in (None, "é", '""', "k" * 201, "a b"):
        assert "Idempotency-Key" in (await read_problem(await doors.post(key=key), 400))["detail"]
    assert not doors.kept()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"kind": None}, "kind", "missing"),
        ({"kind": "aangifte"}, "kind", "unknown-kind"),
        ({"client": " "}, "client", "missing"),
        ({"client": "1" * 41}, "client", "too-long"),
        ({"client": 1001}, "client", "wrong"),
        ({"period": None}, "period", "missing"),
        ({"title": "a\nb"}, "title", "wrong"),
        ({"title": "a\x00b"}, "title", "wrong"),
        ({"naam": "x"}, "naam", "unknown-field"),
        ({"extra": {"rsin_hash": "0" * 64}}, "extra", "wrong"),
        ({"extra": {str(number): "" for number in range(21)}}, "extra", "too-long"),
        ({"tax_number": "12"}, "tax_number", "wrong"),
    ],
)
async def test_what_is_said_is_checked_field_by_field(
    doors: Doors, changes: dict[str, Any], field: str, code: str
) -> None:
    problem = await read_problem(await doors.post(**changes), 422)
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [(field, code)]
    assert problem["errors"][0]["detail"] in problem["detail"]
    assert not doors.kept()
    assert not await doors.deliveries()


async def test_every_wrong_field_is_told_at_once_in_the_language_of_who_asks(doors: Doors) -> None:
    broken = form(said={"kind": "x", "naam": "y"})
    english = await read_problem(await doors.send(broken, **{"Accept-Language": "en"}), 422)
    assert [each["field"] for each in english["errors"]] == ["kind", "client", "period", "naam"]
    dutch = await read_problem(await doors.send(form(said={"kind": "x"}), **{"Accept-Language": "nl"}), 422)
    assert "Kies uit" in dutch["detail"]


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"kind": "\\ud800"}', b"[" * 50_000])
async def test_what_is_no_json_is_told(doors: Doors, said: bytes) -> None:
    await read_problem(await doors.send(form(said=said)), 400)
    assert not doors.kept()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 a spreadsheet", "not-a-pdf"),
        (PDF[:-900], "broken-pdf"),
        (b"%PDF-1.7", "broken-pdf"),
    ],
)
async def test_only_a_pdf_that_can_be_read_is_taken(doors: Doors, content: bytes, code: str) -> None:
    problem = await read_problem(await doors.post(content), 422)
    assert problem["errors"][0]["code"] == code
    assert not doors.kept()


async def test_parts_that_are_missing_or_too_many_are_told(doors: Doors) -> None:
    assert "metadata" in (await read_problem(await doors.send(form(said=None)), 422))["detail"]
    assert "file" in (await read_problem(await doors.send(form(None)), 422))["detail"]
    twice, strange = form(), form()
    twice.add_field("file", BytesIO(OTHER_PDF), filename="b.pdf")
    strange.add_field("bijlage", "x")
    for data in (twice, strange):
        await read_problem(await doors.send(data), 400)
    assert not doors.kept()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b",
        b"nothing of the kind",
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n%PDF-1.7 cut off',
        b'--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Length: 99\r\n\r\nshort\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Length: x\r\n\r\nshort\r\n--b--\r\n',
        b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n",
        b"--b\r\nNo header at all\r\n\r\nx\r\n--b--\r\n",
    ],
)
async def test_a_broken_request_is_told_and_leaves_nothing(doors: Doors, body: bytes) -> None:
    answer = await doors.send(body, **{"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status in {400, 422}
    await read_problem(answer, answer.status)
    assert not doors.kept()


async def test_another_media_type_is_told(doors: Doors) -> None:
    for kind in ("application/json", "application/pdf", "multipart/mixed; boundary=b"):
        await read_problem(await doors.send(b"{}", **{"Content-Type": kind}), 415)
    await read_problem(await doors.send(b"{}", **{"Content-Type": "multipart/form-data"}), 400)


async def test_a_document_may_be_as_large_as_the_limit_and_no_larger(doors: Doors) -> None:
    fits = PDF[:-6] + b" " * (LIMIT - len(PDF)) + PDF[-6:]
    assert (await doors.post(fits)).status == 201
    problem = await read_problem(await doors.post(fits + b"\n", key="k2"), 413)
    assert problem["errors"][0]["field"] == "file"
    assert doors.kept() == 1


async def test_a_request_that_says_that_it_is_too_large_is_not_read(doors: Doors) -> None:
    reader, writer = await asyncio.open_connection(doors.client.host, doors.client.port)
    writer.write(
        b"POST /api/v1/deliveries HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nContent-Length: 200000000\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\nAuthorization: Bearer " + doors.token.encode() + b"\r\n\r\n"
    )
    assert (await reader.readline()).split()[1] == b"413"
    writer.close()


@pytest.mark.parametrize(
    ("token", "size", "told"), [("", 99, b"401"), ("right", 200_000_000, b"413"), ("right", 99, b"100")]
)
async def test_who_asks_first_is_told_before_sending_anything(doors: Doors, token: str, size: int, told: bytes) -> None:
    reader, writer = await asyncio.open_connection(doors.client.host, doors.client.port)
    given = doors.token if token else "wrong"
    writer.write(
        f"POST /api/v1/deliveries HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {size}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nAuthorization: Bearer {given}\r\n\r\n".encode()
    )
    assert (await reader.readline()).split()[1] == told
    writer.close()


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic {token}", "Bearer {token}x", "Bearer paraaf_{zeros}"]
)
async def test_a_wrong_token_opens_nothing(doors: Doors, header: str) -> None:
    zeros = f"{'0' * 32}_{'A' * 43}"
    given = {"Authorization": header.format(token=doors.token, zeros=zeros), "Idempotency-Key": "k"}
    for answer in (
        await doors.client.post("/api/v1/deliveries", data=form(), headers=given),
        await doors.client.get("/api/v1/deliveries/1", headers=given),
    ):
        await read_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Paraaf"'
    assert not doors.kept()


async def test_a_token_ends_when_it_is_renewed_or_revoked(doors: Doors) -> None:
    store, office = doors.ports.store, a.an_office()
    _, token = await renew_source(store, office, "twinfield")
    await read_problem(await doors.post(), 401)
    assert (await doors.post(token=token)).status == 201
    await revoke_source(store, office, "twinfield")
    await read_problem(await doors.post(token=token), 401)


async def test_nobody_sees_what_another_delivered(doors: Doors) -> None:
    id_ = (await (await doors.post()).json())["id"]
    assert (await doors.get(id_)).status == 200
    theirs = await read_problem(await doors.get(id_, doors.other_token), 404)
    unknown = await read_problem(await doors.get("nothing", doors.other_token), 404)
    _, colleague = await add_source(doors.ports.store, a.an_office(), "exact")
    beside = await read_problem(await doors.get(id_, colleague), 404)
    assert theirs == unknown == beside


async def test_the_example_of_the_documentation_works(doors: Doors) -> None:
    shown = dedent(re.findall(r"(?m)(?:^    .*\n)+", DOCUMENTATION.read_text())[EXAMPLE])
    document = await (await doors.client.get("/api/v1/openapi.json")).json()
    assert document["paths"]["/deliveries"]["post"]["x-codeSamples"][0]["source"] == shown.strip()
    _, address, *options = shlex.split(shown.replace("TOKEN", doors.token).replace("\\\n", ""))
    headers = dict(each.split(": ") for each in options[1::2] if "=" not in each)
    data = FormData()
    for each in options[1::2]:
        name, equals, value = each.partition("=")
        if equals:
            content, _, kind = value.partition(";type=")
            given = BytesIO(PDF) if content == "@Aangifte.pdf" else content
            data.add_field(name, given, content_type=kind, filename="Aangifte.pdf" if content[0] == "@" else None)
    answer = await doors.client.post(URL(address).path, data=data, headers=headers)
    assert answer.status == 201, await answer.text()
    assert (await answer.json())["file"]["name"] == "Aangifte.pdf"


async def test_the_description_and_its_page_are_for_everybody(doors: Doors) -> None:
    document = await (await doors.client.get("/api/v1/openapi.json")).json()
    page = await doors.client.get("/api/v1/")
    text = await page.text()
    assert document["openapi"] == "3.1.0"
    for seen in ("POST /api/v1/deliveries", "Idempotency-Key", 'id="key-used"', "tax_number", "openapi.json"):
        assert seen in text
    assert "script" not in page.headers["Content-Security-Policy"]


class LeavingStore(SqlStore):
    """A database that stops taking anything in when a test says so."""

    is_away = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        if self.is_away:
            raise StoreUnavailable("gone")
        async with super().transaction() as tx:
            yield tx


async def test_an_outage_is_told_and_the_same_again_is_safe(prepared_sqlite: Path, tmp_path: Path) -> None:
    store = LeavingStore(copy_sqlite(prepared_sqlite, tmp_path))
    async for doors in open_doors(store, tmp_path):
        store.is_away = True
        answer = await doors.post()
        await read_problem(answer, 503)
        assert answer.headers["Retry-After"]
        store.is_away = False
        assert not await doors.deliveries()
        assert (await doors.post()).status == 201
    await store.dispose()


@pytest.mark.parametrize("patience", [{"silence": 0.02}, {"patience": 0.02, "silence": 1e6}])
async def test_a_request_that_stops_halfway_is_ended(
    prepared_sqlite: Path, tmp_path: Path, patience: dict[str, float]
) -> None:
    store = SqlStore(copy_sqlite(prepared_sqlite, tmp_path))
    async for doors in open_doors(store, tmp_path, **patience):
        reader, writer = await asyncio.open_connection(doors.client.host, doors.client.port)
        writer.write(
            b"POST /api/v1/deliveries HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nContent-Length: 90000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\nAuthorization: Bearer " + doors.token.encode() + b"\r\n"
            b'\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n%PDF-1.7'
        )
        async with asyncio.timeout(20):
            assert (await reader.readline()).split()[1] == b"408"
        writer.close()
        assert not doors.kept()
    await store.dispose()


async def test_the_same_a_hundred_times_at_once_is_one(store: SqlStore, tmp_path: Path) -> None:
    async for doors in open_doors(store, tmp_path):
        answers = await asyncio.gather(*(doors.post() for _ in range(100)))
        assert sorted(answer.status for answer in answers) == [200] * 99 + [201]
        assert len({(await answer.json())["id"] for answer in answers}) == 1
        assert len(await doors.deliveries()) == len(doors.told) == 1


async def test_an_unknown_address_is_a_problem(doors: Doors) -> None:
    for path in ("", "/delivery", "/deliveries/", "/deliveries/a/b", "/../v1/x", "/é"):
        for method in ("GET", "POST", "DELETE"):
            answer = await doors.client.request(method, f"/api/v1{path}", data=b"x")
            assert (await read_problem(answer, 404))["type"].endswith("#no-such-address")
    assert (await doors.client.get("/api/v10")).content_type == "text/plain"  # is somebody else's


async def test_a_wrong_method_is_told_the_right_ones(doors: Doors) -> None:
    for method, path, right in (
        ("GET", "/deliveries", "POST"),
        ("POST", "/deliveries/x", "GET, HEAD"),
        ("QUERY", "/envelopes/x/proof", "GET, HEAD"),
        ("PUT", "/openapi.json", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
    ):
        answer = await doors.client.request(method, f"/api/v1{path}", headers={"Accept-Language": "en"})
        problem = await read_problem(answer, 405)
        assert answer.headers["Allow"] == right
        assert f"takes {right}." in problem["detail"]


async def test_nothing_is_uploaded_to_where_nothing_is(doors: Doors) -> None:
    reader, writer = await asyncio.open_connection(doors.client.host, doors.client.port)
    writer.write(
        b"PUT /api/v1/deliveries HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\nExpect: 100-continue\r\n\r\n"
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 405")
    assert await reader.read()  # and then nothing is waited for
    writer.close()
