"""What a person with a telephone does on the signing page, and what is heard of the browser meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Locator, Page

from tests.adapters.web.conftest import Site

PATIENCE = 20


class Heard:
    """What the browser asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))

    def check(self, site: Site) -> None:
        """Nothing was refused by the policy, nothing failed, and nothing came from elsewhere."""
        policy = [each for each in self.complaints if "Content Security Policy" in each or "Error" in each]
        assert not policy
        assert self.hosts == {site.ports.public_url.removeprefix("http://")}


async def until(find: Callable[[], Awaitable[Any]]) -> None:
    """Wait for something that tells no event."""
    async with asyncio.timeout(PATIENCE):
        while not await find():  # noqa: ASYNC110 - what is waited for tells no event
            await asyncio.sleep(0.02)


async def visit(page: Page, site: Site, path: str) -> None:
    await page.goto(site.ports.public_url + path)


def sheet(page: Page, number: int) -> Locator:
    return page.locator(f"figure[data-page='{number}']")


async def draw(page: Page, *, at: int = 60) -> None:
    """A stroke across the pad, with whatever points."""
    pad = page.locator("canvas.pad")
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box
    await page.mouse.move(box["x"] + 30, box["y"] + at)
    await page.mouse.down()
    for step in range(1, 12):
        await page.mouse.move(box["x"] + 30 + step * 15, box["y"] + at + (step % 3) * 12)
    await page.mouse.up()


async def ink(page: Page) -> int:
    """How many pixels of the pad have been drawn on."""
    count: int = await page.locator("canvas.pad").evaluate(
        "pad => pad.getContext('2d').getImageData(0, 0, pad.width, pad.height).data.filter((v, i) => i % 4 == 3 && v)"
        ".length"
    )
    return count
