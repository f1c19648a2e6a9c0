"""Where Paraaf is and is not in Teams: channels with threads, group chats, not installed, blocked, removed."""

from datetime import timedelta

import pytest

from tests.scenarios.scene import Scene, on
from tests.strict_teams import Message, Refuse, StrictTeams, User

NOT_HERE = "Voeg de app Paraaf eraan toe"
GONE = Refuse(403, "BotNotInConversationRoster")


@pytest.fixture
def sanne(scene: Scene) -> User:
    assert isinstance(scene.sanne, User)
    return scene.sanne


@on("teams-chat")
async def test_the_story_in_a_group_chat_which_has_no_threads(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="Klopt niet").submit()
    await scene.settled()
    note = await scene.message("heeft afgekeurd")
    assert (note.thread, note.pings) == (None, {scene.sanne.id})
    await scene.bas.press(note, "Nieuwe versie sturen")
    await scene.bas.fill(await scene.bas.view("send"), documents=["Balans 2025.pdf"]).submit()
    await scene.settled()
    new = await scene.message("Balans")
    await scene.karim.press(new, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in new.words
    assert "Vervangen" in card.words


@on("teams")
async def test_what_is_started_in_a_thread_gets_a_post_and_a_thread_of_its_own(
    scene: Scene, teams: StrictTeams, sanne: User
) -> None:
    room = teams.world.rooms[scene.room.id]
    question = teams.say(sanne, room, "Kun je dit tekenen?")
    await sanne.compose("sign", room, thread=question)
    await sanne.fill(await sanne.view("send"), documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.settled()
    card = await scene.message("Aangifte")
    assert card.thread is None
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert (await scene.message("heeft goedgekeurd")).thread == card.id
    assert "Ondertekend" in card.words


@on("teams")
@pytest.mark.parametrize("words", ["sign", "SIGN", "ondertekenen"])
async def test_a_mention_never_shows_the_form_to_everybody(scene: Scene, sanne: User, words: str) -> None:
    await scene.chat.sign(sanne, scene.room, words)
    await scene.sanne.view("send")
    assert [each for each in scene.room.messages if isinstance(each, Message) and each.by_bot] == []


@on("teams", "teams-chat")
async def test_where_paraaf_is_not_the_sender_is_told(scene: Scene, teams: StrictTeams, sanne: User) -> None:
    elsewhere = teams.chat("elders", members=[sanne], installed=False)
    await sanne.compose("sign", elsewhere)
    assert NOT_HERE in (await sanne.told()).words


@on("teams")
async def test_removed_while_the_form_was_open(scene: Scene, teams: StrictTeams, sanne: User) -> None:
    await scene.sign(scene.sanne)
    form = await sanne.view("send")
    await teams.remove_app(teams.world.rooms[scene.room.id])
    view = await sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.settled()
    assert NOT_HERE in view.words
    assert not scene.room.messages


@on("teams", "teams-chat")
async def test_a_card_that_is_refused_is_told_to_the_sender_where_they_can_be_reached(
    scene: Scene, teams: StrictTeams, sanne: User
) -> None:
    await scene.sign(scene.sanne)
    form = await sanne.view("send")
    teams.break_next("post", GONE)
    teams.break_next("whisper", GONE)
    await sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.settled(skipping=timedelta(seconds=1))
    assert not scene.room.messages
    [told] = sanne.direct_messages
    assert "kon niet in het gesprek worden bezorgd" in told.words
    assert "Aangifte IB 2025.pdf" in told.words


@on("teams")
@pytest.mark.parametrize("why", ["blocked", "not installed"])
async def test_a_sender_who_cannot_be_reached_at_all_stops_nothing(
    scene: Scene, teams: StrictTeams, sanne: User, why: str
) -> None:
    if why == "blocked":
        sanne.block()
    else:
        sanne.account.app = False
    teams.targeted = False
    await scene.sign(scene.sanne)
    form = await sanne.view("send")
    teams.break_next("post", GONE)
    await sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.settled(skipping=timedelta(seconds=1))
    assert not sanne.direct_messages
    await scene.send("Balans 2025.pdf")  # and what comes after it is delivered


@on("teams")
async def test_without_messages_for_one_person_there_is_the_personal_chat(
    scene: Scene, teams: StrictTeams, sanne: User
) -> None:
    teams.targeted = False
    room = teams.world.rooms[scene.room.id]
    await sanne.command("help", room)
    await teams.until(lambda: len(sanne.direct_messages))
    assert "@Paraaf koppel" in sanne.direct_messages[-1].words
    await sanne.command("sign", room)
    await teams.until(lambda: len(sanne.direct_messages) > 1)
    starter = sanne.direct_messages[-1]
    assert "Aangifte" not in starter.words
    await sanne.press(starter, starter.labels[0])
    form = await sanne.view("send")
    await sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.settled()
    card = await scene.message("Aangifte")
    assert scene.karim.id in card.pings
    assert [each for each in room.messages if each.by_bot] == [card]


@on("teams")
async def test_a_conversation_that_is_gone_is_told_to_the_sender(scene: Scene, teams: StrictTeams, sanne: User) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    teams.break_next("update", Refuse(404, "ActivityNotFoundInConversation"))
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled(skipping=timedelta(seconds=1))
    await sanne.told("kon niet in het gesprek worden bezorgd")
    await scene.message("heeft goedgekeurd")


@on("teams")
async def test_the_chat_with_paraaf_itself_answers_too(scene: Scene, teams: StrictTeams, sanne: User) -> None:
    personal = teams.personal(sanne)
    await teams.add_app(personal, by=sanne)
    await sanne.command("help", personal)
    await teams.until(lambda: len(sanne.direct_messages))
    assert "@Paraaf koppel" in sanne.direct_messages[-1].words
