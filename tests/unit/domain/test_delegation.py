"""The rules of passing a task on: one open request, staff decide, an answer or a closed envelope lets it lapse."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import delegation as rules
from bot.domain.delegation import DelegationId, DelegationState
from bot.domain.delegation_refusals import CannotTakeOver, DelegationClosed, DelegationLapsed, NotTheDelegator, PassedOn
from bot.domain.envelope import Answer, Envelope, EnvelopeState
from bot.domain.errors import AlreadyAnswered, EnvelopeClosed, NotTheSigner, Refusal, UnknownEnvelope
from bot.domain.faults import Problem
from bot.domain.people import ContactId
from tests import builders as a

ID = DelegationId("delegation-1")
KARIM, MILA, NOOR = a.an_account(), a.a_delegation().taker.account, a.an_account("U0NOOR")
KARIM_HIMSELF = a.a_party("Karim Haddad", KARIM)
CONTACT = ContactId("mila")


def asked(*before: Envelope) -> Envelope:
    return rules.ask(before[0] if before else a.an_envelope(), a.a_delegation())


def allowed() -> Envelope:
    return rules.allow(asked(), ID, CONTACT, a.a_party("Bas"), a.at(9))


def two_signers() -> Envelope:
    return a.an_envelope(signers=(a.a_signer(NOOR, name="Noor"), a.a_signer(KARIM)))


def test_who_was_asked_signs_until_staff_allow_it() -> None:
    assert asked().signers == a.an_envelope().signers
    assert rules.find_pending(asked(), KARIM) == a.a_delegation()
    with pytest.raises(NotTheSigner):
        asked().answer(MILA, a.an_approval())
    assert asked().answer(KARIM, a.an_approval()).state is EnvelopeState.COMPLETED


def test_allowing_puts_the_new_signer_in_the_same_place_and_keeps_the_other_answers() -> None:
    once = two_signers().answer(NOOR, a.an_approval())
    after = rules.allow(asked(once), ID, CONTACT, a.a_party("Bas"), a.at(9))

    assert after.signers == (once.signers[0], a.a_signer(MILA, name="Mila Haddad", contact=CONTACT))
    [closed] = after.delegations
    assert (closed.state, closed.closing and closed.closing.by.name) == (DelegationState.ALLOWED, "Bas")
    assert after.answer(MILA, a.an_approval()).state is EnvelopeState.COMPLETED


def test_who_passed_it_on_is_told_to_whom_whatever_the_state() -> None:
    signed = allowed().answer(MILA, a.an_approval())
    for envelope in (allowed(), signed, allowed().withdraw(a.a_party(), a.at(12))):
        with pytest.raises(PassedOn) as refused:
            envelope.answer(KARIM, a.an_approval())
        assert (refused.value.name, refused.value.at) == ("Mila Haddad", a.at(9))


def test_who_was_refused_is_nobody_to_pass_on_to() -> None:
    refused = rules.refuse(asked(), ID, "Alleen u", a.a_party("Bas"), a.at(9))
    assert refused.delegations[0].reason == "Alleen u"
    assert refused.require_turn(KARIM).account == KARIM
    with pytest.raises(NotTheSigner):
        refused.require_turn(MILA)


def test_it_may_come_back_and_be_answered() -> None:
    back = a.a_delegation("back", signer=a.a_delegation().taker, taker=a.a_delegation().signer)
    returned = rules.allow(rules.ask(allowed(), back), back.id, a.CONTACT, a.a_party(), a.at(20))

    assert returned.signers == a.an_envelope().signers
    assert returned.answer(KARIM, a.an_approval()).state is EnvelopeState.COMPLETED
    with pytest.raises(PassedOn):
        returned.require_turn(MILA)


def test_a_second_request_takes_the_place_of_the_first() -> None:
    second = a.a_delegation("second", taker=a.a_party("Noor", NOOR), asked_at=a.at(8))
    after = rules.ask(asked(), second)

    first = after.delegations[0]
    assert (first.state, first.closing and first.closing.by.account) == (DelegationState.TAKEN_BACK, KARIM)
    assert rules.find_pending(after, KARIM) == second
    with pytest.raises(DelegationClosed):
        rules.allow(after, ID, CONTACT, a.a_party(), a.at(9))


@pytest.mark.parametrize("taker", [KARIM, NOOR], ids=["oneself", "another signer"])
def test_who_signs_already_takes_nothing_over(taker: object) -> None:
    with pytest.raises(CannotTakeOver) as refused:
        rules.ask(two_signers(), a.a_delegation(taker=a.a_party("X", taker)))  # type: ignore[arg-type]  # an account
    assert refused.value.problem is Problem.SIGNER_ALREADY


def test_two_signers_cannot_both_pass_on_to_the_same_person() -> None:
    both = rules.ask(asked(two_signers()), a.a_delegation("noors", signer=a.a_party("Noor", NOOR)))
    once = rules.allow(both, ID, CONTACT, a.a_party(), a.at(9))
    with pytest.raises(CannotTakeOver) as refused:
        rules.allow(once, DelegationId("noors"), CONTACT, a.a_party(), a.at(10))
    assert (refused.value.name, refused.value.signer) == ("Mila Haddad", "Noor")


def test_only_the_signer_asks_and_only_who_asked_takes_it_back() -> None:
    with pytest.raises(NotTheSigner):
        rules.ask(a.an_envelope(), a.a_delegation(signer=a.a_party("Noor", NOOR)))
    with pytest.raises(NotTheDelegator) as refused:
        rules.take_back(asked(), ID, a.a_party("Mila Haddad", MILA), a.at(9))
    assert refused.value.name == "Karim Haddad"
    assert rules.take_back(asked(), ID, KARIM_HIMSELF, a.at(9)).delegations[0].state is DelegationState.TAKEN_BACK


def test_an_answer_lets_the_request_lapse_and_says_which() -> None:
    answered = asked(two_signers()).answer(KARIM, a.an_approval())
    assert answered.state is EnvelopeState.OPEN
    assert rules.find_lapsed(answered) == answered.delegations
    with pytest.raises(DelegationLapsed) as refused:
        rules.allow(answered, ID, CONTACT, a.a_party(), a.at(40))
    assert (refused.value.name, refused.value.answer) == ("Karim Haddad", Answer.APPROVED)
    with pytest.raises(AlreadyAnswered):
        rules.ask(answered, a.a_delegation("late"))


def test_a_closed_envelope_lets_the_request_lapse() -> None:
    withdrawn = asked().withdraw(a.a_party(), a.at(9))
    rejected = asked(two_signers()).answer(NOOR, a.a_rejection())
    for closed in (withdrawn, rejected):
        assert rules.find_lapsed(closed) == closed.delegations
        with pytest.raises(EnvelopeClosed):
            rules.allow(closed, ID, CONTACT, a.a_party(), a.at(10))
        with pytest.raises(EnvelopeClosed):
            rules.refuse(closed, ID, "", a.a_party(), a.at(10))
        with pytest.raises(EnvelopeClosed):
            rules.take_back(closed, ID, KARIM_HIMSELF, a.at(10))


def test_while_another_signer_answers_it_stays_open() -> None:
    assert rules.find_lapsed(asked(two_signers()).answer(NOOR, a.an_approval())) == ()


def test_a_request_of_another_envelope_is_unknown() -> None:
    with pytest.raises(UnknownEnvelope):
        rules.allow(a.an_envelope(), ID, CONTACT, a.a_party(), a.at(9))


Move = st.sampled_from(["ask 1", "ask 2", "allow", "refuse", "take back", "approve", "reject", "withdraw"])


@given(st.lists(Move, max_size=12))
def test_no_order_of_moves_opens_two_requests_or_changes_what_was_decided(moves: list[str]) -> None:
    envelope = a.an_envelope()
    for number, move in enumerate(moves):
        before = envelope
        try:
            envelope = _move(envelope, move, number)
        except Refusal:
            continue
        assert [each.id for each in envelope.delegations[: len(before.delegations)]] == [
            each.id for each in before.delegations
        ]
        for earlier, later in zip(before.delegations, envelope.delegations, strict=False):
            assert earlier.closing is None or earlier == later
        assert len([each for each in envelope.delegations if rules.is_pending(envelope, each)]) <= 1
        assert len(envelope.signers) == 1
        if before.state is not EnvelopeState.OPEN:
            assert envelope.signers == before.signers


def _move(envelope: Envelope, move: str, number: int) -> Envelope:
    newest = envelope.delegations[-1].id if envelope.delegations else ID
    signer = envelope.signers[0]
    me = a.a_party(signer.name, signer.account)
    match move:
        case "ask 1" | "ask 2":
            taker = a.a_party(f"U{number}", a.an_account(f"U{number}"))
            return rules.ask(envelope, a.a_delegation(f"{number}", signer=me, taker=taker))
        case "allow":
            return rules.allow(envelope, newest, CONTACT, a.a_party(), a.at(number))
        case "refuse":
            return rules.refuse(envelope, newest, "", a.a_party(), a.at(number))
        case "take back":
            return rules.take_back(envelope, newest, me, a.at(number))
        case "withdraw":
            return envelope.withdraw(a.a_party(), a.at(number))
        case _:
            decision = a.an_approval() if move == "approve" else a.a_rejection()
            return envelope.answer(signer.account, replace(decision, at=a.at(number)))
