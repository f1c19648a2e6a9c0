"""Who may do what (product rules 1 to 3, 10; attack 5), with the exact words that people get."""

from tests.scenarios.chat import forms
from tests.scenarios.scene import Scene, narrow_staff


async def test_a_guest_sends_nothing(scene: Scene) -> None:
    await scene.sign(scene.mila)

    told = await scene.mila.told("Alleen teamleden van Kantoor De Linde")
    assert "kunnen dit doen" in told.words
    assert not forms(scene.mila)


async def test_an_office_can_narrow_staff_to_a_list(scene: Scene) -> None:
    await narrow_staff(scene, staff_accounts=frozenset({scene.sanne.id}))

    await scene.sign(scene.bas)
    await scene.bas.told("Alleen teamleden van Kantoor De Linde")
    await scene.sign(scene.sanne)
    await scene.sanne.view("send")


async def test_nobody_but_the_signer_answers(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    for other in (scene.mila, scene.sanne, scene.bas):
        for button in ("Goedkeuren", "Afkeuren"):
            await scene.chat.press_early(other, card, button)
            await other.told("Alleen Karim Haddad kan dit verzoek beantwoorden")
        assert not other.views
    assert "Wacht op" in card.words


async def test_a_signer_who_left_is_refused_and_nothing_is_recorded(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    dialog = await scene.karim.view("approve")
    scene.room.members.remove(scene.karim.id)
    await scene.karim.fill(dialog, place="Utrecht").submit()

    [told] = scene.karim.views
    assert "Karim Haddad neemt nu niet deel aan dit gesprek" in told.words
    await scene.settled()
    assert "Wacht op" in card.words

    scene.room.members.append(scene.karim.id)
    await scene.karim.close(told)
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in card.words


async def test_a_signer_who_left_before_sending_is_not_asked(scene: Scene) -> None:
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    scene.room.members.remove(scene.karim.id)
    view = await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()

    assert "neemt nu niet deel" in view.errors["signer"]
    assert not scene.room.messages


async def test_only_people_in_the_conversation_are_offered_and_not_the_sender(scene: Scene) -> None:
    robot = scene.chat.person("robot", "Robot", bot=True)
    gone = scene.chat.person("gone", "Vertrokken", gone=True)
    scene.room.members.extend([robot.id, gone.id])
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")

    assert set(form.options("signer")) == {scene.bas.id, scene.karim.id, scene.mila.id}
    assert form.chosen("signer") == [scene.karim.id]
    assert form.options("signer")[scene.karim.id] == "Karim Haddad · voorkeur contact, andere organisatie"


async def test_where_the_office_allows_it_senders_sign_their_own_request(scene: Scene) -> None:
    await narrow_staff(scene, sender_may_sign=True)
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    view = await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.sanne.id).submit()
    assert view.form_id != "send" or not view.errors
    await scene.sanne.view("confirm_signer")


async def test_a_client_withdraws_and_corrects_nothing(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.chat.press_early(scene.karim, card, "Intrekken")
    await scene.karim.told("Alleen teamleden van Kantoor De Linde")

    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="Klopt niet").submit()
    await scene.settled()
    note = await scene.message("heeft afgekeurd")
    await scene.karim.press(note, "Nieuwe versie sturen")
    await scene.karim.told("Alleen teamleden van Kantoor De Linde")
    assert "Afgekeurd" in card.words


async def test_english_readers_are_answered_in_english(scene: Scene) -> None:
    tourist = scene.chat.person("john", "John", locale="en-GB", guest=True)
    scene.room.members.append(tourist.id)
    await scene.sign(tourist)
    await tourist.told("Only staff of Kantoor De Linde can do this")
