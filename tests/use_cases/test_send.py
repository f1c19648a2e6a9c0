"""What the send dialog offered is checked again when it is sent, since a client may send anything (rules 1 and 2)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.conversation import Actor, Done, FileRef, Lookup, Open, Press, Submission, Value
from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.errors import NotAParticipant, NotStaff, Refusal, UnknownEnvelope
from bot.domain.expiry import find_end
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening
from bot.domain.people import Account, ClientId, Platform, Standing
from bot.domain.signature import Drawing
from bot.texts import load_texts
from bot.use_cases.draft import Draft, fill_in, read_draft, write_draft
from bot.use_cases.link import link_conversation
from bot.use_cases.look_up import look_up
from bot.use_cases.send import confirm_signer, submit_draft
from bot.use_cases.withdraw import start_correction, withdraw
from bot.views.log_words import describe_line
from cards.model import DateInput
from tests import builders as a
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER, World

DUTCH = load_texts("nl")
KEY = "request-1"


def by(account: Account = STAFF, name: str = "Sanne de Vries") -> Actor:
    return Actor(account, "T0OFFICE", name)


def sending(actor: Actor | None = None, signer: Account = SIGNER, draft: Draft | None = None) -> Submission:
    values: dict[str, Value] = {"documents": (a.ITEM,), "signer": signer.user, "remind": True}
    return Submission(actor or by(), "send", write_draft(draft or Draft(place=a.a_place())), values, KEY)


async def sent(world: World) -> Envelope | None:
    async with world.store.reading() as tx:
        return await tx.envelopes.by_request(a.OFFICE, KEY)


def make_guest(world: World) -> None:
    world.directory.people[STAFF] = a.a_person(account=STAFF, standing=Standing.GUEST)


def close_account(world: World) -> None:
    world.directory.people[STAFF] = a.a_person(account=STAFF, standing=Standing.MEMBER, active=False)


def move_elsewhere(world: World) -> None:
    elsewhere = replace(STAFF, tenant="T0ELSEWHERE")
    world.directory.people[STAFF] = a.a_person(account=elsewhere, standing=Standing.MEMBER)


async def test_what_is_offered_is_sent(world: World) -> None:
    assert await submit_draft(world.ports, sending(), DUTCH) == Done()
    assert await sent(world)


@pytest.mark.parametrize("drawing", Drawing)
async def test_what_the_office_wishes_goes_along(world: World, drawing: Drawing) -> None:
    async with world.store.transaction() as tx:
        await tx.offices.save(a.an_office(drawing=drawing))
    await submit_draft(world.ports, sending(), DUTCH)
    envelope = await sent(world)
    assert envelope
    assert envelope.drawing is drawing


TODAY = date(2026, 3, 2)
"""When the clock of these tests stands at noon."""


async def test_an_expiry_is_the_end_of_a_day_and_stands_in_the_log(world: World) -> None:
    filled = sending()
    filled = replace(filled, values={**filled.values, "due": date(2026, 3, 31), "expires": date(2026, 3, 31)})
    await submit_draft(world.ports, filled, DUTCH)
    envelope = await sent(world)
    assert envelope
    assert envelope.expires_at == datetime(2026, 3, 31, 22, tzinfo=UTC)
    async with world.store.reading() as tx:
        (line,) = await tx.log.of_envelope(a.OFFICE, envelope.id)
    assert line.facts["expires_on"] == "2026-03-31"
    assert "Geldig tot en met: 31 maart 2026" in describe_line(line, None, None, DUTCH).notes


@pytest.mark.parametrize(
    ("due", "expires", "problem"),
    [
        (None, TODAY, None),
        (TODAY, TODAY, None),
        (None, TODAY - timedelta(days=1), Problem.IN_THE_PAST),
        (TODAY + timedelta(days=5), TODAY - timedelta(days=1), Problem.IN_THE_PAST),
        (TODAY + timedelta(days=5), TODAY + timedelta(days=4), Problem.BEFORE_DUE),
        (TODAY - timedelta(days=9), TODAY, None),  # the fault is that of the other
    ],
)
def test_it_expires_neither_before_today_nor_before_it_is_due(
    due: date | None, expires: date, problem: Problem | None
) -> None:
    filled = sending()
    filled = replace(filled, values={**filled.values, "due": due, "expires": expires})
    faults: dict[str, Fault] = {}
    try:
        assert fill_in(Draft(place=a.a_place()), filled, TODAY).expires == expires
    except InvalidInput as refused:
        faults = dict(refused.faults)
    assert faults.get("expires") == (Fault(problem) if problem else None)


async def test_what_would_have_expired_when_it_is_sent_at_last_is_not(world: World) -> None:
    late = replace(sending(), values={**sending().values, "expires": TODAY}, context=write_draft(Draft(a.a_place())))
    draft = replace(fill_in(Draft(place=a.a_place()), late, TODAY), key=KEY)
    world.clock.move(timedelta(days=1))
    with pytest.raises(InvalidInput) as refused:
        await confirm_signer(world.ports, replace(late, form="who", context=write_draft(draft), values={}), DUTCH)
    assert list(refused.value.faults.values()) == [Fault(Problem.IN_THE_PAST)]
    assert await sent(world) is None


@pytest.mark.parametrize(("days", "offered"), [(9, True), (0, True), (-1, False)])
async def test_a_corrected_version_is_offered_what_is_left_of_the_time(
    world: World, days: int, *, offered: bool
) -> None:
    day = TODAY + timedelta(days=days)
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope(expires_at=find_end(day)).answer(SIGNER, a.a_rejection()))
    opened = await start_correction(world.ports, Press(by(), a.a_place(), "resend", "envelope-1"), DUTCH)
    assert isinstance(opened, Open)
    (asked,) = [each for each in opened.form.body if isinstance(each, DateInput) and each.id == "expires"]
    assert asked.value == (day if offered else None)


@pytest.mark.parametrize("change", [make_guest, close_account, move_elsewhere])
async def test_who_is_no_staff_any_more_sends_nothing(world: World, change: Callable[[World], None]) -> None:
    change(world)
    with pytest.raises(NotStaff):
        await submit_draft(world.ports, sending(), DUTCH)
    assert await sent(world) is None


async def test_a_sender_who_left_sends_nothing(world: World) -> None:
    world.directory.left.add(STAFF)
    with pytest.raises(NotAParticipant):
        await submit_draft(world.ports, sending(), DUTCH)
    assert await sent(world) is None


@pytest.mark.parametrize(
    ("signer", "problem"),
    [
        (a.an_account("U0NOBODY"), Problem.NOT_A_PARTICIPANT),
        (STAFF, Problem.OWN_REQUEST),
        (a.an_account("U0ROBOT"), Problem.NOT_A_PERSON),
        (a.an_account("U0CLOSED"), Problem.NOT_A_PERSON),
    ],
)
async def test_nobody_signs_who_was_not_offered(world: World, signer: Account, problem: Problem) -> None:
    robot, closed = a.an_account("U0ROBOT"), a.an_account("U0CLOSED")
    world.directory.people[robot] = a.a_person("Robot", account=robot, standing=Standing.BOT)
    world.directory.people[closed] = a.a_person("Weg", account=closed, active=False)
    with pytest.raises(InvalidInput) as refused:
        await submit_draft(world.ports, sending(signer=signer), DUTCH)
    assert refused.value.faults == {"signer": Fault(problem)}
    assert await sent(world) is None


async def test_a_document_of_another_client_is_not_sent(world: World) -> None:
    async with world.store.transaction() as tx:
        await tx.people.save_client(a.a_client(id=ClientId("other"), number="2"))
        await tx.dossiers.add(a.an_item("foreign", client=ClientId("other")))
    values: dict[str, Value] = {"documents": ("foreign",), "signer": SIGNER.user}
    with pytest.raises(InvalidInput):
        await submit_draft(world.ports, replace(sending(), values=values), DUTCH)
    assert await sent(world) is None


async def test_a_corrected_version_replaces_nothing_of_another_client(world: World) -> None:
    async with world.store.transaction() as tx:
        await tx.people.save_client(a.a_client(id=ClientId("other"), number="2"))
        await tx.dossiers.add(a.an_item("foreign", client=ClientId("other")))
        await tx.people.save_contact(a.a_contact(id="c2", client=ClientId("other"), preferred=False))
        foreign = a.a_document(a.an_item("foreign"))
        old = a.an_envelope("old", client=ClientId("other"), documents=(foreign,))
        await tx.envelopes.add(old)
        await tx.envelopes.save(old.answer(SIGNER, a.a_rejection()))
    draft = Draft(place=a.a_place(), supersedes=EnvelopeId("old"))
    with pytest.raises(UnknownEnvelope):
        await submit_draft(world.ports, sending(draft=draft), DUTCH)
    assert await sent(world) is None


async def test_a_fault_in_the_second_dialog_stands_at_its_own_field(world: World) -> None:
    question = await submit_draft(world.ports, sending(signer=STRANGER), DUTCH)
    assert isinstance(question, Open)
    draft = replace(read_draft(question.form.context), items=(a.an_item("gone").id,))
    answer = Submission(by(), "confirm_signer", write_draft(draft), {"contact": "new"}, "request-2")
    with pytest.raises(InvalidInput) as refused:
        await confirm_signer(world.ports, answer, DUTCH)
    assert refused.value.faults == {"contact": Fault(Problem.UNKNOWN)}


async def test_two_colleagues_who_say_who_it_is_make_one_contact(world: World) -> None:
    question = await submit_draft(world.ports, sending(signer=STRANGER), DUTCH)
    assert isinstance(question, Open)
    contexts = [write_draft(replace(read_draft(question.form.context), key=f"key-{number}")) for number in (1, 2)]
    answers = [Submission(by(), "confirm_signer", each, {"contact": "new"}, "x") for each in contexts]
    await asyncio.gather(*(confirm_signer(world.ports, each, DUTCH) for each in answers))

    async with world.store.reading() as tx:
        contacts = await tx.people.contacts(a.CLIENT)
        envelopes = [await tx.envelopes.by_request(a.OFFICE, f"key-{number}") for number in (1, 2)]
        known = await tx.people.contact_of(a.CLIENT, STRANGER)
    assert [contact.name for contact in contacts].count("Vreemde") == 1
    assert known
    assert [each.signers[0].contact for each in envelopes if each] == [known.id, known.id]


async def test_a_guest_finds_no_document_of_a_dossier(world: World) -> None:
    make_guest(world)
    with pytest.raises(NotStaff):
        await look_up(world.ports, Lookup(by(), "documents", "", write_draft(Draft(place=a.a_place()))), DUTCH)


@pytest.mark.parametrize(("change", "refusal"), [("guest", NotStaff), ("left", NotAParticipant)])
async def test_who_may_not_link_links_nothing_by_sending_the_dialog(
    world: World, change: str, refusal: type[Refusal]
) -> None:
    async with world.store.transaction() as tx:
        await tx.people.save_client(a.a_client(id=ClientId("other"), number="2"))
    if change == "guest":
        make_guest(world)
    else:
        world.directory.left.add(STAFF)
    context = write_draft(Draft(place=a.a_place(), wants_send=False))
    with pytest.raises(refusal):
        await link_conversation(world.ports, Submission(by(), "link", context, {"client": "other"}, "k"), DUTCH)
    async with world.store.reading() as tx:
        assert await tx.conversations.at(a.a_place()) == a.a_conversation()


async def test_withdrawing_is_logged(world: World) -> None:
    await submit_draft(world.ports, sending(), DUTCH)
    envelope = await sent(world)
    assert envelope
    await withdraw(world.ports, Press(by(), a.a_place(), "withdraw", envelope.id))

    async with world.store.reading() as tx:
        lines = await tx.log.of_envelope(a.OFFICE, envelope.id)
    assert [line.happening for line in lines] == [Happening.SENT, Happening.WITHDRAWN]
    assert {line.by.name for line in lines} == {"Sanne de Vries"}


def test_names_of_files_stay_as_long_as_they_fit() -> None:
    files = tuple(FileRef(Platform.SLACK, "T0OFFICE", f"F{number:010}", f"Polis {number}.pdf") for number in range(9))
    values: dict[str, Value] = {"uploads": files, "signer": "U1"}
    short = fill_in(Draft(place=a.a_place()), replace(sending(), values=values), a.NOON.date())
    assert [file.name for file in read_draft(write_draft(short)).file_refs()] == [file.name for file in files]

    long = fill_in(
        Draft(place=a.a_place()), replace(sending(), values={**values, "message": '"' * 1_000}), a.NOON.date()
    )
    written = write_draft(replace(long, file_names=('"' * 60,) * 9))
    assert len(written) <= 3_000
    assert [file.id for file in read_draft(written).file_refs()] == [file.id for file in files]
