"""Passing a task on: the signer asks, staff decide, and whoever was too late or is not meant is told exactly why."""

import asyncio

import pytest

from bot.domain.log import Happening
from bot.domain.people import ContactId
from tests.scenarios.chat import Message, Person, View, forms
from tests.scenarios.scene import CLIENT, Scene, narrow_staff
from tests.scenarios.signing import find_address
from tests.scenarios.test_logs import link_in, read
from tests.troubles import Status

DOCUMENT = "Aangifte IB 2025.pdf"
ASKS = "Karim Haddad vraagt om deze taak door te sturen"


@pytest.fixture
async def known(scene: Scene) -> Scene:
    """The scene with Mila as a contact that staff confirmed before."""
    mila = scene.account(scene.mila)
    async with scene.ports.store.transaction() as tx:
        [karim] = await tx.people.contacts(CLIENT)
        contact = type(karim)(ContactId("mila"), CLIENT, "Mila Haddad")
        await tx.people.save_contact(contact)
        await tx.people.confirm(mila, contact.id, scene.account(scene.sanne), scene.clock.now())
    return scene


async def ask(scene: Scene, card: Message, taker: Person, note: str = "") -> View:
    """Karim asks to pass the task on; what becomes of the dialog."""
    await scene.karim.press(card, "Doorsturen")
    form = await scene.karim.view("delegate")
    view = await scene.karim.fill(form, taker=taker.id, **({"note": note} if note else {})).submit()
    await scene.settled()
    return view


async def ask_for(scene: Scene, taker: Person, note: str = "") -> tuple[Message, Message]:
    """A card whose signer asked to pass it on, and the note in which staff are asked."""
    card = await scene.send(DOCUMENT)
    await ask(scene, card, taker, note)
    return card, await scene.message(f"{ASKS} aan {taker.name}")


async def approve(scene: Scene, card: Message, person: Person) -> None:
    await person.press(card, "Goedkeuren")
    await person.fill(await person.view("approve"), place="Utrecht").submit()
    await scene.settled()


def awaits(card: Message, person: Person) -> bool:
    """Whether the card says that the answer is awaited from this person alone."""
    return "Wacht op" in card.words and card.pings == {person.id}


async def happenings(scene: Scene, card: Message) -> list[Happening]:
    return [line.happening for line in await scene.log_of(card)]


async def test_the_whole_way(known: Scene) -> None:
    scene = known
    note_words = "Mila doet de cijfers <!channel> & *meer*"
    card, note = await ask_for(scene, scene.mila, note_words)
    assert note.thread == card.id
    assert note.pings == {scene.sanne.id}
    assert note_words in note.words
    assert note.labels == ["Toestaan", "Weigeren", "Terugnemen"]
    assert awaits(card, scene.karim)

    await scene.bas.press(note, "Toestaan")
    await scene.settled()
    assert awaits(card, scene.mila)
    assert "Bas Jansen heeft dit toegestaan" in note.words
    assert note.labels == []
    told = await scene.message("Karim Haddad heeft deze taak aan u doorgestuurd")
    assert told.thread == card.id
    assert told.pings == {scene.mila.id, scene.karim.id}

    await approve(scene, card, scene.mila)
    assert "Ondertekend" in card.words
    assert "Mila Haddad heeft goedgekeurd" in (await scene.message("heeft goedgekeurd")).words


async def test_the_log_keeps_both(known: Scene) -> None:
    card, note = await ask_for(known, known.mila, "Mila doet de cijfers")
    await known.bas.press(note, "Toestaan")
    await known.settled()
    await approve(known, card, known.mila)

    sent, asked, delegated, approved = await known.log_of(card)
    assert sent.facts["signer"] == "Karim Haddad"
    assert (asked.happening, asked.by.name) == (Happening.DELEGATION_ASKED, "Karim Haddad")
    assert asked.facts["note"] == "Mila doet de cijfers"
    assert (delegated.happening, delegated.by.name) == (Happening.DELEGATED, "Bas Jansen")
    assert (delegated.facts["from"], delegated.facts["to"]) == ("Karim Haddad", "Mila Haddad")
    assert (delegated.facts["from_account"], delegated.facts["to_account"]) == (known.karim.id, known.mila.id)
    assert approved.by.name == "Mila Haddad"


async def test_the_dialog_and_the_page_of_the_log_tell_of_both(known: Scene) -> None:
    card, note = await ask_for(known, known.mila, "Mila doet de cijfers")
    await known.bas.press(note, "Toestaan")
    await known.settled()
    await approve(known, card, known.mila)
    await known.sanne.press(card, "Transactielog")
    dialog = await known.sanne.view(containing="Ter ondertekening verstuurd")
    status, page = await read(known, link_in(dialog))
    assert status == 200
    for words in (dialog.words, page):
        assert words.count("Van Karim Haddad aan Mila Haddad") == 2  # asked, and allowed
        for told in ("Doorsturen gevraagd", "Taak doorgestuurd", "Mila doet de cijfers", "Bas Jansen"):
            assert told in words


async def test_the_log_tells_why_it_was_refused(scene: Scene) -> None:
    card, note = await ask_for(scene, scene.mila)
    await scene.bas.press(note, "Weigeren")
    await scene.bas.fill(await scene.bas.view("refuse_delegation"), refusal="Mila tekent niet voor u.").submit()
    await scene.settled()
    await scene.bas.press(card, "Transactielog")
    words = (await scene.bas.view(containing="Ter ondertekening verstuurd")).words
    assert words.count("Van Karim Haddad aan Mila Haddad") == 2  # asked, and refused
    assert "Mila tekent niet voor u." in words


async def test_who_passed_it_on_is_told_so_and_opens_nothing_more(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    await known.karim.press(card, "Bekijken")
    opened = await known.karim.view()
    await known.karim.close(opened)
    late = [await known.karim.hold_press(card, button) for button in ("Goedkeuren", "Afkeuren", "Doorsturen")]
    await known.bas.press(note, "Toestaan")
    await known.settled()

    for press in late:
        await press.release()
        await known.karim.told("doorgestuurd aan Mila Haddad")
    await known.chat.press_early(known.karim, card, "Bekijken")
    await known.karim.told("Deze documenten zijn voor Mila Haddad")
    assert not forms(known.karim)
    status, page = await read(known, find_address(opened).removeprefix(known.address))
    assert status == 410
    assert "U hebt deze taak doorgestuurd" in page
    assert awaits(card, known.mila)


async def test_refusing_with_a_reason_leaves_the_task_where_it_was(scene: Scene) -> None:
    card, note = await ask_for(scene, scene.mila)
    await scene.bas.press(note, "Weigeren")
    form = await scene.bas.view("refuse_delegation")
    assert "Karim Haddad houdt de taak" in form.words
    await scene.bas.fill(form, refusal="Alleen de bestuurder mag dit").submit()
    await scene.settled()

    assert "Bas Jansen heeft dit geweigerd" in note.words
    assert note.labels == []
    told = await scene.message("De taak blijft van u")
    assert told.thread == card.id
    assert told.pings == {scene.karim.id}
    assert "Alleen de bestuurder mag dit" in told.words
    *_, refused = await scene.log_of(card)
    assert (refused.happening, refused.facts["reason"]) == (
        Happening.DELEGATION_REFUSED,
        "Alleen de bestuurder mag dit",
    )
    await scene.chat.press_early(scene.mila, card, "Goedkeuren")
    await scene.mila.told("Alleen Karim Haddad kan dit verzoek beantwoorden")
    await approve(scene, card, scene.karim)
    assert "Ondertekend" in card.words


async def test_refusing_takes_no_reason(scene: Scene) -> None:
    card, note = await ask_for(scene, scene.mila)
    await scene.bas.press(note, "Weigeren")
    await scene.bas.fill(await scene.bas.view("refuse_delegation")).submit()
    await scene.settled()
    assert "De taak blijft van u" in (await scene.message("niet toegestaan")).words
    assert (await happenings(scene, card))[-1] is Happening.DELEGATION_REFUSED


async def test_each_button_is_for_who_it_is_for(scene: Scene) -> None:
    card = await scene.send(DOCUMENT)
    for other in (scene.mila, scene.sanne):
        await scene.chat.press_early(other, card, "Doorsturen")
        await other.told("Alleen Karim Haddad kan dit verzoek beantwoorden")
    await ask(scene, card, scene.mila)
    note = await scene.message(ASKS)
    for other in (scene.mila, scene.karim):
        for button in ("Toestaan", "Weigeren"):
            await scene.chat.press_early(other, note, button)
            await other.told("Alleen teamleden van Kantoor De Linde")
    for other in (scene.mila, scene.sanne):
        await scene.chat.press_early(other, note, "Terugnemen")
        await other.told("Alleen Karim Haddad kan dit terugnemen")
    assert not any(forms(person) for person in (scene.sanne, scene.karim, scene.mila))
    assert await happenings(scene, card) == [Happening.SENT, Happening.DELEGATION_ASKED]


async def test_the_signer_takes_it_back(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    late = await known.bas.hold_press(note, "Toestaan")
    await known.karim.press(note, "Terugnemen")
    await known.settled()
    assert "Karim Haddad heeft dit teruggenomen" in note.words
    assert note.labels == []

    await late.release()
    await known.bas.told("Karim Haddad heeft dit teruggenomen op")
    assert await happenings(known, card) == [
        Happening.SENT, Happening.DELEGATION_ASKED, Happening.DELEGATION_TAKEN_BACK,
    ]  # fmt: skip
    await approve(known, card, known.karim)


async def test_asking_for_somebody_else_takes_the_place_of_the_first(known: Scene) -> None:
    card, first = await ask_for(known, known.mila)
    await known.karim.press(card, "Doorsturen")
    form = await known.karim.view("delegate")
    assert "U hebt gevraagd dit door te sturen aan Mila Haddad" in form.words
    late = await known.bas.hold_press(first, "Toestaan")
    await known.karim.fill(form, taker=known.bas.id).submit()
    await known.settled()

    assert "teruggenomen" in first.words
    second = await known.message(f"{ASKS} aan Bas Jansen")
    assert second.labels == ["Toestaan", "Weigeren", "Terugnemen"]
    await late.release()
    await known.bas.told("Karim Haddad heeft dit teruggenomen op")
    assert awaits(card, known.karim)


@pytest.mark.parametrize(
    ("button", "filled", "word"),
    [("Goedkeuren", {"place": "Utrecht"}, "goedgekeurd"), ("Afkeuren", {"reason": "Klopt niet"}, "afgekeurd")],
)
async def test_an_answer_meanwhile_lets_it_lapse(known: Scene, button: str, filled: dict[str, str], word: str) -> None:
    card, note = await ask_for(known, known.mila)
    late = [await known.bas.hold_press(note, answer) for answer in ("Toestaan", "Weigeren")]
    back = await known.karim.hold_press(note, "Terugnemen")
    await known.karim.press(card, button)
    await known.karim.fill(await known.karim.view(), **filled).submit()
    await known.settled()
    assert "Dit is vervallen" in note.words
    assert note.labels == []

    for press in late:
        await press.release()
        await known.bas.told(f"Karim Haddad heeft dit {word} op")
    await back.release()
    await known.karim.told(f"Karim Haddad heeft dit {word} op")
    assert known.mila.id not in card.pings


async def test_withdrawing_lets_it_lapse(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    late = await known.bas.hold_press(note, "Toestaan")
    await known.sanne.press(card, "Intrekken")
    await known.settled()
    assert "Dit is vervallen" in note.words
    await late.release()
    await known.bas.told("Sanne de Vries heeft dit ingetrokken op")


async def test_an_answer_that_is_overtaken_is_told_to_whom_it_was_passed_on(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    await known.karim.press(card, "Goedkeuren")
    dialog = await known.karim.view("approve")
    sending = known.karim.fill(dialog, place="Utrecht").hold()
    await known.bas.press(note, "Toestaan")
    await sending.release()
    await known.settled()
    assert "doorgestuurd aan Mila Haddad" in dialog.words
    assert awaits(card, known.mila)
    assert Happening.APPROVED not in await happenings(known, card)


async def test_answering_and_allowing_at_once_has_one_winner(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    permission = await known.bas.hold_press(note, "Toestaan")
    await known.karim.press(card, "Goedkeuren")
    approval = known.karim.fill(await known.karim.view("approve"), place="Utrecht").hold()
    await asyncio.gather(permission.release(), approval.release())
    await known.settled()

    seen = await happenings(known, card)
    assert [each in seen for each in (Happening.APPROVED, Happening.DELEGATED)].count(True) == 1
    if Happening.DELEGATED in seen:
        assert awaits(card, known.mila)
        assert "doorgestuurd aan Mila Haddad" in (await known.karim.view()).words
    else:
        assert "Ondertekend" in card.words
        await known.bas.told("Karim Haddad heeft dit goedgekeurd op")


async def test_allowing_twice_and_by_two_at_once_counts_once(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    held = [await person.hold_press(note, "Toestaan") for person in (known.bas, known.bas, known.sanne)]
    await asyncio.gather(*(press.release() for press in held))
    await known.settled()

    assert (await happenings(known, card)).count(Happening.DELEGATED) == 1
    assert len([each for each in known.room.messages if "aan u doorgestuurd" in each.words]) == 1
    winner = "Bas Jansen" if "Bas Jansen heeft" in note.words else "Sanne de Vries"
    loser = known.sanne if winner == "Bas Jansen" else known.bas
    await loser.told(f"{winner} heeft dit toegestaan op")


async def test_the_same_submission_twice_asks_once(scene: Scene) -> None:
    card = await scene.send(DOCUMENT)
    await ask(scene, card, scene.mila)
    await scene.chat.deliver_again()
    await scene.chat.deliver_anew()
    await scene.settled()
    assert (await happenings(scene, card)).count(Happening.DELEGATION_ASKED) == 1
    assert len([each for each in scene.room.messages if ASKS in each.words]) == 1


async def test_only_who_could_sign_is_offered(scene: Scene) -> None:
    robot = scene.chat.person("robot", "Robot", bot=True)
    gone = scene.chat.person("gone", "Vertrokken", gone=True)
    scene.room.members.extend([robot.id, gone.id])
    card = await scene.send(DOCUMENT)
    await scene.karim.press(card, "Doorsturen")
    form = await scene.karim.view("delegate")
    assert form.options("taker") == {scene.bas.id: "Bas Jansen", scene.mila.id: "Mila Haddad · gast"}


async def test_where_the_office_allows_it_the_sender_takes_over(scene: Scene) -> None:
    await narrow_staff(scene, sender_may_sign=True)
    _, note = await ask_for(scene, scene.sanne)
    await scene.sanne.press(note, "Toestaan")
    await scene.sanne.view("confirm_delegate")


async def test_what_was_offered_is_checked_again(scene: Scene) -> None:
    card = await scene.send(DOCUMENT)
    await scene.karim.press(card, "Doorsturen")
    form = await scene.karim.view("delegate")
    scene.room.members.remove(scene.mila.id)
    view = await scene.karim.fill(form, taker=scene.mila.id).submit()
    assert "neemt nu niet deel" in view.errors["taker"]
    assert await happenings(scene, card) == [Happening.SENT]


async def test_a_signer_who_left_asks_nothing(scene: Scene) -> None:
    card = await scene.send(DOCUMENT)
    await scene.karim.press(card, "Doorsturen")
    form = await scene.karim.view("delegate")
    scene.room.members.remove(scene.karim.id)
    view = await scene.karim.fill(form, taker=scene.mila.id).submit()
    assert "Karim Haddad neemt nu niet deel aan dit gesprek" in view.words
    assert await happenings(scene, card) == [Happening.SENT]


async def test_nobody_left_to_take_over(scene: Scene) -> None:
    card = await scene.send(DOCUMENT)
    for person in (scene.bas, scene.mila):
        scene.room.members.remove(person.id)
    await scene.karim.press(card, "Doorsturen")
    await scene.karim.told("In dit gesprek is niemand anders die dit kan ondertekenen")
    assert not forms(scene.karim)


async def test_who_left_before_it_was_allowed_does_not_become_the_signer(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    known.room.members.remove(known.mila.id)
    await known.bas.press(note, "Toestaan")
    told = await known.bas.told("Mila Haddad neemt nu niet deel aan dit gesprek")
    assert "de taak blijft bij Karim Haddad" in told.words
    assert awaits(card, known.karim)

    known.room.members.append(known.mila.id)
    await known.bas.press(note, "Toestaan")
    await known.settled()
    assert awaits(card, known.mila)


async def test_who_left_before_answering_is_refused(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    await known.bas.press(note, "Toestaan")
    await known.settled()
    await known.mila.press(card, "Goedkeuren")
    dialog = await known.mila.view("approve")
    known.room.members.remove(known.mila.id)
    await known.mila.fill(dialog, place="Utrecht").submit()
    assert "Mila Haddad neemt nu niet deel" in dialog.words
    await known.settled()
    assert awaits(card, known.mila)


async def test_staff_say_first_who_somebody_unknown_is(scene: Scene) -> None:
    card, note = await ask_for(scene, scene.mila)
    await scene.bas.press(note, "Toestaan")
    question = await scene.bas.view("confirm_delegate")
    assert "Mila Haddad" in question.words
    assert awaits(card, scene.karim)
    await scene.bas.fill(question, contact="Nieuw contact: Mila Haddad").submit()
    await scene.settled()
    assert awaits(card, scene.mila)

    async with scene.ports.store.reading() as tx:
        contact = await tx.people.contact_of(CLIENT, scene.account(scene.mila))
        envelope = await tx.envelopes.get((await scene.log_of(card))[0].office, scene.envelope_of(card))
    assert contact
    assert envelope
    assert (contact.name, envelope.signers[0].contact) == ("Mila Haddad", contact.id)


async def test_taken_back_while_staff_say_who_it_is(scene: Scene) -> None:
    card, note = await ask_for(scene, scene.mila)
    await scene.bas.press(note, "Toestaan")
    question = await scene.bas.view("confirm_delegate")
    sending = scene.bas.fill(question, contact="Nieuw contact: Mila Haddad").hold()
    await scene.karim.press(note, "Terugnemen")
    await sending.release()
    assert "Karim Haddad heeft dit teruggenomen op" in question.words
    async with scene.ports.store.reading() as tx:
        assert await tx.people.contact_of(CLIENT, scene.account(scene.mila)) is None
    await approve(scene, card, scene.karim)


async def test_a_search_finds_people_where_there_are_more_than_a_hundred(scene: Scene) -> None:
    card = await scene.send(DOCUMENT)
    crowd = [scene.chat.person(f"gast{number}", f"Gast {number}", guest=True) for number in range(110)]
    scene.room.members.extend(person.id for person in crowd)
    await scene.karim.press(card, "Doorsturen")
    form = await scene.karim.view("delegate")
    assert await scene.karim.search(form, "taker", "mila") == ["Mila Haddad · gast"]
    assert await scene.karim.search(form, "taker", "sanne") == []
    await scene.karim.fill(form, taker=scene.mila.id).submit()
    await scene.settled()
    await scene.message(f"{ASKS} aan Mila Haddad")


async def test_a_platform_that_does_not_answer_keeps_the_dialog_and_changes_nothing(known: Scene) -> None:
    card = await known.send(DOCUMENT)
    await known.karim.press(card, "Doorsturen")
    form = await known.karim.view("delegate")
    known.chat.break_next("roster", Status(503))
    view = await known.karim.fill(form, taker=known.mila.id).submit()
    assert "Er is niets vastgelegd" in view.errors["taker"]
    await known.karim.fill(view, taker=known.mila.id).submit()
    await known.settled()

    note = await known.message(ASKS)
    known.chat.break_next("roster", Status(503))
    await known.bas.press(note, "Toestaan")
    await known.bas.told("Er is niets vastgelegd")
    assert awaits(card, known.karim)


async def test_a_long_note_and_long_names_are_told_whole(scene: Scene) -> None:
    long = scene.chat.person("lang", "Wilhelmina-Alexandra van der Zeeuwen-Haddad " * 3, guest=True)
    scene.room.members.append(long.id)
    card = await scene.send(DOCUMENT)
    await ask(scene, card, long, "<&*👍" * 200)
    note = await scene.message(ASKS)
    assert "<&*👍" * 200 in note.words.replace("\n", "").replace("▎ ", "")
    await scene.bas.press(note, "Toestaan")
    await scene.bas.view("confirm_delegate")


async def test_english_readers_are_spoken_to_in_english(scene: Scene) -> None:
    john = scene.chat.person("john", "John", locale="en-GB", guest=True)
    scene.room.members.append(john.id)
    _, note = await ask_for(scene, john)
    await scene.chat.press_early(john, note, "Toestaan")
    await john.told("Only staff of Kantoor De Linde can do this")
    await scene.chat.press_early(john, note, "Terugnemen")
    await john.told("Only Karim Haddad can take this back")
