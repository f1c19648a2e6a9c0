"""Tasks: whose turn it is, in a conversation and of everything one has, and the buttons that work there."""

import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote

import pytest

from bot.conversation import Actor, Press, Show
from bot.domain.envelope import Envelope, Party
from bot.domain.errors import NotAParticipant
from bot.domain.people import Client, ClientId, Contact, ContactId, Office, OfficeId, Platform
from bot.domain.places import Place
from bot.domain.tasks import PAGE_SIZE
from bot.texts import load_texts
from bot.use_cases.tasks import turn_page
from tests.builders import a_document, a_signer, an_envelope, an_item
from tests.scenarios.chat import Person, Room, Tasks, Words
from tests.scenarios.scene import CLIENT, OFFICE, Scene, narrow_staff

ELSEWHERE = OfficeId("elders")


async def put(scene: Scene, name: str, signer: Person, by: Person, **changes: object) -> Envelope:
    """A request in the conversation, as if it had been sent there."""
    async with scene.ports.store.transaction() as tx:
        (item, *_) = await tx.dossiers.recent(CLIENT, 1)
        envelope = an_envelope(
            name,
            office=OFFICE,
            client=CLIENT,
            conversation=Place(scene.chat.platform, scene.chat.office_tenant, scene.room.id),
            sender=Party(scene.account(by), by.name),
            documents=(a_document(item, name=f"{name}.pdf"),),
            signers=(a_signer(scene.account(signer), name=signer.name, contact=ContactId("karim")),),
            sent_at=scene.clock.now(),
        )
        envelope = replace(envelope, **changes)  # type: ignore[arg-type]  # any field
        await tx.envelopes.add(envelope)
    return envelope


async def press(scene: Scene, person: Person, tasks: object, button: str, expected: str) -> Tasks:
    await person.press(tasks, button)
    return await scene.chat.tasks_say(person, tasks, expected)


async def refused(scene: Scene, person: Person, words: str) -> Words:
    """What who presses in a list is told: in Slack's home tab, which has no place for private words, in a dialog."""
    if scene.chat.platform is Platform.SLACK:
        return await person.view(containing=words)
    return await person.told(words)


@pytest.fixture(params=["in the conversation", "of everything"])
def room(request: pytest.FixtureRequest, scene: Scene) -> Room | None:
    return scene.room if request.param == "in the conversation" else None


async def test_the_signer_has_it_to_do_and_the_sender_waits(scene: Scene, room: Room | None) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    tasks = await scene.chat.tasks(scene.mila, room)
    assert ("Taken in dit gesprek" in tasks.words) is (room is not None)
    for words in ("Te doen (1)", "Wacht op anderen (0)", "Klaar (0)", "Aangifte.pdf", "Taak uitvoeren"):
        assert words in tasks.words
    assert "Bakker B.V. · van Sanne de Vries" in tasks.words
    assert tasks.labels[3:6] == ["Bekijken", "Goedkeuren", "Afkeuren"]

    tasks = await scene.chat.tasks(scene.sanne, room)
    assert "Er wacht niets op u." in tasks.words
    shown = await press(scene, scene.sanne, tasks, "Wacht op anderen (1)", "Aangifte.pdf")
    assert "Wacht op Mila Haddad" in shown.words
    assert not {"Goedkeuren", "Intrekken"} & set(shown.labels)


async def test_a_decision_from_the_list(scene: Scene) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    await put(scene, "Jaarstukken", scene.mila, scene.sanne, due=date(2020, 1, 1))
    tasks = await scene.chat.tasks(scene.mila)
    assert "Taak uitvoeren · te laat" in tasks.words
    second_click = await scene.mila.hold_press(tasks, "Afkeuren")
    await scene.mila.press(tasks, "Goedkeuren")  # the first: it is late
    form = await scene.mila.view("approve")
    assert "Jaarstukken.pdf" in form.words
    await scene.mila.fill(form, place="Utrecht").submit()
    shown = await scene.chat.tasks_say(scene.mila, tasks, "Te doen (1)")
    assert "Jaarstukken.pdf" not in shown.words

    async with scene.chat.renewing(tasks):
        await second_click.release()
        await refused(scene, scene.mila, "U hebt dit goedgekeurd op")
    await scene.chat.tasks_say(scene.mila, tasks, "Te doen (1)")
    shown = await press(scene, scene.mila, tasks, "Klaar (1)", "Jaarstukken.pdf")
    assert "Ondertekend · Mila Haddad" in shown.words

    await scene.settled()
    assert "Utrecht" in (await scene.message("Jaarstukken.pdf")).words


async def test_a_rejection_from_the_list_of_a_conversation(scene: Scene) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    tasks = await scene.chat.tasks(scene.mila, scene.room)
    await scene.mila.press(tasks, "Afkeuren")
    await scene.mila.fill(await scene.mila.view("reject"), reason="Klopt niet").submit()
    await scene.settled()
    assert "Klopt niet" in (await scene.message("heeft afgekeurd")).words
    assert "Klaar (1)" in (await scene.chat.tasks(scene.mila, scene.room)).words


async def test_staff_see_everything_of_a_conversation_and_others_their_own(scene: Scene) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    assert "Wacht op anderen (1)" in (await scene.chat.tasks(scene.bas, scene.room)).words
    assert "Wacht op anderen (0)" in (await scene.chat.tasks(scene.bas)).words
    noor = scene.chat.person("noor", "Noor", guest=True)
    scene.room.members.append(noor.id)
    tasks = await scene.chat.tasks(noor, scene.room)
    assert "Te doen (0)" in tasks.words
    assert "Wacht op anderen (0)" in tasks.words
    await narrow_staff(scene, staff_accounts=frozenset({scene.sanne.id}))
    assert "Wacht op anderen (0)" in (await scene.chat.tasks(scene.bas, scene.room)).words


async def test_what_was_said_elsewhere_is_not_in_the_list_of_a_conversation(scene: Scene) -> None:
    other = await scene.chat.room("kapper", [scene.sanne, scene.mila])
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    assert "Te doen (0)" in (await scene.chat.tasks(scene.mila, other)).words
    assert "Wacht op anderen (0)" in (await scene.chat.tasks(scene.sanne, other)).words
    assert "Te doen (1)" in (await scene.chat.tasks(scene.mila)).words


async def test_pages_late_first_then_by_due_date_then_oldest(scene: Scene) -> None:
    today = scene.clock.today()
    for number in range(2 * PAGE_SIZE):
        await put(scene, f"oud{number:02}", scene.mila, scene.sanne)
    await put(scene, "morgen", scene.mila, scene.sanne, due=today + timedelta(days=1))
    await put(scene, "laat", scene.mila, scene.sanne, due=today - timedelta(days=3))
    tasks = await scene.chat.tasks(scene.mila)
    expected = ["laat", "morgen", *(f"oud{number:02}" for number in range(2 * PAGE_SIZE))]
    assert "Vorige" not in tasks.labels
    shown = tasks
    for page in (1, 2, 3):
        shown = await scene.chat.tasks_say(scene.mila, tasks, f"Pagina {page} van 3")
        found = re.findall(r"(\w+)\.pdf", shown.words)
        assert found == expected[PAGE_SIZE * (page - 1) : PAGE_SIZE * page]
        if page < 3:
            await scene.mila.press(tasks, "Volgende")
    assert "Volgende" not in shown.labels
    await press(scene, scene.mila, tasks, "Vorige", "Pagina 2 van 3")


async def test_nobody_reads_along_in_a_conversation_by_naming_it(scene: Scene) -> None:
    """Where a button leads passes through the client of whoever presses it."""
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    actor = Actor(scene.account(scene.vera), scene.chat.office_tenant, scene.vera.name)
    actor = replace(actor, place=Place(scene.chat.platform, scene.chat.office_tenant, scene.room.id))
    forged = Press(actor, Place(scene.chat.platform, scene.chat.office_tenant, "own"), "tasks_others", "")
    for value in (f"others 0 {scene.room.id}", f"done 7 {scene.room.id}"):
        with pytest.raises(NotAParticipant):
            await turn_page(scene.ports, replace(forged, value=value), load_texts("nl"))
    for nonsense in ("", "mine", "mine x", "everything 0", "mine -5", "mine 99999999999999999999"):
        answer = await turn_page(scene.ports, replace(forged, value=nonsense), load_texts("nl"))
        assert isinstance(answer, Show)
        assert "Aangifte" not in str(answer)


async def test_another_office_sees_nothing_of_it(scene: Scene) -> None:
    async with scene.ports.store.transaction() as tx:
        await tx.offices.save(Office(ELSEWHERE, "Elders"))
        await tx.people.save_client(Client(ClientId("theirs"), ELSEWHERE, "1", "Geheim B.V."))
        await tx.people.save_contact(Contact(ContactId("theirs"), ClientId("theirs"), "Mila"))
        item = an_item("theirs", client=ClientId("theirs"))
        await tx.dossiers.add(item)
    theirs = {"office": ELSEWHERE, "client": ClientId("theirs"), "documents": (a_document(item, name="Geheim.pdf"),)}
    await put(scene, "Geheim", scene.mila, scene.sanne, **theirs)
    for person in (scene.mila, scene.sanne):
        for room in (None, scene.room):
            tasks = await scene.chat.tasks(person, room)
            assert "Te doen (0)" in tasks.words
            assert "Wacht op anderen (0)" in tasks.words


async def test_someone_who_reads_english_gets_the_list_in_english(scene: Scene) -> None:
    noor = scene.chat.person("noor", "Noor", guest=True, locale="en-GB")
    scene.room.members.append(noor.id)
    await put(scene, "Aangifte", noor, scene.sanne)
    tasks = await scene.chat.tasks(noor, scene.room)
    assert "Tasks in this conversation" in tasks.words
    assert "To do (1)" in tasks.words
    assert "Carry out this task" in tasks.words


async def test_tasks_is_the_same_word_in_english(scene: Scene) -> None:
    await put(scene, "Aangifte", scene.mila, scene.sanne)
    tasks = await scene.chat.tasks(scene.mila, scene.room)
    again = await scene.chat.tasks(scene.mila, scene.room, "tasks")
    assert again.words == tasks.words


async def test_the_way_to_the_card_is_in_the_list(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    tasks = await scene.chat.tasks(scene.sanne)
    shown = await press(scene, scene.sanne, tasks, "Wacht op anderen (1)", "Aangifte IB 2025.pdf")
    assert any(unquote(link).startswith(scene.chat.link_of(card)) for link in shown.links)


async def test_many_long_names_fit(scene: Scene) -> None:
    sender = Party(scene.account(scene.sanne), "Van <der> & " * 20)
    first = await put(scene, "0", scene.mila, scene.sanne)
    for number in range(1, PAGE_SIZE + 1):
        document = replace(first.documents[0], name="Ñ<&>*_" * 42 + f"{number}.pdf")
        late = date(2020, 9, 30)
        await put(scene, str(number), scene.mila, scene.sanne, documents=(document,), due=late, sender=sender)
    tasks = await scene.chat.tasks(scene.mila, scene.room)
    assert "Pagina 1 van 2" in tasks.words
    assert tasks.words.count("Taak uitvoeren") == PAGE_SIZE
