"""What each viewer sees of a card, which Slack cannot tell apart: there everybody sees the same buttons."""

from datetime import timedelta

import pytest

from tests.scenarios.scene import Scene, on
from tests.strict_teams import Message, StrictTeams, User
from tests.troubles import Drop

pytestmark = on("teams")


async def look(teams: StrictTeams, scene: Scene, card: object) -> dict[str, tuple[str, list[str]]]:
    """What everybody sees: the first words of the state, and the buttons."""
    seen = {}
    for name, person in (("sanne", scene.sanne), ("bas", scene.bas), ("karim", scene.karim), ("mila", scene.mila)):
        message = await scene.chat.seen_by(person, card)
        state = next(line for line in message.words.split("\n")[1:] if line)
        seen[name] = (state, message.labels)
    return seen


async def test_the_signer_sees_the_task_staff_the_state_and_others_no_buttons(scene: Scene, teams: StrictTeams) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    staff = ("Wacht op Karim Haddad", ["Bekijken", "Herinner nu", "Intrekken", "Transactielog"])
    assert await look(teams, scene, card) == {
        "sanne": staff,
        "bas": staff,
        "karim": ("Taak uitvoeren", ["Bekijken", "Goedkeuren", "Afkeuren", "Doorsturen"]),
        "mila": ("Wacht op Karim Haddad", []),
    }
    everybody = ["Bekijken", "Goedkeuren", "Afkeuren", "Doorsturen", "Herinner nu", "Intrekken", "Transactielog"]
    assert card.labels == everybody  # who has no view of their own


@pytest.mark.parametrize(("press", "filled", "word"), [
    ("Goedkeuren", {"place": "Utrecht"}, "Ondertekend"),
    ("Afkeuren", {"reason": "Klopt niet"}, "Afgekeurd"),
])  # fmt: skip
async def test_every_view_follows_what_happens(
    scene: Scene, teams: StrictTeams, press: str, filled: dict[str, str], word: str
) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, press)
    form = await scene.karim.view()
    assert (await scene.chat.seen_by(scene.karim, card)).words == form.words
    assert "Wacht op" in (await scene.chat.seen_by(scene.bas, card)).words
    await scene.karim.fill(form, **filled).submit()
    assert word in (await scene.chat.seen_by(scene.karim, card)).words
    await scene.settled()

    seen = await look(teams, scene, card)
    assert all(word in state for state, _ in seen.values())
    assert {name: labels for name, (_, labels) in seen.items() if labels} == {
        name: ["Bekijken", "Transactielog"] for name in ("sanne", "bas", "karim")
    }


async def test_a_form_in_the_card_can_be_left_without_answering(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    for press in ("Goedkeuren", "Afkeuren"):
        await scene.karim.press(card, press)
        form = await scene.karim.view()
        assert form.labels[-1] == "Terug"  # type: ignore[attr-defined]  # a view of Teams has its buttons in it
        await scene.karim.close(form)
        assert not scene.karim.views
        assert "Taak uitvoeren" in (await scene.chat.seen_by(scene.karim, card)).words


async def test_a_large_conversation_gets_sixty_views_the_signers_first(scene: Scene, teams: StrictTeams) -> None:
    crowd = [teams.user(f"gast{number:03}", guest=True).id for number in range(120)]
    scene.room.members[:0] = crowd
    await scene.send("Aangifte IB 2025.pdf")
    posted = teams.calls_of("post")[-1]["attachments"][0]["content"]
    users = posted["refresh"]["userIds"]
    assert users[:2] == [scene.karim.id, scene.sanne.id]
    assert len(users) == len(set(users)) == 60


async def test_a_view_asks_for_itself_again(scene: Scene, teams: StrictTeams) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    assert isinstance(card, Message)
    for person in (scene.karim, scene.sanne, scene.mila):
        assert isinstance(person, User)
        own = (await person.sees(card)).card
        assert own
        assert person.id in own["refresh"]["userIds"]
        await person.look(card)


async def test_who_comes_later_sees_their_own_view_once_it_changes(scene: Scene, teams: StrictTeams) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    noor = teams.user("noor", "Noor", guest=True)
    scene.room.members.append(noor.id)
    assert "Goedkeuren" in (await noor.sees(_message(card))).labels
    await scene.chat.press_early(noor, card, "Goedkeuren")
    await noor.told("Alleen Karim Haddad")


async def test_an_old_client_signs_in_a_dialog(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    assert isinstance(scene.karim, User)
    old = scene.karim.on_old_client()
    await old.press(_message(card), "Goedkeuren")
    form = await old.view("approve")
    assert "Ik ga akkoord" in form.words
    await old.fill(form, place="Utrecht").submit()
    await scene.settled()
    assert not old.views
    assert "Ondertekend" in card.words


async def test_an_old_client_rejects_with_a_reason_and_is_told_what_is_wrong_with_it(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    assert isinstance(scene.karim, User)
    old = scene.karim.on_old_client()
    await old.press(_message(card), "Afkeuren")
    view = await old.fill(await old.view("reject"), reason="a\u200bb").submit()
    assert "3 zichtbare tekens" in view.errors["reason"]
    await old.fill(view, reason="Klopt niet").submit()
    await scene.settled()
    assert "Afgekeurd" in card.words


async def test_others_at_an_old_client_are_refused_in_a_dialog(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    assert isinstance(scene.mila, User)
    old = scene.mila.on_old_client()
    for button in ("Goedkeuren", "Afkeuren", "Bekijken", "Intrekken", "Transactielog"):
        await old.press(_message(card), button)
    refusals = [view.words for view in old.views]
    assert [words.count("Alleen Karim Haddad") for words in refusals] == [1, 1, 0, 0, 0]
    assert "Deze documenten zijn voor" in refusals[2]
    assert "Alleen teamleden" in refusals[3]
    assert "Dit log is voor Karim Haddad en het kantoor" in refusals[4]
    assert "Wacht op" in card.words


async def test_a_card_that_may_have_arrived_is_posted_again_and_both_work(scene: Scene, teams: StrictTeams) -> None:
    """The connector lets nobody look a message up, so a card can come twice; its buttons name the same request."""
    teams.break_next("post", Drop(done=True))
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.settled(skipping=timedelta(seconds=1))

    first, second = scene.room.messages
    assert "kan dit hier twee keer staan" in second.words
    assert "twee keer" not in first.words
    await scene.karim.press(first, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in second.words
    assert "Ondertekend" in (await scene.chat.seen_by(scene.karim, first)).words
    assert "kan dit hier twee keer staan. Alleen" in second.words  # the changed one as well
    for message in (first, second):
        assert "kan dit hier twee keer staan. Het is" in (await scene.chat.seen_by(scene.karim, message)).words
    await scene.chat.press_early(scene.karim, first, "Afkeuren")
    await scene.karim.told("U hebt dit goedgekeurd op")


def _message(card: object) -> Message:
    assert isinstance(card, Message)
    return card
