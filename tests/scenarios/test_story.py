"""The approval way from the first word to the last: send, approve, reject with a reason, correct, withdraw."""

from datetime import timedelta
from urllib.parse import unquote

from bot.domain.log import Happening
from tests.scenarios.scene import Scene


async def test_sending_and_approving(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")

    assert "Wacht op" in card.words
    assert "Aangifte IB 2025.pdf" in card.words
    assert "2 pagina" in card.words
    assert "Graag uw akkoord." in card.words
    assert (await scene.chat.seen_by(scene.karim, card)).labels[:3] == ["Bekijken", "Goedkeuren", "Afkeuren"]
    assert scene.karim.id in card.pings

    await scene.karim.press(card, "Goedkeuren")
    dialog = await scene.karim.view("approve")
    assert "Ik ga akkoord met de onderstaande documenten" in dialog.words
    assert "Aangifte IB 2025.pdf" in dialog.words
    await scene.karim.fill(dialog, place="Utrecht").submit()
    await scene.settled()

    assert not scene.karim.views
    assert "Ondertekend" in card.words
    assert "Utrecht" in card.words
    assert card.labels == ["Bekijken", "Transactielog"]
    note = await scene.message("Karim Haddad heeft goedgekeurd")
    assert note.thread == card.id
    assert scene.sanne.id in note.pings


async def test_the_place_used_last_is_filled_in_next_time(scene: Scene) -> None:
    first = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(first, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()

    second = await scene.send("Balans 2025.pdf")
    await scene.karim.press(second, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve")).submit()
    await scene.settled()

    assert "Utrecht" in second.words


async def test_rejecting_tells_the_reason_in_the_thread_and_mentions_the_sender(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    reason = "Het bedrag op pagina 2 klopt niet: <!channel> & *meer*"
    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason=reason).submit()
    await scene.settled()

    assert "Afgekeurd" in card.words
    note = await scene.message("heeft afgekeurd")
    assert note.thread == card.id
    assert reason in note.words
    assert note.pings == {scene.sanne.id}
    assert note.labels == ["Nieuwe versie sturen"]


async def test_a_corrected_version_takes_the_place_of_the_rejected_one(scene: Scene) -> None:
    old = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(old, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="Bedrag klopt niet").submit()
    await scene.settled()
    await scene.file("Aangifte IB 2025 (gecorrigeerd).pdf")

    note = await scene.message("heeft afgekeurd")
    await scene.bas.press(note, "Nieuwe versie sturen")
    form = await scene.bas.view("send")
    await scene.bas.fill(form, documents=["Aangifte IB 2025 (gecorrigeerd).pdf"]).submit()
    await scene.settled()

    new = await scene.message("(gecorrigeerd)")
    assert new.thread is None
    assert "Vervangen" in old.words
    for here, there in ((old, new), (new, old)):
        assert any(unquote(link).startswith(scene.chat.link_of(there)) for link in here.links)
    pointer = await scene.message("vervangen door")
    assert pointer.thread == old.id

    await scene.karim.press(new, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Zeist").submit()
    await scene.settled()
    assert "Ondertekend" in new.words


async def test_withdrawing(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.bas.press(card, "Intrekken")
    await scene.settled()

    assert "Ingetrokken" in card.words
    assert "Bas Jansen" in card.words
    assert card.labels == ["Bekijken", "Transactielog"]
    note = await scene.message("heeft dit verzoek ingetrokken")
    assert note.thread == card.id
    assert scene.karim.id in note.pings


async def test_several_documents_and_a_due_date(scene: Scene) -> None:
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    due = scene.clock.today() + timedelta(days=7)
    both = ["Aangifte IB 2025.pdf", "Balans 2025.pdf"]
    await scene.sanne.fill(form, documents=both, signer=scene.karim.id, due=due).submit()
    await scene.settled()

    card = await scene.message("2 documenten")
    assert all(name in card.words for name in both)
    assert str(due.year) in card.words


async def test_a_request_past_its_due_date_is_late_and_can_still_be_signed(scene: Scene) -> None:
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    today = scene.clock.today()
    fields = scene.sanne.fill(
        form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id, due=today + timedelta(days=1)
    )
    await fields.submit()
    await scene.settled()
    card = await scene.message("Aangifte")

    scene.clock.move(timedelta(days=3))
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in card.words


async def test_the_log_holds_who_sent_and_who_answered_with_place_and_consent(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()

    sent, approved = await scene.log_of(card)
    assert (sent.happening, sent.by.name) == (Happening.SENT, "Sanne de Vries")
    assert (approved.happening, approved.by.name) == (Happening.APPROVED, "Karim Haddad")
    assert approved.facts["place"] == "Utrecht"
    assert approved.facts["consent"] == "1/nl"
    assert approved.facts["documents"] == sent.facts["documents"]
