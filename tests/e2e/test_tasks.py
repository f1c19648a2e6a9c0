"""Tasks on the home tab and in a conversation, clicked in the real client's page.

PARAAF_UPDATE_IMAGES=1 python -m pytest tests/e2e/test_tasks.py     takes the picture in docs/images again
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, expect

from adapters.demo.office import ACCOUNTS, KAREL, RETURN, SANNE
from tests.e2e import words
from tests.e2e.running import Running, run_everything
from tests.e2e.slack_page import NARROW, open_page, run_browser
from tests.e2e.test_page import take

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run_everything(tmp_path_factory.mktemp("demo"), channels=2) as everything:
        yield everything


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with run_browser() as browser:
        yield browser


async def test_a_client_decides_on_the_home_tab(running: Running, browser: Browser) -> None:
    story = running.begin()
    first = await story.ask(RETURN)
    await story.send_another(ACCOUNTS)
    async with open_page(browser, running.slack.address) as page:
        await page.act_as(KAREL)
        home = await page.open_home()
        await expect(home).to_contain_text("Te doen (2)")
        await expect(home).to_contain_text("Taak uitvoeren")
        await take(page, home, "tasks-home", ViewportSize(width=NARROW["width"], height=380))
        await home.get_by_role("button", name=words.APPROVE, exact=True).first.click()
        await page.wait_for_modal(words.APPROVE)
        await page.fill(words.PLACE, "Utrecht")
        await page.submit()
        await page.wait_until_closed()
        await expect(home).to_contain_text("Te doen (1)")
        await expect(home).not_to_contain_text(RETURN)
        await page.press(home, "Klaar (1)")
        await expect(home).to_contain_text(RETURN)
        await expect(home).to_contain_text(f"{words.SIGNED} · {KAREL.name}")
    await story.until_card_says(first, words.SIGNED)


async def test_tasks_in_a_conversation_turn_in_place(running: Running, browser: Browser) -> None:
    story = running.begin()
    await story.ask(RETURN)
    async with open_page(browser, running.slack.address) as page:
        await page.act_as(SANNE)
        await page.open_channel(story.channel)
        await page.say("/sign taken")
        tasks = page.message("Taken in dit gesprek")
        await expect(tasks).to_contain_text("only visible to you")
        await page.press(tasks, "Wacht op anderen (1)")
        await expect(page.message("Taken in dit gesprek")).to_contain_text(RETURN)
        await expect(page.page.locator("main.main .messages .msg", has_text="Taken in dit gesprek")).to_have_count(1)
