"""The signing page in a real browser, on a telephone unless a test says otherwise."""

import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Literal

import pytest
import pytest_asyncio
from fpdf import FPDF
from PIL import Image
from playwright.async_api import Browser, Page, expect

from bot.domain.envelope import Answer, EnvelopeId
from bot.domain.log import Happening
from bot.domain.pages import read_pages
from bot.domain.signature import Drawing, DrawnSignature, TypedSignature
from tests.adapters.web.conftest import KARIM, LONG, LONG_PDF, PAGES, PDF, PHONE, Site
from tests.adapters.web.telephone import Heard, draw, ink, sheet, until, visit
from tests.npm import VALIDATORS, install

SIGN, REJECT = "Ondertekenen", "Afkeuren"
DONE = "U hebt dit goedgekeurd"
FRAME, PASSING_BY, STAYING, GATHERING = 16, 200, 3_000, 5_000
"""Milliseconds of the page's own clock."""


@pytest_asyncio.fixture(loop_scope="session")
async def heard(page: Page, site: Site) -> AsyncIterator[Heard]:
    heard = Heard(page)
    yield heard
    heard.check(site)


@pytest.fixture(scope="session")
def axe() -> str:
    return (install(VALIDATORS / "axe") / "node_modules/axe-core/axe.min.js").read_text()


async def shown_pages(site: Site, envelope: str) -> set[int]:
    lines = await site.log(EnvelopeId(envelope))
    told = [read_pages(line.facts["pages"]) for line in lines if line.happening is Happening.PAGES_OPENED]
    return set().union(*told)


async def signature(site: Site, envelope: str) -> object:
    found = await site.envelope(envelope)
    async with site.ports.store.reading() as tx:
        return await tx.signatures.get(found, KARIM)


async def test_reading_drawing_and_signing_on_a_telephone(site: Site, page: Page, heard: Heard) -> None:
    await visit(page, site, await site.offer("one", drawing=Drawing.REQUIRED))
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for number in range(1, PAGES + 1):
        await sheet(page, number).scroll_into_view_if_needed()
        await expect(sheet(page, number).locator("canvas")).to_be_visible()
        await expect(sheet(page, number)).to_contain_text(f"Aangifte 2025 - {number}")  # for who has it read aloud
        await until(lambda number=number: _is_told(site, number))  # type: ignore[misc]  # mypy infers no lambda here
    await draw(page)
    once = await ink(page)
    await draw(page, at=100)
    assert await ink(page) > once > 0
    await page.get_by_role("button", name="Ongedaan maken").click()
    assert await ink(page) == once
    await page.get_by_role("button", name="Wissen").click()
    assert await ink(page) == 0
    await draw(page)
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text(DONE)
    drawn = await signature(site, "one")
    assert isinstance(drawn, DrawnSignature)
    assert len(drawn.strokes) == 1
    assert len(drawn.strokes[0]) > 3


async def _is_told(site: Site, number: int) -> bool:
    return number in await shown_pages(site, "one")


async def test_signing_with_the_keyboard_and_a_typed_name(site: Site, page: Page, heard: Heard) -> None:
    await visit(page, site, await site.offer("one", {"Brief.docx": b"PK"}, drawing=Drawing.REQUIRED))
    seen = [await _tab(page) for _ in range(7)]
    assert seen == [
        "Naar ondertekenen",
        "Downloaden Brief.docx",
        "signature",
        "Ongedaan maken",
        "Wissen",
        "typed_name",
        "place",
    ]
    await page.keyboard.type("Utrecht")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.type("Karim Haddad")
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text(DONE)
    assert await signature(site, "one") == TypedSignature("Karim Haddad")


async def _tab(page: Page) -> str:
    await page.keyboard.press("Tab")
    found: str = await page.evaluate("document.activeElement.id || document.activeElement.textContent")
    return found


async def test_a_required_signature_left_out_is_said_at_the_pad(site: Site, page: Page, heard: Heard) -> None:
    await site.change_office(typed_names=False)
    await visit(page, site, await site.offer("one", drawing=Drawing.REQUIRED))
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("canvas.pad")).to_be_focused()
    await expect(page.locator("canvas.pad")).to_be_in_viewport()
    await expect(page.locator("#signature-fault")).to_be_visible()
    await expect(page.get_by_label("Plaats")).to_have_value("Utrecht")
    assert await site.decisions("one") == []


async def test_the_drawing_stays_when_another_field_is_wrong(site: Site, page: Page, heard: Heard) -> None:
    await visit(page, site, await site.offer("one", drawing=Drawing.REQUIRED))
    await draw(page)
    before = await ink(page)
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.get_by_label("Plaats")).to_be_focused()
    await expect(page.get_by_label("Plaats")).to_have_accessible_description(
        "Vul dit in. De plaats waar u ondertekent, bijvoorbeeld Utrecht."
    )
    await expect(page.get_by_label("Plaats")).to_be_in_viewport()
    assert abs(await ink(page) - before) < before / 20  # the library draws the same points a little differently
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text(DONE)
    assert isinstance(await signature(site, "one"), DrawnSignature)


async def test_rejecting_with_a_reason(site: Site, page: Page, heard: Heard) -> None:
    await visit(page, site, await site.offer("one", drawing=Drawing.REQUIRED))
    await page.locator("summary").click()
    await page.get_by_role("button", name=REJECT).click()
    await expect(page.get_by_label("Reden")).to_be_focused()
    await page.get_by_label("Reden").fill("De rente\nklopt niet.")
    await page.get_by_role("button", name=REJECT).click()
    await expect(page.locator("h1")).to_have_text("U hebt dit afgekeurd")
    (signer,) = (await site.envelope("one")).signers
    assert signer.decision
    assert signer.decision.reason == "De rente\nklopt niet."


async def test_pressing_twice_answers_once(site: Site, page: Page, heard: Heard) -> None:
    await visit(page, site, await site.offer("one"))
    await page.get_by_label("Plaats").fill("Utrecht")
    seen = await page.get_by_role("button", name=SIGN).evaluate(
        """button => {
            const seen = [];
            const keep = (event) => { seen.push(event.defaultPrevented); event.preventDefault(); };
            addEventListener("submit", keep);
            button.click();
            button.click();
            dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
            button.click();
            removeEventListener("submit", keep);
            return seen;
        }"""
    )
    assert seen == [False, True, False]  # the second one is not sent, unless somebody came back to the page
    await page.reload()
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text(DONE)
    assert await site.decisions("one") == [Answer.APPROVED]
    await page.reload()
    await expect(page.locator("h1")).to_have_text("U hebt al geantwoord")


async def test_without_scripts_everything_but_drawing_works(site: Site, chromium: Browser) -> None:
    context = await chromium.new_context(viewport=PHONE, locale="nl-NL", java_script_enabled=False)
    page = await context.new_page()
    await visit(page, site, await site.offer("one", drawing=Drawing.REQUIRED))
    await expect(page.locator("canvas.pad")).to_be_hidden()
    await expect(page.get_by_role("link", name="Document openen")).to_be_visible()
    await page.get_by_label("Of typ uw naam").fill("Karim Haddad")
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text(DONE)


async def test_a_long_document_is_drawn_where_it_is_read(site: Site, page: Page, heard: Heard) -> None:
    await visit(page, site, await site.offer("one", {"Jaarrekening.pdf": LONG_PDF}))
    await expect(sheet(page, 1).locator("canvas")).to_be_visible()
    await expect(page.locator("figure")).to_have_count(LONG)
    for number in (40, 120, LONG, 1):
        await sheet(page, number).scroll_into_view_if_needed()
        await expect(sheet(page, number)).to_contain_text(f"Jaarrekening - {number}")
    assert await page.locator("figure canvas").count() <= 8
    largest = await page.locator("figure canvas").evaluate_all("all => Math.max(...all.map(c => c.width * c.height))")
    assert 0 < largest <= 4_000_000
    assert not await shown_pages(site, "one") & {10, 80, 160}  # what was jumped over was not shown


async def test_a_page_that_is_passed_by_was_not_shown(site: Site, page: Page, heard: Heard) -> None:
    """The clock of the page stands still, but for what the test lets pass."""
    await page.clock.install(time=0)
    await page.clock.pause_at(1)
    await visit(page, site, await site.offer("one", {"Jaarrekening.pdf": LONG_PDF}))
    await until(lambda: _is_drawn(page, 1))
    await page.clock.run_for(PASSING_BY)
    await sheet(page, 100).scroll_into_view_if_needed()
    await until(lambda: _is_drawn(page, 100))  # so the browser has told that the first one is gone
    await page.clock.run_for(STAYING + GATHERING)
    await until(lambda: shown_pages(site, "one"))
    assert {1, 100} & await shown_pages(site, "one") == {100}


async def test_what_was_shown_last_comes_along_with_the_answer(site: Site, page: Page, heard: Heard) -> None:
    """As above: no time passes in which pages would be told by themselves."""
    await page.clock.install(time=0)
    await page.clock.pause_at(1)
    await visit(page, site, await site.offer("one", {"Jaarrekening.pdf": LONG_PDF}))
    await until(lambda: _is_drawn(page, 1))
    await page.clock.run_for(STAYING)
    assert not await shown_pages(site, "one")
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text(DONE)
    assert 1 in await shown_pages(site, "one")
    lines = [line.happening for line in await site.log(EnvelopeId("one"))]
    assert lines.index(Happening.PAGES_OPENED) < lines.index(Happening.APPROVED)


async def _is_drawn(page: Page, number: int) -> bool:
    """Look, after one more frame."""
    await page.clock.run_for(FRAME)
    return await sheet(page, number).locator("canvas").count() > 0


async def test_scanned_pages_are_drawn_without_compiled_code(site: Site, page: Page, heard: Heard) -> None:
    await visit(page, site, await site.offer("one", {"Scan.pdf": make_scan()}))
    canvas = sheet(page, 1).locator("canvas")
    await expect(canvas).to_be_visible()
    middle = await canvas.evaluate("c => [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data]")
    assert middle[0] > 150  # red, or near it: profiles are left aside
    assert middle[1] < 90


def make_scan() -> bytes:
    """A PDF whose only page is a red picture in JPEG 2000."""
    picture = BytesIO()
    Image.new("RGB", (64, 64), (200, 20, 20)).save(picture, "JPEG2000")
    image = picture.getvalue()
    draw_it = b"q 200 0 0 200 0 0 cm /I Do Q"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(draw_it), draw_it),
        b"<</Type/XObject/Subtype/Image/Width 64/Height 64/Filter/JPXDecode/Length %d>>stream\n%b\nendstream"
        % (len(image), image),
    ]
    body = b"%PDF-1.7\n" + b"".join(b"%d 0 obj%b endobj\n" % (n, each) for n, each in enumerate(objects, start=1))
    return body + b"trailer<</Root 1 0 R/Size 6>>\n%%EOF"


@pytest.mark.parametrize("kind", ["damaged", "locked"])
async def test_what_cannot_be_drawn_is_opened_by_its_link(site: Site, page: Page, kind: str) -> None:
    locked = FPDF()
    locked.set_encryption(owner_password="a", user_password="b")
    locked.add_page()
    content = {"damaged": b"%PDF-1.4 and nothing more", "locked": bytes(locked.output())}[kind]
    await visit(page, site, await site.offer("one", {"Brief.pdf": content}))
    await expect(page.get_by_text("Dit document kan hier niet in de pagina worden getoond.")).to_be_visible()
    await expect(page.get_by_role("link", name="Document openen Brief.pdf")).to_be_visible()
    await expect(page.get_by_role("button", name=SIGN)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_people_from_using_it(
    site: Site, chromium: Browser, axe: str, scheme: Literal["light", "dark"]
) -> None:
    page = await chromium.new_page(viewport=PHONE, locale="nl-NL", color_scheme=scheme, reduced_motion="reduce")
    files = {"Aangifte.pdf": PDF, "scan.png": make_picture(), "Bijlage.xlsx": b"PK"}
    await visit(page, site, await site.offer("one", files, drawing=Drawing.OFFERED, message="Klopt dit?"))
    await expect(sheet(page, 1).locator("canvas")).to_be_visible()
    await page.locator("summary").click()
    assert await find_violations(page, axe) == []
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.get_by_label("Plaats")).to_be_focused()
    assert await find_violations(page, axe) == []
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text(DONE)
    assert await find_violations(page, axe) == []
    await visit(page, site, "/signing/unknown")
    assert await find_violations(page, axe) == []


def make_picture() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (600, 300), "white").save(picture, "PNG")
    return picture.getvalue()


async def find_violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds by the rules of WCAG 2.2 AA and its own best practices."""
    await page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("tags => axe.run({ runOnly: tags, iframes: false })", tags)
    assert len(found["passes"]) > 10
    return [f"{each['id']}: {json.dumps([node['html'] for node in each['nodes']])}" for each in found["violations"]]
