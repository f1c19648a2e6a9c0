"""Who is who in Teams (product rules 1 to 3, attacks 2 and 5): guests, other tenants, nobody at all, two offices."""

import pytest

from bot.domain.people import Client, ClientId, Office, OfficeId
from bot.domain.places import Place
from tests.scenarios.scene import Scene, on
from tests.strict_teams import Message, StrictTeams, User

pytestmark = on("teams")

STAFF_ONLY = "Alleen teamleden van Kantoor De Linde"


@pytest.mark.parametrize("who", ["guest", "federated", "anonymous"])
async def test_only_full_members_send(scene: Scene, teams: StrictTeams, who: str) -> None:
    """The roster calls each of them "user", a guest's address ends in `#EXT#`, and the anonymous have no object id."""
    strangers = {
        "guest": teams.user("gast", "Gast", guest=True, email="sanne@linde.example"),
        "federated": teams.user("eva", "Eva", tenant="anderkantoor", email="sanne@linde.example"),
        "anonymous": teams.user("anon", "Gast (anoniem)", anonymous=True),
    }
    stranger = strangers[who]
    scene.room.members.append(stranger.id)
    await scene.chat.sign(stranger, scene.room)
    await scene.chat.sign(stranger, scene.room, "sign")
    assert STAFF_ONLY in stranger.views[-1].words
    assert STAFF_ONLY in stranger.ephemerals[-1].words

    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.chat.press_early(stranger, card, "Intrekken")
    await scene.chat.press_early(stranger, card, "Goedkeuren")
    await stranger.told("Alleen Karim Haddad kan dit verzoek beantwoorden")
    assert "Wacht op" in card.words


async def test_a_federated_person_with_the_signers_name_is_not_the_signer(scene: Scene, teams: StrictTeams) -> None:
    twin = teams.user("karim2", "Karim Haddad", tenant="elders", email="karim@bakker.example")
    scene.room.members.append(twin.id)
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.chat.press_early(twin, card, "Goedkeuren")
    await twin.told("Alleen Karim Haddad kan dit verzoek beantwoorden")
    assert not twin.views


async def test_a_guests_address_is_nobodys_word(unlinked: Scene, teams: StrictTeams) -> None:
    noor = teams.user("noor", "N. Haddad", guest=True, email="karim@bakker.example")
    unlinked.room.members.append(noor.id)
    form = await unlinked.link_and_compose()
    assert not form.chosen("signer")
    await unlinked.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=noor.id).submit()
    question = await unlinked.sanne.view("confirm_signer")
    assert not question.chosen("contact")
    assert "(karim@bakker.example)" not in question.words


async def test_a_full_members_address_is(unlinked: Scene, teams: StrictTeams) -> None:
    noor = teams.user("noor", "N. Haddad", email="KARIM@bakker.example")
    unlinked.room.members.append(noor.id)
    form = await unlinked.link_and_compose()
    assert form.chosen("signer") == [noor.id]


async def test_bots_and_apps_are_no_participants(scene: Scene, teams: StrictTeams) -> None:
    robot = teams.user("robot", "Robot", bot=True)
    scene.room.members.append(robot.id)
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    assert robot.id not in form.options("signer")


async def test_a_tenant_without_office_gets_a_clear_answer_and_nothing_else(scene: Scene, teams: StrictTeams) -> None:
    eva = teams.user("eva", "Eva", tenant="vreemd", email="sanne@linde.example", app=True)
    room = teams.chat("vreemd", members=[eva], tenant="vreemd")
    await teams.add_app(room)
    asked = len(teams.calls)
    await eva.compose("sign", room)
    assert "hoort in Paraaf nog geen kantoor" in (await eva.told()).words
    await eva.command("koppel", room)
    await teams.until(lambda: len(eva.ephemerals))
    assert "hoort in Paraaf nog geen kantoor" in eva.ephemerals[-1].words
    assert {call.name for call in teams.calls[asked:]} <= {"whisper", "member"}
    assert not room.messages[1:]
    async with scene.ports.store.reading() as tx:
        place = Place(scene.chat.platform, teams.tenant_id("vreemd"), room.id)
        assert await tx.references.get(place) is None
        assert await tx.conversations.at(place) is None


async def test_two_offices_in_one_deployment_do_not_see_each_other(scene: Scene, teams: StrictTeams) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    molen = OfficeId("molen")
    async with scene.ports.store.transaction() as tx:
        await tx.offices.save(Office(molen, "Kantoor De Molen"))
        await tx.offices.map_tenant(molen, scene.chat.platform, teams.tenant_id("molen"))
        await tx.people.save_client(Client(ClientId("visser"), molen, "9001", "Visser B.V."))
    mo = teams.user("mo", "Mo", tenant="molen", email="sanne@linde.example", app=True)
    room = teams.chat("visser", members=[mo], tenant="molen")
    await teams.add_app(room)

    await mo.compose("sign", room)
    question = await mo.view("link")
    assert list(question.options("client").values()) == ["9001 · Visser B.V."]
    assert await mo.search_for(question, "clients", "Bakker") == {}
    await mo.fill(question, client="9001 · Visser B.V.").submit()
    await mo.close(mo.views[-1])

    # The card of De Linde's request, as someone could copy it into their own tenant.
    assert isinstance(card, Message)
    copied = Message(room, "1", teams.world.bot_id, card=card.card)
    room.messages.append(copied)
    for button in ("Goedkeuren", "Afkeuren", "Intrekken", "Transactielog"):
        told = len(mo.ephemerals)
        await mo.press(copied, button, early=True)
        assert "bestaat niet meer" in mo.ephemerals[told].words
    assert not mo.views
    await mo.press(copied, "Bekijken", early=True)
    (refusal,) = mo.views
    assert "bestaat niet meer" in refusal.words
    assert not refusal.links
    assert "Wacht op" in card.words


async def test_a_dialog_of_one_conversation_is_not_sent_from_another(scene: Scene, teams: StrictTeams) -> None:
    """What a form is about travels through the client: it says where people were, never what they may do."""
    assert isinstance(scene.sanne, User)
    await scene.sign(scene.sanne)
    form = scene.sanne.views[-1]
    mallory = teams.user("mallory", "Mallory", tenant="elders")
    room = teams.channel("elders", members=[mallory], shared=True)
    await teams.add_app(room)
    activity = mallory.activity("invoke", room)
    data = next(each["data"] for each in form.card["actions"] if each["type"] == "Action.Submit")
    typed = {"documents": ",".join(form.options("documents")), "signer": scene.karim.id, "remind": "true"}
    value = {"commandId": "sign", "commandContext": "compose", "data": {**data, **typed}}
    answer = await teams.delivery.deliver(activity | {"name": "composeExtension/submitAction", "value": value})
    await scene.settled()
    assert STAFF_ONLY in str(answer)
    assert not scene.room.messages
