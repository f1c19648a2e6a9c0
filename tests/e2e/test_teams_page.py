"""The story once more as two people click it through, each at a page of their own.

PARAAF_UPDATE_IMAGES=1 python -m pytest tests/e2e/test_teams_page.py     takes the pictures in docs/images again
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from adapters.demo.office import CORRECTED_RETURN, KAREL, OFFICE_NAME, RETURN, SANNE, STAGE
from tests.e2e import words
from tests.e2e.running import TeamsRunning, run_teams
from tests.e2e.slack_page import run_browser
from tests.e2e.teams_page import TeamsPage, open_seat
from tests.e2e.teams_steps import CLIENT

pytestmark = pytest.mark.asyncio(loop_scope="module")

IMAGES = Path(__file__).parents[2] / "docs" / "images"
REASON = "De hypotheekrente is 6.840 euro, niet 4.120."
MESSAGE = "Uw aangifte over 2025. Klopt alles?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TeamsRunning]:
    async with run_teams(tmp_path_factory.mktemp("demo")) as everything:
        yield everything


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with run_browser() as browser:
        yield browser


async def test_the_story_as_two_people_click_it(running: TeamsRunning, browser: Browser) -> None:
    async with (
        open_seat(browser, running.seats.sanne, STAGE, STAGE.channel) as sanne,
        open_seat(browser, running.seats.karel, STAGE, STAGE.channel) as karel,
    ):
        await _send(sanne)
        await _reject(karel)
        await _correct(sanne)
        await _approve(karel)
        signed = sanne.card(CORRECTED_RETURN)
        await expect(signed).to_contain_text(f"{words.SIGNED} · {KAREL.name}")
        await expect(signed).to_contain_text("Utrecht")


async def test_somebody_else_is_refused_in_the_page(running: TeamsRunning, browser: Browser) -> None:
    async with open_seat(browser, running.seats.karel, STAGE, STAGE.channel) as karel:
        dialog = await karel.start_action()
        await expect(dialog).to_contain_text(f"Alleen teamleden van {OFFICE_NAME} kunnen dit doen.")


async def _send(page: TeamsPage) -> None:
    dialog = await page.start_action()
    await page.choose(dialog, words.CLIENT, CLIENT)
    await page.press(dialog, "Koppelen")
    await expect(dialog).to_contain_text(f"{words.CLIENT}: {CLIENT}")
    await page.close_dialog()
    dialog = await page.start_action()  # linked is linked: this time it is the send dialog at once
    await expect(dialog).to_contain_text(words.SEND_TITLE)
    await page.tick(dialog, RETURN)
    await page.choose(dialog, words.SIGNER, KAREL.name)
    await page.fill(dialog, words.MESSAGE, MESSAGE)
    await _take(dialog, "teams-dialog")
    await page.press(dialog, "Versturen")
    await page.choose(dialog, words.CONTACT, KAREL.name)
    await page.press(dialog, "Bevestigen en versturen")
    await page.close_dialog()
    card = page.card(RETURN)
    await expect(card).to_contain_text(f"{words.WAITING} {KAREL.name}")
    await expect(card).to_contain_text(MESSAGE)
    await _take(card, "teams-card")


async def _reject(page: TeamsPage) -> None:
    await page.press(page.card(RETURN), words.REJECT)
    form = page.card(words.REASON)
    await page.press(form, words.REJECT)
    await expect(form).to_contain_text("Vul dit in.")  # by the client itself, which has not asked Paraaf
    await page.fill(form, words.REASON, REASON)
    await page.press(form, words.REJECT)
    note = page.card(REASON)
    await expect(note).to_contain_text(f"{SANNE.name} — {KAREL.name} heeft afgekeurd, met deze reden:")
    await expect(page.card(RETURN)).to_contain_text(f"{words.REJECTED} · {KAREL.name}")
    await _take(page.post(REASON), "teams-rejected")


async def _correct(page: TeamsPage) -> None:
    note = page.card(REASON)
    await page.press(note, words.RESEND)
    form = page.card("Nieuwe versie van")
    await page.tick(form, CORRECTED_RETURN)
    await page.press(form, "Versturen")  # the signer is the one who rejected, unless somebody else is chosen
    await expect(page.card(CORRECTED_RETURN)).to_contain_text(f"{words.WAITING} {KAREL.name}")
    await expect(page.card(f"{words.SUPERSEDED} · {SANNE.name}")).to_contain_text(RETURN)


async def _approve(page: TeamsPage) -> None:
    await page.press(page.card(CORRECTED_RETURN), words.APPROVE)
    form = page.card("Ik ga akkoord met de onderstaande documenten")
    await page.fill(form, words.PLACE, "Utrecht")
    await page.press(form, "Ondertekenen")
    await expect(page.card(CORRECTED_RETURN)).to_contain_text(words.SIGNED)


async def _take(what: Locator, name: str) -> None:
    """A picture for the documentation, when the run is asked for pictures."""
    if os.environ.get("PARAAF_UPDATE_IMAGES") == "1":
        await what.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
