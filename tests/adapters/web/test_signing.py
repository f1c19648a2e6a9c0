"""The signing page over HTTP: what it shows, what it takes, and what it keeps out."""

from datetime import date, timedelta
from io import BytesIO

import pytest

from bot.domain.envelope import Answer, EnvelopeId, EnvelopeState
from bot.domain.errors import PlatformUnavailable
from bot.domain.links import SIGNING_TIME
from bot.domain.log import Happening
from bot.domain.signature import Drawing
from tests import builders as a
from tests.adapters.web.conftest import KARIM, PAGES, SANNE, Site
from tests.signing_form import DRAWN, Browser

HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
TEAMS = "frame-ancestors https://teams.microsoft.com https://*.teams.microsoft.com https://*.cloud.microsoft"


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.client.session, site.ports.public_url)


async def decisions(site: Site, envelope: str) -> list[Answer]:
    signers = (await site.envelope(envelope)).signers
    return [signer.decision.answer for signer in signers if signer.decision]


# --- what it shows ---


async def test_the_page_says_what_is_asked_by_whom_and_until_when(site: Site, browser: Browser) -> None:
    path = await site.offer("one", message="Beste Karim,\nklopt dit?", due=date(2026, 3, 1))
    page = await browser.open(path)
    for words in (
        "Aangifte.pdf",
        "Taak uitvoeren",
        "Beste Karim, klopt dit?",
        "Sanne de Vries · Van Dijk Accountants",
        "1001 · Haddad Bouw B.V.",
        "1 maart 2026 · te laat",
        "Deze pagina is voor Karim Haddad. Ze werkt tot 2 maart 2026 21:00.",
    ):
        assert words in page.words
    assert page.find("html", lang="nl")
    english = await browser.open(path, **{"Accept-Language": "en-GB"})
    assert english.find("html", lang="en")
    assert "This page is for Karim Haddad" in english.words


async def test_each_kind_of_document_is_shown_as_is_safe(site: Site, browser: Browser) -> None:
    page = await browser.open("/signing/secret")
    (pdf,) = page.find("div", data_pdf=None)
    assert pdf.attributes["data-pdf"] == "/signing/secret/documents/1"
    assert pdf.attributes["data-count"] == str(PAGES)
    (picture,) = page.find("img")
    assert picture.attributes["src"] == "/signing/secret/documents/2"
    assert picture.attributes["alt"] == "scan.png"
    assert page.words.count("Document openen") == 2
    assert page.words.count("Downloaden") == 3
    assert {link.attributes["rel"] for link in page.find("a", target="_blank")} == {"noopener"}


@pytest.mark.parametrize(
    ("drawing", "typed_names", "fields"),
    [
        (Drawing.OFF, True, set()),
        (Drawing.OFFERED, True, {"pad", "name"}),
        (Drawing.REQUIRED, True, {"pad", "name"}),
        (Drawing.REQUIRED, False, {"pad"}),
    ],
)
async def test_a_signature_is_asked_for_as_the_office_wants(
    site: Site, browser: Browser, drawing: Drawing, *, typed_names: bool, fields: set[str]
) -> None:
    await site.change_office(typed_names=typed_names)
    page = await browser.open(await site.offer("one", drawing=drawing))
    found = {"pad": page.find("canvas"), "name": page.find("input", name="typed_name")}
    assert {name for name, elements in found.items() if elements} == fields
    assert bool(page.find("noscript")) is (fields == {"pad"})  # then nobody signs without scripts
    assert ("niet verplicht" in page.words) is (drawing is Drawing.OFFERED)


async def test_names_that_are_long_empty_or_run_from_right_to_left_stay_in_their_place(
    site: Site, browser: Browser
) -> None:
    names = ["כרים חדד", "x" * 200, f"{OVERRIDE}fdp.exe", "-"]
    for number, name in enumerate(names):
        path = await site.offer(f"name-{number}", {f"{name}.pdf": b"%PDF-1.4"}, sender=a.a_party(name))
        page = await browser.open(path)
        assert f"<bdi>{name}</bdi>" in page.html
        assert f"<bdi>{name.removeprefix(OVERRIDE)}.pdf</bdi>" in page.html


async def test_who_does_not_sign_sees_how_it_stands(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one", viewer=a.a_party(account=SANNE)))
    assert "Wacht op Karim Haddad" in page.words
    assert page.action == ""
    assert not page.find("a", href="#answer")


# --- what it takes ---


async def test_an_approval_with_a_drawing_is_recorded(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one", drawing=Drawing.REQUIRED))
    done = await browser.approve(page, place=" Utrecht ", **DRAWN)
    assert done.status == 200
    assert "U hebt dit goedgekeurd" in done.words
    assert "Utrecht" in done.words
    envelope = await site.envelope("one")
    assert envelope.state is EnvelopeState.COMPLETED
    async with site.ports.store.reading() as tx:
        assert await tx.signatures.get(envelope, KARIM)
    assert (site.counted, len(site.woken)) == ([Answer.APPROVED], 1)
    again = await browser.open("/signing/one/answer")  # reloading what the form led to
    assert again.status == 410
    assert "U hebt dit goedgekeurd op 2 maart 2026 13:00" in again.words


async def test_a_typed_name_signs_without_a_script(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one", drawing=Drawing.REQUIRED))
    assert (await browser.approve(page, place="Utrecht", typed_name="Karim Haddad")).status == 200
    assert await decisions(site, "one") == [Answer.APPROVED]


async def test_what_was_filled_in_stays_when_something_is_wrong(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one", drawing=Drawing.OFFERED))
    typed = {"place": "x", "typed_name": 'Karim "K" Haddad', "reason": "\nEerste\r\nregel"}
    wrong = await browser.approve(page, **typed, **DRAWN)
    assert wrong.status == 422
    assert wrong.value("place") == "x"
    assert wrong.value("typed_name") == 'Karim "K" Haddad'
    assert wrong.value("strokes") == DRAWN["strokes"]
    assert ">\n\nEerste\nregel</textarea>" in wrong.html
    assert wrong.find("details", open=None)
    (place,) = wrong.find("input", name="place")
    assert place.attributes["aria-invalid"] == "true"
    assert place.attributes["aria-describedby"] == "place-fault place-hint"
    assert "autofocus" in place.attributes
    assert len(wrong.find("p", id="place-fault")) == 1
    assert len(wrong.find("div", role="alert")) == 1
    assert "#place" in wrong.links
    assert site.counted == []
    assert (await browser.approve(wrong, place="Utrecht")).status == 200


async def test_the_last_place_is_filled_in(site: Site, browser: Browser) -> None:
    first = await browser.open(await site.offer("one"))
    await browser.approve(first, place="Den Haag")
    assert (await browser.open(await site.offer("two"))).value("place") == "Den Haag"


@pytest.mark.parametrize("drawing", ["data:image/png;base64,AAAA", "javascript:alert(1)", "x" * 1000, "data:,"])
async def test_a_drawing_that_is_none_is_told_at_the_pad(site: Site, browser: Browser, drawing: str) -> None:
    page = await browser.open(await site.offer("one", drawing=Drawing.REQUIRED))
    wrong = await browser.approve(page, place="Utrecht", drawing=drawing, strokes=DRAWN["strokes"])
    assert wrong.status == 422
    assert wrong.find("canvas", aria_invalid="true")
    assert await decisions(site, "one") == []


async def test_an_outage_keeps_what_was_typed(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one", drawing=Drawing.OFFERED))
    site.directory.fail_next.append(PlatformUnavailable("no answer"))
    failed = await browser.approve(page, place="Utrecht", **DRAWN)
    assert failed.status == 503
    assert "Er is niets vastgelegd" in failed.words
    assert (failed.value("place"), failed.value("strokes")) == ("Utrecht", DRAWN["strokes"])
    assert (await browser.approve(failed, place="Utrecht")).status == 200


async def test_pages_that_were_shown_are_logged_once(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one"))
    fields = {"token": page.value("token"), "document": "1", "pages": "1 3 900000"}
    assert [(await browser.send("/signing/one/pages", fields)).status for _ in range(2)] == [204, 204]
    lines = [line for line in await site.log(EnvelopeId("one")) if line.happening is Happening.PAGES_OPENED]
    assert [line.facts["pages"] for line in lines] == ["1 3"]


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


async def test_a_used_link_answers_nothing_more(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one"))
    await browser.reject(page, "Het bedrag klopt niet.")
    for again in (await browser.approve(page, place="Utrecht"), await browser.reject(page, "Nog steeds niet.")):
        assert again.status == 410
        assert "U hebt dit afgekeurd op 2 maart 2026 13:00" in again.words
        assert "Bekijken" in again.words
    assert await decisions(site, "one") == [Answer.REJECTED]
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
    assert await decisions(site, "one") == []


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
    assert [await decisions(site, each) for each in ("one", "two", "three")] == [[], [], []]


async def test_who_left_the_conversation_is_refused(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one"))
    site.directory.left.add(KARIM)
    refused = await browser.approve(page, place="Utrecht")
    assert (refused.status, await decisions(site, "one")) == (409, [])


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
    assert await decisions(site, "one") == []
    assert await site.log(EnvelopeId("one")) == []


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
async def test_a_form_without_the_token_of_the_page_is_refused(site: Site, browser: Browser, token: str) -> None:
    await site.offer("one")
    fields = {"token": token, "answer": "approved", "place": "Utrecht", "document": "1", "pages": "1"}
    for path in ("/signing/one/answer", "/signing/one/pages"):
        assert (await browser.send(path, fields)).status == 403
    assert await decisions(site, "one") == []


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
    assert await decisions(site, "one") == []
