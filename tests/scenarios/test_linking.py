"""Link a conversation to a client, and say once who a signer is."""

from bot.domain.people import Account, ClientId, Platform
from tests.scenarios.conftest import CLIENT, Scene
from tests.strict_slack import View


async def test_the_first_sign_asks_which_client_and_goes_on_to_the_send_dialog(unlinked: Scene) -> None:
    await unlinked.file("Aangifte IB 2025.pdf")
    await unlinked.sanne.command("/sign", unlinked.room)
    question = await unlinked.sanne.view("link")
    assert "Bij welke klant hoort dit gesprek?" in question.words
    view = await unlinked.sanne.fill(question, client="1001 · Bakker B.V.").submit()

    assert not view.errors
    form = await unlinked.sanne.view("send")
    assert "1001 · Bakker B.V." in form.words
    assert "Aangifte IB 2025.pdf" in form.words


async def link_and_compose(scene: Scene) -> View:
    """Sanne links the conversation to Bakker and has the send dialog open."""
    await scene.file("Aangifte IB 2025.pdf")
    await scene.sanne.command("/sign", scene.room)
    await scene.sanne.fill(await scene.sanne.view("link"), client="1001 · Bakker B.V.").submit()
    return await scene.sanne.view("send")


async def test_who_the_signer_is_is_asked_once_and_nothing_that_was_typed_is_lost(unlinked: Scene) -> None:
    form = await link_and_compose(unlinked)
    fields = {"documents": ["Aangifte IB 2025.pdf"], "signer": "U0KARIM"}
    message = "Een bericht met \u201caanhalingstekens\u201d\nen een tweede regel"
    await unlinked.sanne.fill(form, **fields, message=message).submit()
    question = await unlinked.sanne.view("confirm_signer")
    assert "Karim Haddad" in question.words
    # Slack tells no address of people of another organisation, so nothing is preselected.
    contact = "Karim Haddad · karim@bakker.example · voorkeur contact"
    await unlinked.sanne.fill(question, contact=contact).submit()
    await unlinked.settled()
    card = await unlinked.slack.message(unlinked.room, "aanhalingstekens")
    assert "en een tweede regel" in card.words

    await unlinked.sanne.command("/sign", unlinked.room)
    form = await unlinked.sanne.view("send")
    await unlinked.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], message="Nog een").submit()
    await unlinked.settled()
    assert not unlinked.sanne.views
    await unlinked.slack.message(unlinked.room, "Nog een")


async def test_a_contact_with_the_confirmed_address_is_preselected(unlinked: Scene) -> None:
    noor = unlinked.slack.user("U0NOOR", "N. Haddad", email="KARIM@bakker.example", guest=True)
    unlinked.room.members.append(noor.id)
    form = await link_and_compose(unlinked)
    assert form.inputs["signer"]["element"]["initial_option"]["value"] == noor.id
    await unlinked.sanne.fill(form, documents=["Aangifte IB 2025.pdf"]).submit()
    question = await unlinked.sanne.view("confirm_signer")

    assert "N. Haddad (KARIM@bakker.example)" in question.words
    assert "Karim Haddad" in question.inputs["contact"]["element"]["initial_option"]["text"]["text"]


async def test_an_address_that_nobody_confirmed_counts_for_nothing(unlinked: Scene) -> None:
    noor = unlinked.slack.user("U0NOOR", "Noor", email="karim@bakker.example", email_confirmed=False, guest=True)
    unlinked.room.members.append(noor.id)
    form = await link_and_compose(unlinked)

    assert "initial_option" not in form.inputs["signer"]["element"]


async def test_someone_unknown_becomes_a_contact(unlinked: Scene) -> None:
    form = await link_and_compose(unlinked)
    await unlinked.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer="U0MILA").submit()
    question = await unlinked.sanne.view("confirm_signer")
    await unlinked.sanne.fill(question, contact="new").submit()
    await unlinked.settled()

    async with unlinked.ports.store.reading() as tx:
        contact = await tx.people.contact_of(CLIENT, Account(Platform.SLACK, "T0OFFICE", "U0MILA"))
    assert contact is not None
    assert contact.name == "Mila Haddad"
    await unlinked.slack.message(unlinked.room, "Aangifte")


async def test_sign_koppel_links_and_links_again(unlinked: Scene) -> None:
    for client in ("1001 · Bakker B.V.", "1002 · Kapper Knip"):
        await unlinked.sanne.command("/sign koppel", unlinked.room)
        question = await unlinked.sanne.view("link")
        await unlinked.sanne.fill(question, client=client).submit()
        [told] = unlinked.sanne.views
        assert client in told.words
        await unlinked.sanne.close(told)

    await unlinked.sanne.command("/sign koppel", unlinked.room)
    question = await unlinked.sanne.view("link")
    assert "1002 · Kapper Knip" in question.words


async def test_a_guest_links_nothing(unlinked: Scene) -> None:
    await unlinked.mila.command("/sign koppel", unlinked.room)
    await unlinked.mila.told("Alleen teamleden van Kantoor De Linde")


async def test_more_clients_than_fit_are_searched(unlinked: Scene) -> None:
    async with unlinked.ports.store.transaction() as tx:
        office = (await tx.offices.all())[0]
        client = await tx.people.client(office.id, CLIENT)
        assert client
        for number in range(2_000, 2_120):
            await tx.people.save_client(type(client)(ClientId(f"c{number}"), office.id, str(number), f"Klant {number}"))
    await unlinked.sanne.command("/sign koppel", unlinked.room)
    question = await unlinked.sanne.view("link")

    assert await unlinked.sanne.search(question, "client", "2077") == ["2077 · Klant 2077"]
    await unlinked.sanne.fill(question, client="2077 · Klant 2077").submit()
    assert "2077 · Klant 2077" in unlinked.sanne.views[0].words
