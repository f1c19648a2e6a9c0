"""The signing page over HTTP: what it shows, and what it takes."""

from datetime import date

import pytest

from bot.domain.envelope import Answer, EnvelopeId, EnvelopeState
from bot.domain.errors import PlatformUnavailable
from bot.domain.links import SIGNING_TIME
from bot.domain.log import Happening
from bot.domain.signature import Drawing
from tests import builders as a
from tests.adapters.web.conftest import KARIM, PAGES, SANNE, Site
from tests.signing_form import DRAWN, Browser

OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"


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
    assert await site.decisions("one") == [Answer.APPROVED]


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
    assert await site.decisions("one") == []


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


async def test_pages_that_come_along_with_the_answer_are_logged_before_it(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one"))
    assert (await browser.approve(page, place="Utrecht", shown="1:2 3")).status == 200
    lines = [line for line in await site.log(EnvelopeId("one")) if line.happening is not Happening.VIEWED]
    assert [line.happening for line in lines][-2:] == [Happening.PAGES_OPENED, Happening.APPROVED]
    assert lines[-2].facts["pages"] == "2-3"


@pytest.mark.parametrize("shown", ["1:x", "one:1", "1:" + "1 " * 6000])
async def test_an_answer_with_pages_that_are_none_is_not_taken(site: Site, browser: Browser, shown: str) -> None:
    page = await browser.open(await site.offer("one"))
    broken = await browser.approve(page, place="Utrecht", shown=shown)
    assert broken.status == 400
    assert "niet volledig aangekomen" in broken.words
    assert await site.decisions("one") == []


async def test_what_was_typed_while_the_link_expired_can_be_copied(site: Site, browser: Browser) -> None:
    page = await browser.open(await site.offer("one"))
    site.clock.move(SIGNING_TIME)
    late = await browser.reject(page, "Het bedrag <b>klopt</b> niet.")
    assert late.status == 410
    assert "Er is niets vastgelegd.U hebt getypt: Het bedrag <b>klopt</b> niet." in late.words
    assert "Bekijken" in late.words
    forged = await browser.send(page.action, {"token": "made up", "answer": "rejected", "reason": "Getypt"})
    assert (forged.status, "Getypt" in forged.words) == (410, False)
