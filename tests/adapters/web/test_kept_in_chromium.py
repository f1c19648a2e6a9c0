"""What was filled in on a page whose link expired comes back with the next one, and only there."""

import pytest
from playwright.async_api import Page, expect

from bot.domain.certified import Way
from bot.domain.fields import Field, FieldKind
from bot.domain.links import SIGNING_TIME
from bot.domain.signature import Drawing, DrawnSignature
from tests.adapters.web.conftest import KARIM, Site
from tests.adapters.web.telephone import draw, ink, visit

SIGN, REJECT = "Ondertekenen", "Afkeuren"
KEPT = "blijft een dag bewaard in deze browser"
BACK = "Wat u eerder hebt ingevuld staat er weer"
A_DAY = 24 * 60 * 60 * 1000
"""Milliseconds of the browser's clock."""


async def expire(site: Site, page: Page) -> None:
    """A page that somebody filled in, and sent when its link had expired."""
    await visit(page, site, await site.offer("one", drawing=Drawing.REQUIRED))
    await draw(page)
    await page.get_by_label("Plaats").fill("Ütrecht <b>")
    site.clock.move(SIGNING_TIME)
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text("Deze link is verlopen")


async def kept(page: Page) -> int:
    count: int = await page.evaluate("localStorage.length + sessionStorage.length")
    return count


async def test_what_was_drawn_comes_back_with_the_next_link(site: Site, page: Page) -> None:
    await expire(site, page)
    await expect(page.get_by_text(KEPT)).to_be_visible()
    path = await site.renew("two", "one")
    async with page.context.expect_page() as opened:  # as a link in the chat opens it: another tab
        await page.evaluate("path => { open(path, '_blank', 'noopener') }", path)
    later = await opened.value
    await expect(later.get_by_text(BACK)).to_be_visible()
    await expect(later.get_by_label("Plaats")).to_have_value("Ütrecht <b>")
    assert await ink(later) > 0
    await later.get_by_role("button", name=SIGN).click()
    await expect(later.locator("h1")).to_have_text("U hebt dit goedgekeurd")
    async with site.ports.store.reading() as tx:
        assert isinstance(await tx.signatures.get(await site.envelope("one"), KARIM), DrawnSignature)
    assert await kept(later) == 0


async def test_texts_for_the_document_stay_when_something_is_wrong_and_come_back(site: Site, page: Page) -> None:
    texts = (
        Field(FieldKind.TEXT, 0, 0, (1, 1, 90, 20), "Functie <b> 🙂"),
        Field(FieldKind.TEXT, 0, 0, (1, 1, 90, 20)),
    )
    await visit(page, site, await site.offer("one", drawing=Drawing.REQUIRED, way=Way.CERTIFIED, fields=texts))
    await draw(page)
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_label("Functie <b> 🙂").fill('Directeur "a.i."')
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.get_by_role("alert")).to_contain_text("Tekst 2: Vul dit in")
    await expect(page.get_by_label("Tekst 2")).to_be_focused()
    await expect(page.get_by_label("Functie <b> 🙂")).to_have_value('Directeur "a.i."')
    await page.get_by_label("Tekst 2").fill("Zwolle")
    site.clock.move(SIGNING_TIME)
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.get_by_text("Zwolle")).to_be_visible()
    await visit(page, site, await site.renew("two", "one"))
    await expect(page.get_by_label("Tekst 2")).to_have_value("Zwolle")
    await expect(page.get_by_text("Ik onderteken het onderstaande document")).to_be_visible()
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text("U hebt dit ondertekend")
    decision = (await site.envelope("one")).signers[0].decision
    assert decision
    assert decision.texts == ('Directeur "a.i."', "Zwolle")


async def test_a_reason_comes_back_unfolded(site: Site, page: Page) -> None:
    await visit(page, site, await site.offer("one"))
    await page.get_by_text(REJECT).first.click()
    await page.get_by_label("Reden").fill("Klopt niet")
    site.clock.move(SIGNING_TIME)
    await page.get_by_role("button", name=REJECT).click()
    await expect(page.get_by_text(KEPT)).to_be_visible()
    await visit(page, site, await site.renew("two", "one"))
    await expect(page.get_by_label("Reden")).to_have_value("Klopt niet")
    await expect(page.get_by_label("Reden")).to_be_visible()


async def test_another_request_shows_nothing_of_it(site: Site, page: Page) -> None:
    await expire(site, page)
    await site.offer("other", drawing=Drawing.REQUIRED)
    await visit(page, site, await site.renew("two", "other"))
    await expect(page.get_by_text(BACK)).to_be_hidden()
    await expect(page.get_by_label("Plaats")).not_to_have_value("Ütrecht <b>")
    assert await ink(page) == 0


async def test_after_a_day_it_is_gone(site: Site, page: Page) -> None:
    await expire(site, page)
    await page.evaluate(
        """by => { for (const key of Object.keys(localStorage)) {
            const kept = JSON.parse(localStorage[key]);
            localStorage[key] = JSON.stringify({ ...kept, at: kept.at - by });
        } }""",
        A_DAY + 1,
    )
    await visit(page, site, await site.renew("two", "one"))
    await expect(page.get_by_text(BACK)).to_be_hidden()
    assert await kept(page) == 0


async def test_an_answer_that_was_taken_leaves_nothing_behind(site: Site, page: Page) -> None:
    await visit(page, site, await site.offer("one", drawing=Drawing.OFFERED))
    await draw(page)
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text("U hebt dit goedgekeurd")
    assert await kept(page) == 0


@pytest.mark.parametrize("spoil", ["() => { throw new DOMException('no') }", "() => null"])
async def test_a_browser_that_keeps_nothing_still_signs(site: Site, page: Page, spoil: str) -> None:
    for storage in ("localStorage", "sessionStorage"):
        await page.add_init_script(f"Object.defineProperty(window, '{storage}', {{ get: {spoil} }})")
    await expire(site, page)
    await expect(page.get_by_text(KEPT)).to_be_hidden()
    await visit(page, site, await site.renew("two", "one"))
    await draw(page)
    await page.get_by_label("Plaats").fill("Utrecht")
    await page.get_by_role("button", name=SIGN).click()
    await expect(page.locator("h1")).to_have_text("U hebt dit goedgekeurd")
