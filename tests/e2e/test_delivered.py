"""The automatic way in the demo: a file in a folder becomes a card, an answer becomes a webhook with its proof.

PARAAF_UPDATE_IMAGES=1 python -m pytest tests/e2e/test_delivered.py     takes the picture in docs/images again
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from adapters.demo.office import DELIVERED, INTAKE, MARK, PACKAGE, SANNE, STUDIO
from tests.e2e import words
from tests.e2e.running import Running, run_everything
from tests.e2e.slack_control import read
from tests.e2e.slack_page import open_page, run_browser
from tests.e2e.steps import Story
from tests.e2e.test_page import IMAGES

RETURN = "Aangifte omzetbelasting 3e kwartaal 2026.pdf"
[IRIS] = (contact.user for contact in STUDIO.contacts)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run_everything(tmp_path_factory.mktemp("demo"), channels=0) as everything:
        yield everything


async def deliver(running: Running, name: str = DELIVERED) -> None:
    """Do what the demo prints."""
    [folder] = (running.office / "inbox").glob(f"*/{PACKAGE}")
    await asyncio.to_thread(shutil.copy, running.office / DELIVERED, folder / name)


async def until_there(file: Path) -> bytes:
    async with asyncio.timeout(20):
        while not (content := await asyncio.to_thread(_read, file)):  # noqa: ASYNC110 - a file tells nobody of itself
            await asyncio.sleep(0.05)
    return content


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


async def test_a_return_that_is_delivered_is_sent_approved_and_told_with_its_proof(running: Running) -> None:
    story = Story(running.slack, STUDIO.channel)
    await deliver(running)
    card = await running.slack.until(STUDIO.channel, lambda each: RETURN in read(each))
    assert MARK.name in read(card)
    assert f"<@{IRIS.id}>" in read(card)
    await story.approve(IRIS, card)
    assert (await until_there(running.office / "aangifte.tlog-proof")).startswith(b"c2sp.org/tlog-proof@v1")


async def test_an_unknown_client_number_is_asked_in_the_intake_channel(running: Running) -> None:
    await deliver(running, DELIVERED.replace(STUDIO.number, "9999"))
    asked = await running.slack.until(INTAKE, lambda each: "9999" in read(each))
    if os.environ.get("PARAAF_UPDATE_IMAGES"):
        async with run_browser() as browser, open_page(browser, running.slack.address) as page:
            await page.act_as(SANNE)
            await page.open_channel(INTAKE)
            await expect(page.message("9999")).to_be_visible()
            await page.message("9999").screenshot(path=IMAGES / "intake-card.png")
    story = Story(running.slack, INTAKE)
    await story.press(SANNE, asked, "Kiezen")
    client = f"{STUDIO.number} · {STUDIO.name}"
    assert await story.answer(SANNE, "Kiezen bij levering", {words.CLIENT: client}) == {}
    await story.until_card_says(asked, f"Verstuurd naar {IRIS.name}")
    await running.slack.until(STUDIO.channel, lambda each: RETURN in read(each), 2)
