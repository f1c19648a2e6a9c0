"""The page for placing fields in a real browser."""

import json
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Dialog, FloatRect, Locator, Page, expect

from bot.domain.fields import Field, FieldKind
from bot.domain.placing import FieldTemplate, PageShape
from tests import builders as a
from tests.adapters.web.conftest import FORM_PDF, LONG, LONG_PDF, PHONE, Site
from tests.adapters.web.placing_office import (
    MARK,
    file_pdf,
    make_marked_pdf,
    offer_placing,
    read_fields,
    read_placement,
    read_templates,
)
from tests.adapters.web.telephone import Heard, sheet, until, visit
from tests.npm import VALIDATORS, install

A4_WIDTH = 595.28
SAVED = "Opgeslagen. U kunt terug naar het venster in de chat."


@pytest_asyncio.fixture(loop_scope="session")
async def desk(chromium: Browser) -> Page:
    """A large screen whose owner reads Dutch."""
    return await chromium.new_page(viewport={"width": 1280, "height": 900}, locale="nl-NL")


@pytest_asyncio.fixture(loop_scope="session")
async def heard(desk: Page, site: Site) -> AsyncIterator[Heard]:
    heard = Heard(desk)
    yield heard
    heard.check(site)


@pytest.fixture(scope="session")
def axe() -> str:
    return (install(VALIDATORS / "axe") / "node_modules/axe-core/axe.min.js").read_text()


def kind(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Een veld plaatsen").get_by_role("button", name=name, exact=True)


def placed(page: Page) -> Locator:
    return page.locator(".placed:not(.found)")


async def box_of(locator: Locator) -> FloatRect:
    box = await locator.bounding_box()
    assert box
    return box


async def layer_box(page: Page, number: int = 1) -> FloatRect:
    await expect(sheet(page, number).locator("canvas")).to_be_visible()
    return await box_of(sheet(page, number).locator(".layer"))


async def drag(page: Page, start: tuple[float, float], to: tuple[float, float]) -> None:
    await page.mouse.move(*start)
    await page.mouse.down()
    for step in range(1, 6):
        await page.mouse.move(start[0] + (to[0] - start[0]) * step / 5, start[1] + (to[1] - start[1]) * step / 5)
    await page.mouse.up()


def middle(box: FloatRect) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Opslaan", exact=True).click()
    await expect(page.locator(".saved")).to_have_text(SAVED)


async def test_fields_are_dragged_onto_the_document_moved_sized_and_saved(site: Site, desk: Page, heard: Heard) -> None:
    item = await file_pdf(site)
    await visit(desk, site, await offer_placing(site, item))
    layer = await layer_box(desk)
    scale = layer["width"] / A4_WIDTH
    await drag(desk, middle(await box_of(kind(desk, "Handtekening"))), (layer["x"] + 200, layer["y"] + 150))
    await expect(placed(desk)).to_have_count(1)
    field = await box_of(placed(desk))
    assert middle(field) == pytest.approx((layer["x"] + 200, layer["y"] + 150), abs=2)
    await drag(desk, middle(field), (layer["x"] + 350, layer["y"] + 300))
    field = await box_of(placed(desk))
    assert middle(field) == pytest.approx((layer["x"] + 350, layer["y"] + 300), abs=2)
    corner = (field["x"] + field["width"], field["y"] + field["height"])
    await drag(desk, corner, (corner[0] + 40, corner[1] + 30))
    field = await box_of(placed(desk))
    await save(desk)
    (saved,) = await read_fields(site, item)
    assert (saved.kind, saved.signer, saved.page) == (FieldKind.SIGNATURE, 0, 0)
    seen = (field["x"] - layer["x"], layer["y"] + layer["height"] - field["y"] - field["height"])
    assert saved.box[:2] == pytest.approx([each / scale for each in seen], abs=2)
    assert saved.box[2:] == pytest.approx((180 + 40 / scale, 60 + 30 / scale), abs=2)
    await desk.reload()
    again, now = await layer_box(desk), await box_of(placed(desk))
    assert now["x"] - again["x"] == pytest.approx(field["x"] - layer["x"], abs=1)
    assert now["y"] - again["y"] == pytest.approx(field["y"] - layer["y"], abs=1)
    assert await read_fields(site, item) == (saved,)


async def test_a_field_is_dragged_to_another_page(site: Site, desk: Page, heard: Heard) -> None:
    await desk.set_viewport_size({"width": 1280, "height": 2400})
    item = await file_pdf(site)
    await visit(desk, site, await offer_placing(site, item))
    await layer_box(desk)
    second = await layer_box(desk, 2)
    await kind(desk, "Datum").click()
    field = await box_of(placed(desk))
    await drag(desk, middle(field), (second["x"] + 100, second["y"] + 120))
    await expect(sheet(desk, 2).locator(".placed")).to_have_count(1)
    moved = await box_of(placed(desk))
    assert middle(moved) == pytest.approx((second["x"] + 100, second["y"] + 120), abs=2)
    await save(desk)
    (saved,) = await read_fields(site, item)
    assert (saved.kind, saved.page) == (FieldKind.DATE, 1)


async def test_everything_is_done_with_the_keyboard_alone(site: Site, desk: Page, heard: Heard) -> None:
    item = await file_pdf(site)
    await visit(desk, site, await offer_placing(site, item))
    await layer_box(desk)
    await desk.locator("#signer").focus()
    await desk.keyboard.press("ArrowDown")
    await kind(desk, "Vrije tekst").focus()
    await desk.keyboard.press("Enter")
    await expect(placed(desk)).to_be_focused()
    await expect(placed(desk)).to_have_accessible_name("Vrije tekst, 2 · Noor, pagina 1")
    before = await desk.evaluate("JSON.parse(document.querySelector('[name=fields]').value)[0].box")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown", "PageDown"):
        await desk.keyboard.press(key)
    await expect(placed(desk)).to_be_focused()
    await desk.get_by_label("Wat er moet worden ingevuld").fill("Functie")
    await desk.keyboard.press("Enter")
    await expect(placed(desk)).to_have_accessible_name("Vrije tekst “Functie”, 2 · Noor, pagina 2")
    await kind(desk, "Naam").focus()
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Delete")
    await expect(placed(desk)).to_have_count(1)
    await desk.get_by_role("button", name="Opslaan", exact=True).focus()
    await desk.keyboard.press("Enter")
    await expect(desk.locator(".saved")).to_have_text(SAVED)
    left, bottom, width, height = before
    box = (left + 10, bottom - 10, width + 5, height + 5)
    assert await read_fields(site, item) == (Field(FieldKind.TEXT, 1, 1, box, "Functie"),)


async def test_every_step_can_be_done_with_buttons_and_undone(site: Site, desk: Page, heard: Heard) -> None:
    item = await file_pdf(site)
    await visit(desk, site, await offer_placing(site, item))
    await layer_box(desk)
    undo = desk.get_by_role("button", name="Ongedaan maken")
    await expect(undo).to_be_disabled()
    await kind(desk, "Naam").click()
    fields = desk.locator("[name=fields]")
    steps = [await fields.input_value()]
    for name in ("Naar links", "Omhoog", "Omlaag", "Naar rechts", "Smaller", "Breder", "Lager", "Hoger"):
        await desk.get_by_role("button", name=name, exact=True).click()
    for name in ("Naar links", "Breder", "Volgende pagina", "Vorige pagina", "Verwijderen"):
        await desk.get_by_role("button", name=name, exact=True).click()
        assert await fields.input_value() not in steps[-1:]
        steps.append(await fields.input_value())
    assert steps.pop() == "[]"
    while steps:
        await undo.click() if len(steps) % 2 else await desk.keyboard.press("Control+z")
        await expect(fields).to_have_value(steps.pop())


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
async def test_what_is_seen_is_what_is_kept_on_turned_and_cropped_pages(
    site: Site, desk: Page, heard: Heard, rotation: int
) -> None:
    content = make_marked_pdf(rotation)
    item = await file_pdf(site, f"Gedraaid {rotation}.pdf", content)
    await desk.set_viewport_size({"width": 1280, "height": 2400})
    assert site.ports.layouts
    assert await site.ports.layouts.read_pages(content) == (PageShape(400, 600, rotation),)
    await visit(desk, site, await offer_placing(site, item))
    layer = await layer_box(desk)
    # Where the mark was really drawn, in pixels of the screen.
    black = (
        await sheet(desk, 1)
        .locator("canvas")
        .evaluate(
            """canvas => {
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            const [xs, ys] = [[], []];
            for (let i = 0; i < data.length; i += 4)
                if (data[i] < 100) { xs.push((i / 4) % width); ys.push(Math.floor(i / 4 / width)); }
            const edge = (list, scale) => list.reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [9e9, 0])
                .map(v => v * scale);
            const place = canvas.getBoundingClientRect();
            return { x: edge(xs, place.width / width), y: edge(ys, place.height / height) };
        }"""
        )
    )
    (left, right), (top, bottom) = black["x"], black["y"]
    await kind(desk, "Handtekening").click()
    field = await box_of(placed(desk))
    await drag(desk, middle(field), (layer["x"] + (left + right) / 2, layer["y"] + (top + bottom) / 2))
    field = await box_of(placed(desk))
    corner = (field["x"] + field["width"], field["y"] + field["height"])
    size = (right - left, bottom - top)
    await drag(desk, corner, (corner[0] + size[0] - field["width"], corner[1] + size[1] - field["height"]))
    field = await box_of(placed(desk))
    await drag(desk, middle(field), (layer["x"] + (left + right) / 2, layer["y"] + (top + bottom) / 2))
    await save(desk)
    (saved,) = await read_fields(site, item)
    assert saved.box == pytest.approx(MARK, abs=2.5)


async def test_a_template_is_remembered_offered_used_and_removed(site: Site, desk: Page, heard: Heard) -> None:
    item = await file_pdf(site, "Huurovereenkomst.pdf", LONG_PDF)
    await visit(desk, site, await offer_placing(site, item))
    await layer_box(desk)
    await kind(desk, "Datum").click()
    await desk.get_by_text("Onthouden voor documenten van dit soort").click()
    await desk.get_by_label("Soort document").fill("Huurovereenkomst")
    await save(desk)
    (template,) = await read_templates(site)
    assert (template.name, template.pages, template.fields) == ("Huurovereenkomst", LONG, await read_fields(site, item))
    other = await file_pdf(site, "huurovereenkomst winkel.pdf")
    await visit(desk, site, await offer_placing(site, other, "other"))
    await expect(desk.get_by_text("Er is een sjabloon voor een document als dit: Huurovereenkomst.")).to_be_visible()
    await desk.get_by_role("button", name="Sjabloon gebruiken").click()
    await expect(placed(desk)).to_have_count(1)
    await save(desk)
    assert await read_fields(site, other) == template.fields
    await kind(desk, "Naam").click()
    await desk.locator("summary", has_text="Sjablonen").click()
    await desk.get_by_role("button", name="Sjabloon verwijderen").click()
    await expect(desk.locator(".saved")).to_contain_text("Het sjabloon Huurovereenkomst is verwijderd.")
    await expect(placed(desk)).to_have_count(2)
    assert await read_templates(site) == ()
    await save(desk)
    assert len(await read_fields(site, other)) == 2


async def test_the_last_of_two_tabs_is_told_and_keeps_what_it_has(site: Site, chromium: Browser) -> None:
    item = await file_pdf(site)
    path = await offer_placing(site, item)
    context = await chromium.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
    desk, second = await context.new_page(), await context.new_page()
    for page in (desk, second):
        await visit(page, site, path)
        await layer_box(page)
    await kind(desk, "Datum").click()
    await save(desk)
    await kind(second, "Naam").click()
    await second.get_by_role("button", name="Opslaan", exact=True).click()
    alert = second.get_by_role("alert")
    await expect(alert).to_contain_text("Sanne de Vries heeft op")
    await expect(alert).to_be_focused()
    await expect(placed(second)).to_have_count(1)
    assert [each.kind for each in await read_fields(site, item)] == [FieldKind.DATE]
    await save(second)
    assert [each.kind for each in await read_fields(site, item)] == [FieldKind.NAME]
    placement = await read_placement(site, item)
    assert placement
    assert placement.revision == 2


async def test_what_the_document_has_of_its_own_is_shown_and_stays(site: Site, desk: Page, heard: Heard) -> None:
    item = await file_pdf(site, "Formulier.pdf", FORM_PDF)
    await visit(desk, site, await offer_placing(site, item))
    layer = await layer_box(desk)
    found = desk.get_by_role("img", name="Handtekening, 2 · Noor, pagina 1, in het document zelf")
    await expect(desk.locator(".found")).to_have_count(2)
    box, scale = await box_of(found), layer["width"] / A4_WIDTH
    assert (box["x"] - layer["x"]) / scale == pytest.approx(100, abs=2)
    assert (layer["y"] + layer["height"] - box["y"] - box["height"]) / scale == pytest.approx(200, abs=2)
    await found.scroll_into_view_if_needed()
    start = middle(await box_of(found))
    await drag(desk, start, (start[0] + 80, start[1] - 80))
    assert middle(await box_of(found)) == pytest.approx(start, abs=1)
    await expect(desk.locator("#chosen")).to_be_hidden()
    await save(desk)
    assert await read_fields(site, item) == ()


async def test_leaving_with_something_unsaved_is_asked_about(site: Site, desk: Page, heard: Heard) -> None:
    await visit(desk, site, await offer_placing(site, await file_pdf(site)))
    await layer_box(desk)
    await kind(desk, "Datum").click()
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    desk.on("dialog", stay)
    await desk.evaluate("setTimeout(() => location.assign('/'))")
    await until(lambda: _is_true(asked))
    assert asked == ["beforeunload"]
    await save(desk)
    await visit(desk, site, "/")
    assert asked == ["beforeunload"]


async def _is_true(found: list[str]) -> bool:
    return bool(found)


async def test_more_signers_are_added_where_nobody_is_known_yet(site: Site, desk: Page, heard: Heard) -> None:
    item = await file_pdf(site)
    await visit(desk, site, await offer_placing(site, item, signers=()))
    await layer_box(desk)
    more = desk.get_by_role("button", name="Ondertekenaar toevoegen")
    for _ in range(19):
        await more.click()
    await expect(more).to_be_disabled()
    await expect(desk.locator("#signer option")).to_have_count(20)
    await kind(desk, "Handtekening").click()
    await save(desk)
    assert [each.signer for each in await read_fields(site, item)] == [19]
    await expect(desk.locator("#signer option")).to_have_count(20)


async def test_fields_of_a_template_come_inside_a_shorter_and_smaller_document(site: Site, desk: Page) -> None:
    inside = (10.0, 10.0, 100.0, 40.0)
    fields = (
        Field(FieldKind.SIGNATURE, 0, 4, (380, 580, 180, 60)),
        Field(FieldKind.DATE, 1, 0, inside),
        Field(FieldKind.NAME, 5, 0, inside),
        Field(FieldKind.NAME, 0, 3, inside),
    )
    async with site.ports.store.transaction() as tx:
        await tx.placed_fields.save_template(FieldTemplate(a.OFFICE, "Klein", 5, fields, a.a_party(), a.NOON))
    item = await file_pdf(site, "Klein.pdf", make_marked_pdf(0))
    await visit(desk, site, await offer_placing(site, item))
    await layer_box(desk)
    await desk.get_by_role("button", name="Sjabloon gebruiken").click()
    await expect(placed(desk)).to_have_count(2)
    await save(desk)
    assert await read_fields(site, item) == (
        Field(FieldKind.SIGNATURE, 0, 0, (220, 540, 180, 60)),
        Field(FieldKind.DATE, 1, 0, inside),
    )


async def test_it_works_with_a_finger_on_a_telephone(site: Site, chromium: Browser) -> None:
    context = await chromium.new_context(
        viewport=PHONE, locale="nl-NL", has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = await context.new_page()
    item = await file_pdf(site)
    await visit(page, site, await offer_placing(site, item))
    await layer_box(page)
    await kind(page, "Handtekening").tap()
    await expect(placed(page)).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    field = await box_of(placed(page))
    devtools = await context.new_cdp_session(page)
    x, y = middle(field)
    touch = {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    await devtools.send("Input.dispatchTouchEvent", touch)
    for step in range(1, 6):
        points = [{"x": x + step * 4, "y": y - step * 6}]
        await devtools.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(page.locator(".dragged")).to_have_count(0)
    assert middle(await box_of(placed(page))) == pytest.approx((x + 20, y - 30), abs=2)
    await save(page)
    assert len(await read_fields(site, item)) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["phone", "desk"])
async def test_nothing_keeps_people_from_using_it(
    site: Site, chromium: Browser, axe: str, scheme: Literal["light", "dark"], screen: str
) -> None:
    size = {"width": 360, "height": 640} if screen == "phone" else {"width": 1280, "height": 900}
    page = await chromium.new_page(viewport=size, locale="nl-NL", color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # a dict of these two
    template = FieldTemplate(a.OFFICE, "Overeenkomst", 1, (), a.a_party(), a.NOON)
    async with site.ports.store.transaction() as tx:
        await tx.placed_fields.save_template(template)
    path = await offer_placing(site, await file_pdf(site))
    await visit(page, site, path)
    await layer_box(page)
    assert await find_violations(page, axe) == []
    await kind(page, "Vrije tekst").click()
    await page.get_by_text("Onthouden voor documenten van dit soort").click()
    assert await find_violations(page, axe) == []
    await save(page)
    assert await find_violations(page, axe) == []
    await visit(page, site, "/placing/unknown")
    assert await find_violations(page, axe) == []


async def find_violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds by the rules of WCAG 2.2 AA and its own best practices."""
    await page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("tags => axe.run({ runOnly: tags, iframes: false })", tags)
    return [f"{each['id']}: {json.dumps([node['html'] for node in each['nodes']])}" for each in found["violations"]]
