"""Click through the page of the Slack client. No step sleeps: each waits for what it caused."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright, expect

from adapters.demo.client.workspace import Channel, User

WIDE = ViewportSize(width=1180, height=760)
NARROW = ViewportSize(width=860, height=760)
PHONE = ViewportSize(width=390, height=844)
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb")


@asynccontextmanager
async def run_browser() -> AsyncIterator[Browser]:
    """The machine's own Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "no Chromium in PATH"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_page(browser: Browser, address: str, size: ViewportSize = WIDE) -> AsyncIterator["SlackPage"]:
    """A page that is live."""
    context = await browser.new_context(
        viewport=size, locale="nl-NL", timezone_id="Europe/Amsterdam", device_scale_factor=2
    )
    try:
        page = await context.new_page()
        await page.goto(address)
        # Users and channels are there from the first message of the page's web socket on.
        await expect(page.locator(".topbar .status", has_text="ui live")).to_be_visible()
        yield SlackPage(page)
    finally:
        await context.close()


@dataclass(frozen=True, slots=True)
class SlackPage:
    """The page as somebody uses it."""

    page: Page

    async def act_as(self, user: User) -> None:
        chooser = self.page.locator("label.actas", has_text="Act as").locator("select")
        await chooser.select_option(label=user.name)

    async def open_channel(self, channel: Channel) -> None:
        name = re.compile(rf"{re.escape(channel.name)}$")
        await self.page.locator("button.sidebar-item", has_text=name).first.click()
        await expect(self.page.locator(".channel-title")).to_have_text(name)

    async def open_home(self) -> Locator:
        """The home tab of the app, as who the page acts as."""
        await self.page.locator("button.sidebar-item", has_text="🏠").click()
        home = self.page.locator("main.main .home")
        await expect(home).to_be_visible()
        return home

    async def say(self, text: str) -> None:
        """Type into the channel; a text that begins with / is a command."""
        composer = self.page.locator("main.main .composer")
        await composer.locator("textarea.composer-input").fill(text)
        await composer.locator("button.composer-send").click()

    def message(self, text: str) -> Locator:
        """The newest message with this text in the channel that is open."""
        return self.page.locator("main.main .messages .msg", has_text=text).last

    async def press(self, where: Locator, button: str) -> None:
        await where.get_by_role("button", name=button, exact=True).click()

    async def open_thread(self, message: Locator) -> Locator:
        """The replies under a message."""
        await message.locator(".thread-summary").click()
        pane = self.page.locator("aside.thread-pane")
        await expect(pane).to_be_visible()
        return pane

    async def hide_sidebar(self) -> None:
        """As on a telephone, where Slack shows one thing at a time; the client's page knows no small screens."""
        await self.page.add_style_tag(content=".sidebar { display: none !important; }")

    @property
    def modal(self) -> Locator:
        return self.page.locator(".modal")

    async def wait_for_modal(self, title: str) -> Locator:
        await expect(self.modal.locator(".modal-title")).to_have_text(title)
        return self.modal

    async def fill(self, label: str, text: str) -> None:
        await self._field(label).locator("input.bk-plain-input").fill(text)

    async def choose(self, label: str, option: str) -> None:
        """Choose the option of a select whose label begins with `option`."""
        select = self._field(label).locator("select.bk-select")
        whole = await select.locator("option", has_text=option).first.inner_text()
        await select.select_option(label=whole)

    async def tick(self, label: str, option: str) -> None:
        exact = re.compile(rf"^\s*{re.escape(option)}\s*$")
        await self._field(label).locator(".bk-options label", has_text=exact).locator("input").check()

    async def submit(self) -> None:
        await self.modal.locator(".modal-foot button.primary").click()

    async def cancel(self) -> None:
        await self.modal.locator(".modal-foot button:not(.primary)").click()
        await self.wait_until_closed()

    async def wait_until_closed(self) -> None:
        await expect(self.modal).to_have_count(0)

    def _field(self, label: str) -> Locator:
        # Labels are not tied to their inputs.
        exact = re.compile(rf"^\s*{re.escape(label)}\s*$")
        return self.modal.locator(".bk-input", has=self.page.locator("label.bk-label", has_text=exact))
