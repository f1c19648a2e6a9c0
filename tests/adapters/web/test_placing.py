"""The page for placing fields, as browsers and others send to it."""

from dataclasses import replace

import orjson
import pytest
import pytest_asyncio

from adapters.web.placing.sent import write_fields
from bot.domain.dossier import DossierItem
from bot.domain.fields import Field, FieldKind
from bot.domain.people import OfficeId
from bot.domain.placing import PLACING_TIME, FieldTemplate
from tests import builders as a
from tests.adapters.web.conftest import PDF, Site
from tests.adapters.web.placing_office import file_pdf, offer_placing, read_fields, read_templates
from tests.signing_form import Browser, Opened

GOOD = Field(FieldKind.TEXT, 1, 0, (50, 60.25, 180, 60), "Functie “Ö”")
WRITTEN = orjson.loads(write_fields([GOOD]))[0]


@pytest_asyncio.fixture(loop_scope="session")
async def item(site: Site) -> DossierItem:
    return await file_pdf(site, "<img src=x onerror=alert(1)>.pdf")


async def send(browser: Browser, page: Opened, fields: object = (WRITTEN,), **changes: str) -> Opened:
    """Send the form of a page with these fields."""
    told = {name: page.value(name) for name in ("token", "revision")}
    return await browser.send(page.action, {**told, "fields": orjson.dumps(fields).decode(), "do": "save", **changes})


async def test_saving_leads_back_to_the_page_which_shows_what_is_kept(
    site: Site, browser: Browser, item: DossierItem
) -> None:
    page = await browser.open(await offer_placing(site, item))
    assert page.status == 200
    assert "1001 · Haddad Bouw B.V." in page.words
    assert "<img src=x" not in page.html
    saved = await send(browser, page)
    assert saved.status == 200
    assert "Opgeslagen." in saved.words
    assert "laatst opgeslagen door Sanne de Vries" in saved.words
    assert orjson.loads(saved.value("fields")) == [WRITTEN]
    assert await read_fields(site, item) == (GOOD,)
    english = await browser.open("/placing/placing", **{"Accept-Language": "en"})
    assert "Place fields: <img" in english.words


@pytest.mark.parametrize(
    "written",
    [
        "",
        "[",
        "{}",
        "[1]",
        "[[]]",
        "[" * 10_000,
        *(
            orjson.dumps([WRITTEN | change]).decode()
            for change in (
                {"kind": "stamp"},
                {"signer": "1"},
                {"signer": True},
                {"page": 0.5},
                {"box": [1, 2, 3]},
                {"box": [1, 2, 3, "4"]},
                {"box": [1, 2, 3, None]},
                {"label": 5},
                {"more": 1},
            )
        ),
        '[{"kind": "text", "signer": 0, "page": 0, "box": [NaN, 0, 100, 20], "label": ""}]',
        "[" + " " * 500_000 + "]",
    ],
)
async def test_what_is_no_form_of_ours_is_refused(
    site: Site, browser: Browser, item: DossierItem, written: str
) -> None:
    page = await browser.open(await offer_placing(site, item))
    assert (await send(browser, page)).status == 200  # the same form with fields that are some
    fields = {"token": page.value("token"), "revision": "1", "fields": written}
    assert (await browser.send(page.action, fields)).status == 400
    assert await read_fields(site, item) == (GOOD,)


async def test_a_field_that_cannot_be_comes_back_with_all_that_was_placed(
    site: Site, browser: Browser, item: DossierItem
) -> None:
    page = await browser.open(await offer_placing(site, item))
    for change in ({"page": 3}, {"signer": 2}, {"box": [0, 0, 9_000, 20]}):
        answer = await send(browser, page, [WRITTEN, WRITTEN | change], remember="Contract")
        assert answer.status == 422
        assert "Er is niets opgeslagen." in answer.words
        assert len(orjson.loads(answer.value("fields"))) == 2
        assert answer.value("remember") == "Contract"
    assert await read_fields(site, item) == ()
    assert await read_templates(site) == ()


async def test_another_site_or_another_page_cannot_save(site: Site, browser: Browser, item: DossierItem) -> None:
    page = await browser.open(await offer_placing(site, item))
    other = await browser.open(await offer_placing(site, item, "other"))
    assert (await send(browser, page, token=other.value("token"))).status == 403
    assert (await send(browser, page, token="")).status == 403
    fields = {"token": page.value("token"), "revision": "0", "fields": "[]"}
    assert (await browser.send(page.action, fields, Sec_Fetch_Site="cross-site")).status == 403
    assert (await browser.send("/placing/guessed/fields", fields)).status == 404
    assert await read_fields(site, item) == ()


async def test_a_link_that_ended_opens_nothing(site: Site, browser: Browser, item: DossierItem) -> None:
    path = await offer_placing(site, item)
    page = await browser.open(path)
    site.clock.move(PLACING_TIME)
    for address in (path, f"{path}/template?name=x"):
        assert (await browser.open(address)).status == 410
    assert (await send(browser, page)).status == 410
    async with site.client.get(f"{path}/document") as answer:
        assert answer.status == 410
        assert await answer.read() == b""


async def test_a_newer_version_ends_the_link_to_the_old_one(site: Site, browser: Browser) -> None:
    item = await file_pdf(site)
    path = await offer_placing(site, item)
    page = await browser.open(path)
    await file_pdf(site, content=PDF + b"\n")
    assert (await send(browser, page)).status == 404
    assert "nieuwere versie" in (await browser.open(path)).words


async def test_the_document_is_served_for_the_script_alone(site: Site, item: DossierItem) -> None:
    path = await offer_placing(site, item)
    async with site.client.get(f"{path}/document") as answer:
        assert await answer.read() == PDF
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
        assert answer.headers["Cache-Control"] == "private, no-store"
    async with site.client.head(path) as answer:
        assert answer.status == 200


async def test_only_teams_may_frame_it_and_only_in_its_dialog(site: Site, browser: Browser, item: DossierItem) -> None:
    path = await offer_placing(site, item)
    assert "frame-ancestors 'none'" in (await browser.open(path)).headers["Content-Security-Policy"]
    framed = await browser.open(f"{path}?in=teams")
    assert "teams.microsoft.com" in framed.headers["Content-Security-Policy"]
    saved = await send(browser, framed)
    assert "teams.microsoft.com" in saved.headers["Content-Security-Policy"]
    assert "Opgeslagen." in saved.words


async def test_templates_of_another_office_are_neither_shown_nor_served(
    site: Site, browser: Browser, item: DossierItem
) -> None:
    own = FieldTemplate(a.OFFICE, "Eigen & co", 1, (GOOD,), a.a_party(), a.NOON)
    other = replace(own, office=OfficeId("office-2"), name="Geheim")
    async with site.ports.store.transaction() as tx:
        await tx.offices.save(replace(a.an_office(), id=OfficeId("office-2")))
        await tx.placed_fields.save_template(own)
        await tx.placed_fields.save_template(other)
    path = await offer_placing(site, item)
    page = await browser.open(path)
    assert "Eigen & co" in page.words
    assert "Geheim" not in page.words
    assert (await browser.open(f"{path}/template?name=Geheim")).status == 404
    async with site.client.get(f"{path}/template", params={"name": "Eigen & co"}) as answer:
        assert orjson.loads(await answer.read()) == [
            WRITTEN | {"page": 2}
        ]  # what was on the last page is on this one's
    answered = await send(browser, page, do="forget", template="Geheim")
    assert answered.status == 200
    async with site.ports.store.reading() as tx:
        assert await tx.placed_fields.templates(OfficeId("office-2")) == (other,)


async def test_a_locked_document_is_refused_with_the_reason(site: Site, browser: Browser) -> None:
    item = await file_pdf(site, "Op slot.pdf", b"%PDF-1.7 nothing of a document")
    page = await browser.open(await offer_placing(site, item))
    assert page.status == 409
    assert "Op slot.pdf" in page.words
