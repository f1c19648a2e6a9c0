"""The rules of an envelope's life (product: "An envelope's life", rules 3 and 5)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.envelope import Answer, Decision, Envelope, EnvelopeId, EnvelopeState
from bot.domain.errors import AlreadyAnswered, EnvelopeClosed, NotAllowedToView, NotRejected, NotTheSigner, Refusal
from tests import builders as a

FIRST, SECOND = a.an_account("U0FIRST"), a.an_account("U0SECOND")
STRANGER = a.an_account("U0STRANGER")


def two_signers() -> Envelope:
    return a.an_envelope(signers=(a.a_signer(FIRST, name="Eerste"), a.a_signer(SECOND, name="Tweede")))


def test_the_only_signer_approving_completes_it() -> None:
    answered = a.an_envelope().answer(a.an_account(), a.an_approval())

    assert answered.state is EnvelopeState.COMPLETED
    assert answered.closing is not None
    assert answered.closing.by.name == "Karim Haddad"
    assert answered.waiting_for == ()


def test_it_stays_open_until_the_last_signer_approved() -> None:
    once = two_signers().answer(FIRST, a.an_approval())
    assert once.state is EnvelopeState.OPEN
    assert [signer.name for signer in once.waiting_for] == ["Tweede"]

    assert once.answer(SECOND, a.an_approval()).state is EnvelopeState.COMPLETED


def test_one_rejection_ends_it_for_everybody() -> None:
    rejected = two_signers().answer(FIRST, a.a_rejection())
    assert rejected.state is EnvelopeState.REJECTED

    with pytest.raises(EnvelopeClosed) as refused:
        rejected.answer(SECOND, a.an_approval())
    assert (refused.value.state, refused.value.by) == (EnvelopeState.REJECTED, "Eerste")


def test_a_signer_who_approved_cannot_reject() -> None:
    once = two_signers().answer(FIRST, a.an_approval())

    with pytest.raises(AlreadyAnswered) as refused:
        once.answer(FIRST, a.a_rejection())
    assert refused.value.answer is Answer.APPROVED


def test_nobody_but_a_signer_answers_whatever_the_state() -> None:
    for envelope in (a.an_envelope(), a.an_envelope().withdraw(a.a_party(), a.at())):
        with pytest.raises(NotTheSigner) as refused:
            envelope.answer(STRANGER, a.an_approval())
        assert refused.value.signers == ("Karim Haddad",)


def test_the_same_user_id_in_another_tenant_is_somebody_else() -> None:
    with pytest.raises(NotTheSigner):
        a.an_envelope().answer(a.an_account(tenant="T0OTHER"), a.an_approval())


def test_withdrawing_is_final() -> None:
    withdrawn = a.an_envelope().withdraw(a.a_party(), a.at(5))

    with pytest.raises(EnvelopeClosed):
        withdrawn.answer(a.an_account(), a.an_approval())
    with pytest.raises(EnvelopeClosed):
        withdrawn.withdraw(a.a_party(), a.at(6))


def test_only_a_rejected_envelope_is_superseded_and_only_once() -> None:
    with pytest.raises(NotRejected):
        a.an_envelope().supersede(EnvelopeId("new"), a.a_party(), a.at())
    with pytest.raises(NotRejected):
        a.an_envelope().answer(a.an_account(), a.an_approval()).supersede(EnvelopeId("new"), a.a_party(), a.at())

    rejected = a.an_envelope().answer(a.an_account(), a.a_rejection())
    superseded = rejected.supersede(EnvelopeId("new"), a.a_party("Bas"), a.at(90))
    assert superseded.superseded_by is not None
    assert superseded.superseded_by.envelope == "new"
    with pytest.raises(EnvelopeClosed) as refused:
        superseded.supersede(EnvelopeId("newer"), a.a_party(), a.at(91))
    assert refused.value.by == "Bas"


def test_signers_and_staff_may_view_and_nobody_else() -> None:
    envelope = a.an_envelope()
    envelope.require_viewer(a.an_account(), is_staff=False)
    envelope.require_viewer(STRANGER, is_staff=True)
    with pytest.raises(NotAllowedToView):
        envelope.require_viewer(STRANGER, is_staff=False)


def test_it_is_late_only_after_its_due_date_while_it_is_open() -> None:
    due = date(2026, 3, 2)
    envelope = a.an_envelope(due=due)

    assert not envelope.is_late(due)
    assert envelope.is_late(due + timedelta(days=1))
    assert not envelope.answer(a.an_account(), a.an_approval()).is_late(due + timedelta(days=1))
    assert not a.an_envelope(due=None).is_late(due)


Move = st.sampled_from(["approve 1", "approve 2", "reject 1", "reject 2", "withdraw", "supersede"])


@given(st.lists(Move, max_size=12))
def test_no_order_of_moves_changes_an_answer_or_leaves_a_final_state(moves: list[str]) -> None:
    envelope = two_signers()
    for move in moves:
        before = envelope
        try:
            envelope = _move(envelope, move)
        except Refusal:
            assert envelope is before
            continue
        for signer, earlier in zip(envelope.signers, before.signers, strict=True):
            assert earlier.decision in {None, signer.decision}
        if before.state is not EnvelopeState.OPEN:
            assert (before.state, envelope.state) == (EnvelopeState.REJECTED, EnvelopeState.SUPERSEDED)
        approved = [signer.decision and signer.decision.answer is Answer.APPROVED for signer in envelope.signers]
        assert (envelope.state is EnvelopeState.COMPLETED) == all(approved)


def _move(envelope: Envelope, move: str) -> Envelope:
    name, _, number = move.partition(" ")
    account = FIRST if number == "1" else SECOND
    if name == "withdraw":
        return envelope.withdraw(a.a_party(), a.at())
    if name == "supersede":
        return envelope.supersede(EnvelopeId("new"), a.a_party(), a.at())
    decision: Decision = a.an_approval() if name == "approve" else a.a_rejection()
    return envelope.answer(account, replace(decision, at=a.at(1)))
