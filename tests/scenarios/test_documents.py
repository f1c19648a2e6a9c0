"""Documents from the dossier, from an upload, from a message; and looking at them."""

import re
from datetime import timedelta

import aiohttp

from bot.domain.log import Happening
from tests.documents import make_pdf
from tests.scenarios.chat import names
from tests.scenarios.scene import OFFICE, Scene

PRIVATE = "Deze link is alleen voor u"
_LINK = re.compile(r"/signing/([\w-]+)")


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


async def test_signer_and_staff_look_at_exactly_the_bytes_that_were_sent(scene: Scene) -> None:
    content = make_pdf(pages=2, text="Eerste")
    await scene.file("Concept.pdf", content)
    card = await scene.send("Concept.pdf")
    await scene.file("Concept.pdf", make_pdf(pages=9, text="Tweede"))  # changed in the dossier after it was sent

    for viewer in (scene.karim, scene.bas):
        await viewer.press(card, "Bekijken")
        dialog = await viewer.view(containing=PRIVATE)
        [secret] = set(_LINK.findall(str(dialog.body)))
        path = f"/documents/{secret}/1"
        async with aiohttp.ClientSession() as session, session.get(scene.address + path) as answer:
            assert answer.status == 200
            assert await answer.read() == content
    async with scene.ports.store.reading() as tx:
        envelope = await tx.envelopes.get(OFFICE, scene.envelope_of(card))
        assert envelope
        lines = await tx.log.of_envelope(OFFICE, envelope.id)
    viewed = [line for line in lines if line.happening is Happening.VIEWED]
    assert [line.by.name for line in viewed] == ["Karim Haddad", "Bas Jansen"]
    assert {line.facts["sha256"] for line in viewed} == {envelope.documents[0].sha256}


async def test_nobody_else_looks_at_them(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.chat.press_early(scene.mila, card, "Bekijken")

    told = await scene.mila.told("Deze documenten zijn voor Karim Haddad en het kantoor")
    assert "/signing/" not in told.words
    assert not scene.mila.views


async def test_a_link_ends_after_a_working_day_and_a_made_up_one_opens_nothing(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Bekijken")
    [secret] = set(_LINK.findall(str((await scene.karim.view(containing=PRIVATE)).body)))
    path = f"/documents/{secret}/1"
    scene.clock.move(timedelta(hours=8, seconds=1))

    async with aiohttp.ClientSession(headers={"Accept-Language": "nl"}) as session:
        for address, words in ((path, "verlopen"), ("/documents/verzonnen/1", "niet geldig")):
            async with session.get(scene.address + address) as answer:
                assert answer.status in {404, 410}
                assert words in await answer.text()


async def test_a_message_with_more_files_than_fit_says_so_and_ten_long_names_fit(scene: Scene) -> None:
    files = [scene.chat.file(f"{'Bijlage ' * 20}{number}.pdf", make_pdf()) for number in range(12)]
    message = scene.chat.say(scene.karim, scene.room, "Alles", files=files)
    await scene.chat.sign_message(scene.sanne, message)
    await scene.sanne.told("10 documenten")

    message = scene.chat.say(scene.karim, scene.room, "Bijna alles", files=files[:10])
    await scene.chat.sign_message(scene.sanne, message)
    await scene.sanne.view("send")
