"""Who may do what (product rules 1 to 3, 10; attack 5), with the exact words that people get."""

from dataclasses import replace

from tests.scenarios.conftest import OFFICE, Scene
from tests.scenarios.test_story import send


async def narrow_staff(scene: Scene, **changes: object) -> None:
    async with scene.ports.store.transaction() as tx:
        await tx.offices.save(replace(await tx.offices.get(OFFICE), **changes))  # type: ignore[arg-type]  # any field


async def test_a_guest_sends_nothing(scene: Scene) -> None:
    await scene.mila.command("/sign", scene.room)

    told = await scene.mila.told("Alleen teamleden van Kantoor De Linde")
    assert "kunnen dit doen" in told.words
    assert not scene.mila.views


async def test_a_colleague_outside_the_conversation_sends_nothing_in_it(scene: Scene) -> None:
    await scene.vera.command("/sign", scene.room)

    await scene.vera.told("Vera de Boer neemt nu niet deel aan dit gesprek")
    assert not scene.vera.views


async def test_an_office_can_narrow_staff_to_a_list(scene: Scene) -> None:
    await narrow_staff(scene, staff_accounts=frozenset({scene.sanne.id}))

    await scene.bas.command("/sign", scene.room)
    await scene.bas.told("Alleen teamleden van Kantoor De Linde")
    await scene.sanne.command("/sign", scene.room)
    await scene.sanne.view("send")


async def test_an_office_can_narrow_staff_to_a_user_group(scene: Scene) -> None:
    await narrow_staff(scene, staff_group="S0STAF")
    scene.slack.group("S0STAF", [scene.bas])

    await scene.sanne.command("/sign", scene.room)
    await scene.sanne.told("Alleen teamleden van Kantoor De Linde")
    await scene.bas.command("/sign", scene.room)
    await scene.bas.view("send")


async def test_nobody_but_the_signer_answers(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    for other in (scene.mila, scene.sanne, scene.bas):
        for button in ("Goedkeuren", "Afkeuren"):
            await other.press(card, button)
            await other.told("Alleen Karim Haddad kan dit verzoek beantwoorden")
        assert not other.views
    assert "Wacht op" in card.words


async def test_a_signer_who_left_is_refused_and_nothing_is_recorded(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    dialog = await scene.karim.view("approve")
    scene.room.members.remove(scene.karim.id)
    await scene.karim.fill(dialog, place="Utrecht").submit()

    [told] = scene.karim.views
    assert "Karim Haddad neemt nu niet deel aan dit gesprek" in told.words
    await scene.settled()
    assert "Wacht op" in card.words

    scene.room.members.append(scene.karim.id)
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in card.words


async def test_a_signer_who_left_before_sending_is_not_asked(scene: Scene) -> None:
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")
    scene.room.members.remove(scene.karim.id)
    view = await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer="U0KARIM").submit()

    assert "neemt nu niet deel" in view.errors["signer"]
    assert not scene.room.messages


async def test_only_people_in_the_conversation_are_offered_and_not_the_sender(scene: Scene) -> None:
    robot = scene.slack.user("U0ROBOT", "Robot", bot=True)
    gone = scene.slack.user("U0GONE", "Vertrokken", deleted=True)
    scene.room.members.extend([robot.id, gone.id])
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")

    offered = {option["value"] for option in form.inputs["signer"]["element"]["options"]}
    assert offered == {scene.bas.id, scene.karim.id, scene.mila.id}
    chosen = form.inputs["signer"]["element"]["initial_option"]
    assert chosen["value"] == scene.karim.id
    assert chosen["text"]["text"] == "Karim Haddad · voorkeur contact, andere organisatie"


async def test_where_the_office_allows_it_senders_sign_their_own_request(scene: Scene) -> None:
    await narrow_staff(scene, sender_may_sign=True)
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")
    view = await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.sanne.id).submit()
    assert view.callback_id != "send" or not view.errors
    await scene.sanne.view("confirm_signer")


async def test_a_client_withdraws_and_corrects_nothing(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Intrekken")
    await scene.karim.told("Alleen teamleden van Kantoor De Linde")

    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="Klopt niet").submit()
    await scene.settled()
    note = await scene.slack.message(scene.room, "heeft afgekeurd")
    await scene.karim.press(note, "Nieuwe versie sturen")
    await scene.karim.told("Alleen teamleden van Kantoor De Linde")
    assert "Afgekeurd" in card.words


async def test_paraaf_outside_the_conversation_says_that_it_must_be_invited(scene: Scene) -> None:
    elsewhere = scene.slack.channel("C0ELDERS", members=[scene.sanne, scene.karim], private=True, bot=False)
    await scene.sanne.command("/sign", elsewhere)
    await scene.sanne.told("/invite @Paraaf")


async def test_a_workspace_without_office_gets_a_clear_answer(scene: Scene) -> None:
    payload = scene.sanne.press_payload(await send(scene, "Aangifte IB 2025.pdf"), "Goedkeuren")
    payload["team"] = {"id": "T0VREEMD", "domain": "vreemd"}
    await scene.slack.delivery.deliver(payload, form=False)
    await scene.sanne.told("Bij deze workspace hoort in Paraaf nog geen kantoor")


async def test_english_readers_are_answered_in_english(scene: Scene) -> None:
    tourist = scene.slack.user("U0JOHN", "John", locale="en-GB", guest=True)
    scene.room.members.append(tourist.id)
    await tourist.command("/sign", scene.room)
    await tourist.told("Only staff of Kantoor De Linde can do this")


async def test_paraaf_outside_a_public_conversation_says_so_before_anything_is_sent(scene: Scene) -> None:
    scene.room.members.remove(scene.slack.workspace.bot_user)
    await scene.sanne.command("/sign", scene.room)
    await scene.sanne.told("/invite @Paraaf")
