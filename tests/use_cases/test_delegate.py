"""What the dialogs of passing on offered is checked again when it is sent, since a client may send anything."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from bot.conversation import Actor, Answer, Done, Found, Lookup, Open, Press, Submission, Value
from bot.domain.delegation import DelegationId, DelegationState
from bot.domain.delegation_refusals import CannotTakeOver, DelegationClosed, PassedOn
from bot.domain.envelope import Envelope
from bot.domain.errors import (
    LinkRefused,
    LinkTrouble,
    NotAParticipant,
    NotStaff,
    NotTheSigner,
    Refusal,
    UnknownEnvelope,
)
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening
from bot.domain.people import Account, OfficeId, Platform, Standing
from bot.texts import load_texts
from bot.use_cases.answer_delegation import allow, ask_refusal, confirm_taker, refuse
from bot.use_cases.decide import approve
from bot.use_cases.delegate import ask_taker, submit_delegation, take_back
from bot.use_cases.deliver import Courier
from bot.use_cases.look_up import look_up
from bot.use_cases.show import show_view
from bot.use_cases.sign_page import PageApproval, answer_on_page, open_document, open_page, record_pages
from tests import builders as a
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER, World

DUTCH = load_texts("nl")
MILA = a.an_account("U0MILA", tenant="T0OFFICE")
ROBOT, CLOSED = a.an_account("U0ROBOT", tenant="T0OFFICE"), a.an_account("U0GONE", tenant="T0OFFICE")
ENVELOPE = a.an_envelope().id
OTHER = OfficeId("office-2")


def by(account: Account = SIGNER, name: str = "Karim Haddad", tenant: str = "T0OFFICE") -> Actor:
    return Actor(account, tenant, name)


STAFF_ACTOR = by(STAFF, "Sanne de Vries")


def asking(taker: str = MILA.user, note: str = "", key: str = "key", actor: Actor | None = None) -> Submission:
    values: dict[str, Value] = {"taker": taker, "note": note}
    return Submission(actor or by(), "delegate", ENVELOPE, values, key)


def pressing(value: str, actor: Actor = STAFF_ACTOR) -> Press:
    return Press(actor, a.a_place(), "button", value)


@pytest.fixture
async def sent(world: World) -> World:
    """The world with a request to Karim, and with Mila, a robot and a closed account in the conversation."""
    world.directory.people |= {
        MILA: a.a_person("Mila Haddad", account=MILA, standing=Standing.GUEST, email=None),
        ROBOT: a.a_person("Robot", account=ROBOT, standing=Standing.BOT),
        CLOSED: a.a_person("Vertrokken", account=CLOSED, active=False),
    }
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    return world


@pytest.fixture
async def asked(sent: World) -> World:
    """The same, after Karim asked to pass it on to Mila, whom staff confirmed before to be a contact."""
    async with sent.store.transaction() as tx:
        await tx.people.confirm(MILA, a.CONTACT, STAFF, a.NOON)
    await submit_delegation(sent.ports, asking())
    return sent


async def read(world: World) -> Envelope:
    async with world.store.reading() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, ENVELOPE)
    assert envelope
    return envelope


async def newest(world: World) -> DelegationId:
    return (await read(world)).delegations[-1].id


async def refused(attempt: Awaitable[Answer]) -> Refusal:
    with pytest.raises(Refusal) as raised:
        await attempt
    return raised.value


@pytest.mark.parametrize(
    ("taker", "problem"),
    [
        (ROBOT.user, Problem.NOT_A_PERSON),
        (CLOSED.user, Problem.NOT_A_PERSON),
        (STAFF.user, Problem.OWN_REQUEST),
        (SIGNER.user, Problem.SIGNER_ALREADY),
        ("U0NOBODY", Problem.NOT_A_PARTICIPANT),
        ("", Problem.MISSING),
    ],
)
async def test_nobody_unfit_is_asked_for(sent: World, taker: str, problem: Problem) -> None:
    refusal = await refused(submit_delegation(sent.ports, asking(taker)))
    assert isinstance(refusal, InvalidInput)
    assert refusal.faults == {"taker": Fault(problem)}
    assert (await read(sent)).delegations == ()


async def test_who_left_meanwhile_is_not_asked_for(sent: World) -> None:
    sent.directory.left.add(MILA)
    refusal = await refused(submit_delegation(sent.ports, asking()))
    assert isinstance(refusal, InvalidInput)
    assert refusal.faults == {"taker": Fault(Problem.NOT_A_PARTICIPANT)}


async def test_too_long_a_note_or_reason_is_a_fault_of_its_field(asked: World) -> None:
    too_long = Fault(Problem.TOO_LONG, 1_000)
    refusal = await refused(submit_delegation(asked.ports, asking("", "x" * 1_001, key="2")))
    assert isinstance(refusal, InvalidInput)
    assert refusal.faults == {"taker": Fault(Problem.MISSING), "note": too_long}
    submission = Submission(STAFF_ACTOR, "refuse", await newest(asked), {"refusal": "x" * 1_001}, "3")
    refusal = await refused(refuse(asked.ports, submission))
    assert isinstance(refusal, InvalidInput)
    assert refusal.faults == {"refusal": too_long}


@pytest.mark.parametrize("actor", [by(STRANGER), by(MILA), STAFF_ACTOR], ids=["stranger", "the taker", "staff"])
async def test_nobody_but_the_signer_asks_or_looks_for_people(sent: World, actor: Actor) -> None:
    lookup = Lookup(actor, f"takers/{ENVELOPE}", "", "")
    for attempt in (
        submit_delegation(sent.ports, asking(actor=actor)),
        ask_taker(sent.ports, pressing(ENVELOPE, actor), DUTCH),
        look_up(sent.ports, lookup, DUTCH),
    ):
        assert isinstance(await refused(attempt), NotTheSigner)


async def test_a_search_offers_who_is_fit_and_tells_nothing_of_the_dossier(asked: World) -> None:
    found = await look_up(asked.ports, Lookup(by(), f"takers/{ENVELOPE}", "", ""), DUTCH)
    assert isinstance(found, Found)
    assert [option.label for option in found.options] == ["Vreemde · andere organisatie", "Mila Haddad · gast"]
    with pytest.raises(NotStaff):
        await look_up(asked.ports, Lookup(by(), "participants", "", ""), DUTCH)


async def test_a_signer_who_left_asks_nothing(sent: World) -> None:
    sent.directory.left.add(SIGNER)
    for attempt in (
        submit_delegation(sent.ports, asking()),
        ask_taker(sent.ports, pressing(ENVELOPE, by()), DUTCH),
    ):
        assert isinstance(await refused(attempt), NotAParticipant)


@pytest.mark.parametrize("actor", [by(), by(MILA)], ids=["the signer", "the taker"])
async def test_nobody_but_staff_decides(asked: World, actor: Actor) -> None:
    id_ = await newest(asked)
    filled = Submission(actor, "confirm_delegate", id_, {"contact": "new"}, "key")
    for attempt in (
        allow(asked.ports, pressing(id_, actor), DUTCH),
        confirm_taker(asked.ports, filled),
        ask_refusal(asked.ports, pressing(id_, actor), DUTCH),
        refuse(asked.ports, filled),
    ):
        assert isinstance(await refused(attempt), NotStaff)
    assert (await read(asked)).delegations[0].state is DelegationState.ASKED


async def test_another_offices_staff_find_nothing(asked: World) -> None:
    async with asked.store.transaction() as tx:
        await tx.offices.save(a.an_office(id=OTHER, name="Ander kantoor"))
        await tx.offices.map_tenant(OTHER, Platform.SLACK, "T0OTHER")
    eva = a.an_account("U0EVA", tenant="T0OTHER")
    asked.directory.people[eva] = a.a_person("Eva", account=eva, standing=Standing.MEMBER)
    actor, id_ = by(eva, "Eva", tenant="T0OTHER"), await newest(asked)
    filled = Submission(actor, "confirm_delegate", id_, {"contact": "new"}, "key")
    for attempt in (
        allow(asked.ports, pressing(id_, actor), DUTCH),
        confirm_taker(asked.ports, filled),
        ask_refusal(asked.ports, pressing(id_, actor), DUTCH),
        refuse(asked.ports, filled),
        take_back(asked.ports, pressing(id_, actor)),
        show_view(asked.ports, pressing(id_, actor), DUTCH),
        ask_taker(asked.ports, pressing(ENVELOPE, actor), DUTCH),
        submit_delegation(asked.ports, asking(actor=actor, key="other")),
        look_up(asked.ports, Lookup(actor, f"takers/{ENVELOPE}", "", ""), DUTCH),
    ):
        assert isinstance(await refused(attempt), UnknownEnvelope)
    assert len((await read(asked)).delegations) == 1


@pytest.mark.parametrize(
    ("standing", "active", "left", "problem"),
    [
        (Standing.GUEST, True, True, Problem.NOT_A_PARTICIPANT),
        (Standing.GUEST, False, False, Problem.NOT_A_PERSON),
        (Standing.BOT, True, False, Problem.NOT_A_PERSON),
    ],
)
async def test_who_became_unfit_does_not_take_over(
    asked: World, standing: Standing, problem: Problem, *, active: bool, left: bool
) -> None:
    asked.directory.people[MILA] = a.a_person("Mila", account=MILA, standing=standing, active=active)
    asked.directory.left |= {MILA} if left else set()
    id_ = await newest(asked)
    filled = Submission(STAFF_ACTOR, "confirm_delegate", id_, {"contact": "new"}, "key")
    for attempt in (allow(asked.ports, pressing(id_), DUTCH), confirm_taker(asked.ports, filled)):
        refusal = await refused(attempt)
        assert isinstance(refusal, CannotTakeOver)
        assert (refusal.name, refusal.problem) == ("Mila Haddad", problem)
    assert (await read(asked)).signers == a.an_envelope().signers


async def test_somebody_of_the_same_id_elsewhere_is_somebody_else(asked: World) -> None:
    twin = replace(MILA, tenant="T0ELSEWHERE")
    del asked.directory.people[MILA]
    asked.directory.people[twin] = a.a_person("Mila Haddad", account=twin)
    assert isinstance(await refused(allow(asked.ports, pressing(await newest(asked)), DUTCH)), CannotTakeOver)


async def test_a_contact_of_another_client_is_not_who_this_is(sent: World) -> None:
    await submit_delegation(sent.ports, asking())
    id_ = await newest(sent)
    assert isinstance(await allow(sent.ports, pressing(id_), DUTCH), Open)
    filled = Submission(STAFF_ACTOR, "confirm_delegate", id_, {"contact": "of-another-client"}, "key")
    refusal = await refused(confirm_taker(sent.ports, filled))
    assert isinstance(refusal, InvalidInput)
    assert refusal.faults == {"contact": Fault(Problem.UNKNOWN)}


async def test_after_allowing_the_links_of_the_old_signer_open_nothing(asked: World) -> None:
    own, staffs = a.a_signing_link("own"), a.a_signing_link("staff", viewer=a.a_party(), as_staff=True)
    async with asked.store.transaction() as tx:
        await tx.links.add(own)
        await tx.links.add(staffs)
    assert (await open_page(asked.ports, "own")).may_answer
    await allow(asked.ports, pressing(await newest(asked)), DUTCH)
    works: list[Awaitable[object]] = [
        open_page(asked.ports, "own"),
        open_document(asked.ports, "own", 1),
        record_pages(asked.ports, "own", 1, frozenset({1})),
        answer_on_page(asked.ports, "own", PageApproval("Utrecht"), None, DUTCH),
    ]
    for work in works:
        with pytest.raises(LinkRefused) as raised:
            await work
        assert raised.value.trouble is LinkTrouble.PASSED_ON
    assert not (await open_page(asked.ports, "staff")).may_answer
    assert [each.decision for each in (await read(asked)).signers] == [None]


async def test_of_everything_at_once_one_counts_and_the_others_are_told(asked: World) -> None:
    id_ = await newest(asked)
    approval = Submission(by(), "approve", ENVELOPE, {"place": "Utrecht"}, "key")
    attempts = (
        approve(asked.ports, approval, DUTCH),
        allow(asked.ports, pressing(id_), DUTCH),
        allow(asked.ports, pressing(id_), DUTCH),
        refuse(asked.ports, Submission(STAFF_ACTOR, "refuse", id_, {}, "key")),
        take_back(asked.ports, pressing(id_, by())),
    )
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    closing = [each for each in outcomes[1:] if isinstance(each, Done)]
    assert len(closing) <= 1
    assert all(isinstance(each, Done | Refusal) for each in outcomes)
    async with asked.store.reading() as tx:
        lines = [line.happening for line in await tx.log.of_envelope(a.OFFICE, ENVELOPE)]
    assert lines.count(Happening.APPROVED) + lines.count(Happening.DELEGATED) == 1
    assert len(lines) == 1 + [isinstance(each, Done) for each in outcomes].count(True)


async def test_the_loser_of_a_race_that_passed_every_check_is_told_what_happened(asked: World) -> None:
    """Both read the request while it was open; the one who saves later reads it again."""
    id_ = await newest(asked)
    first, second = await asyncio.gather(
        allow(asked.ports, pressing(id_), DUTCH),
        refuse(asked.ports, Submission(STAFF_ACTOR, "refuse", id_, {}, "key")),
        return_exceptions=True,
    )
    assert [isinstance(each, DelegationClosed) for each in (first, second)].count(True) == 1
    assert isinstance(await refused(take_back(asked.ports, pressing(id_, by()))), DelegationClosed)


async def test_who_passed_it_on_cannot_answer_with_what_was_open(asked: World) -> None:
    await allow(asked.ports, pressing(await newest(asked)), DUTCH)
    approval = Submission(by(), "approve", ENVELOPE, {"place": "Utrecht"}, "key")
    refusal = await refused(approve(asked.ports, approval, DUTCH))
    assert isinstance(refusal, PassedOn)
    assert refusal.name == "Mila Haddad"


async def test_the_note_is_posted_once_and_then_kept_up_to_date(asked: World) -> None:
    courier = Courier(asked.ports)
    while await courier.deliver_due():
        pass
    [note] = asked.messenger.messages
    assert "vraagt om deze taak door te sturen" in note.cards[0].summary
    await take_back(asked.ports, pressing(await newest(asked), by()))
    while await courier.deliver_due():
        pass
    [note] = asked.messenger.messages
    assert len(note.cards) == 2
    assert "teruggenomen" in repr(note.cards[-1])


async def test_where_the_office_allows_it_the_sender_takes_over(sent: World) -> None:
    async with sent.store.transaction() as tx:
        await tx.offices.save(a.an_office(sender_may_sign=True))
    assert isinstance(await submit_delegation(sent.ports, asking(STAFF.user)), Done)
    async with sent.store.transaction() as tx:
        await tx.offices.save(a.an_office(sender_may_sign=False))
    refusal = await refused(allow(sent.ports, pressing(await newest(sent)), DUTCH))
    assert isinstance(refusal, CannotTakeOver)
    assert refusal.problem is Problem.OWN_REQUEST
