"""Click through the playground's page, which shows only what happens while it is open. No step sleeps."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from adapters.demo.playground.stage import Room, Stage
from tests.e2e.teams_control import COMMAND

SIZE = ViewportSize(width=1280, height=1000)


@asynccontextmanager
async def open_seat(browser: Browser, address: str, stage: Stage, room: Room) -> AsyncIterator["TeamsPage"]:
    """A page that is live, in a conversation. What it wants from elsewhere, its fonts, is refused."""
    context = await browser.new_context(
        viewport=SIZE, locale="nl-NL", timezone_id="Europe/Amsterdam", device_scale_factor=2
    )
    try:
        page = await context.new_page()
        await page.route(lambda url: not url.startswith(address), lambda route: route.abort())
        await page.goto(address)
        await page.get_by_role("treeitem", name=stage.name_in_page(room), exact=True).click()
        await expect(page.get_by_text("Start a new post")).to_be_visible()
        yield TeamsPage(page)
    finally:
        await context.close()


@dataclass(frozen=True, slots=True)
class TeamsPage:
    """The page as somebody uses it, in a channel."""

    page: Page

    async def start_action(self) -> Locator:
        """Choose Paraaf's action in the compose box of a new post; the dialog that it opens."""
        await self.page.get_by_role("button", name="Trigger Message Extension App").last.click()
        await self.page.get_by_role("menuitem", name="Action Command").click()
        await self.dialog.get_by_placeholder("Input command id or leave blanks").fill(COMMAND)
        await self.press(self.dialog, "Create")
        return self.dialog

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def close_dialog(self) -> None:
        """Close it by its cross; after the last step too, where the real Teams closes it by itself."""
        await self.press(self.dialog, "Close")
        await expect(self.dialog).to_have_count(0)

    def card(self, text: str) -> Locator:
        """The newest card with this text."""
        return self.page.locator(".ac-adaptiveCard", has_text=text).last

    def post(self, text: str) -> Locator:
        """The smallest part of the page with a card that says this, and with what belongs to its thread."""
        thread = self.page.locator("div", has=self.card(text))
        return thread.filter(has=self.page.get_by_role("button", name="Send Message")).last

    async def press(self, where: Locator, button: str) -> None:
        await where.get_by_role("button", name=button, exact=True).click()

    async def fill(self, where: Locator, label: str, text: str) -> None:
        await where.get_by_role("textbox", name=label).fill(text)

    async def choose(self, where: Locator, label: str, option: str) -> None:
        """Choose the option of a menu whose text begins with `option`."""
        await where.get_by_role("combobox", name=label).click()
        await self.page.get_by_role("option", name=re.compile(rf"^{re.escape(option)}")).click()

    async def tick(self, where: Locator, option: str) -> None:
        """Tick the box whose text begins with `option`; the box itself lies below its text."""
        await where.locator("label", has_text=re.compile(rf"^\s*{re.escape(option)}")).click()
