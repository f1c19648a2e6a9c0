"""The whole story on the real client, which sends signed HTTP requests; nothing in between is a stand-in."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from pypdf import PdfReader

from adapters.demo.client.workspace import User
from adapters.demo.office import ACCOUNTS, CORRECTED_RETURN, KAREL, MARK, NOOR, OFFICE_NAME, PETER, RETURN, SANNE
from adapters.demo.papers.paper import Paper
from tests.e2e import words
from tests.e2e.filling_in import fill_in
from tests.e2e.running import Running, run_everything
from tests.e2e.slack_control import Json, buttons, read
from tests.e2e.steps import CLIENT, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")

REASON = "De hypotheekrente is 6.840 euro, niet 4.120."
OPEN_BUTTONS = [words.VIEW, words.APPROVE, words.REJECT, words.DELEGATE, words.REMIND, words.WITHDRAW, words.LOG]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run_everything(tmp_path_factory.mktemp("demo"), channels=18) as everything:
        yield everything


async def test_from_the_first_sign_to_a_signed_correction(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    assert buttons(card) == OPEN_BUTTONS
    assert f"*{words.WAITING}* <@{KAREL.id}>" in read(card)
    assert f"*{RETURN}* · 2 pagina’s" in read(card)

    await story.reject(KAREL, card, REASON)
    note = await story.reply(card, REASON)
    assert read(note).startswith(f"<@{SANNE.id}> — *{KAREL.name} heeft afgekeurd, met deze reden:*")
    assert buttons(await story.until_card_says(card, words.REJECTED)) == [words.VIEW, words.LOG]

    await story.press(SANNE, note, words.RESEND)
    corrected = await story.send(CORRECTED_RETURN)
    old = await story.until_card_says(card, words.SUPERSEDED)
    assert _links_to(old) == {corrected["ts"]}
    assert _links_to(corrected) == {card["ts"]}

    await story.approve(KAREL, corrected)
    signed = await story.until_card_says(corrected, words.SIGNED)
    assert "Utrecht" in read(signed)
    assert buttons(signed) == [words.VIEW, words.LOG]
    await story.reply(corrected, f"<@{SANNE.id}> — *{KAREL.name} heeft goedgekeurd.*")
    assert [each["ts"] for each in await story.cards()] == [card["ts"], corrected["ts"]]


async def test_a_channel_is_linked_once(running: Running) -> None:
    story = running.begin()
    await story.ask(RETURN)
    await story.sign()
    dialog = await running.slack.until_modal()
    assert dialog["title"]["text"] == words.SEND_TITLE
    assert CLIENT in read(dialog)
    await running.slack.close_modal(SANNE)


async def test_only_staff_may_send(running: Running) -> None:
    story = running.begin()
    refusal = f"Alleen teamleden van {OFFICE_NAME} kunnen dit doen. Vraag het hun in dit gesprek."
    for user in (KAREL, PETER):
        await story.sign(user)
        assert await story.told(user) == refusal
    assert not await running.slack.has_modal()
    assert not await story.cards()


async def test_only_who_takes_part_may_send(running: Running) -> None:
    story = running.begin()
    await story.ask(RETURN)
    await story.sign(MARK)  # staff, but in no channel of this client
    assert (await story.told(MARK)).startswith(f"{MARK.name} neemt nu niet deel aan dit gesprek")


async def test_only_who_takes_part_can_be_asked_to_sign(running: Running) -> None:
    story = running.begin()
    await story.ask(RETURN)
    await story.sign()
    dialog = await running.slack.until_modal()
    values = fill_in(dialog, {words.DOCUMENTS: ACCOUNTS, words.SIGNER: KAREL.name})
    chosen = {"value": PETER.id, "text": {"type": "plain_text", "text": PETER.name}}
    forged = {"signer": {"signer": {"type": "static_select", "selected_option": chosen}}}
    assert await running.slack.submit(SANNE, {**values, **forged}) == {
        "signer": "Deze persoon neemt nu niet deel aan dit gesprek. Nodig de persoon uit, of kies iemand anders."
    }
    await running.slack.close_modal(SANNE)
    assert len(await story.cards()) == 1


async def test_only_the_signer_may_answer(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    refusal = f"Alleen {KAREL.name} kan dit verzoek beantwoorden. Er is niets veranderd."
    for user in (NOOR, PETER, SANNE):
        await story.press(user, card, words.APPROVE)
        assert await story.told(user) == refusal
        await story.press(user, card, words.REJECT)
        assert await story.told(user, 2) == refusal
    assert not await running.slack.has_modal()
    assert read((await story.cards())[-1]) == read(card)


async def test_of_two_racing_answers_one_counts_and_the_other_is_told(running: Running) -> None:
    story = running.begin()
    for number in range(4):
        card = await story.ask(RETURN)
        await story.press(KAREL, card, words.REJECT)
        dialog = await running.slack.until_modal()
        submission = running.slack.submit(KAREL, fill_in(dialog, {words.REASON: REASON}))
        await asyncio.gather(submission, story.press(SANNE, card, words.WITHDRAW))
        if await running.slack.has_modal():
            told = read(await running.slack.until_modal())
            assert re.match(
                rf"{SANNE.name} heeft dit ingetrokken op {words.MOMENT}\. U hoeft niets meer te doen\.", told
            )
            await running.slack.close_modal(KAREL)
            await story.reply(card, f"{SANNE.name} heeft dit verzoek ingetrokken")
            final, other = words.WITHDRAWN, words.REJECTED
        else:
            await story.reply(card, REASON)
            refusals = [each for each in await _private_words(story, SANNE) if "afgekeurd" in each]
            assert re.match(rf"{KAREL.name} heeft dit afgekeurd op {words.MOMENT}\. ", refusals[-1])
            final, other = words.REJECTED, words.WITHDRAWN
        assert other not in read(await story.until_card_says(card, final)), f"round {number}"


async def test_an_impatient_double_click_answers_once(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    await story.press(KAREL, card, words.REJECT)
    values = fill_in(await running.slack.until_modal(), {words.REASON: REASON})
    await asyncio.gather(*(running.slack.submit(KAREL, values) for _ in range(2)))
    await story.until_card_says(card, words.REJECTED)
    await story.reply(card, REASON)
    if await running.slack.has_modal():  # the second click may be told that the first one was final
        assert re.match(f"U hebt dit afgekeurd op {words.MOMENT}", read(await running.slack.until_modal()))
        await running.slack.close_modal(KAREL)
    # What comes after it in this conversation was delivered, so nothing of it is still on its way.
    await story.ask(ACCOUNTS)
    assert len([each for each in await running.slack.messages(story.channel.id) if REASON in read(each)]) == 1


async def test_a_reason_must_say_something_and_the_dialog_stays_open_until_it_does(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    await story.press(KAREL, card, words.REJECT)
    for nothing in ("", "   ", "\N{ZERO WIDTH SPACE}" * 5, "\N{HANGUL FILLER}" * 5):
        assert await story.answer(KAREL, words.REJECT, {words.REASON: nothing}) == {"reason": "Vul dit in."}
    too_short = {"reason": "Ten minste 3 zichtbare tekens."}
    assert await story.answer(KAREL, words.REJECT, {words.REASON: "ok\N{ZERO WIDTH SPACE}"}) == too_short
    assert await story.answer(KAREL, words.REJECT, {words.REASON: "x" * 2_001}) == {"reason": "Hoogstens 2000 tekens."}
    assert words.WAITING in read((await story.cards())[-1])
    assert await story.answer(KAREL, words.REJECT, {words.REASON: REASON}) == {}
    await story.reply(card, REASON)


async def test_a_second_click_after_the_decision_is_told_what_was_answered(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    await story.approve(KAREL, card)
    await story.until_card_says(card, words.SIGNED)
    # The buttons are gone from the card; somebody may still have the old one before them.
    for number, label in enumerate((words.APPROVE, words.REJECT), 1):
        await story.press(KAREL, card, label)
        told = await story.told(KAREL, number)
        assert re.fullmatch(rf"U hebt dit goedgekeurd op {words.MOMENT}\. Dat antwoord is definitief\.", told)
    await story.press(SANNE, card, words.WITHDRAW)
    told = await story.told(SANNE)
    assert re.fullmatch(rf"{KAREL.name} heeft dit goedgekeurd op {words.MOMENT}\. Het is ondertekend\.", told)


async def test_staff_withdraw_and_nobody_else_does(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    await story.press(NOOR, card, words.WITHDRAW)
    assert (await story.told(NOOR)).startswith(f"Alleen teamleden van {OFFICE_NAME}")
    await story.press(SANNE, card, words.WITHDRAW)
    assert buttons(await story.until_card_says(card, words.WITHDRAWN)) == [words.VIEW, words.LOG]
    await story.reply(card, f"<@{KAREL.id}> — *{SANNE.name} heeft dit verzoek ingetrokken.")
    await story.press(KAREL, card, words.APPROVE)
    told = await story.told(KAREL)
    assert re.fullmatch(rf"{SANNE.name} heeft dit ingetrokken op {words.MOMENT}\. U hoeft niets meer te doen\.", told)


async def test_a_rejected_request_is_corrected_once_and_by_staff(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    await story.reject(KAREL, card, REASON)
    note = await story.reply(card, REASON)
    await story.press(KAREL, note, words.RESEND)
    assert (await story.told(KAREL)).startswith(f"Alleen teamleden van {OFFICE_NAME}")
    await story.press(SANNE, note, words.RESEND)
    assert f"Nieuwe versie van: {RETURN}" in read(await running.slack.until_modal())
    corrected = await story.send(CORRECTED_RETURN)
    await story.until_card_says(card, words.SUPERSEDED)
    await story.press(SANNE, note, words.RESEND)
    told = await story.told(SANNE)
    assert re.match(rf"{SANNE.name} heeft op {words.MOMENT} een nieuwe versie gestuurd\. Die telt nu\.", told)
    assert len(await story.cards()) == 2
    assert words.WAITING in read(corrected)


async def test_the_signer_sees_exactly_what_was_sent_and_strangers_do_not(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    await story.press(NOOR, card, words.VIEW)
    assert await story.told(NOOR) == f"Deze documenten zijn voor {KAREL.name} en het kantoor."
    await story.press(KAREL, card, words.VIEW)
    page = re.search(rf"{re.escape(running.paraaf)}/signing/[\w-]+", str(await running.slack.until_modal()))
    assert page
    async with running.slack.http.get(f"{page[0]}/documents/1") as answer:
        assert (answer.status, answer.content_type) == (200, "application/pdf")
        text = PdfReader(io.BytesIO(await answer.read())).pages[0].extract_text()
    assert "Aangifte inkomstenbelasting 2025" in text
    assert "4.120" in text
    await running.slack.close_modal(KAREL)


async def test_several_documents_with_a_message_and_a_due_date(running: Running) -> None:
    story = running.begin()
    await story.ask(RETURN)
    await story.sign()
    answers = {
        words.DOCUMENTS: [RETURN, ACCOUNTS, "Algemene voorwaarden.pdf"],
        words.SIGNER: KAREL.name,
        words.MESSAGE: "Graag voor het weekend, dan dienen wij <alles> & de rest in.",
        words.DUE: "2099-12-31",
    }
    assert await story.answer(SANNE, words.SEND_TITLE, answers) == {}
    await story.tell_what_is_asked()
    card = await running.slack.until(story.channel, lambda each: "3 documenten" in read(each))
    assert read(card).splitlines()[0].endswith("3 documenten")
    assert f"*{ACCOUNTS}* · 12 pagina’s" in read(card)
    assert "31 december 2099" in read(card)
    assert "Graag voor het weekend, dan dienen wij" in read(card)


async def test_what_is_wrong_with_a_request_is_told_at_its_field(running: Running) -> None:
    story = running.begin()
    await story.ask(RETURN)
    await story.sign()
    empty = {words.SIGNER: KAREL.name, words.DUE: "2020-01-01"}
    assert await story.answer(SANNE, words.SEND_TITLE, empty) == {
        "documents": "Kies ten minste één document, of upload er een.",
        "due": "Kies vandaag of een latere dag.",
    }
    await running.slack.close_modal(SANNE)


async def test_an_uploaded_file_is_filed_and_sent(running: Running) -> None:
    story = running.begin()
    await story.ask(RETURN)
    content = Paper("Upload", datetime.now(UTC)).bytes()
    file = await running.slack.upload(SANNE, story.channel, "Nieuwe polis.pdf", content)
    await story.sign()
    dialog = await running.slack.until_modal()
    uploads = {"uploads": {"uploads": {"type": "file_input", "files": [{"id": file}]}}}
    assert await running.slack.submit(SANNE, {**fill_in(dialog, {words.SIGNER: KAREL.name}), **uploads}) == {}
    await running.slack.until(story.channel, lambda each: "*Nieuwe polis.pdf* · 1 pagina" in read(each))


async def test_help_is_told_to_who_asks(running: Running) -> None:
    story = running.begin()
    await story.sign(KAREL, "help")
    assert "/sign koppel" in await story.told(KAREL)


async def _private_words(story: Story, user: User) -> list[str]:
    found = await story.slack.messages(story.channel.id)
    return [read(each) for each in found if each.get("ephemeral_to") == user.id]


def _links_to(message: Json) -> set[str]:
    """The messages that the permanent links in a message lead to, by their ts."""
    return {f"{digits[:-6]}.{digits[-6:]}" for digits in re.findall(r"/archives/\w+/p(\d+)", read(message))}
