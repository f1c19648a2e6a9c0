import asyncio
from collections.abc import AsyncIterator
from datetime import date

import aiohttp
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from adapters.teams.answering import Patience
from bot.conversation import Command, Done, Found, Lookup, Open, Press, Show, Submission, Tell
from bot.domain.people import Account, Platform
from bot.domain.places import Place
from bot.use_cases.draft import Draft, write_draft
from bot.views.envelope_card import SHOW
from cards.model import (
    Actions,
    Anchor,
    Button,
    Card,
    Choice,
    DateInput,
    Form,
    FormErrors,
    Link,
    Option,
    Personal,
    Plain,
    Search,
    Text,
    TextInput,
    Toggle,
)
from storage.sql.store import SqlStore
from tests.adapters.teams.stage import Stage, open_stage
from tests.contracts.messenger import a_card
from tests.strict_teams import Refuse, Status, StrictTeams, View

HELLO = Tell(Card("Hulp", (Text((Plain("Alleen voor jou"),)),), "Alleen voor jou"))
LINKED = Tell(Card("", (Text((Anchor("De nieuwe versie", "https://teams.example/1"),)),), "De nieuwe versie"))
OWN = Show(
    Card(
        "Ter ondertekening",
        (Text((Plain("Taak uitvoeren"),)), Actions((Button("approve", "Goedkeuren", "e1"),))),
        "Taak uitvoeren",
        Personal(SHOW, "e1", ()),
    )
)
FORM = Form(
    "send",
    "Laten ondertekenen",
    (
        TextInput("place", "Plaats", 20, value="Utrecht"),
        DateInput("due", "Uiterste datum", required=False),
        Choice("documents", "Documenten", (Option("d1", "Een"), Option("d2", "Twee")), most=2, required=False),
        Toggle("remind", "Herinneren", "Automatisch", value=True),
        Choice("client", "Klant", Search("clients"), required=False),
    ),
    close="Annuleren",
    submit="Versturen",
    context="ctx",
)
NEXT = Form("link", "Volgende", (TextInput("client", "Klant", 20),), close="Sluiten", submit="Koppelen")


@pytest_asyncio.fixture(loop_scope="session")
async def slow(teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore) -> AsyncIterator[Stage]:
    """A stage whose router answers only when `router.hold` is set, behind an impatient adapter."""
    async with open_stage(teams, session, store, Patience(answer=0.05)) as stage:
        yield stage


async def open_dialog(stage: Stage, form: Form = FORM) -> View:
    stage.router.answer = Open(form)
    await stage.staff.compose("sign", stage.room)
    view = await stage.staff.view(form.id)
    stage.router.handled.clear()
    return view


async def open_inline(stage: Stage, form: Form = FORM) -> View:
    stage.router.answer = Open(form)
    await stage.client.press(await stage.post(a_card()), "approve")
    view = await stage.client.view(form.id)
    stage.router.handled.clear()
    return view


# --- what the router is told ---


async def test_a_command_reaches_the_router(stage: Stage) -> None:
    await stage.staff.command("ondertekenen koppel", stage.room)
    command = stage.router.only
    assert isinstance(command, Command)
    (message,) = stage.room.messages
    place = Place(Platform.TEAMS, stage.teams.tenant, stage.room.id, message.id)
    assert (command.name, command.words, command.place) == ("sign", "koppel", place)
    assert command.actor.account == Account(Platform.TEAMS, stage.teams.tenant, stage.staff.id)
    assert (command.actor.place, command.actor.locale) == (place, "nl-NL")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("sign", ""), ("SIGN koppel", "koppel"), ("koppel", "koppel"), ("help", "help"), ("", "help"), ("hoi", "hoi")],
)
async def test_words_after_the_mention(stage: Stage, typed: str, words: str) -> None:
    await stage.staff.command(typed, stage.chat)
    command = stage.router.only
    assert isinstance(command, Command)
    assert (command.words, command.place) == (words, stage.place_of(stage.chat))


async def test_a_press_from_another_organisation_reaches_the_router(stage: Stage) -> None:
    await stage.client.press(await stage.post(a_card()), "Goedkeuren")
    press = stage.router.handled[0]
    assert isinstance(press, Press)
    assert (press.action, press.value, press.place.conversation) == ("approve", "e1", stage.place)
    assert press.actor.account == Account(Platform.TEAMS, stage.teams.tenant_id("bakker"), stage.client.id)
    assert press.actor.office_tenant == stage.teams.tenant


async def test_a_shortcut_brings_the_files_of_its_message(stage: Stage) -> None:
    file = stage.teams.file("jaarrekening.pdf", b"%PDF-1.7")
    stage.router.answer = HELLO
    await stage.staff.shortcut("sign", stage.teams.say(stage.staff, stage.room, "zie", files=[file]))
    command = stage.router.only
    assert isinstance(command, Command)
    (named,) = command.files
    assert named.name == "jaarrekening.pdf"
    assert (await stage.adapter.messenger.fetch(named, 100)).content == b"%PDF-1.7"


async def test_a_file_in_the_personal_chat_starts_a_command(stage: Stage) -> None:
    await stage.staff.send_file(stage.teams.file("btw.pdf", b"%PDF-1.7 btw"))
    command = stage.router.only
    assert isinstance(command, Command)
    assert (command.words, [file.name for file in command.files]) == ("", ["btw.pdf"])
    assert (await stage.adapter.messenger.fetch(command.files[0], 100)).content == b"%PDF-1.7 btw"
    assert stage.teams.leaks == []


async def test_a_dialog_comes_back_with_values_of_the_right_kind(stage: Stage) -> None:
    view = await open_dialog(stage)
    stage.router.answer = Done()
    form = stage.staff.fill(view, place="Gouda", due=date(2026, 12, 1), documents=["Een", "Twee"], remind=False)
    await form.submit()
    submission = stage.router.only
    assert isinstance(submission, Submission)
    assert submission.values == {
        "place": "Gouda",
        "due": date(2026, 12, 1),
        "documents": ("d1", "d2"),
        "remind": False,
        "client": None,
    }
    assert (submission.form, submission.context) == ("send", "ctx")
    assert not stage.staff.views


async def test_a_form_in_a_card_comes_back_from_another_organisation(stage: Stage) -> None:
    view = await open_inline(stage)
    stage.router.answer = HELLO
    await stage.client.fill(view, place="Gouda").submit()
    submission = stage.router.only
    assert isinstance(submission, Submission)
    assert submission.actor.account == Account(Platform.TEAMS, stage.teams.tenant_id("bakker"), stage.client.id)
    assert submission.values["place"] == "Gouda"


async def test_a_form_sent_twice_is_one_submission(stage: Stage) -> None:
    view = await open_dialog(stage)
    stage.router.answer = FormErrors({"place": "Te kort"})
    await stage.staff.fill(view).submit()
    await stage.staff.fill(view).submit()
    first, again = (each.key for each in stage.router.handled if isinstance(each, Submission))
    other = await open_dialog(stage)
    stage.router.answer = Done()
    await stage.staff.fill(other).submit()
    another = stage.router.only
    assert isinstance(another, Submission)
    assert first == again != another.key


async def test_a_search_is_answered(stage: Stage) -> None:
    view = await open_dialog(stage)
    stage.router.answer = Found(tuple(Option(f"c{number}", f"Bakker {number}", "1001") for number in range(30)))
    found = await stage.staff.search(view, "client", "bak")
    assert (found[0], len(found)) == ("Bakker 0 · 1001", 15)
    lookup = stage.router.only
    assert isinstance(lookup, Lookup)
    assert (lookup.source, lookup.text) == ("clients", "bak")
    assert lookup.context == write_draft(Draft(stage.place))


async def test_a_search_tells_which_conversation_its_form_is_about(stage: Stage) -> None:
    elsewhere = Place(Platform.TEAMS, stage.teams.tenant, "19:elders@thread.v2")
    form = Form(
        "link", "Klant", (Choice("client", "Klant", Search("clients")),), "Sluiten", "Ga", write_draft(Draft(elsewhere))
    )
    view = await open_dialog(stage, form)
    stage.router.answer = Found(())
    assert await stage.staff.search(view, "client", "bak") == []
    lookup = stage.router.only
    assert isinstance(lookup, Lookup)
    assert (lookup.source, lookup.context) == ("clients", write_draft(Draft(elsewhere)))


async def test_a_refused_search_finds_nothing(stage: Stage) -> None:
    view = await open_dialog(stage)
    stage.router.answer = HELLO
    assert await stage.staff.search(view, "client", "bak") == []


# --- what people are shown: messages ---


async def test_nothing_to_show_shows_nothing(stage: Stage) -> None:
    await stage.staff.command("sign", stage.room)
    await stage.adapter.stop()
    assert (stage.staff.ephemerals, stage.staff.views) == ([], [])


async def test_tells_who_typed_a_command(stage: Stage) -> None:
    stage.router.answer = HELLO
    await stage.staff.command("help", stage.room)
    told = await stage.staff.told("Alleen voor jou")
    assert told is stage.staff.ephemerals[-1]
    assert not stage.client.ephemerals
    assert [message for message in stage.room.messages if message.by_bot] == []


async def test_writes_directly_where_there_are_no_private_messages(stage: Stage) -> None:
    stage.teams.targeted = False
    stage.router.answer = HELLO
    await stage.staff.command("help", stage.chat)
    await stage.teams.until(lambda: stage.staff.direct_messages)
    assert "Alleen voor jou" in stage.staff.direct_messages[-1].words


async def test_a_form_asked_for_in_a_conversation_waits_behind_a_button(stage: Stage) -> None:
    stage.router.answer = Open(FORM)
    await stage.staff.command("koppel", stage.room)
    starter = await stage.teams.until(lambda: next(iter(stage.staff.ephemerals), None))
    assert (starter.labels, "Utrecht" in str(starter.card)) == (["Laten ondertekenen"], False)
    (first,) = stage.router.handled
    await stage.staff.press(starter, "command")
    view = await stage.staff.view("send")
    again = stage.router.handled[-1]
    assert isinstance(first, Command)
    assert isinstance(again, Command)
    assert (again.words, again.place) == (first.words, first.place)
    stage.router.answer = Done()
    await stage.staff.fill(view).submit()
    assert "Klaar." in (await stage.staff.view()).words


async def test_a_button_in_the_personal_chat_leads_to_the_conversation(stage: Stage) -> None:
    stage.teams.targeted = False
    stage.router.answer = Open(FORM)
    await stage.staff.command("sign", stage.chat)
    await stage.teams.until(lambda: stage.staff.direct_messages)
    await stage.staff.press(stage.staff.direct_messages[-1], "command")
    again = stage.router.handled[-1]
    assert isinstance(again, Command)
    assert again.place == stage.place_of(stage.chat)
    assert again.actor.place == stage.place_of(stage.teams.personal(stage.staff))


async def test_a_form_in_the_personal_chat_is_there_at_once(stage: Stage) -> None:
    stage.router.answer = Open(FORM)
    await stage.staff.command("sign", stage.teams.personal(stage.staff))
    await stage.teams.until(lambda: stage.staff.direct_messages)
    assert "Laten ondertekenen" in stage.staff.direct_messages[-1].words


async def test_a_lost_private_answer_is_in_the_log_without_its_words(stage: Stage) -> None:
    stage.teams.break_next("whisper", Status(502))
    stage.router.answer = HELLO
    with capture_logs() as logs:
        await stage.staff.command("help", stage.room)
        await stage.adapter.stop()
    assert "teams_private_answer_lost" in {line["event"] for line in logs}
    assert "Alleen voor jou" not in str(logs)


# --- what people are shown: presses ---


async def test_words_answer_a_press(stage: Stage) -> None:
    stage.router.answer = HELLO
    await stage.client.press(await stage.post(a_card()), "approve")
    assert "Alleen voor jou" in (await stage.client.told("Alleen voor jou")).words
    assert not stage.client.views


async def test_a_link_answers_a_press_in_a_card_with_a_way_back(stage: Stage) -> None:
    stage.router.answer = LINKED
    stage.router.view = OWN
    card = await stage.post(a_card())
    await stage.client.press(card, "approve")
    view = await stage.client.view(containing="De nieuwe versie")
    assert (view.links, view.labels) == (["https://teams.example/1"], ["Terug"])
    await stage.client.press(view, "Terug")
    assert "Taak uitvoeren" in (await stage.client.sees(card)).words
    assert not stage.client.views


async def test_a_form_takes_the_place_of_the_card_and_can_be_left(stage: Stage) -> None:
    stage.router.view = OWN
    view = await open_inline(stage)
    assert view.labels == ["Versturen", "Terug"]
    assert "refresh" not in view.card
    await stage.client.press(view, "Terug")
    assert not stage.client.views
    (asked,) = stage.router.views_asked
    assert (asked.value, asked.actor.account.user) == ("e1", stage.client.id)


async def test_after_a_form_the_viewer_sees_their_own_view(stage: Stage) -> None:
    stage.router.view = OWN
    view = await open_inline(stage)
    stage.router.answer = Done()
    await stage.client.fill(view).submit()
    assert view.message
    shown = await stage.client.sees(view.message)
    assert "Taak uitvoeren" in shown.words
    assert shown.card
    assert {stage.staff.id, stage.client.id} == set(shown.card["refresh"]["userIds"])


async def test_each_viewer_asks_for_a_view_of_their_own(stage: Stage) -> None:
    stage.router.view = OWN
    card = await stage.post(Card("Voor iedereen", (), "Voor iedereen", Personal(SHOW, "e1", (stage.client.id,))))
    assert "Taak uitvoeren" in (await stage.client.sees(card)).words
    await stage.teams.settled()
    assert {press.actor.account.user for press in stage.router.views_asked} == {stage.staff.id, stage.client.id}


async def test_errors_come_in_the_form_with_what_was_typed(stage: Stage) -> None:
    stage.router.view = OWN
    view = await open_inline(stage)
    stage.router.answer = FormErrors({"place": "Te kort"})
    after = await stage.client.fill(view, place="U", documents=["Twee"], remind=False).submit()
    assert after.errors == {"place": "Te kort"}
    assert [after.chosen(each) for each in ("place", "documents", "remind")] == [["U"], ["d2"], ["false"]]
    assert after.labels == ["Versturen", "Terug"]


async def test_a_refusal_takes_the_place_of_a_form_in_a_card(stage: Stage) -> None:
    view = await open_inline(stage)
    stage.router.answer = HELLO
    after = await stage.client.fill(view).submit()
    assert "Alleen voor jou" in after.words
    assert after.labels == ["Terug"]


async def test_an_old_client_gets_a_dialog(stage: Stage) -> None:
    stage.router.answer = Open(FORM)
    await stage.client.on_old_client().press(await stage.post(a_card()), "approve")
    view = await stage.client.view("send")
    assert view.way == "task/submit"
    stage.router.answer = Done()
    await stage.client.fill(view).submit()
    assert not stage.client.views


# --- what people are shown: dialogs ---


async def test_a_page_is_shown_in_a_dialog_and_linked_to_in_a_card(stage: Stage) -> None:
    address = "https://paraaf.example/signing/s3cret"
    stage.teams.domains = frozenset({"paraaf.example"})
    link = Actions((Link("Documenten openen", address),))
    stage.router.answer = Open(Form("documents", "Documenten", (link,), "Sluiten", page=address))
    message = await stage.post(a_card())
    await stage.client.on_old_client().press(message, "approve")
    assert (await stage.client.view(containing="Documenten")).page == f"{address}?in=teams"
    await stage.client.press(message, "approve")
    card = await stage.client.view(containing="Documenten openen")
    assert (card.page, card.links, card.labels) == ("", [address], ["Documenten openen", "Terug"])


async def test_marks_what_is_wrong_in_a_dialog_and_keeps_the_rest(stage: Stage) -> None:
    view = await open_dialog(stage)
    stage.router.answer = FormErrors({"place": "Te kort"})
    after = await stage.staff.fill(view, place="U", documents=["Een"]).submit()
    assert (after.errors, after.chosen("documents"), after.chosen("place")) == ({"place": "Te kort"}, ["d1"], ["U"])
    assert stage.staff.views == [after]


async def test_a_form_takes_the_place_of_the_one_before(stage: Stage) -> None:
    view = await open_dialog(stage)
    stage.router.answer = Open(NEXT)
    after = await stage.staff.fill(view).submit()
    assert (after.form_id, len(stage.staff.views)) == ("link", 1)


async def test_a_refusal_takes_the_place_of_a_dialog(stage: Stage) -> None:
    view = await open_dialog(stage)
    stage.router.answer = HELLO
    after = await stage.staff.fill(view).submit()
    assert ("Alleen voor jou" in after.words, after.form_id) == (True, "")


async def test_a_dialog_with_nothing_to_show_says_that_it_is_done(stage: Stage) -> None:
    await stage.staff.compose("sign", stage.room)
    await stage.staff.told("Klaar.")


# --- mistakes and delays ---


@pytest.mark.parametrize("surface", ["message", "press", "dialog"])
async def test_a_mistake_of_ours_is_told(stage: Stage, surface: str) -> None:
    stage.router.mistake = ZeroDivisionError("een geheime reden")
    with capture_logs() as logs:
        if surface == "message":
            await stage.staff.command("sign", stage.room)
        elif surface == "press":
            await stage.staff.press(await stage.post(a_card()), "approve")
        else:
            await stage.staff.compose("sign", stage.room)
        await stage.staff.told("Incident 4711")
    assert len(stage.guard.forgotten) == 1
    assert "geheime" not in str(logs)


async def test_an_answer_that_fits_nothing_is_a_mistake(stage: Stage) -> None:
    stage.router.answer = Found(())
    await stage.staff.press(await stage.post(a_card()), "approve")
    await stage.staff.told("Incident 4711")


async def test_a_form_beyond_the_limits_is_a_mistake(stage: Stage) -> None:
    stage.router.answer = Open(Form("send", "x", (), "x", "x", context="x" * 30_000))
    await stage.staff.compose("sign", stage.room)
    await stage.staff.told("Incident 4711")


async def test_a_slow_press_can_be_repeated(slow: Stage) -> None:
    card = await slow.post(a_card())
    slow.router.hold = asyncio.Event()
    await slow.client.press(card, "approve")
    await slow.client.told("duurt langer")
    slow.router.hold.set()
    slow.router.answer = HELLO
    await slow.client.press(card, "approve")
    await slow.client.told("Alleen voor jou")


async def test_a_slow_dialog_says_so(slow: Stage) -> None:
    slow.router.hold = asyncio.Event()
    await slow.staff.compose("sign", slow.room)
    await slow.staff.told("duurt langer")


@pytest.mark.parametrize("is_dialog", [True, False])
async def test_what_was_typed_outlives_a_slow_answer(slow: Stage, *, is_dialog: bool) -> None:
    view = await (open_dialog(slow) if is_dialog else open_inline(slow))
    user = slow.staff if is_dialog else slow.client
    slow.router.hold = asyncio.Event()
    after = await user.fill(view, place="Gouda").submit()
    assert "duurt langer" in after.errors["place"]
    assert after.chosen("place") == ["Gouda"]
    slow.router.hold.set()
    slow.router.answer = Done()
    slow.router.view = OWN
    await user.fill(after).submit()
    assert not user.views
    first, again = slow.router.handled
    assert isinstance(first, Submission)
    assert isinstance(again, Submission)
    assert (first.key, first.values) == (again.key, again.values)


async def test_a_slow_command_is_acknowledged_and_told_later(slow: Stage) -> None:
    slow.router.hold = asyncio.Event()
    slow.router.answer = HELLO
    await slow.staff.command("help", slow.room)
    assert not slow.staff.ephemerals
    slow.router.hold.set()
    await slow.staff.told("Alleen voor jou")


async def test_a_slow_search_finds_nothing(slow: Stage) -> None:
    view = await open_dialog(slow)
    slow.router.hold = asyncio.Event()
    slow.router.answer = Found((Option("c1", "Bakkerij Karim"),))
    assert await slow.staff.search(view, "client", "bak") == []


async def test_stopping_finishes_what_is_being_shown(stage: Stage) -> None:
    stage.router.answer = HELLO
    await stage.staff.command("help", stage.room)
    await stage.adapter.stop()
    assert len(stage.staff.ephemerals) == 1


async def test_a_roster_that_fails_costs_no_card(stage: Stage) -> None:
    stage.teams.break_always("members", Refuse(403, "NotEnoughPermissions"))
    card = await stage.post(Card("x", (), "x", Personal(SHOW, "e1", (stage.client.id,))))
    assert card.card
    assert card.card["refresh"]["userIds"] == [stage.client.id]
