"""What the signing page keeps out: whoever has no business with a link, and other sites in a signer's browser."""

from datetime import timedelta
from io import BytesIO

import pytest

from bot.domain.envelope import Answer, EnvelopeId
from bot.domain.links import SIGNING_TIME
from bot.domain.signature import Drawing
from tests import builders as a
from tests.adapters.web.conftest import KARIM, SANNE, Site
from tests.signing_form import Browser

HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
TEAMS = "frame-ancestors https://teams.microsoft.com https://*.teams.microsoft.com https://*.cloud.microsoft"


# --- what it keeps out: attack 6, the link ---


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {}),
        ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"X-Moz": "prefetch"}),
    ],
)
async def test_a_preview_neither_uses_the_link_up_nor_counts_as_viewing(
    site: Site, browser: Browser, method: str, headers: dict[str, str]
) -> None:
    path = await site.offer("one")
    async with site.client.request(method, path, headers=headers) as answer:
        assert answer.status == (503 if headers and "User-Agent" not in headers else 200)
    assert await site.log(EnvelopeId("one")) == []
    assert (await browser.approve(await browser.open(path), place="Utrecht")).status == 200


async def test_a_link_of_who_is_no_signer_any_more_opens_nothing(site: Site, browser: Browser) -> None:
    path = await site.offer("passed", signers=(a.a_signer(a.an_account("U0MILA"), name="Mila"),))
    for address in (path, f"{path}/documents/1"):
        told = await browser.open(address)
        assert told.status == 410
        assert "U hebt deze taak doorgestuurd" in told.words
        assert "Aangifte" not in told.words


async def test_a_used_link_answers_nothing_more(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one"))
    await browser.reject(page, "Het bedrag klopt niet.")
    for again in (await browser.approve(page, place="Utrecht"), await browser.reject(page, "Nog steeds niet.")):
        assert again.status == 410
        assert "U hebt dit afgekeurd op 2 maart 2026 13:00" in again.words
        assert "Bekijken" in again.words
    assert await site.decisions("one") == [Answer.REJECTED]
    for path in ("/signing/one/documents/1", "/signing/one"):
        assert (await browser.open(path)).status == 410
    token = page.value("token")
    late = await browser.send("/signing/one/pages", {"token": token, "document": "1", "pages": "1"})
    assert late.status == 410


async def test_an_expired_or_made_up_link_opens_nothing(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one"))
    site.clock.move(SIGNING_TIME - timedelta(seconds=1))
    assert (await browser.open("/signing/one")).status == 200
    site.clock.move(timedelta(seconds=1))
    expired = await browser.open("/signing/one")
    assert (expired.status, "verlopen" in expired.words) == (410, True)
    assert (await browser.approve(page, place="Utrecht")).status == 410
    for path in ("/signing/two", "/signing/%00", "/signing/one%2Fdocuments"):
        assert (await browser.open(path)).status == 404
    assert await site.decisions("one") == []


async def test_the_link_of_one_envelope_or_person_does_nothing_for_another(site: Site, browser: Browser) -> None:
    mine = await browser.open(await site.offer("one"))
    await site.offer("two", {"Ander.pdf": b"%PDF-1.4 ander"})
    await site.offer("staff", id_="three", viewer=a.a_party(account=SANNE))
    crossed = await browser.send(
        "/signing/two/answer", {"token": mine.value("token"), "answer": "approved", "place": "x"}
    )
    assert crossed.status == 403
    staff = await browser.open("/signing/staff")
    token = str(staff.find("main")[0].attributes["data-token"])
    forged = await browser.send("/signing/staff/answer", {"token": token, "answer": "approved", "place": "Utrecht"})
    assert forged.status == 409
    assert [await site.decisions(each) for each in ("one", "two", "three")] == [[], [], []]


async def test_who_left_the_conversation_is_refused(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one"))
    site.directory.left.add(KARIM)
    refused = await browser.approve(page, place="Utrecht")
    assert (refused.status, await site.decisions("one")) == (409, [])


# --- what it keeps out: attack 7, the browser ---


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    ],
)
async def test_another_site_cannot_answer(site: Site, browser: Browser, headers: dict[str, str]) -> None:
    page = await browser.open(await site.offer("one"))
    fields = {"token": page.value("token"), "answer": "approved", "place": "Utrecht", "document": "1", "pages": "1"}
    for path in ("/signing/one/answer", "/signing/one/pages"):
        assert (await browser.send(path, fields, **headers)).status == 403
    assert await site.decisions("one") == []
    assert await site.log(EnvelopeId("one")) == []


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
async def test_a_form_without_the_token_of_the_page_is_refused(site: Site, browser: Browser, token: str) -> None:
    await site.offer("one")
    fields = {"token": token, "answer": "approved", "place": "Utrecht", "document": "1", "pages": "1"}
    for path in ("/signing/one/answer", "/signing/one/pages"):
        assert (await browser.send(path, fields)).status == 403
    assert await site.decisions("one") == []


async def test_script_in_whatever_people_write_stays_text(site: Site, browser: Browser) -> None:
    path = await site.offer(
        "one",
        {f"{SCRIPT}.pdf": b"%PDF-1.4", f"{SCRIPT}.png": b"\x89PNG"},
        message=SCRIPT,
        sender=a.a_party(SCRIPT),
        drawing=Drawing.OFFERED,
    )
    await site.change_office(name=SCRIPT)
    page = await browser.open(path)
    typed = {"place": SCRIPT * 9, "typed_name": SCRIPT, "strokes": SCRIPT}
    wrong = await browser.reject(page, SCRIPT * 99, **typed)
    done = await browser.reject(page, SCRIPT)
    assert (wrong.status, done.status) == (422, 200)
    for each in (page, wrong, done):
        assert SCRIPT.removeprefix('">') in each.words
        assert len(each.find("script")) == 1
        assert not [found for found in each.elements if "onerror" in found.attributes]


async def test_the_policy_lets_nothing_in_from_elsewhere(site: Site, browser: Browser) -> None:
    page = await browser.open("/signing/secret")
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    (script,) = page.find("script")
    folder = site.ports.public_url + str(script.attributes["src"]).rpartition("/")[0] + "/"
    assert policy == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "img-src": "'self'",
        "script-src": folder,
        "style-src": folder,
        "worker-src": folder,
        "frame-ancestors": "'none'",
    }
    assert not page.find("style")
    assert not [each for each in page.elements if "style" in each.attributes]
    for each in (page, await browser.open("/signing/unknown"), await browser.approve(page, place="")):
        assert {name: each.headers[name] for name in HEADERS} == HEADERS
        assert not [link for link in each.links if "://" in link]


@pytest.mark.parametrize("query", ["", "?in=Teams", "?in=teams&x", "?x=in=teams"])
async def test_no_page_is_framed_unless_a_dialog_of_teams_asks(site: Site, browser: Browser, query: str) -> None:
    page = await browser.open("/signing/secret" + query)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


async def test_in_a_dialog_of_teams_every_page_may_be_framed_by_teams_alone(site: Site, browser: Browser) -> None:
    page = await browser.open("/signing/secret?in=teams")
    wrong = await browser.approve(page, place="")
    done = await browser.approve(wrong, place="Utrecht")
    for each in (page, wrong, done, await browser.open("/signing/unknown?in=teams")):
        assert each.headers["Content-Security-Policy"].endswith(f"; {TEAMS}")
    assert (wrong.status, done.status) == (422, 200)


@pytest.mark.parametrize(
    "body",
    [
        b"token=" + b"x" * 3_000_001,
        b"\xff\xfe%%%",
        b"token=x&document=1&pages=1+x",
        b"token=x&document=&pages=1",
        b"token=x&document=1&pages=" + b"1+" * 5_001,
    ],
)
async def test_what_is_no_form_of_ours_is_refused_and_does_no_harm(site: Site, body: bytes) -> None:
    await site.offer("one")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/signing/one/answer", "/signing/one/pages"):
        async with site.client.post(path, data=BytesIO(body), headers=kind) as answer:
            assert answer.status in {400, 403}
    async with site.client.post("/signing/one/answer", json={"answer": "approved"}) as answer:
        assert answer.status == 400
    assert await site.decisions("one") == []
