"""What a real browser makes of a log's page: on a phone, on paper, and for who reads with other means."""

from io import BytesIO

import pytest
import pytest_asyncio
from playwright.async_api import Page
from pypdf import PdfReader

from tests.adapters.web.conftest import PHONE, Site
from tests.adapters.web.log_office import KARIM, add_many, furnish_log
from tests.npm import VALIDATORS, install

A4 = (595, 842)


@pytest_asyncio.fixture(loop_scope="session")
async def logs(site: Site) -> Site:
    await furnish_log(site.ports)
    return site


def url(site: Site, path: str) -> str:
    return str(site.client.make_url(f"/logs/{path}"))


async def test_the_page_fits_a_phone_and_is_filtered_without_script(logs: Site, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(url(logs, "dossier"))
    assert await page.locator("h1").inner_text() == "Dossierlog"
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert await page.locator("tbody tr").count() == 4
    await page.get_by_label("Persoon").select_option(label=KARIM.name)
    await page.get_by_label("Vanaf").fill("2026-03-02")
    await page.get_by_role("button", name="Filteren").click()
    assert await page.locator("tbody tr").count() == 2
    assert await page.get_by_label("Persoon").input_value() == KARIM.account.user
    assert await page.get_by_label("Vanaf").input_value() == "2026-03-02"
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV").click()
    assert (await download.value).suggested_filename == "dossierlog-1001-2026-03-02.csv"
    assert await page.locator("img, script, svg").count() == 0
    assert not [each for each in complaints if "Content Security Policy" in each]


async def test_no_status_is_broken_inside_its_word(logs: Site, page: Page) -> None:
    await page.set_viewport_size({"width": 720, "height": 900})
    await page.goto(url(logs, "dossier"))
    # Whatever else claims the width, as long names do.
    await page.locator("td").nth(2).evaluate("cell => cell.append(' een lange naam'.repeat(40))")
    needed = """all => all.map((each) => {
      const words = document.createRange();
      words.selectNodeContents(each);
      return new Set([...words.getClientRects()].map((box) => box.top)).size;
    })"""
    assert set(await page.locator("td[data-label]").evaluate_all(needed)) == {1}


async def test_it_prints_on_a4_with_the_heading_on_every_sheet(logs: Site, page: Page) -> None:
    await add_many(logs.ports, 120)
    await page.goto(url(logs, "dossier"))
    sheets = PdfReader(BytesIO(await page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) > 2
    for sheet in sheets:
        assert tuple(round(float(side)) for side in sheet.mediabox[2:]) == A4
    texts = [sheet.extract_text() for sheet in sheets]
    # The last sheet may have nothing but the notes below the table.
    assert all("Wanneer" in text and "Status nu" in text for text in texts[:-1])
    assert "Filteren" not in "".join(texts)
    assert "Nummer 119.pdf" in texts[0]


@pytest.mark.parametrize(
    "path", ["dossier", "envelope", "dossier?since=gisteren", "dossier?until=2026-01-01", "unknown"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_read_by_everybody(logs: Site, page: Page, path: str, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.goto(url(logs, path))
    await page.evaluate((install(VALIDATORS / "pages") / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = await page.evaluate("axe.run()")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert found["passes"]
