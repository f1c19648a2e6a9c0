"""What a real browser makes of the pages and documents."""

import asyncio

from playwright.async_api import FilePayload, Page

from bot.domain.links import SIGNING_TIME
from tests.adapters.web.conftest import PDF, PHONE, Site


def url(site: Site, path: str) -> str:
    return str(site.client.make_url(path))


async def test_a_pdf_is_shown_in_the_page(site: Site, page: Page) -> None:
    await page.goto(url(site, site.address(1)))
    # The viewer is a frame of the browser's own, and the document a frame in it.
    wanted = {"chrome-extension", "http"}
    async with asyncio.timeout(20):
        while not {frame.url.partition(":")[0] for frame in page.frames[1:]} >= wanted:  # noqa: ASYNC110 - frames tell no event
            await asyncio.sleep(0.02)


async def test_a_page_of_script_is_kept_from_running(site: Site, page: Page) -> None:
    async with page.expect_download() as download:
        await page.goto(url(site, "/"))
        await page.evaluate("address => { location.href = address }", site.address(4))
    assert (await download.value).suggested_filename == "brief.html"


async def test_the_page_fits_a_phone_and_has_its_style(site: Site, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    site.clock.move(SIGNING_TIME)
    answer = await page.goto(url(site, site.address(1)))
    assert answer
    assert answer.status == 410
    assert await page.locator("h1").inner_text() == "Deze link is verlopen"
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert await page.evaluate("getComputedStyle(document.querySelector('.box')).borderRadius") == "12px"
    assert not [each for each in complaints if "Content Security Policy" in each]


async def test_documents_are_brought_from_a_phone(site: Site, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(url(site, "/uploads/secret"))
    await page.get_by_role("button", name="Uploaden").click()
    assert await page.get_by_label("Documenten").evaluate("input => input.matches(':invalid')")
    empty = FilePayload(name="leeg.pdf", mimeType="application/pdf", buffer=b"")
    await page.get_by_label("Documenten").set_input_files([empty])
    await page.get_by_role("button", name="Uploaden").click()
    assert "Het bestand leeg.pdf is leeg." in await page.get_by_role("alert").inner_text()
    chosen = [
        FilePayload(name="Jaarrekening “Özgür” 2025.pdf", mimeType="application/pdf", buffer=PDF),
        FilePayload(name='<img src=x onerror="alert(1)">.png', mimeType="image/png", buffer=b"x"),
    ]
    await page.get_by_label("Documenten").set_input_files(chosen)
    await page.get_by_role("button", name="Uploaden").click()
    assert await page.locator("h1").inner_text() == "Opgeslagen"
    assert await page.locator("li").all_inner_texts() == [chosen[0]["name"], chosen[1]["name"]]
    assert await page.locator("img").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert [item.name for item in await site.uploads()] == [chosen[0]["name"], chosen[1]["name"]]
    assert not [each for each in complaints if "Content Security Policy" in each]


async def test_another_site_cannot_send_in_a_readers_name(site: Site, page: Page) -> None:
    await page.route(
        "http://evil.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" enctype="multipart/form-data" action="{url(site, "/uploads/secret")}">'
            '<input name="files" value="x"><button>Win</button></form>',
        ),
    )
    await page.goto("http://evil.example/")
    await page.get_by_role("button").click()
    assert await page.locator("h1").inner_text() == "Er is niets opgeslagen"
    assert await site.uploads() == []
