"""The turns of signers, and what an envelope knows of its sealed PDF (product: the certified way)."""

import pytest

from bot.domain.certified import MOST_SIGNERS, Sealed, SealLevel, Way, rearrange
from bot.domain.delegation import allow, ask
from bot.domain.delegation_refusals import PassedOn
from bot.domain.envelope import Answer, Envelope, EnvelopeState
from bot.domain.errors import AlreadyAnswered, EnvelopeClosed, NotTheSigner, NotYourTurn
from bot.domain.tasks import Turn, find_turn
from tests import builders as a

ACCOUNTS = tuple(a.an_account(f"U0{number}") for number in range(MOST_SIGNERS))
FIRST, SECOND, THIRD = ACCOUNTS[:3]


def certified(number: int = 3, *, in_order: bool = True) -> Envelope:
    signers = tuple(a.a_signer(account, name=account.user) for account in ACCOUNTS[:number])
    return a.an_envelope(signers=signers, way=Way.CERTIFIED, in_order=in_order)


def waiting(envelope: Envelope) -> list[str]:
    return [signer.account.user for signer in envelope.waiting_for]


def test_in_order_the_next_one_comes_after_each_answer() -> None:
    envelope = certified(MOST_SIGNERS)
    for account in ACCOUNTS:
        assert waiting(envelope) == [account.user]
        envelope = envelope.answer(account, a.an_approval())
    assert envelope.state is EnvelopeState.COMPLETED


def test_who_comes_later_is_told_who_comes_now_and_changes_nothing() -> None:
    for decision in (a.an_approval(), a.a_rejection()):
        with pytest.raises(NotYourTurn) as refused:
            certified().answer(SECOND, decision)
        assert refused.value.name == FIRST.user


def test_in_parallel_everybody_may_answer_in_any_order() -> None:
    envelope = certified(in_order=False)
    assert waiting(envelope) == [each.user for each in ACCOUNTS[:3]]
    for account in (THIRD, FIRST, SECOND):
        envelope = envelope.answer(account, a.an_approval())
    assert envelope.state is EnvelopeState.COMPLETED


@pytest.mark.parametrize("in_order", [True, False])
def test_a_rejection_by_the_second_ends_it_for_all(*, in_order: bool) -> None:
    rejected = certified(in_order=in_order).answer(FIRST, a.an_approval()).answer(SECOND, a.a_rejection())
    assert rejected.state is EnvelopeState.REJECTED
    assert waiting(rejected) == []
    for decision in (a.an_approval(), a.a_rejection()):
        with pytest.raises(EnvelopeClosed):
            rejected.answer(THIRD, decision)
        with pytest.raises(AlreadyAnswered) as answered:
            rejected.answer(FIRST, decision)
        assert answered.value.answer is Answer.APPROVED


def test_who_signed_cannot_reject_while_others_still_sign() -> None:
    with pytest.raises(AlreadyAnswered):
        certified().answer(FIRST, a.an_approval()).answer(FIRST, a.a_rejection())


def test_who_was_never_asked_is_told_so_and_not_to_wait() -> None:
    with pytest.raises(NotTheSigner):
        certified().require_turn(a.an_account("U0STRANGER"))


def test_whoever_takes_over_has_the_same_place_in_the_order() -> None:
    once = certified().answer(FIRST, a.an_approval())
    delegation = a.a_delegation(signer=a.a_party("Tweede", SECOND))
    passed = allow(ask(once, delegation), delegation.id, a.CONTACT, a.a_party(), a.at(9))
    taker = delegation.taker.account
    assert [signer.account for signer in passed.signers] == [FIRST, taker, THIRD]
    assert waiting(passed) == [taker.user]
    with pytest.raises(PassedOn):
        passed.require_turn(SECOND)
    with pytest.raises(NotYourTurn):
        passed.require_turn(THIRD)


def test_only_who_comes_now_can_ask_to_pass_it_on() -> None:
    with pytest.raises(NotYourTurn):
        ask(certified(), a.a_delegation(signer=a.a_party("Tweede", SECOND)))


def test_who_comes_later_sees_a_task_that_waits_for_others() -> None:
    assert [find_turn(certified(), each) for each in ACCOUNTS[:2]] == [Turn.MINE, Turn.OTHERS]
    once = certified().answer(FIRST, a.an_approval())
    assert [find_turn(once, each) for each in ACCOUNTS[:3]] == [Turn.OTHERS, Turn.MINE, Turn.OTHERS]


@pytest.mark.parametrize(
    ("moved", "after"),
    [({}, "abcd"), ({0: "d"}, "dabc"), ({3: "a"}, "bcda"), ({0: "b", 1: "a"}, "bacd"), ({1: "d", 2: "a"}, "bdac")],
)
def test_the_others_keep_their_order_around_who_moved(moved: dict[int, str], after: str) -> None:
    assert "".join(rearrange("abcd", moved)) == after


def test_it_is_being_sealed_from_the_last_signature_until_the_sealed_pdf_is_there() -> None:
    one = certified(1)
    assert not one.is_being_sealed
    signed = one.answer(FIRST, a.an_approval())
    assert signed.is_being_sealed
    assert not one.answer(FIRST, a.a_rejection()).is_being_sealed
    assert not a.an_envelope().answer(a.an_account(), a.an_approval()).is_being_sealed
    sealed = a.an_envelope(way=Way.CERTIFIED, sealed=Sealed(a.a_document(version=2), SealLevel.B_T, a.at(40)))
    assert not sealed.answer(a.an_account(), a.an_approval()).is_being_sealed
