"""The main line once more over Socket Mode, where Paraaf calls Slack and nobody has to reach Paraaf."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from adapters.demo.office import CORRECTED_RETURN, KAREL, NOOR, OFFICE_NAME, RETURN, SANNE
from tests.e2e import words
from tests.e2e.running import Running, run_everything
from tests.e2e.slack_control import read

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run_everything(tmp_path_factory.mktemp("demo"), channels=2, socket_mode=True) as everything:
        yield everything


async def test_from_the_first_sign_to_a_signed_correction(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    await story.reject(KAREL, card, "De hypotheekrente klopt niet.")
    note = await story.reply(card, "De hypotheekrente klopt niet.")
    await story.press(SANNE, note, words.RESEND)
    corrected = await story.send(CORRECTED_RETURN)
    await story.until_card_says(card, words.SUPERSEDED)
    await story.approve(KAREL, corrected)
    await story.until_card_says(corrected, words.SIGNED)


async def test_refusals_are_private_here_too(running: Running) -> None:
    story = running.begin()
    card = await story.ask(RETURN)
    await story.sign(NOOR)
    assert (await story.told(NOOR)).startswith(f"Alleen teamleden van {OFFICE_NAME}")
    await story.press(NOOR, card, words.APPROVE)
    assert (await story.told(NOOR, 2)).startswith(f"Alleen {KAREL.name} kan dit verzoek beantwoorden.")
    await story.press(KAREL, card, words.REJECT)
    assert await story.answer(KAREL, words.REJECT, {words.REASON: " "}) == {"reason": "Vul dit in."}
    await running.slack.close_modal(KAREL)
    assert words.WAITING in read((await story.cards())[-1])


async def test_no_address_of_paraaf_is_called(running: Running) -> None:
    sent = [each for each in await running.slack.log() if "/slack/events" in str(each)]
    assert sent == []
