"""The browser that is on this machine, started once for a test process.

What it talks to must live in its event loop: fixtures beside it are `pytest_asyncio.fixture(loop_scope="session")`,
and `tests/conftest.py` runs the tests of their folders in that loop.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # Else no page of another site, such as Teams, can frame one of this machine, whatever that one's policy is.
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
)


@asynccontextmanager
async def open_chromium() -> AsyncIterator[Browser]:
    """A browser, until the end of the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def started_chromium() -> AsyncIterator[Browser]:
    """The browser of all tests."""
    async with open_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def chromium(started_chromium: Browser) -> AsyncIterator[Browser]:
    """A browser that remembers nothing: pages and contexts of a test start empty, and are closed after it."""
    yield started_chromium
    for context in started_chromium.contexts:
        await context.close()
