"""One request for signatures and the answers to it: the rules of an envelope's life, as pure functions.

    open ── every signer approved ─> completed
         ── one signer rejected ───> rejected ── a corrected version was sent ─> superseded
         ── staff withdrew it ─────> withdrawn
         ── its expiry passed ─────> expired

Everything but `open` is final, with one exception drawn above: a rejected envelope becomes superseded when a corrected
version takes its place.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from bot.domain.accounts import Asks
from bot.domain.certified import Sealed, Way
from bot.domain.delegation_refusals import PassedOn
from bot.domain.dossier import Document
from bot.domain.errors import (
    AlreadyAnswered,
    EnvelopeClosed,
    NotAllowedToView,
    NotRejected,
    NotTheSigner,
    NotYourTurn,
)
from bot.domain.fields import Field
from bot.domain.people import Account, Cadence, ClientId, ContactId, OfficeId
from bot.domain.places import MessageRef, Place
from bot.domain.signature import Drawing

if TYPE_CHECKING:
    from bot.domain.delegation import Delegation
    from bot.domain.evidence import Receipt

EnvelopeId = NewType("EnvelopeId", str)


class EnvelopeState(StrEnum):
    """Where an envelope is in its life."""

    OPEN = "open"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Answer(StrEnum):
    """What a signer answered."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """A signer's final answer.

    An approval carries the place where one signs and the consent text that was shown (`version/locale`); a rejection
    its reason. `place` is what the person said, `derived_place` what their network address tells; neither stands for
    the other. `texts` are what they filled in, in the order of the envelope's text fields for them. `adopted_on` is
    when the annual accounts were adopted, where the envelope asks that.
    """

    answer: Answer
    at: datetime
    place: str | None = None
    reason: str | None = None
    consent: str | None = None
    derived_place: str | None = None
    texts: tuple[str, ...] = ()
    adopted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Someone who is asked to answer; `contact` is who staff confirmed the account to be."""

    account: Account
    name: str
    contact: ContactId
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """An account with the name it had when it acted."""

    account: Account
    name: str


@dataclass(frozen=True, slots=True)
class Closing:
    """Who brought an envelope to its final state, and when."""

    by: Party
    at: datetime


@dataclass(frozen=True, slots=True)
class Pointer:
    """The envelope before or after this one; `link` opens its card, once that was delivered."""

    envelope: EnvelopeId
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One request: documents, signers, message, due date.

    `revision` counts the saved changes; a store uses it to refuse a change to anything but the newest revision.
    `request_key` names the submission that made the envelope, so that the same one twice makes one envelope.
    `delegations` are the requests of its signers to pass the task on, the oldest first. `drawing` is what the office
    wished when it was sent. In the certified way the signers take turns where `in_order`, `fields` are where each signs
    (none for a page of signatures at the end), and `sealed` is what came of it. `evidence` is the entry that proves the
    final state it is in; `evidence_follows` says that it is still to be recorded. An envelope that was closed before
    there was evidence has neither. `period_end` is the last day that annual accounts are about, where it is known.
    `cadence` is how often its signers are reminded, None for as often as the office does. `expires_at` is the moment
    from which on nobody can answer any more, None where that is not limited.
    """

    id: EnvelopeId
    office: OfficeId
    client: ClientId
    conversation: Place
    sender: Party
    documents: tuple[Document, ...]
    signers: tuple[Signer, ...]
    sent_at: datetime
    request_key: str
    message: str = ""
    due: date | None = None
    remind: bool = True
    state: EnvelopeState = EnvelopeState.OPEN
    closing: Closing | None = None
    supersedes: Pointer | None = None
    superseded_by: Pointer | None = None
    card: MessageRef | None = None
    delegations: tuple["Delegation", ...] = ()
    revision: int = 0
    drawing: Drawing = Drawing.OFF
    evidence: "Receipt | None" = None
    evidence_follows: bool = False
    way: Way = Way.APPROVAL
    in_order: bool = False
    fields: tuple[Field, ...] = ()
    sealed: Sealed | None = None
    asks: Asks = Asks.APPROVE
    period_end: date | None = None
    cadence: Cadence | None = None
    expires_at: datetime | None = None

    @property
    def waiting_for(self) -> tuple[Signer, ...]:
        """The signers who may answer now; none once the envelope is closed."""
        if self.state is not EnvelopeState.OPEN:
            return ()
        unanswered = tuple(signer for signer in self.signers if signer.decision is None)
        return unanswered[:1] if self.in_order else unanswered

    @property
    def newest_documents(self) -> tuple[Document, ...]:
        """What there is to look at: the documents as they were sent, the sealed PDF in place of the first if there is.

        What stands behind the first was sent along in the certified way: it is shown and recorded, and not sealed.
        """
        return (self.sealed.document, *self.documents[1:]) if self.sealed else self.documents

    @property
    def is_being_sealed(self) -> bool:
        """Whether everybody signed, and the sealed PDF is not there yet."""
        return self.way is Way.CERTIFIED and self.state is EnvelopeState.COMPLETED and self.sealed is None

    def is_late(self, today: date) -> bool:
        """Whether the due date passed without the envelope being closed; it can still be signed."""
        return self.state is EnvelopeState.OPEN and self.due is not None and self.due < today

    def signer(self, account: Account) -> Signer | None:
        """The signer that this account is, if it is one."""
        return next((signer for signer in self.signers if signer.account == account), None)

    def require_open(self) -> None:
        """Raise `EnvelopeClosed` unless the envelope is open."""
        if self.state is not EnvelopeState.OPEN:
            if self.closing is None:
                message = f"envelope {self.id} is {self.state} without a closing"
                raise AssertionError(message)
            successor = self.superseded_by.link if self.superseded_by else None
            raise EnvelopeClosed(self.state, self.closing.by.name, self.closing.at, successor)

    def require_turn(self, account: Account) -> Signer:
        """The signer that `account` is, if it may answer now.

        Raises `AlreadyAnswered` to a signer who did, `PassedOn` to who was one, `NotTheSigner` to anyone who is not
        asked, `EnvelopeClosed` to a signer whose answer is no longer awaited, and `NotYourTurn` to one who comes later.
        """
        signer = self.signer(account)
        if signer is None:
            self._require_never_asked(account)
            raise NotTheSigner(tuple(each.name for each in self.signers))
        if self.state is EnvelopeState.SUPERSEDED:
            self.require_open()
        if signer.decision is not None:
            raise AlreadyAnswered(signer.decision.answer, signer.decision.at)
        self.require_open()
        if signer not in self.waiting_for:
            raise NotYourTurn(self.waiting_for[0].name)
        return signer

    def _require_never_asked(self, account: Account) -> None:
        for each in reversed(self.delegations):
            if each.signer.account == account and each.is_allowed and each.closing:
                raise PassedOn(each.taker.name, each.closing.at)

    def require_viewer(self, account: Account, *, is_staff: bool) -> None:
        """Raise `NotAllowedToView` unless `account` is a signer or staff."""
        if not is_staff and self.signer(account) is None:
            raise NotAllowedToView(tuple(each.name for each in self.signers))

    def answer(self, account: Account, decision: Decision) -> "Envelope":
        """The envelope with this signer's final answer.

        It is completed by the last approval and rejected by the first rejection. Raises what `require_turn` raises.
        """
        answered = replace(self.require_turn(account), decision=decision)
        signers = tuple(answered if each.account == account else each for each in self.signers)
        after = replace(self, signers=signers)
        closing = Closing(Party(answered.account, answered.name), decision.at)
        if decision.answer is Answer.REJECTED:
            return close(after, EnvelopeState.REJECTED, closing)
        if all(each.decision is not None for each in signers):
            return close(after, EnvelopeState.COMPLETED, closing)
        return after

    def withdraw(self, by: Party, at: datetime) -> "Envelope":
        """The envelope as withdrawn. Raises `EnvelopeClosed` when it already has a final state."""
        self.require_open()
        return close(self, EnvelopeState.WITHDRAWN, Closing(by, at))

    def require_rejected(self) -> None:
        """Raise `NotRejected`, or `EnvelopeClosed` when it was superseded before, unless this envelope is rejected."""
        if self.state is EnvelopeState.SUPERSEDED:
            self.require_open()
        if self.state is not EnvelopeState.REJECTED:
            raise NotRejected(self.state)

    def supersede(self, successor: EnvelopeId, by: Party, at: datetime) -> "Envelope":
        """The envelope as superseded by a corrected version. Raises what `require_rejected` raises."""
        self.require_rejected()
        after = replace(self, superseded_by=Pointer(successor))
        return close(after, EnvelopeState.SUPERSEDED, Closing(by, at))


def close(envelope: Envelope, state: EnvelopeState, closing: Closing) -> Envelope:
    """The envelope in this final state, which is still to be proved."""
    # Whatever was proved before was another state than this one.
    return replace(envelope, state=state, closing=closing, evidence=None, evidence_follows=True)
