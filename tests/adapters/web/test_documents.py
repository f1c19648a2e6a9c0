"""What browsers are served behind a personal link."""

from datetime import timedelta
from hashlib import sha256

import pytest

from adapters.web.signing.documents import write_disposition
from bot.domain.links import SIGNING_TIME
from bot.domain.log import Happening
from tests.adapters.web.conftest import FILES, PDF, Site

HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


async def test_exactly_the_bytes_are_served_and_that_is_logged(site: Site) -> None:
    for number, content in enumerate(FILES.values(), start=1):
        answer = await site.client.get(site.address(number))
        assert answer.status == 200
        assert await answer.read() == content
        assert answer.headers["Content-Length"] == str(len(content))
    lines = await site.views()
    assert {line.happening for line in lines} == {Happening.VIEWED}
    assert [line.facts["sha256"] for line in lines] == [sha256(each).hexdigest() for each in FILES.values()]


@pytest.mark.parametrize(
    ("number", "kind", "media_type"),
    [
        (1, "inline", "application/pdf"),
        (2, "inline", "image/png"),
        (3, "attachment", "image/svg+xml"),
        (4, "attachment", "text/html"),
        (5, "attachment", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
async def test_only_what_is_safe_is_shown(site: Site, number: int, kind: str, media_type: str) -> None:
    answer = await site.client.get(site.address(number))
    assert answer.headers["Content-Disposition"].startswith(f"{kind}; ")
    assert answer.headers["Content-Type"] == media_type
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert policy.startswith("sandbox;") is (number > 1)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Aangifte.pdf", "inline; filename=\"Aangifte.pdf\"; filename*=UTF-8''Aangifte.pdf"),
        ('a"b\\c%.pdf', "inline; filename=\"a_b_c_.pdf\"; filename*=UTF-8''a%22b%5Cc%25.pdf"),
        ("Özgür €.pdf", "inline; filename=\"_zg_r _.pdf\"; filename*=UTF-8''%C3%96zg%C3%BCr%20%E2%82%AC.pdf"),
        (
            "a\r\nSet-Cookie: x.pdf",
            "inline; filename=\"a__Set-Cookie: x.pdf\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x.pdf",
        ),
    ],
)
def test_a_name_survives_and_cannot_break_out(name: str, written: str) -> None:
    assert write_disposition("inline", name) == written


async def test_the_name_arrives_in_full(site: Site) -> None:
    answer = await site.client.get(site.address())
    assert answer.content_disposition
    assert answer.content_disposition.filename == "Aangifte “Özgür” 2025; v2.pdf"


async def test_opening_twice_is_possible(site: Site) -> None:
    assert await (await site.client.get(site.address())).read() == PDF
    assert await (await site.client.get(site.address())).read() == PDF
    assert len(await site.views()) == 2


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
async def test_fetching_ahead_is_not_viewing(site: Site, headers: dict[str, str]) -> None:
    answer = await site.client.get(site.address(), headers=headers)
    assert (answer.status, await answer.read()) == (503, b"")
    assert await site.views() == []


async def test_asking_for_the_headers_is_not_viewing(site: Site) -> None:
    answer = await site.client.head(site.address())
    assert answer.status == 200
    assert (await site.client.head(site.address(secret="unknown"))).headers.keys() == answer.headers.keys()
    assert await site.views() == []


async def test_an_expired_link_says_so(site: Site) -> None:
    site.clock.move(SIGNING_TIME)
    answer = await site.client.get(site.address(), headers={"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8"})
    page = await answer.text()
    assert answer.status == 410
    assert "Deze link is verlopen" in page
    assert "Bekijken" in page
    assert '<html lang="nl">' in page
    assert await site.views() == []
    site.clock.move(timedelta(seconds=-1))
    assert (await site.client.get(site.address())).status == 200


@pytest.mark.parametrize(
    "path",
    ["unknown/1", "secret/0", "secret/6", "secret/1000", "secret/x", "secret/²", "%00/1"],
)
async def test_a_link_that_opens_nothing_says_so(site: Site, path: str) -> None:
    secret, _, number = path.partition("/")
    answer = await site.client.get(site.address(number, secret), headers={"Accept-Language": "en-GB, nl;q=0.5"})
    page = await answer.text()
    assert answer.status == 404
    assert "This link is not valid" in page
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


async def test_a_damaged_document_is_not_served(site: Site) -> None:
    digest = sha256(PDF).hexdigest()
    (site.folder / digest[:2] / digest[2:4] / digest).write_bytes(PDF + b"!")
    answer = await site.client.get(site.address(), headers={"Accept-Language": "nl"})
    page = await answer.text()
    assert answer.status == 500
    assert "Dit document is beschadigd" in page
    assert await site.views() == []
    assert str(site.folder) not in page


async def test_a_document_that_cannot_be_read_may_be_asked_for_again(site: Site) -> None:
    digest = sha256(PDF).hexdigest()
    blob = site.folder / digest[:2] / digest[2:4] / digest
    blob.unlink()
    blob.mkdir()
    answer = await site.client.get(site.address(), headers={"Accept-Language": "nl"})
    assert answer.status == 503
    assert "opnieuw" in await answer.text()


@pytest.mark.parametrize(
    ("wish", "language"),
    [("de, nl;q=0.1", "en"), ("", "nl"), ("*", "nl"), ("en;q=x, nl;q=0.2", "nl"), ("<script>", "nl")],
)
async def test_the_root_says_what_this_is(site: Site, wish: str, language: str) -> None:
    answer = await site.client.get("/", headers={"Accept-Language": wish})
    page = await answer.text()
    assert answer.status == 200
    assert f'<html lang="{language}">' in page
    assert "<script" not in page
