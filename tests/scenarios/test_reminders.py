"""Reminders in both chats: the card to answer on, postponing, asking at once, and several on one morning."""

from datetime import timedelta

from bot.domain.envelope import EnvelopeState
from bot.domain.log import Happening
from bot.domain.people import Cadence
from bot.domain.reminders import find_next
from bot.use_cases.remind import Reminding
from tests.scenarios.certifying import envelope_of, send
from tests.scenarios.scene import Scene, on


async def remind_on_the_first_morning(scene: Scene) -> None:
    """Let the clock jump to the first reminder of what was sent just now."""
    now = scene.clock.now()
    step = find_next(now, None, Cadence(), now)
    assert step
    scene.clock.move(step.at - now + timedelta(minutes=1))
    await Reminding(scene.ports).remind_due()
    await scene.settled()


async def test_a_reminder_bears_the_working_card_and_can_be_postponed(scene: Scene) -> None:
    card = await send(scene, scene.mila)
    await remind_on_the_first_morning(scene)
    reminder = await scene.chat.seen_by(scene.mila, scene.mila.direct_messages[-1])
    assert {"Bekijken", "Goedkeuren", "Afkeuren", "Herinner me morgen"} <= set(reminder.labels)
    assert "Herinnering: dit wacht op u" in reminder.words
    await scene.mila.press(scene.mila.direct_messages[-1], "Herinner me morgen")
    await scene.mila.told("U krijgt de volgende herinnering op")

    await scene.mila.press(scene.mila.direct_messages[-1], "Afkeuren")
    await scene.mila.fill(await scene.mila.view("reject"), reason="De huurprijs klopt niet.").submit()
    await scene.settled()
    assert (await envelope_of(scene, card)).state is EnvelopeState.REJECTED
    number = len(scene.mila.direct_messages)
    for _ in range(3):
        await remind_on_the_first_morning(scene)
    assert len(scene.mila.direct_messages) == number
    assert [line.facts["to"] for line in await scene.log_of(card) if line.happening is Happening.REMINDED] == [
        "Mila Haddad"
    ]


async def test_staff_remind_at_once_and_no_more_than_once_an_hour(scene: Scene) -> None:
    card = await send(scene, scene.mila)
    await scene.bas.press(card, "Herinner nu")
    await scene.bas.told("Er is een herinnering onderweg naar Mila Haddad")
    await scene.settled()
    assert "Herinnering: dit wacht op u" in scene.mila.direct_messages[-1].words
    await scene.bas.press(card, "Herinner nu")
    await scene.bas.told("minder dan een uur geleden")
    await scene.chat.press_early(scene.mila, card, "Herinner nu")
    await scene.mila.told("Alleen teamleden")
    await scene.settled()
    assert len(scene.mila.direct_messages) == 2
    (line,) = [each for each in await scene.log_of(card) if each.happening is Happening.REMINDED]
    assert (line.by.name, line.facts["how"]) == ("Bas Jansen", "direct")
    assert line.receipt


async def test_two_on_one_morning_make_one_message(scene: Scene) -> None:
    first, second = [await send(scene, scene.mila) for _ in range(2)]
    number = len(scene.mila.direct_messages)
    await remind_on_the_first_morning(scene)
    (listed,) = scene.mila.direct_messages[number:]
    assert "Er wachten 2 verzoeken op u" in listed.words
    assert listed.labels.count("Bekijken") == 2
    for card in (first, second):
        assert any(link.startswith(scene.chat.link_of(card)) for link in listed.links), listed.links
    await scene.mila.press(listed, "Herinner me morgen")
    await scene.mila.told("U krijgt de volgende herinnering op")


@on("teams")  # where an app that Karim's own organisation did not install cannot write to him
async def test_whoever_cannot_be_written_to_is_mentioned_in_the_thread(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await remind_on_the_first_morning(scene)
    note = await scene.message("Herinnering: dit wacht op u")
    assert (note.thread, note.pings) == (card.id, {scene.karim.id})
    (line,) = [each for each in await scene.log_of(card) if each.happening is Happening.REMINDED]
    assert line.facts["how"] == "thread"
