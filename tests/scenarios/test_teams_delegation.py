"""Passing a task on in Teams: what each viewer sees of the note, group chats, and clients that know no better."""

import pytest

from tests.scenarios.scene import Scene, on
from tests.scenarios.test_delegation import ASKS, DOCUMENT, ask, ask_for, awaits
from tests.strict_teams import Message, StrictTeams, User


async def look(scene: Scene, note: object) -> dict[str, list[str]]:
    """The buttons that everybody sees below the note."""
    people = {"sanne": scene.sanne, "bas": scene.bas, "karim": scene.karim, "mila": scene.mila}
    return {name: (await scene.chat.seen_by(person, note)).labels for name, person in people.items()}


@on("teams")
async def test_each_viewer_sees_what_they_may_do(scene: Scene) -> None:
    _, note = await ask_for(scene, scene.mila)
    decide = ["Toestaan", "Weigeren"]
    assert await look(scene, note) == {"sanne": decide, "bas": decide, "karim": ["Terugnemen"], "mila": []}
    await scene.karim.press(note, "Terugnemen")
    await scene.settled()
    assert await look(scene, note) == {"sanne": [], "bas": [], "karim": [], "mila": []}


@on("teams")
async def test_after_a_press_the_note_stays_a_note(scene: Scene) -> None:
    card, note = await ask_for(scene, scene.mila)
    await scene.bas.press(note, "Weigeren")
    await scene.bas.fill(await scene.bas.view("refuse_delegation"), refusal="Nee").submit()
    own = await scene.chat.seen_by(scene.bas, note)
    assert "Bas Jansen heeft dit geweigerd" in own.words
    assert DOCUMENT not in own.words
    await scene.settled()
    assert awaits(card, scene.karim)


@on("teams")
@pytest.mark.parametrize("press", ["Toestaan", "Weigeren"])
async def test_a_question_in_the_note_can_be_left(scene: Scene, press: str) -> None:
    _, note = await ask_for(scene, scene.mila)
    await scene.bas.press(note, press)
    form = await scene.bas.view()
    assert form.labels[-1] == "Terug"  # type: ignore[attr-defined]  # a view of Teams has its buttons in it
    await scene.bas.close(form)
    assert not scene.bas.views
    own = await scene.chat.seen_by(scene.bas, note)
    assert ASKS in own.words
    assert own.labels == ["Toestaan", "Weigeren"]


@on("teams")
async def test_the_dialog_in_the_card_can_be_left(scene: Scene) -> None:
    card = await scene.send(DOCUMENT)
    await scene.karim.press(card, "Doorsturen")
    await scene.karim.close(await scene.karim.view("delegate"))
    assert not scene.karim.views
    assert "Taak uitvoeren" in (await scene.chat.seen_by(scene.karim, card)).words


@on("teams")
async def test_the_views_of_the_card_follow(scene: Scene) -> None:
    card, note = await ask_for(scene, scene.mila)
    await scene.bas.press(note, "Toestaan")
    question = await scene.bas.view("confirm_delegate")
    await scene.bas.fill(question, contact="Nieuw contact: Mila Haddad").submit()
    await scene.settled()
    seen = await look(scene, card)
    assert seen["mila"] == ["Bekijken", "Goedkeuren", "Afkeuren", "Doorsturen"]
    assert seen["karim"] == []
    assert "Taak uitvoeren" in (await scene.chat.seen_by(scene.mila, card)).words


@on("teams")
async def test_old_clients_ask_and_decide_in_dialogs(scene: Scene) -> None:
    assert isinstance(scene.karim, User)
    assert isinstance(scene.bas, User)
    card = await scene.send(DOCUMENT)
    karim, bas = scene.karim.on_old_client(), scene.bas.on_old_client()
    await karim.press(_message(card), "Doorsturen")
    await karim.fill(await karim.view("delegate"), taker=scene.mila.id).submit()
    await scene.settled()
    note = _message(await scene.message(ASKS))
    for button in ("Toestaan", "Weigeren"):
        await karim.press(note, button)
        await karim.told("Alleen teamleden")
    await bas.press(note, "Toestaan")
    await bas.fill(await bas.view("confirm_delegate"), contact="Nieuw contact: Mila Haddad").submit()
    await scene.settled()
    assert awaits(card, scene.mila)


@on("teams-chat")
async def test_in_a_group_chat_without_threads(scene: Scene) -> None:
    card = await scene.send(DOCUMENT)
    await ask(scene, card, scene.bas, "Bas weet ervan")
    note = await scene.message(ASKS)
    assert (note.thread, note.pings) == (None, {scene.sanne.id})
    await scene.sanne.press(note, "Weigeren")
    await scene.sanne.fill(await scene.sanne.view("refuse_delegation")).submit()
    await scene.settled()
    assert (await scene.message("niet toegestaan")).pings == {scene.karim.id}


@on("teams")
async def test_another_tenants_copy_of_the_note_does_nothing(scene: Scene, teams: StrictTeams) -> None:
    card, note = await ask_for(scene, scene.mila)
    eva = teams.user("eva", "Eva", tenant="vreemd", email="sanne@linde.example", app=True)
    room = teams.chat("vreemd", members=[eva], tenant="vreemd")
    await teams.add_app(room)
    copied = Message(room, "1", teams.world.bot_id, card=_message(note).card)
    room.messages.append(copied)
    for button in ("Toestaan", "Weigeren", "Terugnemen"):
        told = len(eva.ephemerals)
        await eva.press(copied, button, early=True)
        assert "hoort in Paraaf nog geen kantoor" in eva.ephemerals[told].words
    assert awaits(card, scene.karim)


def _message(message: object) -> Message:
    assert isinstance(message, Message)
    return message
