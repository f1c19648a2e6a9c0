"""The whole story on Microsoft's Agents Playground, over HTTP and its web socket, with nothing in between replaced.

The playground has one channel, so the tests share it: each sends a request of its own, which is a thread of its own.
"""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import unquote

import pytest
import pytest_asyncio
from pypdf import PdfReader

from adapters.demo.office import (
    ACCOUNTS,
    CORRECTED_RETURN,
    KAREL,
    LOTTE,
    NOOR,
    OFFICE_NAME,
    PETER,
    RETURN,
    SANNE,
    STAGE,
)
from adapters.demo.playground.stage import Member
from tests.e2e import words
from tests.e2e.running import TeamsRunning, run_teams
from tests.e2e.teams_control import Message
from tests.e2e.teams_steps import CLIENT, TeamsStory, buttons
from tests.strict_teams.facts import ClientRefuses
from tests.strict_teams.reading import find_buttons, find_links, find_pings

pytestmark = pytest.mark.asyncio(loop_scope="module")

REASON = "De hypotheekrente is 6.840 euro, niet 4.120."
REFUSED_STAFF = f"Alleen teamleden van {OFFICE_NAME} kunnen dit doen. Vraag het hun in dit gesprek."
REFUSED_SIGNER = f"Alleen {KAREL.name} kan dit verzoek beantwoorden. Er is niets veranderd."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TeamsRunning]:
    async with run_teams(tmp_path_factory.mktemp("demo")) as everything:
        yield everything


@pytest.fixture
def story(running: TeamsRunning) -> TeamsStory:
    return TeamsStory(running.teams, STAGE.channel)


@pytest.fixture
def group(running: TeamsRunning) -> TeamsStory:
    """In the group chat of another client, which is linked already."""
    return TeamsStory(running.teams, STAGE.group)


async def test_from_the_compose_box_to_a_signed_correction(story: TeamsStory) -> None:
    card = await story.ask(RETURN, message="Klopt alles?")
    managing = ["Herinner nu", words.WITHDRAW, words.LOG]
    assert buttons(card.card) == [words.VIEW, words.APPROVE, words.REJECT, words.DELEGATE, *managing]
    assert f"{words.WAITING} {KAREL.name}" in card.words
    assert f"{RETURN} · 2 pagina’s" in card.words
    assert "Klopt alles?" in card.words
    assert find_pings(card.card) == {Member(KAREL).id}

    own = (await story.reject(KAREL, card, REASON)).shown
    assert words.REJECTED in own.words
    note = await story.reply(card, REASON)
    assert note.words.startswith(f"{SANNE.name} — {KAREL.name} heeft afgekeurd, met deze reden:")
    assert find_pings(note.card) == {Member(SANNE).id}
    assert buttons((await story.until_card_says(card, words.REJECTED)).card) == [words.VIEW, words.LOG]

    form = (await story.press(SANNE, note, words.RESEND)).shown
    corrected = await story.send(form, CORRECTED_RETURN)
    old = await story.until_card_says(card, words.SUPERSEDED)
    assert "Vervangen door de nieuwe versie" in old.words
    # News of the evidence may show that it was replaced before the new card is there to be pointed at.
    await story.teams.until(story.room, lambda each: each.id == card.id and _leads_to(each, corrected))
    assert _leads_to(corrected, card)

    own = (await story.approve(KAREL, corrected)).shown
    assert words.SIGNED in own.words
    signed = await story.until_card_says(corrected, words.SIGNED)
    assert re.search(rf"{words.SIGNED} · {KAREL.name} op {words.MOMENT}", signed.words)
    assert "Utrecht" in signed.words
    assert buttons(signed.card) == [words.VIEW, words.LOG]
    await story.reply(corrected, f"{SANNE.name} — {KAREL.name} heeft goedgekeurd.")


async def test_a_command_is_answered_with_a_button_that_opens_the_dialog(story: TeamsStory) -> None:
    await story.ask(RETURN)  # the conversation is linked from here on
    asked = await _ask(story, "sign", "alleen u ziet wat er opent")
    form = (await story.press(SANNE, asked, words.SEND_TITLE)).shown
    assert CLIENT in form.words
    card = await story.send(form, ACCOUNTS)
    assert f"{ACCOUNTS} · 12 pagina’s" in card.words
    assert card.place.partition(";messageid=")[2] == card.id  # a post of its own, not a reply to the command


async def test_koppel_offers_the_clients_and_says_which_one_it_is(story: TeamsStory) -> None:
    asked = await _ask(story, "koppel", "alleen u ziet wat er opent")
    form = (await story.press(SANNE, asked, words.LINK_TITLE)).shown
    told = await story.fill(form, client=CLIENT)
    assert f"Dit gesprek is nu gekoppeld aan {CLIENT}." in told.shown.words


@pytest.mark.parametrize("typed", ["help", ""])
async def test_help_is_told_to_who_asks(story: TeamsStory, typed: str) -> None:
    told = await _ask(story, typed, "@Paraaf koppel")
    assert "@Paraaf sign" in told.words
    assert ";messageid=" in told.place  # below the question


async def test_help_in_the_chat_with_paraaf_needs_no_mention(running: TeamsRunning) -> None:
    await running.teams.write(STAGE.personal, "help", mention=False)
    told = await running.teams.until(STAGE.personal, lambda each: "@Paraaf koppel" in each.words)
    assert told.place == STAGE.personal.id


async def test_only_staff_may_send(story: TeamsStory) -> None:
    before = len(story.cards())
    for user in (KAREL, PETER):
        told = await story.compose(user)
        assert told.shown.words.endswith(REFUSED_STAFF)
        assert not told.shown.inputs
    asked = await _ask(story, "sign", "alleen u ziet wat er opent")
    assert (await story.press(KAREL, asked, words.SEND_TITLE)).words == REFUSED_STAFF
    assert len(story.cards()) == before


async def test_only_the_signer_may_answer(story: TeamsStory) -> None:
    card = await story.ask(RETURN)
    for user in (NOOR, LOTTE, SANNE):
        for label in (words.APPROVE, words.REJECT):
            assert (await story.press(user, card, label)).words == REFUSED_SIGNER
    assert words.WAITING in story.cards()[-1].words
    form = (await story.press(KAREL, card, words.APPROVE)).shown
    stolen = replace(form, user=Member(NOOR).id)
    assert REFUSED_SIGNER in (await story.fill(stolen, place="Utrecht")).shown.words
    assert words.WAITING in story.cards()[-1].words


async def test_a_reason_must_say_something_and_the_form_stays_until_it_does(story: TeamsStory) -> None:
    card = await story.ask(RETURN)
    form = (await story.press(KAREL, card, words.REJECT)).shown
    for nothing in ("", "   "):
        with pytest.raises(ClientRefuses):
            await story.fill(form, reason=nothing)
    # What the client lets through, or a client of one's own making does.
    for nothing in ("", "   ", "\N{ZERO WIDTH SPACE}" * 5, "\N{HANGUL FILLER}" * 5):
        again = (await story.send_raw(form, {"reason": nothing})).shown
        again.complain()
        assert again.errors == {"reason": "Vul dit in."}
    again = (await story.send_raw(form, {"reason": "ok\N{ZERO WIDTH SPACE}"})).shown
    again.complain()
    assert again.errors == {"reason": "Ten minste 3 zichtbare tekens."}
    assert words.WAITING in story.cards()[-1].words
    assert words.REJECTED in (await story.fill(again, reason=REASON)).shown.words
    await story.reply(card, REASON)


async def test_a_second_click_after_the_decision_is_told_what_was_answered(story: TeamsStory) -> None:
    card = await story.ask(RETURN)
    await story.approve(KAREL, card)
    await story.until_card_says(card, words.SIGNED)
    # The buttons are gone from the card; somebody may still have the old one before them.
    for label in (words.APPROVE, words.REJECT):
        told = await story.press(KAREL, card, label)
        assert re.fullmatch(rf"U hebt dit goedgekeurd op {words.MOMENT}\. Dat antwoord is definitief\.", told.words)
    told = await story.press(SANNE, card, words.WITHDRAW)
    assert re.fullmatch(rf"{KAREL.name} heeft dit goedgekeurd op {words.MOMENT}\. Het is ondertekend\.", told.words)


async def test_an_impatient_double_click_answers_once(story: TeamsStory) -> None:
    card = await story.ask(RETURN)
    form = (await story.press(KAREL, card, words.REJECT)).shown
    await asyncio.gather(*(story.fill(form, reason=REASON) for _ in range(2)))
    await story.until_card_says(card, words.REJECTED)
    await story.reply(card, REASON)
    # What comes after it in this conversation was delivered, so nothing of it is still on its way.
    await story.ask(ACCOUNTS)
    mine = [each for each in story.teams.messages(story.room) if each.place == card.place and REASON in each.words]
    assert len(mine) == 1


async def test_of_two_racing_answers_one_counts_and_the_other_is_told(story: TeamsStory) -> None:
    for number in range(4):
        card = await story.ask(RETURN)
        form = (await story.press(KAREL, card, words.REJECT)).shown
        answered, withdrawn = await asyncio.gather(
            story.fill(form, reason=REASON), story.press(SANNE, card, words.WITHDRAW)
        )
        if withdrawn.view and words.WITHDRAWN in withdrawn.view.words:
            assert re.search(rf"{SANNE.name} heeft dit ingetrokken op {words.MOMENT}\.", answered.shown.words)
            await story.reply(card, f"{SANNE.name} heeft dit verzoek ingetrokken")
            final, other = words.WITHDRAWN, words.REJECTED
        else:
            assert re.match(rf"{KAREL.name} heeft dit afgekeurd op {words.MOMENT}\. ", withdrawn.words)
            assert words.REJECTED in answered.shown.words
            await story.reply(card, REASON)
            final, other = words.REJECTED, words.WITHDRAWN
        assert other not in (await story.until_card_says(card, final)).words, f"round {number}"


async def test_staff_withdraw_and_nobody_else_does(story: TeamsStory) -> None:
    card = await story.ask(RETURN)
    assert (await story.press(NOOR, card, words.WITHDRAW)).words == REFUSED_STAFF
    assert words.WITHDRAWN in (await story.press(SANNE, card, words.WITHDRAW)).shown.words
    assert buttons((await story.until_card_says(card, words.WITHDRAWN)).card) == [words.VIEW, words.LOG]
    note = await story.reply(card, f"{SANNE.name} heeft dit verzoek ingetrokken.")
    assert find_pings(note.card) == {Member(KAREL).id}
    told = await story.press(KAREL, card, words.APPROVE)
    assert re.fullmatch(
        rf"{SANNE.name} heeft dit ingetrokken op {words.MOMENT}\. U hoeft niets meer te doen\.", told.words
    )


async def test_a_rejected_request_is_corrected_once_and_by_staff(story: TeamsStory) -> None:
    card = await story.ask(RETURN)
    await story.reject(KAREL, card, REASON)
    note = await story.reply(card, REASON)
    assert (await story.press(KAREL, note, words.RESEND)).words == REFUSED_STAFF
    form = (await story.press(SANNE, note, words.RESEND)).shown
    assert f"Nieuwe versie van: {RETURN}" in form.words
    await story.send(form, CORRECTED_RETURN)
    await story.until_card_says(card, words.SUPERSEDED)
    number = len(story.cards())
    told = await story.press(SANNE, note, words.RESEND)
    assert re.match(rf"{SANNE.name} heeft op {words.MOMENT} een nieuwe versie gestuurd\. Die telt nu\.", told.said)
    assert len(story.cards()) == number


async def test_the_signer_sees_exactly_what_was_sent_and_strangers_do_not(
    story: TeamsStory, running: TeamsRunning
) -> None:
    card = await story.ask(RETURN)
    refused = await story.press(NOOR, card, words.VIEW)
    assert f"Deze documenten zijn voor {KAREL.name} en het kantoor." in refused.said
    shown = (await story.press(KAREL, card, words.VIEW)).shown
    (page,) = (each for each in shown.links if each.startswith(running.paraaf))
    async with running.teams.http.get(f"{page.removesuffix('?in=teams')}/documents/1") as answer:
        assert (answer.status, answer.content_type) == (200, "application/pdf")
        text = PdfReader(io.BytesIO(await answer.read())).pages[0].extract_text()
    assert "4.120" in text


async def test_what_is_wrong_with_a_request_is_told_at_its_field(story: TeamsStory) -> None:
    await story.ask(RETURN)
    form = (await story.compose()).shown
    again = (await story.send_raw(form, {"signer": Member(KAREL).id, "due": "2020-01-01", "remind": "true"})).shown
    again.complain()
    assert again.errors == {
        "documents": "Kies ten minste één document, of upload er een.",
        "due": "Kies vandaag of een latere dag.",
    }
    assert again.chosen("signer") == [Member(KAREL).id]


async def test_in_a_group_chat_the_reason_is_the_next_message(group: TeamsStory) -> None:
    await group.teams.write(group.room, "help")  # where nobody ever spoke to Paraaf it does not know how to answer
    await group.teams.until(group.room, lambda each: "@Paraaf koppel" in each.words)
    card = await group.ask("Brief prognose 2026.pdf", to=LOTTE)
    assert card.place == group.room.id
    await group.reject(LOTTE, card, REASON)
    note = await group.reply(card, REASON)
    assert find_pings(note.card) == {Member(SANNE).id}
    await group.until_card_says(card, words.REJECTED)


async def test_an_older_teams_gets_the_same_form_in_a_dialog(story: TeamsStory) -> None:
    card = await story.ask(RETURN)
    reject = next(each for each in find_buttons(card.card) if each["title"] == words.REJECT)
    answer = await story.teams.send_old(Member(KAREL), card, reject)
    assert answer["task"]["type"] == "continue"
    assert answer["task"]["value"]["title"] == words.REJECT


def _leads_to(message: Message, other: Message) -> bool:
    address = f"https://teams.microsoft.com/l/message/{STAGE.channel.id}/{other.id}?"
    return any(unquote(link).startswith(address) for link in find_links(message.card))


async def _ask(story: TeamsStory, text: str, expected: str) -> Message:
    """Write to Paraaf in a post; its answer, which has these words."""
    before = len([each for each in story.teams.messages(story.room) if expected in each.words])
    await story.teams.write(story.room, text)
    return await story.teams.until(story.room, lambda each: expected in each.words, before + 1)
