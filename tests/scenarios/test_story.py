"""The approval way from the first word to the last: send, approve, reject with a reason, correct, withdraw."""

from datetime import date, timedelta

from tests.scenarios.conftest import Scene
from tests.scenarios.looking import labels, link_of, links
from tests.strict_slack import Message


async def send(scene: Scene, *documents: str, message: str = "Graag uw akkoord.") -> Message:
    """Sanne sends documents of the dossier to Karim; the card, once it is there."""
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")
    view = await scene.sanne.fill(form, documents=list(documents), signer="U0KARIM", message=message).submit()
    assert not view.errors
    await scene.settled()
    return await scene.slack.message(scene.room, documents[0])


async def test_sending_and_approving(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")

    assert "Wacht op" in card.words
    assert "Aangifte IB 2025.pdf" in card.words
    assert "2 pagina" in card.words
    assert "Graag uw akkoord." in card.words
    assert labels(card) == ["Bekijken", "Goedkeuren", "Afkeuren", "Intrekken"]
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
    assert labels(card) == ["Bekijken"]
    note = await scene.slack.message(scene.room, "Karim Haddad heeft goedgekeurd")
    assert note.thread_ts == card.ts
    assert scene.sanne.id in note.pings


async def test_the_place_used_last_is_filled_in_next_time(scene: Scene) -> None:
    first = await send(scene, "Aangifte IB 2025.pdf")
    await scene.karim.press(first, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()

    second = await send(scene, "Jaarrekening 2025.pdf")
    await scene.karim.press(second, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve")).submit()
    await scene.settled()

    assert "Utrecht" in second.words


async def test_rejecting_tells_the_reason_in_the_thread_and_mentions_the_sender(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    reason = "Het bedrag op pagina 2 klopt niet: <!channel> & *meer*"
    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason=reason).submit()
    await scene.settled()

    assert "Afgekeurd" in card.words
    note = await scene.slack.message(scene.room, "heeft afgekeurd")
    assert note.thread_ts == card.ts
    assert reason in note.words
    assert note.pings == {scene.sanne.id}
    assert labels(note) == ["Nieuwe versie sturen"]


async def test_a_corrected_version_takes_the_place_of_the_rejected_one(scene: Scene) -> None:
    old = await send(scene, "Aangifte IB 2025.pdf")
    await scene.karim.press(old, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="Bedrag klopt niet").submit()
    await scene.settled()
    await scene.file("Aangifte IB 2025 (gecorrigeerd).pdf")

    note = await scene.slack.message(scene.room, "heeft afgekeurd")
    await scene.bas.press(note, "Nieuwe versie sturen")
    form = await scene.bas.view("send")
    await scene.bas.fill(form, documents=["Aangifte IB 2025 (gecorrigeerd).pdf"]).submit()
    await scene.settled()

    new = await scene.slack.message(scene.room, "(gecorrigeerd)")
    assert new.thread_ts is None
    assert "Vervangen" in old.words
    assert link_of(new) in links(old)
    assert link_of(old) in links(new)
    pointer = await scene.slack.message(scene.room, "vervangen door")
    assert pointer.thread_ts == old.ts

    await scene.karim.press(new, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Zeist").submit()
    await scene.settled()
    assert "Ondertekend" in new.words


async def test_withdrawing(scene: Scene) -> None:
    card = await send(scene, "Aangifte IB 2025.pdf")
    await scene.bas.press(card, "Intrekken")
    await scene.settled()

    assert "Ingetrokken" in card.words
    assert "Bas Jansen" in card.words
    assert labels(card) == ["Bekijken"]
    note = await scene.slack.message(scene.room, "heeft dit verzoek ingetrokken")
    assert note.thread_ts == card.ts
    assert scene.karim.id in note.pings


async def test_several_documents_and_a_due_date(scene: Scene) -> None:
    await scene.sanne.command("/ondertekenen", scene.room)
    form = await scene.sanne.view("send")
    due = date.today() + timedelta(days=7)  # noqa: DTZ011 - the form takes a day, whatever the zone
    both = ["Aangifte IB 2025.pdf", "Jaarrekening 2025.pdf"]
    await scene.sanne.fill(form, documents=both, signer="U0KARIM", due=due).submit()
    await scene.settled()

    card = await scene.slack.message(scene.room, "2 documenten")
    assert all(name in card.words for name in both)
    assert str(due.year) in card.words


async def test_a_request_past_its_due_date_is_late_and_can_still_be_signed(scene: Scene) -> None:
    await scene.sanne.command("/sign", scene.room)
    form = await scene.sanne.view("send")
    today = scene.clock.now().date()
    fields = scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer="U0KARIM", due=today + timedelta(days=1))
    await fields.submit()
    await scene.settled()
    card = await scene.slack.message(scene.room, "Aangifte")

    scene.clock.move(timedelta(days=3))
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in card.words
