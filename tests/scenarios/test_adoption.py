"""Annual accounts in the chat: management agrees with the draft, or the meeting adopts them on a day that is kept."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.webhooks.caller import open_caller
from bot.domain.accounts import Asks
from bot.domain.envelope import EnvelopeState
from bot.domain.log import Happening
from bot.use_cases.call_sources import Calling
from bot.use_cases.source_envelopes import read_proof
from bot.use_cases.webhooks import set_webhook
from storage.evidence.entry import Entry
from tests.databases import A_VAULT
from tests.delivering import a_source, deliver
from tests.scenarios.certifying import begin, choose, envelope_of, open_page
from tests.scenarios.chat import Message
from tests.scenarios.scene import OFFICE, Scene
from tests.signing_form import DRAWN, Browser

ACCOUNTS = "Jaarrekening 2025.pdf"
ADOPTED = date(2026, 5, 28)
TOLD_BY = {Happening.SENT, Happening.APPROVED}


@pytest.fixture
async def browser(scene: Scene) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(session, scene.address)


async def send(scene: Scene, asks: str) -> Message:
    """Sanne sends annual accounts to Karim, and says what she asks about them."""
    await scene.file(ACCOUNTS)
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=[ACCOUNTS], signer=scene.karim.id).submit()
    view = await scene.sanne.view("choose_asks")
    assert view.chosen("asks") == ["approve"]
    sent = await scene.sanne.fill(view, asks=asks).submit()
    assert not sent.errors
    await scene.settled()
    return await scene.message(ACCOUNTS)


async def adopt(scene: Scene, card: Message, day: date | None) -> dict[str, str]:
    """Karim says that the accounts were adopted that day; what is wrong with it."""
    if not scene.karim.views:
        await scene.karim.press(card, "Vaststellen")
    form = await scene.karim.view("approve")
    sent = await scene.karim.fill(form, place="Utrecht", adopted_on=day).submit()
    await scene.settled()
    return sent.errors


async def test_adopting_asks_the_date_and_everything_tells_it(scene: Scene) -> None:
    card = await send(scene, "adopt")
    assert "De jaarrekening vaststellen (algemene vergadering)" in card.words
    seen = await scene.chat.seen_by(scene.karim, card)
    assert seen.labels[:3] == ["Bekijken", "Vaststellen", "Afkeuren"]

    await scene.karim.press(card, "Vaststellen")
    dialog = await scene.karim.view("approve")
    assert "Wij stellen de onderstaande jaarrekening vast" in dialog.words
    assert dialog.chosen("adopted_on") == [scene.clock.today().isoformat()]
    assert not await adopt(scene, card, ADOPTED)

    assert "Datum van vaststelling" in card.words
    assert "28 mei 2026" in card.words
    assert "Karim Haddad · vastgesteld" in card.words
    note = await scene.message("Karim Haddad heeft de jaarrekening vastgesteld, op 28 mei 2026")
    assert note.thread == card.id
    envelope = await envelope_of(scene, card)
    assert (envelope.state, envelope.asks) == (EnvelopeState.COMPLETED, Asks.ADOPT)
    decision = envelope.signers[0].decision
    assert decision
    assert (decision.adopted_on, decision.consent) == (ADOPTED, "adopt-1/nl")
    sent, approved = [line for line in await scene.log_of(card) if line.happening in TOLD_BY]
    assert sent.facts["asks"] == "adopt"
    assert approved.facts["adopted_on"] == "2026-05-28"
    assert approved.receipt
    entries = dict(scene.recording.read(OFFICE).find_entries(envelope.id))
    entry = entries[approved.receipt.index]
    assert isinstance(entry, Entry)
    assert (entry.asks, entry.adopted, entry.consent) == ("adopt", "2026-05-28", "adopt-1/nl")


async def test_the_source_package_is_told_the_day_and_finds_the_proof(scene: Scene) -> None:
    card, got = await send(scene, "adopt"), list[dict[str, Any]]()
    id_ = scene.envelope_of(card)
    source = a_source(office=OFFICE)
    await deliver(scene.ports.store, id_, source=source)

    async def take(request: web.Request) -> web.Response:
        got.append(await request.json())
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/hook", take)
    async with TestServer(app, host="127.0.0.1") as server:
        await set_webhook(scene.ports.store, OFFICE, source.id, str(server.make_url("/hook")), scene.clock.now())
        await adopt(scene, card, ADOPTED)
        async with open_caller(A_VAULT, scene.clock, allows_loopback=True) as caller:
            assert await Calling(scene.ports, caller).call_due() == 1
    (told,) = got
    assert (told["type"], told["data"]["envelope"]) == ("envelope.completed", id_)
    assert (told["data"]["asks"], told["data"]["adopted_on"]) == ("adopt", "2026-05-28")
    (decision,) = told["data"]["decisions"]
    assert (decision["name"], decision["place"]) == ("Karim Haddad", "Utrecht")
    assert told["data"]["links"]["proof"]
    assert await read_proof(scene.ports, OFFICE, source.id, id_)


async def test_a_day_to_come_or_none_is_refused_at_its_field(scene: Scene) -> None:
    card = await send(scene, "adopt")
    later = await adopt(scene, card, scene.clock.today() + timedelta(days=2))
    assert "Kies vandaag of een eerdere dag" in later["adopted_on"]
    assert (await envelope_of(scene, card)).state is EnvelopeState.OPEN
    await adopt(scene, card, ADOPTED)
    assert not scene.karim.views
    assert (await envelope_of(scene, card)).state is EnvelopeState.COMPLETED


async def test_agreeing_with_the_draft_asks_no_date(scene: Scene) -> None:
    card = await send(scene, "approve")
    assert "De conceptjaarrekening accorderen (bestuur)" in card.words
    await scene.karim.press(card, "Goedkeuren")
    dialog = await scene.karim.view("approve")
    assert "adopted_on" not in dialog.inputs
    assert "Ik ga akkoord met de onderstaande documenten" in dialog.words
    await scene.karim.fill(dialog, place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in card.words
    assert "Datum van vaststelling" not in card.words


async def test_the_signing_page_asks_it_too_and_every_signer_names_the_same_day(scene: Scene, browser: Browser) -> None:
    await begin(scene, scene.karim, ACCOUNTS, "adopt")
    assert await choose(scene, (scene.karim, scene.mila), in_order=True) is None
    await scene.settled()
    card = await scene.message(ACCOUNTS)

    page = await open_page(browser, scene.karim, card, "Vaststellen")
    assert "Wij stellen de onderstaande jaarrekening vast, en ik onderteken die" in page.words
    assert page.value("adopted_on") == scene.clock.today().isoformat()
    for wrong, words in (("", "Vul dit in"), ("28 mei", "Dit is geen datum"), ("2999-01-01", "Kies vandaag")):
        page = await browser.approve(page, place="Utrecht", adopted_on=wrong, **DRAWN)
        assert words in page.words
        assert page.value("adopted_on") == wrong
    await browser.approve(page, place="Utrecht", adopted_on="2026-05-28", **DRAWN)
    await scene.settled()

    page = await open_page(browser, scene.mila, scene.mila.direct_messages[-1], "Vaststellen")
    assert page.value("adopted_on") == "2026-05-28"
    page = await browser.approve(page, place="Utrecht", adopted_on="2026-05-29", **DRAWN)
    assert "Een andere ondertekenaar heeft een andere dag opgegeven" in page.words
    await browser.approve(page, place="Utrecht", adopted_on="2026-05-28", **DRAWN)
    await scene.settled()
    assert (await envelope_of(scene, card)).state is EnvelopeState.COMPLETED


async def test_a_corrected_version_asks_the_same_to_begin_with(scene: Scene) -> None:
    old = await send(scene, "adopt")
    await scene.karim.press(old, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="Bedrag klopt niet").submit()
    await scene.settled()
    await scene.file("Cijfers.pdf")
    await scene.bas.press(await scene.message("heeft afgekeurd"), "Nieuwe versie sturen")
    await scene.bas.fill(await scene.bas.view("send"), documents=["Cijfers.pdf"]).submit()
    assert (await scene.bas.view("choose_asks")).chosen("asks") == ["adopt"]


async def test_who_cannot_sign_is_told_of_before_what_is_asked(scene: Scene) -> None:
    await scene.file(ACCOUNTS)
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    filled = scene.sanne.fill(form, documents=[ACCOUNTS], signer=scene.mila.id)
    scene.room.members.remove(scene.mila.id)
    assert "neemt nu niet deel" in (await filled.submit()).errors["signer"]
