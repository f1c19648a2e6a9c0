"""The certified way in the chat: who signs, in which order, whose turn it is, and how it ends for all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from bot.domain.certified import MOST_SIGNERS, Way
from bot.domain.envelope import EnvelopeState
from bot.domain.log import Happening
from bot.domain.signature import Drawing
from tests.scenarios.certifying import AGREEMENT, begin, choose, confirm, envelope_of, open_page, send, sign
from tests.scenarios.chat import names
from tests.scenarios.scene import OFFICE, Scene, on
from tests.signing_form import Browser
from tests.troubles import Status


@pytest.fixture
async def browser(scene: Scene) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(session, scene.address)


async def test_three_sign_in_order_and_it_is_sealed_after_the_last(scene: Scene, browser: Browser) -> None:
    card = await send(scene, scene.mila, scene.karim, scene.bas)
    sent = await envelope_of(scene, card)
    assert (sent.way, sent.in_order, sent.drawing) == (Way.CERTIFIED, True, Drawing.REQUIRED)
    assert "1. Mila Haddad · aan de beurt" in card.words
    assert "2. Karim Haddad · volgt later" in card.words

    assert [len(each.direct_messages) for each in (scene.mila, scene.karim, scene.bas)] == [1, 0, 0]
    invitation = scene.mila.direct_messages[-1]
    assert "U bent aan de beurt" in invitation.words
    assert {"Bekijken", "Goedkeuren", "Afkeuren"} <= set(invitation.labels)
    page = await open_page(browser, scene.mila, invitation)
    assert "Ik onderteken het onderstaande document" in page.words

    await sign(scene, browser, scene.mila, card)
    assert "1. Mila Haddad ✅" in card.words
    assert "2. Karim Haddad · aan de beurt" in card.words
    await sign(scene, browser, scene.karim, card)
    assert len(scene.bas.direct_messages) == 1
    scene.recording.sealer.is_away = True
    last = await sign(scene, browser, scene.bas, scene.bas.direct_messages[-1])
    assert "U hebt dit ondertekend" in last.words

    assert (await envelope_of(scene, card)).is_being_sealed
    assert "wordt verzegeld" in card.words
    note = await scene.message("De PDF wordt verzegeld")
    assert (note.thread, note.pings) == (card.id, {scene.sanne.id})
    lines = await scene.log_of(card)
    assert [line.by.name for line in lines if line.happening is Happening.APPROVED] == [
        "Mila Haddad",
        "Karim Haddad",
        "Bas Jansen",
    ]
    assert lines[0].facts["signer"] == "Mila Haddad, Karim Haddad, Bas Jansen"

    scene.recording.sealer.come_back()
    await scene.settled(skipping=timedelta(seconds=1))
    assert "wordt verzegeld" not in card.words
    assert "B-B, het tijdstip is dat van wie verzegelde" in card.words
    told = await scene.message("De verzegelde PDF staat in het dossier")
    assert told.thread == card.id
    assert told.pings == {each.id for each in (scene.sanne, scene.mila, scene.karim, scene.bas)}
    assert {"Bekijken", "Transactielog"} <= set(told.labels)


async def test_in_parallel_all_are_asked_at_once_and_sign_in_any_order(scene: Scene, browser: Browser) -> None:
    card = await send(scene, scene.mila, scene.bas, in_order=False)
    assert [len(each.direct_messages) for each in (scene.mila, scene.bas)] == [1, 1]
    assert card.words.count("aan de beurt") == 2
    await sign(scene, browser, scene.bas, card)
    await sign(scene, browser, scene.mila, card)
    assert "Zegel" in card.words
    assert [len(each.direct_messages) for each in (scene.mila, scene.bas)] == [1, 1]


async def test_a_later_signer_is_told_who_comes_first(scene: Scene, browser: Browser) -> None:
    card = await send(scene, scene.mila, scene.karim)
    for button in ("Goedkeuren", "Afkeuren", "Doorsturen"):
        await scene.chat.press_early(scene.karim, card, button)
        await scene.karim.told("Eerst tekent Mila Haddad")
    assert "1. Mila Haddad · aan de beurt" in card.words
    await scene.karim.press(card, "Bekijken")  # looking is allowed


async def test_a_rejection_by_the_second_ends_it_for_everybody(scene: Scene, browser: Browser) -> None:
    card = await send(scene, scene.mila, scene.karim, scene.bas)
    opened = await open_page(browser, scene.mila, card)
    await sign(scene, browser, scene.mila, card)
    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="De huurprijs klopt niet.").submit()
    await scene.settled()

    assert "Afgekeurd" in card.words
    assert "3. Bas Jansen · heeft niet ondertekend" in card.words
    note = await scene.message("De huurprijs klopt niet.")
    assert note.pings == {scene.sanne.id, scene.mila.id}
    assert "Niemand kan dit nog ondertekenen" in note.words
    assert not scene.bas.direct_messages

    await scene.chat.press_early(scene.bas, await scene.message(AGREEMENT), "Bekijken")
    late = await browser.reject(opened, "Ik ook niet.")
    assert "U hebt dit goedgekeurd op" in late.words
    assert (await envelope_of(scene, card)).state is EnvelopeState.REJECTED


async def test_who_signed_cannot_reject_while_the_others_still_sign(scene: Scene, browser: Browser) -> None:
    card = await send(scene, scene.mila, scene.karim)
    invitation = scene.mila.direct_messages[-1]
    late = await scene.mila.hold_press(invitation, "Afkeuren")
    await sign(scene, browser, scene.mila, card)
    await late.release()
    await scene.mila.told("U hebt dit goedgekeurd op")
    assert (await envelope_of(scene, card)).state is EnvelopeState.OPEN


async def test_the_same_steps_twice_make_one_request(scene: Scene) -> None:
    await begin(scene, scene.mila)
    await choose(scene, [scene.mila, scene.karim], in_order=True)
    await scene.chat.deliver_again()
    await scene.chat.deliver_anew()
    await scene.settled()
    assert len([each for each in scene.room.messages if AGREEMENT in each.words and not each.thread]) == 1
    assert len(scene.mila.direct_messages) == 1


async def test_twenty_sign(scene: Scene, browser: Browser) -> None:
    others = [
        scene.chat.person(f"g{number:02}", f"Gast met een behoorlijk lange naam {number:02}", guest=True)
        for number in range(MOST_SIGNERS - 1)
    ]
    scene.room.members.extend(each.id for each in others)
    scene.clock.move(timedelta(minutes=5))  # beyond any cache of who takes part
    signers = (scene.mila, *others)
    card = await send(scene, *signers)
    assert [signer.account.user for signer in (await envelope_of(scene, card)).signers] == [each.id for each in signers]
    for signer in signers:
        await sign(scene, browser, signer, card)
    assert "Zegel" in card.words
    assert "20. Gast" in card.words


async def test_everybody_but_the_sender_is_offered_and_others_are_to_be_invited_first(scene: Scene) -> None:
    others = [scene.chat.person(f"g{number:02}", f"Gast {number:02}", guest=True) for number in range(MOST_SIGNERS)]
    scene.room.members.extend(each.id for each in others)
    scene.clock.move(timedelta(minutes=5))
    view = await begin(scene, scene.mila)
    assert "eerst voor uitnodigen" in view.words
    assert view.chosen("signers") == [scene.mila.id]
    ids = list(view.options("signers"))
    assert scene.sanne.id not in ids  # nobody signs their own request
    assert len(ids) > MOST_SIGNERS


async def test_the_others_move_along_with_who_is_given_another_place(scene: Scene) -> None:
    view = await begin(scene, scene.mila)
    await scene.sanne.fill(view, signers=[scene.karim.id, scene.mila.id], in_order=True).submit()
    order = await scene.sanne.view("arrange_signers")
    assert [order.chosen(f"position_{number}") for number in (1, 2)] == [[scene.mila.id], [scene.karim.id]]
    await scene.sanne.fill(order, position_1=scene.karim.id).submit()
    again = await scene.sanne.view(containing="De anderen zijn opgeschoven")
    assert [again.chosen(f"position_{number}_1") for number in (1, 2)] == [[scene.karim.id], [scene.mila.id]]
    await scene.sanne.fill(again).submit()
    await confirm(scene)
    await scene.settled()
    card = await scene.message(AGREEMENT)
    assert "1. Karim Haddad · aan de beurt" in card.words
    assert "2. Mila Haddad · volgt later" in card.words


async def test_who_left_between_two_steps_is_refused_at_the_field(scene: Scene) -> None:
    view = await begin(scene, scene.mila)
    scene.room.members.remove(scene.karim.id)
    scene.clock.move(timedelta(minutes=5))
    wrong = await scene.sanne.fill(view, signers=[scene.mila.id, scene.karim.id], in_order=False).submit()
    assert "laat die weg" in wrong.errors["signers"]
    await scene.sanne.fill(wrong, signers=[scene.mila.id], in_order=False).submit()
    await confirm(scene)
    await scene.settled()
    assert [each.name for each in (await envelope_of(scene, await scene.message(AGREEMENT))).signers] == ["Mila Haddad"]


async def test_who_left_when_it_is_their_turn_cannot_sign(scene: Scene, browser: Browser) -> None:
    card = await send(scene, scene.mila, scene.bas)
    page = await open_page(browser, scene.mila, card)
    scene.room.members.remove(scene.mila.id)
    scene.clock.move(timedelta(minutes=5))
    refused = await browser.approve(page, place="Utrecht", typed_name="Mila Haddad")
    assert "neemt nu niet deel" in refused.words
    assert "1. Mila Haddad · aan de beurt" in card.words


async def test_several_documents_are_refused_at_the_field_and_kept(scene: Scene) -> None:
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    both = ["Aangifte IB 2025.pdf", "Balans 2025.pdf"]
    view = await scene.sanne.fill(form, documents=both, signer=scene.mila.id, way="certified").submit()
    assert "precies één PDF" in view.errors["documents"]
    await scene.sanne.fill(view, documents=both[:1], signer=scene.mila.id, way="certified").submit()
    assert (await scene.sanne.view("choose_signers")).inputs


async def test_an_agreement_is_recommended_by_its_name(scene: Scene) -> None:
    await scene.file(AGREEMENT)
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    assert form.chosen("way") == ["approval"]
    assert "Ondertekenen met certificaat" in names(form, "way")
    assert "certificaat aanbevolen" in str(form.body)
    assert str(form.body).count("certificaat aanbevolen") >= 1


async def test_an_outage_of_the_own_chat_is_waited_out(scene: Scene) -> None:
    scene.chat.break_next("direct", Status(503))
    await begin(scene, scene.mila)
    await choose(scene, [scene.mila], in_order=False)
    await scene.settled(skipping=timedelta(seconds=1))
    assert len(scene.mila.direct_messages) == 1


@on("teams")  # where an app that Karim's own organisation did not install cannot write to him
async def test_where_the_own_chat_cannot_be_reached_the_thread_says_so_and_the_log(scene: Scene) -> None:
    card = await send(scene, scene.karim, scene.mila)
    note = await scene.message("U bent aan de beurt")
    assert (note.thread, note.pings) == (card.id, {scene.karim.id})
    assert not scene.karim.direct_messages
    [line] = [each for each in await scene.log_of(card) if each.happening is Happening.UNDELIVERABLE]
    assert (line.by.name, line.facts["to"]) == ("Paraaf", "Karim Haddad")


async def test_whoever_takes_over_keeps_the_place_and_is_told(scene: Scene, browser: Browser) -> None:
    card = await send(scene, scene.mila, scene.karim)
    await scene.mila.press(card, "Doorsturen")
    await scene.mila.fill(await scene.mila.view("delegate"), taker=scene.bas.id).submit()
    await scene.settled()
    await scene.sanne.press(await scene.message("door te sturen"), "Toestaan")
    await scene.sanne.fill(await scene.sanne.view(containing="Wie is deze persoon"), contact="new").submit()
    await scene.settled()
    assert "1. Bas Jansen · aan de beurt" in card.words
    assert "U bent aan de beurt" in scene.bas.direct_messages[-1].words
    await sign(scene, browser, scene.bas, card)
    assert "2. Karim Haddad · aan de beurt" in card.words


async def test_tasks_of_a_later_signer_wait_for_others(scene: Scene, browser: Browser) -> None:
    card = await send(scene, scene.mila, scene.bas)
    assert "Wacht op anderen (1)" in " ".join((await scene.chat.tasks(scene.bas)).labels)
    await sign(scene, browser, scene.mila, card)
    assert "Te doen (1)" in " ".join((await scene.chat.tasks(scene.bas)).labels)


async def test_in_english(scene: Scene) -> None:
    async with scene.ports.store.transaction() as tx:
        await tx.offices.save(replace(await tx.offices.get(OFFICE), locale="en"))
    card = await send(scene, scene.mila, scene.bas)
    assert "1. Mila Haddad · it is their turn" in card.words
    assert "It is your turn to sign." in scene.mila.direct_messages[-1].words
