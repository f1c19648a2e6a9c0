"""The certified way as people click it through: an agreement, two signers in order, and the sealed PDF in the thread.

PARAAF_UPDATE_IMAGES=1 python -m pytest tests/e2e/test_certified.py     takes the pictures in docs/images again
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from pypdfium2 import PdfDocument

from adapters.commands.seal_keys import CERTIFICATE
from adapters.demo.office import KAREL, NOOR, SANNE
from adapters.pdf.sealing.judging import judge
from adapters.pdf.sealing.trust import Trust
from adapters.sealing import load_certificates
from storage.evidence.verify import Verdict
from tests.adapters.web.telephone import draw
from tests.e2e import words
from tests.e2e.running import Running, run_everything
from tests.e2e.slack_page import PHONE, SlackPage, open_page, run_browser
from tests.e2e.steps import CLIENT
from tests.e2e.test_page import IMAGES, take

AGREEMENT = "Opdrachtbevestiging 2026.pdf"
SIGN = "Ondertekenen"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run_everything(tmp_path_factory.mktemp("demo"), channels=0) as everything:
        yield everything


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with run_browser() as browser:
        yield browser


async def test_an_agreement_is_signed_by_two_people_in_order_and_sealed(
    running: Running, browser: Browser, tmp_path: Path
) -> None:
    async with open_page(browser, running.slack.address) as page:
        await _send(page)
        card = page.message(AGREEMENT).first
        await expect(card).to_contain_text(f"1. {NOOR.name} · aan de beurt")
        await expect(card).to_contain_text(f"2. {KAREL.name} · volgt later")
        await page.act_as(KAREL)
        await page.press(card, words.APPROVE)
        await expect(page.message("Eerst tekent")).to_contain_text(NOOR.name)
        await _sign(page, card, NOOR.name)
        await expect(card).to_contain_text(f"2. {KAREL.name} · aan de beurt")
        await _sign(page, card, KAREL.name)
        await expect(card).to_contain_text("B-B, ")
        await _read_thread(page, card)
        sealed = await _open_sealed(page, card)
    await _verify(browser, running.paraaf, sealed)
    await asyncio.to_thread(_check, sealed, running.office / CERTIFICATE, tmp_path)


async def _send(page: SlackPage) -> None:
    await page.say("/sign")
    await page.wait_for_modal(words.LINK_TITLE)
    await page.choose(words.CLIENT, CLIENT)
    await page.submit()
    await page.wait_for_modal(words.SEND_TITLE)
    await page.tick(words.DOCUMENTS, AGREEMENT)
    await page.tick("Wijze van ondertekenen", "Ondertekenen met certificaat")
    await page.choose(words.SIGNER, KAREL.name)
    await page.submit()
    await page.wait_for_modal("Wie ondertekent?")
    await page.tick("Ondertekenaars", f"{NOOR.name} · contact")
    # This client forgets what was ticked to begin with as soon as something is ticked; Slack's own does not.
    await page.tick("Ondertekenaars", f"{KAREL.name} · voorkeur contact")
    await page.tick("Volgorde", "Na elkaar; de volgorde kiest u in de volgende stap")
    await take(page, page.modal, "signers-dialog")
    await page.submit()
    await page.wait_for_modal("Volgorde")
    await page.choose("Ondertekent als nummer 1", NOOR.name)
    await page.submit()
    await expect(page.modal).to_contain_text("De anderen zijn opgeschoven")
    await page.submit()
    for name in (NOOR.name, KAREL.name):
        await page.wait_for_modal(words.WHO_TITLE)
        await expect(page.modal).to_contain_text(name)
        await page.choose(words.CONTACT, name)
        await page.submit()
    await page.wait_until_closed()


async def _sign(page: SlackPage, card: Locator, name: str) -> None:
    """On a telephone, from the link that the card leads to."""
    await page.act_as(next(each for each in (NOOR, KAREL) if each.name == name))
    await page.press(card, words.APPROVE)
    phone = await _open_link(page)
    await draw(phone)
    await phone.get_by_label(words.PLACE).fill("Utrecht")
    await phone.get_by_role("button", name=SIGN).click()
    await expect(phone.locator("body")).to_contain_text("U hebt dit ondertekend")
    await phone.context.close()


async def _open_link(page: SlackPage) -> Page:
    # In this client a button with an address opens nothing by itself; the link below it does.
    link = page.modal.get_by_role("link", name="Dezelfde pagina, als link om te kopiëren")
    address = await link.get_attribute("href")
    assert address
    await page.modal.locator(".modal-foot button").click()
    await page.wait_until_closed()
    browser = page.page.context.browser
    assert browser
    context = await browser.new_context(viewport=PHONE, locale="nl-NL", device_scale_factor=2)
    phone = await context.new_page()
    await phone.goto(address)
    await expect(phone.locator("figure canvas").first).to_be_visible()
    return phone


async def _read_thread(page: SlackPage, card: Locator) -> None:
    thread = await page.open_thread(card)
    note = thread.locator(".msg", has_text="De verzegelde PDF staat in het dossier.")
    await expect(note).to_contain_text(f"@{SANNE.name}")
    await expect(thread.locator(".msg", has_text=AGREEMENT).last).to_be_visible()
    await take(page, page.page.locator("body"), "sealed")


async def _open_sealed(page: SlackPage, card: Locator) -> bytes:
    """The sealed PDF as the page shows and serves it."""
    await page.press(card, words.VIEW)
    phone = await _open_link(page)
    address = await phone.locator("[data-pdf]").get_attribute("data-pdf")
    assert address
    served = await phone.request.get(urljoin(phone.url, address))
    sealed = await served.body()
    await phone.context.close()
    return sealed


async def _verify(browser: Browser, paraaf: str, sealed: bytes) -> None:
    """On the public page, without an account."""
    context = await browser.new_context(viewport=PHONE, locale="nl-NL", device_scale_factor=2)
    page = await context.new_page()
    await page.goto(f"{paraaf}/verify")
    proof = page.locator("input[name=proof]")
    await proof.set_input_files({"name": AGREEMENT, "mimeType": "application/pdf", "buffer": sealed})
    await page.get_by_role("button", name="Controleren").click()
    await expect(page.locator("h1")).to_have_text(
        "Het zegel klopt: het bestand is niet gewijzigd sinds het is verzegeld."
    )
    await context.close()


def _check(sealed: bytes, certificate: Path, folder: Path) -> None:
    """What a stranger can say of it who has the office's certificate, and how it looks."""
    office = load_certificates(certificate, "certificate")
    assert judge(sealed, Trust(office)).verdict is Verdict.HOLDS
    pages = PdfDocument(sealed)
    text = "\n".join(each.get_textpage().get_text_range() for each in pages)
    assert "Transactiecertificaat" in text
    assert all(name in text for name in (NOOR.name, KAREL.name, "B-B"))
    to = IMAGES if os.environ.get("PARAAF_UPDATE_IMAGES") == "1" else folder
    pages[len(pages) - 1].render(scale=1.2).to_pil().save(to / "sealed-certificate.png")
