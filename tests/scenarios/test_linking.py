"""Link a conversation to a client, and say once who a signer is."""

from bot.domain.people import ClientId
from tests.scenarios.scene import CLIENT, Scene


async def test_the_first_sign_asks_which_client_and_goes_on_to_the_send_dialog(unlinked: Scene) -> None:
    await unlinked.file("Aangifte IB 2025.pdf")
    await unlinked.sign(unlinked.sanne)
    question = await unlinked.sanne.view("link")
    assert "Bij welke klant hoort dit gesprek?" in question.words
    view = await unlinked.sanne.fill(question, client="1001 · Bakker B.V.").submit()

    assert not view.errors
    form = await unlinked.sanne.view("send")
    assert "1001 · Bakker B.V." in form.words
    assert "Aangifte IB 2025.pdf" in form.words


async def test_who_the_signer_is_is_asked_once_and_nothing_that_was_typed_is_lost(unlinked: Scene) -> None:
    form = await unlinked.link_and_compose()
    fields = {"documents": ["Aangifte IB 2025.pdf"], "signer": unlinked.karim.id}
    message = "Een bericht met \u201caanhalingstekens\u201d\nen een tweede regel"
    await unlinked.sanne.fill(form, **fields, message=message).submit()
    question = await unlinked.sanne.view("confirm_signer")
    assert "Karim Haddad" in question.words
    assert not question.chosen("contact")  # nobody tells the address of people of another organisation
    contact = "Karim Haddad · karim@bakker.example · voorkeur contact"
    await unlinked.sanne.fill(question, contact=contact).submit()
    await unlinked.settled()
    card = await unlinked.message("aanhalingstekens")
    assert "en een tweede regel" in card.words

    await unlinked.sign(unlinked.sanne)
    form = await unlinked.sanne.view("send")
    await unlinked.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], message="Nog een").submit()
    await unlinked.settled()
    assert not unlinked.sanne.views
    await unlinked.message("Nog een")


async def test_someone_unknown_becomes_a_contact(unlinked: Scene) -> None:
    form = await unlinked.link_and_compose()
    await unlinked.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=unlinked.mila.id).submit()
    question = await unlinked.sanne.view("confirm_signer")
    await unlinked.sanne.fill(question, contact="new").submit()
    await unlinked.settled()

    async with unlinked.ports.store.reading() as tx:
        contact = await tx.people.contact_of(CLIENT, unlinked.account(unlinked.mila))
    assert contact is not None
    assert contact.name == "Mila Haddad"
    await unlinked.message("Aangifte")


async def test_sign_koppel_links_and_links_again(unlinked: Scene) -> None:
    for client in ("1001 · Bakker B.V.", "1002 · Kapper Knip"):
        await unlinked.sign(unlinked.sanne, "koppel")
        question = await unlinked.sanne.view("link")
        await unlinked.sanne.fill(question, client=client).submit()
        [told] = unlinked.sanne.views
        assert client in told.words
        await unlinked.sanne.close(told)

    await unlinked.sign(unlinked.sanne, "koppel")
    question = await unlinked.sanne.view("link")
    assert "1002 · Kapper Knip" in question.words


async def test_a_guest_links_nothing(unlinked: Scene) -> None:
    await unlinked.sign(unlinked.mila, "koppel")
    await unlinked.mila.told("Alleen teamleden van Kantoor De Linde")


async def test_more_clients_than_fit_are_searched(unlinked: Scene) -> None:
    async with unlinked.ports.store.transaction() as tx:
        office = (await tx.offices.all())[0]
        client = await tx.people.client(office.id, CLIENT)
        assert client
        for number in range(2_000, 2_120):
            await tx.people.save_client(type(client)(ClientId(f"c{number}"), office.id, str(number), f"Klant {number}"))
    await unlinked.sign(unlinked.sanne, "koppel")
    question = await unlinked.sanne.view("link")

    assert await unlinked.sanne.search(question, "client", "2077") == ["2077 · Klant 2077"]
    view = await unlinked.sanne.fill(question, client="2077 · Klant 2077").submit()
    assert "2077 · Klant 2077" in view.words


async def test_an_empty_dossier_and_no_upload_are_told_at_a_field_of_the_dialog(unlinked: Scene) -> None:
    await unlinked.sign(unlinked.sanne)
    await unlinked.sanne.fill(await unlinked.sanne.view("link"), client="1002 · Kapper Knip").submit()
    form = await unlinked.sanne.view("send")
    view = await unlinked.sanne.fill(form, signer=unlinked.karim.id).submit()

    assert "ten minste één document" in str(view.errors)


async def test_a_dialog_for_another_client_than_the_conversation_has_now_sends_nothing(scene: Scene) -> None:
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sign(scene.bas, "koppel")
    await scene.bas.fill(await scene.bas.view("link"), client="1002 · Kapper Knip").submit()
    await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()

    assert "gekoppeld aan Kapper Knip" in scene.sanne.views[0].words
    await scene.settled()
    assert not [message for message in scene.room.messages if "Wacht op" in message.words]
