"""The second click, the race, the empty reason, the replay: nothing is lost and nothing counts twice (attack 4)."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from json import loads
from urllib.parse import parse_qs

import pytest

from tests.scenarios.conftest import Scene
from tests.scenarios.test_story import send
from tests.strict_slack import Drop, RateLimit, Status, View
from tests.strict_slack.facts import Json
from tests.strict_slack.filling import Filled, build_state
from tests.unit.domain.test_typed_text import BLANKS


async def test_approving_and_rejecting_at_once_has_one_winner(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    approval = _submit(scene, await scene.karim.view("approve"), {"place": "Utrecht"})
    await scene.karim.press(card, "Afkeuren")
    rejection = _submit(scene, await scene.karim.view("reject"), {"reason": "Toch niet"})
    answers = await asyncio.gather(approval, rejection)
    await scene.settled()

    [lost] = [answer for answer in answers if answer]
    word = "goedgekeurd" if "Ondertekend" in card.words else "afgekeurd"
    assert f"U hebt dit {word} op" in str(lost["view"])
    assert len([message for message in scene.room.messages if message.thread_ts]) == 1


def _submit(scene: Scene, view: View, filled: dict[str, Filled]) -> Awaitable[Json]:
    payload = scene.karim.view_payload("view_submission", view, build_state(view, filled))
    return scene.slack.delivery.deliver(payload, form=False)


async def test_withdrawing_under_the_signers_hands_is_told_to_the_signer(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    dialog = await scene.karim.view("approve")
    await scene.sanne.press(card, "Intrekken")
    await scene.karim.fill(dialog, place="Utrecht").submit()

    [told] = scene.karim.views
    assert "Sanne de Vries heeft dit ingetrokken op" in told.words


async def test_a_second_click_shows_the_answer_given(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    old_buttons = scene.karim.press_payload(card, "Afkeuren")
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()

    await scene.slack.delivery.deliver(old_buttons, form=False)
    await scene.karim.told("U hebt dit goedgekeurd op")


async def test_the_same_submission_twice_makes_one_envelope(scene: Scene) -> None:
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")
    filled = scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer="U0KARIM")
    await filled.submit()
    again = scene.slack.delivery.last
    assert again
    replayed = await scene.slack.delivery.send(again)
    assert (replayed.status, replayed.text) == (200, "")
    signed_again = scene.slack.delivery.sign(
        scene.sanne.view_payload("view_submission", form, {}) | {"view": _view_of(again.body)}
    )
    await scene.slack.delivery.send(signed_again)
    await scene.settled()

    assert len([message for message in scene.room.messages if "Aangifte" in message.words]) == 1


def _view_of(body: bytes) -> object:
    return loads(parse_qs(body.decode())["payload"][0])["view"]


@pytest.mark.parametrize("reason", BLANKS.values(), ids=BLANKS.keys())
async def test_a_reason_that_shows_nothing_keeps_the_dialog_and_what_was_typed(scene: Scene, reason: str) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
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
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")
    yesterday = scene.clock.now().date() - timedelta(days=2)
    view = await scene.sanne.fill(form, signer="U0KARIM", due=yesterday).submit()

    assert "ten minste één document" in view.errors["documents"]
    assert "vandaag of" in view.errors["due"]
    assert scene.sanne.views == [view]


async def test_a_platform_that_does_not_answer_keeps_the_dialog_and_records_nothing(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    dialog = await scene.karim.view("approve")
    scene.slack.break_next("conversations.members", Status(503))
    view = await scene.karim.fill(dialog, place="Utrecht").submit()

    assert "Er is niets vastgelegd" in view.errors["place"]
    await scene.karim.fill(view, place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in card.words


async def test_a_card_that_may_have_arrived_is_not_posted_twice(scene: Scene) -> None:
    scene.slack.break_next("chat.postMessage", Drop(done=True))
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer="U0KARIM").submit()
    await scene.settled(skipping=timedelta(seconds=1))

    assert len(scene.room.messages) == 1
    await scene.karim.press(scene.room.messages[0], "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in scene.room.messages[0].words


async def test_a_rate_limit_delays_the_card_and_loses_nothing(scene: Scene) -> None:
    scene.slack.break_next("chat.postMessage", RateLimit(30))
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer="U0KARIM").submit()
    await scene.settled(skipping=timedelta(seconds=1))
    assert len(scene.room.messages) == 1


async def test_unknown_words_behind_sign_show_the_help(scene: Scene) -> None:
    await scene.sanne.command("/sign hlep", scene.room)
    told = await scene.sanne.told("“hlep”")
    assert "/sign koppel" in told.words

    await scene.mila.command("/sign help", scene.room)
    assert "/sign koppel" in (await scene.mila.told("Ondertekenen met Paraaf")).words
