"""The home tab: shown when it is opened, turned in place, and shown anew after what was done there."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.conversation import Command, Done, Open, Press, Show, Tell
from bot.domain.people import Account, Platform
from bot.domain.places import Place
from cards.model import Actions, Button, Card, FormErrors, Plain, Text
from tests.adapters.slack.stage import Stage, open_stage
from tests.adapters.slack.test_slack_answering import FORM, HELLO, IMPATIENT
from tests.contracts.messenger import a_card
from tests.strict_slack import ClientRefuses, Home, Refuse, Status, StrictSlack, View


def tasks(words: str = "Taak een") -> Card:
    row = Actions((Button("tasks_done", "Klaar", "done 0"), Button("approve", "Goedkeuren", "e1")))
    return Card("Taken", (Text((Plain(words),)), row), "Taken")


@pytest.fixture
async def slow(slack: StrictSlack, session: aiohttp.ClientSession) -> AsyncIterator[Stage]:
    """A stage behind an impatient adapter, whose router answers only when `router.hold` is set."""
    async with open_stage(slack, session, patience=IMPATIENT) as stage:
        yield stage
        if stage.router.hold:
            stage.router.hold.set()


async def open_home(stage: Stage) -> Home:
    stage.router.answer = Tell(tasks())
    await stage.staff.open_home()
    home = await stage.staff.home("Taak een")
    stage.router.handled.clear()
    return home


async def open_form_at_home(stage: Stage) -> View:
    home = await open_home(stage)
    stage.router.answer = Open(FORM)
    await stage.staff.press(home, "Goedkeuren")
    view = await stage.staff.view("send")
    stage.router.handled.clear()
    return view


async def until_asked(stage: Stage, number: int) -> Command:
    """The command for the home tab that was asked last, once so many things were asked."""
    await stage.slack.until(lambda: len(stage.slack.calls_of("views.publish")) > 1)
    asked = stage.router.handled
    assert len(asked) == number
    assert isinstance(asked[-1], Command)
    return asked[-1]


async def test_opening_it_asks_for_the_tasks_and_shows_them(stage: Stage) -> None:
    stage.router.answer = Tell(tasks())
    await stage.staff.open_home()
    home = await stage.staff.home("Taak een")
    place = Place(Platform.SLACK, "T0OFFICE", "U0STAFF")
    command = stage.router.only
    assert isinstance(command, Command)
    assert (command.words, command.place, command.is_personal) == ("taken", place, True)
    assert command.actor.account == Account(Platform.SLACK, "T0OFFICE", "U0STAFF")
    assert home.labels == ["Klaar", "Goedkeuren"]


async def test_another_organisation_has_no_home_tab_of_ours(stage: Stage) -> None:
    with pytest.raises(ClientRefuses):
        await stage.client.open_home()


async def test_a_press_on_it_turns_it_in_place(stage: Stage) -> None:
    home = await open_home(stage)
    stage.router.answer = Show(tasks("Taak twee"))
    await stage.staff.press(home, "Klaar")
    assert (await stage.staff.home("Taak twee")) is home
    press = stage.router.only
    assert isinstance(press, Press)
    assert (press.action, press.value, press.place.channel) == ("tasks_done", "done 0", "U0STAFF")


async def test_a_refusal_there_comes_in_a_dialog_and_it_is_shown_anew(stage: Stage) -> None:
    home = await open_home(stage)
    stage.router.answer = HELLO
    await stage.staff.press(home, "Goedkeuren")
    await stage.staff.view(containing="Alleen voor jou")
    assert (await until_asked(stage, 2)).words == "taken"
    assert not stage.staff.ephemerals
    assert not stage.staff.direct_messages


async def test_a_dialog_that_opens_too_late_there_is_told_of_directly(stage: Stage) -> None:
    home = await open_home(stage)
    stage.router.answer = Open(FORM)
    stage.slack.break_next("views.open", Refuse("expired_trigger_id"))
    await stage.staff.press(home, "Goedkeuren")
    told = await stage.slack.until(lambda: stage.staff.direct_messages)
    assert "press again" in told[0].words


async def test_what_was_sent_from_it_shows_it_anew(stage: Stage) -> None:
    view = await open_form_at_home(stage)
    stage.router.answer = Done()
    stage.router.home = Tell(tasks("Niets meer"))
    await stage.staff.fill(view).submit()
    await stage.staff.home("Niets meer")
    assert not stage.staff.views


async def test_what_is_wrong_with_a_form_leaves_it_as_it_is(stage: Stage) -> None:
    view = await open_form_at_home(stage)
    stage.router.answer = FormErrors({"place": "Te kort"})
    await stage.staff.fill(view, place="U").submit()
    await stage.adapter.stop()
    assert len(stage.router.handled) == 1


async def test_what_was_sent_from_a_message_asks_for_no_home_tab(stage: Stage) -> None:
    stage.router.answer = Open(FORM)
    await stage.staff.press(await stage.post(a_card()), "approve")
    view = await stage.staff.view("send")
    stage.router.answer = Done()
    await stage.staff.fill(view).submit()
    await stage.adapter.stop()
    assert stage.slack.calls_of("views.publish") == []


async def test_a_slow_answer_to_a_press_there_waits_in_a_dialog_and_turns_it(slow: Stage) -> None:
    home = await open_home(slow)
    slow.router.hold = asyncio.Event()
    slow.router.answer = Show(tasks("Taak twee"))
    await slow.staff.press(home, "Klaar")
    await slow.staff.view("loading")
    slow.router.hold.set()
    await slow.staff.home("Taak twee")
    await slow.staff.view("finished")


async def test_a_slow_form_there_still_shows_it_anew(slow: Stage) -> None:
    home = await open_home(slow)
    slow.router.hold = asyncio.Event()
    slow.router.answer = Open(FORM)
    await slow.staff.press(home, "Goedkeuren")
    await slow.staff.view("loading")
    slow.router.hold.set()
    view = await slow.staff.view("send")
    slow.router.answer = Done()
    slow.router.home = Tell(tasks("Niets meer"))
    await slow.staff.fill(view).submit()
    await slow.staff.home("Niets meer")


async def test_it_can_be_asked_for_again_after_a_mistake_of_ours(stage: Stage) -> None:
    stage.router.mistake = ZeroDivisionError()
    await stage.staff.open_home()
    await stage.staff.home("Incident 4711")
    assert len(stage.guard.forgotten) == 1


async def test_a_home_tab_that_slack_does_not_take_is_in_the_log_without_its_words(stage: Stage) -> None:
    stage.slack.break_next("views.publish", Status(503))
    stage.router.answer = Tell(tasks())
    with capture_logs() as logs:
        await stage.staff.open_home()
        await stage.adapter.stop()
    assert "slack_home_not_shown" in {line["event"] for line in logs}
    assert "Taak een" not in str(logs)


# --- the same in a private message ---


async def test_a_list_in_a_private_message_is_turned_in_place(stage: Stage) -> None:
    stage.router.answer = Tell(tasks())
    await stage.staff.command("/sign taken", stage.room)
    told = await stage.staff.told("Taak een")
    stage.router.answer = Show(tasks("Taak twee"))
    await stage.staff.press(told, "Klaar")
    assert (await stage.staff.told("Taak twee")) is told
    assert len(stage.staff.ephemerals) == 1


async def test_a_list_that_cannot_be_turned_in_place_comes_once_more(stage: Stage) -> None:
    stage.router.answer = Tell(tasks())
    await stage.staff.command("/sign taken", stage.room)
    told = await stage.staff.told("Taak een")
    stage.slack.break_next("response_url", Status(500))
    stage.router.answer = Show(tasks("Taak twee"))
    await stage.staff.press(told, "Klaar")
    assert (await stage.staff.told("Taak twee")) is not told
