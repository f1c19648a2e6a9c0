"""Passing a task on: a signer asks that somebody else answers in their place, and staff allow or refuse it.

    asked ── staff allowed it ──────────────────> allowed: the other one is the signer now
          ── staff refused it ──────────────────> refused
          ── the signer took it back,
             or asked for somebody else ────────> taken back

A request lapses by itself when the signer's answer is no longer awaited: they answered, or the envelope was closed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.delegation_refusals import CannotTakeOver, DelegationClosed, DelegationLapsed, NotTheDelegator
from bot.domain.envelope import Closing, Envelope, Party, Signer
from bot.domain.errors import UnknownEnvelope
from bot.domain.faults import Problem
from bot.domain.people import Account, ContactId
from bot.domain.places import MessageRef

DelegationId = NewType("DelegationId", str)


class DelegationState(StrEnum):
    """Where a request to pass a task on is in its life."""

    ASKED = "asked"
    ALLOWED = "allowed"
    REFUSED = "refused"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class Delegation:
    """`signer` asks that `taker` answers in their place; `note` says why, `reason` why staff refused it.

    `message` is the note in the thread with which staff are asked, once it was delivered. `request_key` names the
    submission that made the request, so that the same one twice asks once.
    """

    id: DelegationId
    signer: Party
    taker: Party
    note: str
    asked_at: datetime
    request_key: str
    state: DelegationState = DelegationState.ASKED
    closing: Closing | None = None
    reason: str = ""
    message: MessageRef | None = None

    @property
    def is_allowed(self) -> bool:
        """Whether `taker` became the signer."""
        return self.state is DelegationState.ALLOWED


def is_pending(envelope: Envelope, delegation: Delegation) -> bool:
    """Whether staff can still allow or refuse it."""
    is_awaited = any(signer.account == delegation.signer.account for signer in envelope.waiting_for)
    return delegation.state is DelegationState.ASKED and is_awaited


def find_pending(envelope: Envelope, account: Account) -> Delegation | None:
    """The request of this signer that staff have not answered; there is one at most."""
    own = (each for each in envelope.delegations if each.signer.account == account)
    return next((each for each in own if is_pending(envelope, each)), None)


def find_lapsed(envelope: Envelope) -> tuple[Delegation, ...]:
    """The requests that nobody answered before the signer's answer was no longer awaited."""
    asked = (each for each in envelope.delegations if each.state is DelegationState.ASKED)
    return tuple(each for each in asked if not is_pending(envelope, each))


def find_delegation(envelope: Envelope, id_: DelegationId) -> Delegation:
    """The request with this id. Raises `UnknownEnvelope`."""
    found = next((each for each in envelope.delegations if each.id == id_), None)
    if found is None:
        raise UnknownEnvelope
    return found


def require_pending(envelope: Envelope, id_: DelegationId) -> Delegation:
    """The request with this id, if it can still be answered.

    Raises `DelegationClosed` when it was answered or taken back, `DelegationLapsed` when the signer answered, and
    `EnvelopeClosed` when the envelope was closed by somebody else.
    """
    found = find_delegation(envelope, id_)
    if found.closing:
        raise DelegationClosed(found.state, found.taker.name, found.closing.by.name, found.closing.at)
    signer = envelope.signer(found.signer.account)
    if signer is not None and signer.decision is not None:
        raise DelegationLapsed(signer.name, signer.decision.answer, signer.decision.at)
    envelope.require_open()
    return found


def find_unfit(envelope: Envelope, taker: Account) -> Problem | None:
    """Why `taker` cannot become a signer of this envelope whoever they are: they are one."""
    return None if envelope.signer(taker) is None else Problem.SIGNER_ALREADY


def ask(envelope: Envelope, delegation: Delegation) -> Envelope:
    """The envelope with one more request, which takes the place of an earlier one of the same signer.

    Raises what `Envelope.require_turn` raises, and `CannotTakeOver`.
    """
    envelope.require_turn(delegation.signer.account)
    _require_fit(envelope, delegation)
    earlier = find_pending(envelope, delegation.signer.account)
    if earlier:
        closing = Closing(delegation.signer, delegation.asked_at)
        envelope = _put(envelope, replace(earlier, state=DelegationState.TAKEN_BACK, closing=closing))
    return replace(envelope, delegations=(*envelope.delegations, delegation))


def take_back(envelope: Envelope, id_: DelegationId, by: Party, at: datetime) -> Envelope:
    """The envelope after its signer took the request back.

    Raises `NotTheDelegator` to anybody else, and what `require_pending` raises.
    """
    delegation = find_delegation(envelope, id_)
    if delegation.signer.account != by.account:
        raise NotTheDelegator(delegation.signer.name)
    return _close(envelope, id_, DelegationState.TAKEN_BACK, Closing(by, at))


def refuse(envelope: Envelope, id_: DelegationId, reason: str, by: Party, at: datetime) -> Envelope:
    """The envelope after staff refused the request. Raises what `require_pending` raises."""
    return _close(envelope, id_, DelegationState.REFUSED, Closing(by, at), reason)


def allow(envelope: Envelope, id_: DelegationId, contact: ContactId, by: Party, at: datetime) -> Envelope:
    """The envelope with the new signer in the place of the one who asked; `contact` is who the new one is.

    Raises what `require_pending` raises, and `CannotTakeOver`.
    """
    delegation = require_pending(envelope, id_)
    _require_fit(envelope, delegation)
    new = make_signer(delegation, contact)
    signers = tuple(new if each.account == delegation.signer.account else each for each in envelope.signers)
    allowed = _close(envelope, id_, DelegationState.ALLOWED, Closing(by, at))
    return replace(allowed, signers=signers)


def make_signer(delegation: Delegation, contact: ContactId) -> Signer:
    """The signer that `taker` becomes; `contact` is who they are."""
    return Signer(delegation.taker.account, delegation.taker.name, contact)


def _require_fit(envelope: Envelope, delegation: Delegation) -> None:
    if problem := find_unfit(envelope, delegation.taker.account):
        raise CannotTakeOver(delegation.taker.name, delegation.signer.name, problem)


def _close(
    envelope: Envelope, id_: DelegationId, state: DelegationState, closing: Closing, reason: str = ""
) -> Envelope:
    return _put(envelope, replace(require_pending(envelope, id_), state=state, closing=closing, reason=reason))


def _put(envelope: Envelope, changed: Delegation) -> Envelope:
    delegations = tuple(changed if each.id == changed.id else each for each in envelope.delegations)
    return replace(envelope, delegations=delegations)
