"""From Bekijken to the signing page, the answer on it, and what the conversation shows of that."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from bot.domain.links import SIGNING_TIME
from bot.domain.log import Happening
from bot.domain.signature import Drawing
from tests.documents import make_pdf
from tests.scenarios.chat import Message, Person
from tests.scenarios.scene import OFFICE, Scene
from tests.scenarios.signing import find_address
from tests.signing_form import DRAWN, Browser, Opened

RETURN = "Aangifte IB 2025.pdf"


@pytest.fixture
async def browser(scene: Scene) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(session, scene.address)


async def view(person: Person, card: Message) -> str:
    """Press Bekijken; the address of the page, which the dialog shows or links to."""
    await person.press(card, "Bekijken")
    dialog = await person.view(containing="Documenten")
    await person.close(dialog)
    return find_address(dialog)


async def ask_for_drawings(scene: Scene, drawing: Drawing) -> None:
    async with scene.ports.store.transaction() as tx:
        await tx.offices.save(replace(await tx.offices.get(OFFICE), drawing=drawing))


async def happenings(scene: Scene, card: Message) -> list[Happening]:
    return [line.happening for line in await scene.log_of(card)]


async def test_the_signer_reads_exactly_the_bytes_and_approves(scene: Scene, browser: Browser) -> None:
    content = make_pdf(pages=2, text="Eerste")
    await scene.file("Concept.pdf", content)
    card = await scene.send("Concept.pdf", message="Graag <b>vandaag</b>.")
    await scene.file("Concept.pdf", make_pdf(pages=9, text="Tweede"))  # changed in the dossier after it was sent

    page = await browser.open(await view(scene.karim, card))
    assert page.status == 200
    for words in ("Concept.pdf", "Sanne de Vries · Kantoor De Linde", "1001 · Bakker B.V.", "Graag <b>vandaag</b>."):
        assert words in page.words
    assert "Ik ga akkoord met de onderstaande documenten" in page.words
    (document,) = [link for link in page.links if "/documents/" in link]
    async with browser.session.get(scene.address + document) as answer:
        assert await answer.read() == content
    (main,) = page.find("main")
    shown = {"token": str(main.attributes["data-token"]), "document": "1", "pages": "1 2"}
    assert (await browser.send(str(main.attributes["data-pages"]), shown)).status == 204

    answered = await browser.approve(page, place="Utrecht")
    assert "U hebt dit goedgekeurd" in answered.words
    await scene.settled()
    signed = await scene.chat.seen_by(scene.sanne, card)
    for words in ("Ondertekend", "Karim Haddad", "Utrecht"):
        assert words in signed.words
    lines = await scene.log_of(card)
    assert [line.happening for line in lines][-3:] == [Happening.VIEWED, Happening.PAGES_OPENED, Happening.APPROVED]
    assert {line.by.name for line in lines[-3:]} == {"Karim Haddad"}
    assert lines[-2].facts["pages"] == "1-2"
    assert lines[-1].facts["place"] == "Utrecht"


async def test_a_rejection_takes_its_reason_into_the_conversation(scene: Scene, browser: Browser) -> None:
    card = await scene.send(RETURN)
    page = await browser.open(await view(scene.karim, card))
    wrong = await browser.reject(page, "\N{ZERO WIDTH SPACE} .", place="Utrecht")
    assert wrong.status == 422
    assert "3 zichtbare tekens" in wrong.words.casefold()
    assert wrong.value("place") == "Utrecht"
    await browser.reject(wrong, "De rente op <!channel> pagina 2 klopt niet.")
    await scene.settled()
    assert "Afgekeurd" in (await scene.chat.seen_by(scene.sanne, card)).words
    note = await scene.message("pagina 2 klopt niet")
    assert scene.sanne.id in note.pings


async def test_a_required_signature_is_drawn_on_the_page(scene: Scene, browser: Browser) -> None:
    await ask_for_drawings(scene, Drawing.REQUIRED)
    card = await scene.send(RETURN)
    await scene.karim.press(card, "Goedkeuren")
    page = await browser.open(find_address(await scene.karim.view(containing="handtekening")))
    empty = await browser.approve(page, place="Utrecht")
    assert empty.status == 422
    assert Happening.APPROVED not in await happenings(scene, card)
    await browser.approve(empty, place="Utrecht", **DRAWN)
    await scene.settled()
    assert "Ondertekend" in (await scene.chat.seen_by(scene.karim, card)).words


async def test_staff_look_and_cannot_answer(scene: Scene, browser: Browser) -> None:
    card = await scene.send(RETURN)
    page = await browser.open(await view(scene.bas, card))
    assert page.action == ""
    assert "Wacht op Karim Haddad" in page.words
    path = re.sub(r"pages$", "answer", str(page.find("main")[0].attributes["data-pages"]))
    token = str(page.find("main")[0].attributes["data-token"])
    refused = await browser.send(path, {"token": token, "answer": "approved", "place": "Utrecht"})
    assert "Karim Haddad" in refused.words
    assert refused.status == 409
    assert Happening.APPROVED not in await happenings(scene, card)


async def test_nobody_else_gets_a_link(scene: Scene) -> None:
    card = await scene.send(RETURN)
    await scene.chat.press_early(scene.mila, card, "Bekijken")
    told = await scene.mila.told("Deze documenten zijn voor Karim Haddad en het kantoor")
    assert "/signing/" not in told.words
    assert "/signing/" not in " ".join(str(view.body) for view in scene.mila.views)


async def test_who_left_the_conversation_can_answer_no_more(scene: Scene, browser: Browser) -> None:
    card = await scene.send(RETURN)
    page = await browser.open(await view(scene.karim, card))
    scene.room.members.remove(scene.karim.id)
    scene.clock.move(timedelta(minutes=5))  # beyond any cache of who takes part
    refused = await browser.approve(page, place="Utrecht")
    assert refused.status == 409
    assert "neemt nu niet deel" in refused.words
    assert Happening.APPROVED not in await happenings(scene, card)


async def test_a_preview_leaves_the_link_alone_and_an_answer_uses_it_up(scene: Scene, browser: Browser) -> None:
    card = await scene.send(RETURN)
    address = await view(scene.karim, card)
    for agent in ("Slackbot-LinkExpanding 1.0", "SkypeUriPreview Preview/0.5"):
        assert (await browser.open(address, **{"User-Agent": agent})).status == 200
        async with browser.session.head(address) as answer:
            assert answer.status == 200
    page = await browser.open(address)
    twice = await asyncio.gather(*(browser.approve(page, place="Utrecht") for _ in range(2)))
    assert min(each.status for each in twice) == 200
    assert (await happenings(scene, card)).count(Happening.APPROVED) == 1
    again = await browser.open(address)
    assert again.status == 410
    assert "U hebt dit goedgekeurd op" in again.words
    assert "Bekijken" in again.words
    assert "U hebt dit goedgekeurd op" in (await browser.reject(page, "Toch maar niet.")).words
    fresh = await browser.open(await view(scene.karim, card))  # to read it once more
    assert (fresh.status, fresh.action) == (200, "")


async def test_the_page_and_the_card_agree_on_who_was_first(scene: Scene, browser: Browser) -> None:
    card = await scene.send(RETURN)
    page = await browser.open(await view(scene.karim, card))
    await scene.sanne.press(card, "Intrekken")
    late = await browser.approve(page, place="Utrecht")
    assert late.status == 409
    assert "Sanne de Vries heeft dit ingetrokken" in late.words
    assert Happening.APPROVED not in await happenings(scene, card)


async def test_a_link_ends_and_a_made_up_one_opens_nothing(scene: Scene, browser: Browser) -> None:
    card = await scene.send(RETURN)
    address = await view(scene.karim, card)
    page: Opened = await browser.open(address)
    scene.clock.move(SIGNING_TIME)
    assert "verlopen" in (await browser.open(address)).words
    assert "verlopen" in (await browser.approve(page, place="Utrecht")).words
    assert "niet geldig" in (await browser.open("/signing/verzonnen")).words
    assert Happening.APPROVED not in await happenings(scene, card)
