"""The second click, the race, the empty reason, the replay: nothing is lost and nothing counts twice (attack 4)."""

import asyncio
from datetime import timedelta

import pytest

from tests.scenarios.chat import forms
from tests.scenarios.scene import Scene
from tests.troubles import RateLimit, Status
from tests.unit.domain.test_typed_text import BLANKS


async def test_approving_and_rejecting_at_once_has_one_winner(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    phone = scene.chat.at_other_client(scene.karim)
    await scene.karim.press(card, "Goedkeuren")
    approval = scene.karim.fill(await scene.karim.view("approve"), place="Utrecht")
    await phone.press(card, "Afkeuren")
    rejection = phone.fill(await phone.view("reject"), reason="Toch niet")
    views = await asyncio.gather(approval.submit(), rejection.submit())
    await scene.settled()

    word = "goedgekeurd" if "Ondertekend" in card.words else "afgekeurd"
    assert [f"U hebt dit {word} op" in view.words for view in views].count(True) == 1
    assert len([message for message in scene.room.messages if message.thread]) == 1


async def test_withdrawing_under_the_signers_hands_is_told_to_the_signer(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    dialog = await scene.karim.view("approve")
    sending = scene.karim.fill(dialog, place="Utrecht").hold()
    await scene.sanne.press(card, "Intrekken")
    await sending.release()

    assert "Sanne de Vries heeft dit ingetrokken op" in dialog.words
    assert not forms(scene.karim)


async def test_a_second_click_shows_the_answer_given(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    late = await scene.karim.hold_press(card, "Afkeuren")
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()

    await late.release()
    await scene.karim.told("U hebt dit goedgekeurd op")


async def test_the_same_submission_twice_makes_one_envelope(scene: Scene) -> None:
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.chat.deliver_again()
    await scene.chat.deliver_anew()
    await scene.settled()

    assert len([message for message in scene.room.messages if "Aangifte" in message.words]) == 1


@pytest.mark.parametrize("reason", BLANKS.values(), ids=BLANKS.keys())
async def test_a_reason_that_shows_nothing_keeps_the_dialog_and_what_was_typed(scene: Scene, reason: str) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Afkeuren")
    dialog = await scene.karim.view("reject")
    view = await scene.karim.fill(dialog, reason=f"a{reason}b").submit()

    assert "3 zichtbare tekens" in view.errors["reason"]
    assert scene.karim.views == [view]
    assert "Wacht op" in card.words

    await scene.karim.fill(view, reason="Nu wel een reden").submit()
    await scene.settled()
    assert "Afgekeurd" in card.words


async def test_what_is_missing_or_wrong_in_the_send_dialog_is_named_at_its_field(scene: Scene) -> None:
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    yesterday = scene.clock.today() - timedelta(days=2)
    view = await scene.sanne.fill(form, signer=scene.karim.id, due=yesterday).submit()

    assert "ten minste één document" in view.errors["documents"]
    assert "vandaag of" in view.errors["due"]
    assert scene.sanne.views == [view]


async def test_a_platform_that_does_not_answer_keeps_the_dialog_and_records_nothing(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    dialog = await scene.karim.view("approve")
    scene.chat.break_next("roster", Status(503))
    view = await scene.karim.fill(dialog, place="Utrecht").submit()

    assert "Er is niets vastgelegd" in view.errors["place"]
    await scene.karim.fill(view, place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in card.words


async def test_a_rate_limit_delays_the_card_and_loses_nothing(scene: Scene) -> None:
    scene.chat.break_next("post", RateLimit(30))
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.settled(skipping=timedelta(seconds=1))
    assert len(scene.room.messages) == 1


async def test_unknown_words_behind_sign_show_the_help(scene: Scene) -> None:
    await scene.sign(scene.sanne, "hlep")
    told = await scene.sanne.told("“hlep”")
    assert scene.chat.spell("koppel") in told.words

    await scene.sign(scene.mila, "help")
    assert scene.chat.spell("koppel") in (await scene.mila.told("Ondertekenen met Paraaf")).words
