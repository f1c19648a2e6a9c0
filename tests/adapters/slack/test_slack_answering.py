import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from structlog.testing import capture_logs

from adapters.slack.answering import Patience
from bot.conversation import Command, Done, FileRef, Found, Lookup, Open, Press, Submission, Tell
from bot.domain.people import Account, Platform
from bot.domain.places import Place
from cards.model import Card, Choice, Form, FormErrors, Option, Plain, Search, Text, TextInput, Toggle
from tests.adapters.slack.stage import Stage, open_stage
from tests.contracts.messenger import a_card
from tests.strict_slack import Refuse, Status, StrictSlack, View

HELLO = Tell(Card("Help", (Text((Plain("Alleen voor jou"),)),), "Alleen voor jou"))
FORM = Form(
    "send",
    "Laten ondertekenen",
    (
        TextInput("place", "Plaats", 20, value="Utrecht"),
        Toggle("remind", "Herinneren", "Automatisch", value=True),
        Choice("client", "Klant", Search("clients"), required=False),
    ),
    close="Annuleren",
    submit="Versturen",
    context="ctx",
)
NEXT = Form("link", "Volgende", (TextInput("client", "Klant", 20),), close="Sluiten", submit="Koppelen")
IMPATIENT = Patience(loading=0.0, acknowledge=0.05)


@pytest.fixture
async def slow(slack: StrictSlack, session: aiohttp.ClientSession) -> AsyncIterator[Stage]:
    """A stage whose router answers only when `router.hold` is set, behind an impatient adapter."""
    async with open_stage(slack, session, patience=IMPATIENT) as stage:
        stage.router.hold = asyncio.Event()
        yield stage
        stage.router.hold.set()


def release(stage: Stage) -> None:
    assert stage.router.hold
    stage.router.hold.set()


async def open_form(stage: Stage, form: Form = FORM) -> View:
    stage.router.answer = Open(form)
    await stage.staff.command("/sign", stage.room)
    view = await stage.staff.view(form.id)
    stage.router.handled.clear()
    return view


# --- what the router is told ---


async def test_a_command_reaches_the_router(stage: Stage) -> None:
    await stage.staff.command("/ondertekenen koppel", stage.room)
    command = stage.router.only
    assert isinstance(command, Command)
    assert (command.name, command.words, command.place) == ("ondertekenen", "koppel", stage.place)
    assert command.actor.account == Account(Platform.SLACK, "T0OFFICE", "U0STAFF")


async def test_a_press_from_another_organisation_reaches_the_router(stage: Stage) -> None:
    await stage.client.press(await stage.post(a_card()), "Goedkeuren")
    press = stage.router.only
    assert isinstance(press, Press)
    assert (press.action, press.value, press.place) == ("approve", "e1", stage.place)
    assert press.actor.account == Account(Platform.SLACK, "T0CLIENT", "U0CLIENT")
    assert press.actor.office_tenant == "T0OFFICE"


async def test_a_shortcut_reaches_the_router(stage: Stage) -> None:
    message = stage.slack.say(stage.staff, stage.room, "zie", files=[stage.slack.file("F1", "x.pdf", b"x")])
    await stage.staff.shortcut("sign", message)
    command = stage.router.only
    assert isinstance(command, Command)
    assert command.files == (FileRef(Platform.SLACK, "T0OFFICE", "F1", "x.pdf"),)


async def test_a_submission_from_another_organisation_reaches_the_router(stage: Stage) -> None:
    stage.router.answer = Open(FORM)
    await stage.client.press(await stage.post(a_card()), "approve")
    view = await stage.client.view("send")
    stage.router.handled.clear()
    stage.router.answer = Done()
    await stage.client.fill(view, place="Gouda", remind=False).submit()
    submission = stage.router.only
    assert isinstance(submission, Submission)
    assert submission.actor.account == Account(Platform.SLACK, "T0CLIENT", "U0CLIENT")
    assert submission.actor.office_tenant == "T0OFFICE"
    assert submission.values == {"place": "Gouda", "remind": False, "client": None}
    assert submission.context == "ctx"
    assert not stage.client.views


async def test_a_search_is_answered(stage: Stage) -> None:
    view = await open_form(stage)
    stage.router.answer = Found((Option("c1", "Bakkerij Karim"), Option("c2", "Bakker Bart")))
    assert await stage.staff.search(view, "client", "bak") == ["Bakkerij Karim", "Bakker Bart"]
    lookup = stage.router.only
    assert isinstance(lookup, Lookup)
    assert (lookup.source, lookup.text, lookup.context) == ("clients", "bak", "ctx")


async def test_a_refused_search_finds_nothing(stage: Stage) -> None:
    view = await open_form(stage)
    stage.router.answer = HELLO
    assert await stage.staff.search(view, "client", "bak") == []


async def test_closing_a_form_is_acknowledged(stage: Stage) -> None:
    view = await open_form(stage)
    await stage.staff.close(view)
    assert stage.router.handled == []


# --- what people are shown ---


async def test_nothing_to_show_shows_nothing(stage: Stage) -> None:
    await stage.staff.command("/sign", stage.room)
    await stage.adapter.stop()
    assert (stage.staff.ephemerals, stage.staff.views) == ([], [])


async def test_tells_who_typed_a_command(stage: Stage) -> None:
    stage.router.answer = HELLO
    await stage.staff.command("/sign help", stage.room)
    told = await stage.staff.told("Alleen voor jou")
    assert told.channel == stage.room.id
    assert not stage.client.ephemerals
    assert not stage.room.messages


async def test_tells_who_left_the_conversation(stage: Stage) -> None:
    card = await stage.post(a_card())
    stage.room.members.remove("U0CLIENT")
    stage.router.answer = HELLO
    await stage.client.press(card, "approve")
    await stage.client.told("Alleen voor jou")
    assert stage.slack.calls_of("chat.postEphemeral") == []


async def test_tells_inside_the_thread(stage: Stage) -> None:
    card = await stage.post(a_card())
    reply = await stage.post(a_card("reden"), Place(Platform.SLACK, "T0OFFICE", stage.room.id, card.ts))
    stage.router.answer = HELLO
    await stage.client.press(reply, "approve")
    assert (await stage.client.told("Alleen voor jou")).thread_ts == card.ts


async def test_tells_otherwise_when_the_response_url_fails(stage: Stage) -> None:
    stage.slack.break_next("response_url", Status(500))
    stage.router.answer = HELLO
    await stage.staff.command("/sign help", stage.room)
    await stage.staff.told("Alleen voor jou")
    assert len(stage.slack.calls_of("chat.postEphemeral")) == 1


async def test_writes_directly_when_nothing_else_is_left(stage: Stage) -> None:
    card = await stage.post(a_card())
    stage.room.members.remove("U0CLIENT")
    stage.slack.channel("C0OTHER", members=[stage.client])  # still shared, or Slack would not let us write
    stage.slack.break_next("response_url", Status(500))
    stage.router.answer = HELLO
    await stage.client.press(card, "approve")
    message = await stage.slack.until(lambda: next(iter(stage.client.direct_messages), None))
    assert "Alleen voor jou" in message.words


async def test_a_lost_private_answer_is_in_the_log_without_its_words(stage: Stage) -> None:
    stage.slack.break_next("response_url", Status(500))
    stage.slack.break_next("chat.postEphemeral", Refuse("a_code_of_tomorrow"))
    stage.router.answer = HELLO
    with capture_logs() as logs:
        await stage.staff.command("/sign help", stage.room)
        await stage.adapter.stop()
    assert "slack_private_answer_lost" in {line["event"] for line in logs}
    assert "Alleen voor jou" not in str(logs)


async def test_never_answers_to_a_foreign_response_url(stage: Stage) -> None:
    async with StrictSlack() as other:
        payload = stage.client.press_payload(await stage.post(a_card()), "approve")
        payload["response_url"] = f"{other.server.url}/hooks/response/R1"
        other.workspace.response_urls["R1"] = next(iter(stage.slack.workspace.response_urls.values()))
        stage.router.answer = HELLO
        await stage.slack.delivery.deliver(payload, form=False)
        await stage.client.told("Alleen voor jou")
        assert other.workspace.private == []


async def test_opens_a_form(stage: Stage) -> None:
    stage.router.answer = Open(FORM)
    await stage.client.press(await stage.post(a_card()), "approve")
    view = await stage.client.view("send")
    assert "Plaats" in view.words


async def test_a_form_that_came_too_late_can_be_asked_again(stage: Stage) -> None:
    stage.router.answer = Open(FORM)
    stage.slack.break_next("views.open", Refuse("expired_trigger_id"))
    await stage.client.press(await stage.post(a_card()), "approve")
    await stage.client.told("press again")


async def test_marks_what_is_wrong_and_keeps_the_rest(stage: Stage) -> None:
    view = await open_form(stage)
    stage.router.answer = FormErrors({"place": "Te kort"})
    after = await stage.staff.fill(view, place="U").submit()
    assert after.errors == {"place": "Te kort"}
    assert stage.staff.views == [after]


async def test_a_form_takes_the_place_of_the_one_before(stage: Stage) -> None:
    view = await open_form(stage)
    stage.router.answer = Open(NEXT)
    after = await stage.staff.fill(view).submit()
    assert (after.callback_id, len(stage.staff.views)) == ("link", 1)


async def test_a_refusal_takes_the_place_of_the_form(stage: Stage) -> None:
    view = await open_form(stage)
    stage.router.answer = HELLO
    after = await stage.staff.fill(view).submit()
    assert "Alleen voor jou" in after.words
    assert "submit" not in after.body
    stage.router.answer = Tell(Card("", (), "Alleen een samenvatting"))
    view = await open_form(stage)
    stage.router.answer = Tell(Card("", (), "Alleen een samenvatting"))
    assert "Alleen een samenvatting" in (await stage.staff.fill(view).submit()).words


async def test_a_mistake_of_ours_is_told(stage: Stage) -> None:
    stage.router.mistake = ZeroDivisionError("een geheime reden")
    await stage.staff.command("/sign", stage.room)
    await stage.staff.told("Incident 4711")


async def test_a_mistake_of_ours_is_told_in_the_form(stage: Stage) -> None:
    view = await open_form(stage)
    stage.router.mistake = ZeroDivisionError()
    after = await stage.staff.fill(view).submit()
    assert "Incident 4711" in after.words


async def test_an_answer_that_fits_nothing_is_in_the_log(stage: Stage) -> None:
    stage.router.answer = Found(())
    with capture_logs() as logs:
        await stage.staff.command("/sign", stage.room)
        await stage.adapter.stop()
    (line,) = [line for line in logs if line["event"] == "slack_background_failed"]
    assert line["kind"] == "TypeError"


# --- in time ---


async def test_a_slow_answer_is_waited_for_in_a_dialog(slow: Stage) -> None:
    slow.router.answer = Open(FORM)
    await slow.staff.command("/sign", slow.room)  # acknowledged, or this would raise
    loading = await slow.staff.view("loading")
    release(slow)
    view = await slow.staff.view("send")
    assert view is loading
    assert slow.slack.calls_of("views.open")[0]["trigger_id"]
    assert len(slow.slack.calls_of("views.open")) == 1


async def test_a_slow_refusal_comes_in_that_dialog(slow: Stage) -> None:
    slow.router.answer = HELLO
    await slow.client.press(await slow.post(a_card()), "approve")
    view = await slow.client.view("loading")
    release(slow)
    assert "Alleen voor jou" in (await slow.client.view("told")).words
    assert slow.client.views == [view]
    assert not slow.client.ephemerals


async def test_a_slow_nothing_says_that_it_is_done(slow: Stage) -> None:
    await slow.client.press(await slow.post(a_card()), "approve")
    await slow.client.view("loading")
    release(slow)
    assert "Done." in (await slow.client.view("finished")).words


async def test_without_a_dialog_to_wait_in_a_slow_answer_comes_privately(slow: Stage) -> None:
    slow.slack.break_next("views.open", Refuse("expired_trigger_id"))
    slow.router.answer = HELLO
    await slow.staff.command("/sign", slow.room)
    release(slow)
    await slow.staff.told("Alleen voor jou")


async def test_without_a_dialog_to_wait_in_a_slow_form_has_to_be_asked_again(slow: Stage) -> None:
    slow.slack.break_next("views.open", Refuse("expired_trigger_id"))
    slow.router.answer = Open(FORM)
    await slow.staff.command("/sign", slow.room)
    release(slow)
    await slow.staff.told("press again")
    assert len(slow.slack.calls_of("views.open")) == 1


async def open_form_now(slow: Stage) -> View:
    release(slow)
    view = await open_form(slow)
    slow.router.hold = asyncio.Event()
    return view


async def test_a_slow_submission_waits_on_top_of_its_form(slow: Stage) -> None:
    view = await open_form_now(slow)
    slow.router.answer = Done()
    await slow.staff.fill(view, place="Gouda").submit()
    assert [each.callback_id for each in slow.staff.views] == ["send", "loading"]
    release(slow)
    finished = await slow.staff.view("finished")
    await slow.staff.close(finished)
    assert not slow.staff.views  # closing the last word closes the form below it


async def test_what_was_typed_outlives_a_slow_error(slow: Stage) -> None:
    view = await open_form_now(slow)
    slow.router.answer = FormErrors({"place": "Te kort"})
    await slow.staff.fill(view, place="U").submit()
    release(slow)
    told = await slow.staff.view("told")
    assert "Te kort" in told.words
    await slow.staff.close(told)
    assert slow.staff.views == [view]


async def test_a_form_on_top_of_another_takes_it_along_when_it_is_done(slow: Stage) -> None:
    view = await open_form_now(slow)
    slow.router.answer = Open(NEXT)
    await slow.staff.fill(view).submit()
    release(slow)
    following = await slow.staff.view("link")
    slow.router.answer = Done()
    await slow.staff.fill(following, client="1001").submit()
    assert not slow.staff.views


async def test_a_slow_search_finds_nothing(slow: Stage) -> None:
    view = await open_form_now(slow)
    slow.router.answer = Found((Option("c1", "Bakkerij Karim"),))
    assert await slow.staff.search(view, "client", "bak") == []


async def test_stopping_finishes_what_is_being_shown(stage: Stage) -> None:
    stage.router.answer = HELLO
    await stage.staff.command("/sign", stage.room)
    await stage.adapter.stop()
    assert len(stage.staff.ephemerals) == 1
