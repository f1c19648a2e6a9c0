"""Tasks where Teams differs: forms stand in the list's own place, and every list asks for itself anew."""

import pytest

from tests.scenarios.scene import Scene, on
from tests.scenarios.test_tasks import put
from tests.strict_teams import Message, StrictTeams, User

pytestmark = on("teams", "teams-chat")


async def ask(scene: Scene, person: object, *, personal: bool) -> tuple[User, Message]:
    assert isinstance(person, User)
    tasks = await scene.chat.tasks(person, None if personal else scene.room)
    assert isinstance(tasks, Message)
    return person, tasks


@pytest.mark.parametrize("personal", [True, False])
@pytest.mark.parametrize("button", ["Goedkeuren", "Afkeuren"])
async def test_a_form_in_the_list_can_be_left_for_the_list(scene: Scene, button: str, *, personal: bool) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    mila, tasks = await ask(scene, scene.mila, personal=personal)
    await mila.press(tasks, button)
    form = await mila.view()
    assert form.labels[-1] == "Terug"
    await mila.close(form)
    assert not mila.views
    shown = await mila.sees(tasks)
    assert "Te doen (1)" in shown.words
    assert ("Taken in dit gesprek" in shown.words) is not personal


@pytest.mark.parametrize("personal", [True, False])
async def test_after_a_decision_the_list_stands_there_again(scene: Scene, *, personal: bool) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    mila, tasks = await ask(scene, scene.mila, personal=personal)
    await mila.press(tasks, "Afkeuren")
    view = await mila.fill(await mila.view("reject"), reason="a\u200bb").submit()
    assert "3 zichtbare tekens" in view.errors["reason"]
    await mila.fill(view, reason="Klopt niet").submit()
    assert not mila.views
    shown = await mila.sees(tasks)
    assert "Te doen (0)" in shown.words
    assert "Klaar (1)" in shown.words
    assert ("Taken in dit gesprek" in shown.words) is not personal


async def test_the_list_of_another_page_is_the_one_that_is_come_back_to(scene: Scene) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    sanne, tasks = await ask(scene, scene.sanne, personal=True)
    await sanne.press(tasks, "Wacht op anderen (1)")
    await sanne.press(tasks, "Bekijken")
    await sanne.close(await sanne.view())
    assert "Wacht op Mila Haddad" in (await sanne.sees(tasks)).words


async def test_a_list_that_was_turned_asks_for_itself_again(scene: Scene) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    mila, tasks = await ask(scene, scene.mila, personal=True)
    await mila.press(tasks, "Te doen (1)")
    await put(scene, "Jaarstukken", scene.mila, scene.sanne)
    await mila.look(tasks)
    assert "Te doen (2)" in (await mila.sees(tasks)).words


async def test_an_old_client_decides_in_a_dialog(scene: Scene) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    mila, tasks = await ask(scene, scene.mila, personal=True)
    old = mila.on_old_client()
    await old.press(tasks, "Klaar (0)")
    await old.press(await old.view(containing="niets klaar"), "Te doen (1)")
    await old.press(await old.view(containing="Taak uitvoeren"), "Goedkeuren")
    await old.fill(await old.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert not old.views
    assert "Ondertekend" in (await scene.message("Aangifte")).words


async def test_a_signer_of_another_organisation_has_a_list_in_the_conversation(scene: Scene) -> None:
    await put(scene, "Aangifte", scene.karim, scene.sanne)
    karim, tasks = await ask(scene, scene.karim, personal=False)
    await karim.press(tasks, "Goedkeuren")
    await karim.fill(await karim.view("approve"), place="Utrecht").submit()
    assert "Klaar (1)" in (await karim.sees(tasks)).words


async def test_a_list_is_for_one_pair_of_eyes(scene: Scene, teams: StrictTeams) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    before = len(scene.room.messages)
    await ask(scene, scene.mila, personal=False)
    await scene.chat.settled()
    assert [each.by_bot for each in teams.world.rooms[scene.room.id].messages[before:]] == [False]
