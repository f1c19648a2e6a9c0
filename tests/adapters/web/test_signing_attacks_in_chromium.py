"""What a browser keeps out of the signing page, and what it keeps of it to itself."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.domain.envelope import Answer
from tests.adapters.web.conftest import Site
from tests.adapters.web.telephone import until, visit

SIGN, DONE = "Ondertekenen", "U hebt dit goedgekeurd"


@pytest.mark.parametrize(
    ("host", "query", "is_shown"),
    [
        ("http://evil.example/", "", False),
        ("http://evil.example/", "?in=teams", False),
        ("https://teams.microsoft.com/", "", False),
        ("https://teams.microsoft.com/", "?in=teams", True),
        ("https://teams.cloud.microsoft/", "?in=teams", True),
    ],
)
async def test_nobody_but_a_dialog_of_teams_can_frame_it(
    site: Site, page: Page, host: str, query: str, *, is_shown: bool
) -> None:
    frame = f"<iframe src='{site.ports.public_url}{await site.offer('one')}{query}'></iframe>"
    await page.route(host, lambda route: route.fulfill(content_type="text/html", body=frame))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(host)
    framed = page.frame_locator("iframe")
    if not is_shown:
        await until(lambda: _has([each for each in complaints if "frame-ancestors" in each], 1))
        await expect(framed.locator("form")).to_have_count(0)
        return
    await framed.get_by_label("Plaats").fill("Utrecht")
    await framed.get_by_role("button", name=SIGN).click()
    await expect(framed.locator("h1")).to_have_text(DONE)
    assert await site.decisions("one") == [Answer.APPROVED]


async def test_its_address_is_told_to_nobody(site: Site, page: Page) -> None:
    referrers: list[str | None] = []
    await page.route("http://elsewhere.example/", lambda route: _note(referrers, route))
    await visit(page, site, await site.offer("one"))
    await page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<a id=out>x</a>')")
    await page.locator("#out").evaluate("link => { link.href = 'http://elsewhere.example/'; link.click() }")
    await page.wait_for_url("http://elsewhere.example/")
    assert referrers == [None]


async def _has(found: list[str], number: int) -> bool:
    return len(found) >= number


async def _note(referrers: list[str | None], route: Any) -> None:  # noqa: ANN401 - playwright's route
    referrers.append(route.request.headers.get("referer"))
    await route.fulfill(content_type="text/html", body="elsewhere")


async def test_a_script_that_somebody_sent_as_a_document_does_not_run(site: Site, page: Page) -> None:
    path = await site.offer("one", {"brief.js": b"document.title = 'owned'"})
    await visit(page, site, path)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.evaluate(
        "src => document.head.append(Object.assign(document.createElement('script'), { src }))", f"{path}/documents/1"
    )
    await until(lambda: _has([each for each in complaints if "Content Security Policy" in each], 1))
    assert await page.title() == "brief.js · Paraaf"
