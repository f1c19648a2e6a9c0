"""The story once more as a newcomer clicks it through, in the client's own page, in a browser.

PARAAF_UPDATE_IMAGES=1 python -m pytest tests/e2e/test_page.py     takes the pictures in docs/images again
"""

import os
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, ViewportSize, expect
from pypdfium2 import PdfDocument

from adapters.demo.office import CORRECTED_RETURN, KAREL, RETURN, SANNE
from tests.e2e import words
from tests.e2e.running import Running, run_everything
from tests.e2e.slack_page import NARROW, PHONE, SlackPage, open_page, run_browser
from tests.e2e.steps import CLIENT

pytestmark = pytest.mark.asyncio(loop_scope="module")

IMAGES = Path(__file__).parents[2] / "docs" / "images"
REASON = "De hypotheekrente is 6.840 euro, niet 4.120."
MESSAGE = "Uw aangifte over 2025. Klopt alles?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run_everything(tmp_path_factory.mktemp("demo"), channels=0) as everything:
        yield everything


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with run_browser() as browser:
        yield browser


async def test_the_story_as_a_newcomer_clicks_it(running: Running, browser: Browser) -> None:
    async with open_page(browser, running.slack.address) as page:
        await _send(page)
        await _look_at_the_document(page)
        await _reject(page)
        await _correct(page)
        async with open_page(browser, running.slack.address, PHONE) as phone:
            await _approve_on_a_telephone(phone)
        await expect(page.message(CORRECTED_RETURN)).to_contain_text(words.SIGNED)
        await _keep_the_proof(page)
    async with open_page(browser, running.slack.address, NARROW) as later:
        signed = later.message(CORRECTED_RETURN)
        await expect(signed).to_contain_text(words.SIGNED)
        await expect(signed).to_contain_text("Utrecht")
        await take(later, signed, "card-approved")


async def test_somebody_else_is_refused_in_the_page(running: Running, browser: Browser) -> None:
    async with open_page(browser, running.slack.address) as page:
        await page.act_as(KAREL)
        await page.say("/sign")
        refusal = page.message("Alleen teamleden van Kantoor De Linde kunnen dit doen.")
        await expect(refusal).to_contain_text("only visible to you")
        await expect(page.modal).to_have_count(0)


async def _send(page: SlackPage) -> None:
    """A fresh page is already in the right channel, as the right person."""
    await page.say("/sign")
    await page.wait_for_modal(words.LINK_TITLE)
    await page.choose(words.CLIENT, CLIENT)
    await page.submit()
    await page.wait_for_modal(words.SEND_TITLE)
    await page.tick(words.DOCUMENTS, RETURN)
    await take(page, page.modal, "send-dialog")
    await page.choose(words.SIGNER, KAREL.name)
    await page.fill(words.MESSAGE, MESSAGE)
    await page.submit()
    await page.wait_for_modal(words.WHO_TITLE)
    await page.choose(words.CONTACT, KAREL.name)
    await page.submit()
    await page.wait_until_closed()
    card = page.message(RETURN)
    await expect(card).to_contain_text(f"{words.WAITING} @{KAREL.name}")
    await expect(card).to_contain_text(MESSAGE)
    await take(page, card, "card", NARROW)


async def _look_at_the_document(page: SlackPage) -> None:
    await page.act_as(KAREL)
    await page.press(page.message(RETURN), words.VIEW)
    modal = await page.wait_for_modal("Documenten")
    await expect(modal.get_by_role("button", name="Documenten openen")).to_be_visible()
    # In this client such a button opens nothing by itself; the link below it does.
    address = await modal.get_by_role("link", name="Dezelfde pagina, als link om te kopiëren").get_attribute("href")
    assert address
    await _take_signing_page(page, address)
    await page.modal.locator(".modal-foot button").click()
    await page.wait_until_closed()


async def _take_signing_page(page: SlackPage, address: str) -> None:
    """The page on a telephone, with the document in it."""
    browser = page.page.context.browser
    assert browser
    context = await browser.new_context(viewport=PHONE, locale="nl-NL", device_scale_factor=2)
    phone = await context.new_page()
    await phone.goto(address)
    await expect(phone.locator("h1")).to_have_text(RETURN)
    await expect(phone.locator("figure canvas").first).to_be_visible()
    await expect(phone.locator("figure").first).to_contain_text("Aangifte inkomstenbelasting")
    if os.environ.get("PARAAF_UPDATE_IMAGES") == "1":
        await phone.screenshot(path=IMAGES / "signing-page.png", animations="disabled")
    await context.close()


async def _reject(page: SlackPage) -> None:
    card = page.message(RETURN)
    await page.press(card, words.REJECT)
    await page.wait_for_modal(words.REJECT)
    await page.fill(words.REASON, "\N{ZERO WIDTH SPACE} \N{ZERO WIDTH SPACE}")
    await page.submit()
    await expect(page.modal.locator(".modal-error")).to_contain_text("Vul dit in.")
    await page.fill(words.REASON, REASON)
    await page.submit()
    await page.wait_until_closed()
    await expect(card).to_contain_text(words.REJECTED)
    thread = await page.open_thread(card)
    note = thread.locator(".msg", has_text=REASON)
    await expect(note).to_contain_text(f"@{SANNE.name} — {KAREL.name} heeft afgekeurd")
    await take(page, page.page.locator("body"), "rejection")


async def _correct(page: SlackPage) -> None:
    await page.act_as(SANNE)
    await page.press(page.page.locator("aside.thread-pane .msg", has_text=REASON), words.RESEND)
    await page.wait_for_modal(words.SEND_TITLE)
    await page.tick(words.DOCUMENTS, CORRECTED_RETURN)
    await page.submit()  # the signer is the one who rejected, unless somebody else is chosen
    await page.wait_until_closed()
    await expect(page.message(CORRECTED_RETURN)).to_contain_text(f"{words.WAITING} @{KAREL.name}")
    await expect(page.message(RETURN)).to_contain_text(words.SUPERSEDED)
    await page.act_as(KAREL)
    await page.press(page.message(CORRECTED_RETURN), words.APPROVE)
    await page.wait_for_modal(words.APPROVE)
    await expect(page.modal).to_contain_text("Ik ga akkoord met de onderstaande documenten")
    await page.fill(words.PLACE, "Utrecht")
    await take(page, page.modal, "approve-dialog")
    await page.cancel()


async def _approve_on_a_telephone(phone: SlackPage) -> None:
    await phone.act_as(KAREL)
    await phone.hide_sidebar()
    card = phone.message(CORRECTED_RETURN)
    await take(phone, card, "card-on-telephone")
    await phone.press(card, words.APPROVE)
    await phone.wait_for_modal(words.APPROVE)
    await phone.fill(words.PLACE, "Utrecht")
    await take(phone, phone.modal, "approve-dialog-on-telephone")
    await phone.submit()
    await phone.wait_until_closed()
    await expect(card).to_contain_text(words.SIGNED)


async def _keep_the_proof(page: SlackPage) -> None:
    """On paper, from the page of the log, once it is recorded."""
    await page.act_as(SANNE)
    card = page.message(CORRECTED_RETURN)
    await expect(card).to_contain_text("Bewijs:")
    await page.press(card, words.LOG)
    await page.wait_for_modal(words.LOG)
    address = await page.modal.locator("a[href*='/logs/']").first.get_attribute("href")
    assert address
    answer = await page.page.context.request.get(f"{address}/certificate.pdf")
    assert answer.status == 200
    with closing(PdfDocument(await answer.body())) as paper:
        text = "".join(sheet.get_textpage().get_text_range() for sheet in paper)
        assert f"{KAREL.name}, als contact van de klant bevestigd door {SANNE.name}" in text
        assert "Plaats, opgegeven Utrecht" in text
        if os.environ.get("PARAAF_UPDATE_IMAGES") == "1":
            paper[0].render(scale=1.5).to_pil().save(IMAGES / "certificate.png", optimize=True)
    await page.cancel()


async def take(page: SlackPage, what: Locator, name: str, size: ViewportSize | None = None) -> None:
    """A picture for the documentation, when the run is asked for pictures."""
    if os.environ.get("PARAAF_UPDATE_IMAGES") != "1":
        return
    before = page.page.viewport_size
    assert before
    await page.page.set_viewport_size(size or before)
    await page.page.mouse.move(0, 0)  # away from what shows buttons of its own when pointed at
    await what.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    await page.page.set_viewport_size(before)
