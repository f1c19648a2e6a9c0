"""The certified way as staff click it through in the real client's page, up to the first signer's own chat.

PARAAF_UPDATE_IMAGES=1 python -m pytest tests/e2e/test_certified.py     takes the pictures in docs/images again
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from adapters.demo.office import KAREL, NOOR
from tests.e2e import words
from tests.e2e.running import Running, run_everything
from tests.e2e.slack_page import NARROW, SlackPage, open_page, run_browser
from tests.e2e.steps import CLIENT
from tests.e2e.test_page import take

AGREEMENT = "Opdrachtbevestiging 2026.pdf"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run_everything(tmp_path_factory.mktemp("demo"), channels=0) as everything:
        yield everything


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with run_browser() as browser:
        yield browser


async def test_an_agreement_is_sent_to_two_people_in_order(running: Running, browser: Browser) -> None:
    async with open_page(browser, running.slack.address) as page:
        await page.say("/sign")
        await page.wait_for_modal(words.LINK_TITLE)
        await page.choose(words.CLIENT, CLIENT)
        await page.submit()
        await page.wait_for_modal(words.SEND_TITLE)
        await page.tick(words.DOCUMENTS, AGREEMENT)
        await page.tick("Wijze van ondertekenen", "Ondertekenen met certificaat")
        await page.choose(words.SIGNER, KAREL.name)
        await page.submit()
        await _choose_signers(page)
        card = page.message(AGREEMENT)
        await expect(card).to_contain_text(f"1. {NOOR.name} · aan de beurt")
        await expect(card).to_contain_text(f"2. {KAREL.name} · volgt later")
        await take(page, card, "card-certified", NARROW)
        await page.act_as(KAREL)
        await page.press(card, words.APPROVE)
        await expect(page.message("Eerst tekent")).to_contain_text(NOOR.name)


async def _choose_signers(page: SlackPage) -> None:
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
    await take(page, page.modal, "order-dialog")
    await page.submit()
    await page.wait_for_modal(words.WHO_TITLE)
    await expect(page.modal).to_contain_text(NOOR.name)
    await page.choose(words.CONTACT, NOOR.name)
    await page.submit()
    await expect(page.modal).to_contain_text(KAREL.name)
    await page.choose(words.CONTACT, KAREL.name)
    await page.submit()
    await page.wait_until_closed()
