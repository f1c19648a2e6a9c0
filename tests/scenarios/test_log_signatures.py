"""The drawn signature in the log of both clients: from the pad to the dialog, and to the picture that it shows."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.domain.log import LOG_READING_TIME
from tests.pictures import make_png
from tests.scenarios.chat import Message, Person, View
from tests.scenarios.scene import Scene
from tests.scenarios.signing import find_address
from tests.scenarios.test_signing_page import RETURN
from tests.signing_form import DRAWN, Browser

PUBLIC = "https://paraaf.example"
on_the_internet = pytest.mark.parametrize("public_url", [PUBLIC])
"""Browsers and chat platforms reach Paraaf by https, and so the platforms fetch pictures from it."""
_PICTURE = re.compile(r"https://[^\s\"']+/signatures/[^\s\"']+\.png")


@pytest.fixture
async def browser(scene: Scene) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(session, scene.address)


async def sign(scene: Scene, browser: Browser, **signature: str) -> Message:
    """Karim signs on the page."""
    card = await scene.send(RETURN)
    await scene.karim.press(card, "Bekijken")
    dialog = await scene.karim.view(containing="Documenten")
    await scene.karim.close(dialog)
    page = await browser.open(find_address(dialog).removeprefix(PUBLIC))
    assert (await browser.approve(page, place="Utrecht", **signature)).status == 200
    await scene.settled()
    return card


async def open_log(reader: Person, card: Message) -> View:
    await reader.press(card, "Transactielog")
    return await reader.view(containing="Ter ondertekening verstuurd")


@on_the_internet
async def test_staff_and_the_signer_see_the_drawn_signature(scene: Scene, browser: Browser) -> None:
    card, path = await sign(scene, browser, **DRAWN), ""
    for reader in (scene.sanne, scene.bas, scene.karim):
        dialog = await open_log(reader, card)
        for words in ("Goedgekeurd", "Utrecht (opgegeven)", "Europe/Amsterdam", "Met een getekende handtekening"):
            assert words in dialog.words
        (address,) = set(_PICTURE.findall(str(dialog.body)))
        assert "Handtekening van Karim Haddad" in str(dialog.body)
        path = address.removeprefix(PUBLIC)
        async with browser.session.get(scene.address + path) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert await answer.read() == make_png()
        await reader.close(dialog)
    scene.clock.move(LOG_READING_TIME)
    async with browser.session.get(scene.address + path) as answer:
        assert answer.status == 410


@on_the_internet
async def test_the_dossier_log_shows_it_as_well(scene: Scene, browser: Browser) -> None:
    await sign(scene, browser, **DRAWN)
    await scene.sign(scene.sanne, "log")
    view = await scene.sanne.view("dossier_log")
    assert _PICTURE.search(str(view.body))
    view = await scene.sanne.fill(view, person="Karim Haddad").submit()
    assert _PICTURE.search(str(view.body))


@on_the_internet
async def test_a_typed_name_is_shown_as_one(scene: Scene, browser: Browser) -> None:
    dialog = await open_log(scene.sanne, await sign(scene, browser, typed_name="K. Haddad"))
    assert "Getekend als: K. Haddad" in dialog.words
    assert not _PICTURE.search(str(dialog.body))


async def test_where_platforms_cannot_fetch_pictures_the_page_shows_them(scene: Scene, browser: Browser) -> None:
    dialog = await open_log(scene.sanne, await sign(scene, browser, **DRAWN))
    assert "De pagina toont de getekende handtekening." in dialog.words
    assert "/signatures/" not in str(dialog.body)
    (address,) = set(re.findall(r"/logs/[\w-]+", str(dialog.body)))
    assert 'src="data:image/png;base64,' in (await browser.open(address)).html
