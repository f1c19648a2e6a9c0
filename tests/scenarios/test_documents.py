"""Documents from the dossier, from an upload, from a message."""

from tests.documents import make_pdf
from tests.scenarios.chat import names
from tests.scenarios.scene import Scene


async def test_the_ten_newest_are_ticked_and_the_rest_is_searched(scene: Scene) -> None:
    for number in range(1, 13):
        await scene.file(f"Bijlage {number:02}.pdf", f"%PDF-1.4 no. {number}".encode())
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")

    assert names(form, "documents") == [f"Bijlage {number:02}.pdf" for number in range(12, 2, -1)]
    await scene.sanne.search(form, "more_documents", "AANGIFTE")
    assert names(form, "more_documents") == ["Aangifte IB 2025.pdf"]
    filled = scene.sanne.fill(
        form, documents=["Bijlage 12.pdf"], more_documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id
    )
    await filled.submit()
    await scene.settled()

    card = await scene.message("2 documenten")
    assert "Bijlage 12.pdf" in card.words
    assert "Aangifte IB 2025.pdf" in card.words


async def test_more_than_ten_documents_are_refused_at_their_field(scene: Scene) -> None:
    for number in range(1, 13):
        await scene.file(f"Bijlage {number:02}.pdf", f"%PDF-1.4 no. {number}".encode())
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.search(form, "more_documents", "a")
    view = await scene.sanne.fill(
        form,
        documents=[f"Bijlage {number:02}.pdf" for number in range(3, 13)],
        more_documents=["Aangifte IB 2025.pdf"],
        signer=scene.karim.id,
    ).submit()
    assert "10 documenten" in view.errors["documents"]


async def test_the_file_of_a_message_comes_along(scene: Scene) -> None:
    file = scene.chat.file("Polis.pdf", make_pdf(pages=1))
    message = scene.chat.say(scene.karim, scene.room, "Hierbij de polis", files=[file])
    await scene.chat.sign_message(scene.sanne, message)
    form = await scene.sanne.view("send")
    assert "Polis.pdf" in form.words
    await scene.sanne.fill(form, signer=scene.karim.id).submit()
    await scene.settled()
    await scene.message("Polis.pdf")


async def test_a_file_that_is_gone_is_told_to_the_sender(scene: Scene) -> None:
    file = scene.chat.file("Weg.pdf", make_pdf())
    message = scene.chat.say(scene.karim, scene.room, "Hierbij", files=[file])
    await scene.chat.sign_message(scene.sanne, message)
    form = await scene.sanne.view("send")
    file.deleted = True
    await scene.sanne.fill(form, signer=scene.karim.id).submit()
    await scene.settled()

    told = await scene.sanne.told("is er niet meer")
    assert "Upload" in told.words
    assert list(scene.room.messages) == [message]


async def test_a_message_with_more_files_than_fit_says_so_and_ten_long_names_fit(scene: Scene) -> None:
    files = [scene.chat.file(f"{'Bijlage ' * 20}{number}.pdf", make_pdf()) for number in range(12)]
    message = scene.chat.say(scene.karim, scene.room, "Alles", files=files)
    await scene.chat.sign_message(scene.sanne, message)
    await scene.sanne.told("10 documenten")

    message = scene.chat.say(scene.karim, scene.room, "Bijna alles", files=files[:10])
    await scene.chat.sign_message(scene.sanne, message)
    await scene.sanne.view("send")
