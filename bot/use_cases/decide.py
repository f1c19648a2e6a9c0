"""Approve or reject: the dialogs, and the answer itself.

Nothing is decided by reading first and writing later: an answer is saved against the revision it was decided on, and
when somebody else was first the envelope is read again, which tells exactly what they did.
"""

from collections.abc import Sequence

from bot.conversation import Actor, Answer, Done, Open, Press, Submission
from bot.domain.envelope import Answer as SignerAnswer
from bot.domain.envelope import Decision, Envelope, EnvelopeId, EnvelopeState, Party
from bot.domain.errors import Conflict, InvalidInput, NotAParticipant, UnknownEnvelope
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.typed_text import PLACE_LENGTH, REASON_LENGTH, find_fault, tidy
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import directory_of, find_office, read_office
from bot.use_cases.draft import read_text
from bot.use_cases.keep_delegation import show_lapsed
from bot.views import forms


async def ask_approval(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The approve dialog. Raises what `Envelope.require_turn` raises."""
    async with ports.store.reading() as tx:
        office = await find_office(tx, press.actor)
        envelope = await tx.envelopes.get(office.id, EnvelopeId(press.value))
        last_place = await tx.envelopes.last_place(press.actor.account)
    envelope = _require_turn(envelope, press.actor)
    return Open(forms.approve_form(envelope, last_place, envelope.id, texts))


async def ask_reason(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The reject dialog. Raises what `Envelope.require_turn` raises."""
    envelope = _require_turn(await _read(ports, press.actor, EnvelopeId(press.value)), press.actor)
    return Open(forms.reject_form(envelope, envelope.id, texts))


async def approve(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Record the approval with its place and the consent text that was shown.

    Raises `InvalidInput`, `NotAParticipant`, and what `Envelope.require_turn` raises.
    """
    place = tidy(read_text(submission.values, forms.PLACE))
    if fault := find_fault(place, PLACE_LENGTH):
        raise InvalidInput({forms.PLACE: fault})
    consent = f"{forms.CONSENT_VERSION}/{texts.language}"
    decision = Decision(SignerAnswer.APPROVED, ports.clock.now(), place=place, consent=consent)
    return await _answer(ports, submission, decision)


async def reject(ports: Ports, submission: Submission) -> Answer:
    """Record the rejection with its reason. Raises what `approve` raises."""
    reason = tidy(read_text(submission.values, forms.REASON))
    if fault := find_fault(reason, REASON_LENGTH):
        raise InvalidInput({forms.REASON: fault})
    return await _answer(ports, submission, Decision(SignerAnswer.REJECTED, ports.clock.now(), reason=reason))


async def _answer(ports: Ports, submission: Submission, decision: Decision) -> Answer:
    """Save the answer of someone who takes part in the conversation now, asked from the platform (rule 2)."""
    actor, id_ = submission.actor, EnvelopeId(submission.context)
    envelope = _require_turn(await _read(ports, actor, id_), actor)
    if not await directory_of(ports, actor).takes_part(envelope.conversation, actor.account):
        raise NotAParticipant(actor.name)
    while True:
        try:
            await _save(ports, envelope.answer(actor.account, decision), Party(actor.account, actor.name), decision)
            return Done()
        except Conflict:  # Somebody else was first; as in `settle`, every change leaves fewer possible.
            envelope = _require_turn(await _read(ports, actor, id_), actor)


async def _save(ports: Ports, envelope: Envelope, by: Party, decision: Decision) -> None:
    async with ports.store.transaction() as tx:
        await tx.log.add([_log_answer(envelope, by, decision)])
        for errand in _errands_after(envelope):
            await tx.outbox.put(Outgoing(envelope.office, envelope.conversation, errand, envelope.id), decision.at)
        for lapsed in show_lapsed(envelope):
            await tx.outbox.put(lapsed, decision.at)
        await tx.envelopes.save(envelope)  # last, since it takes along what was added before


def _errands_after(envelope: Envelope) -> Sequence[Errand]:
    if envelope.state is EnvelopeState.REJECTED:
        return (Errand.SHOW_CARD, Errand.NOTE_REJECTION)
    if envelope.state is EnvelopeState.COMPLETED:
        return (Errand.SHOW_CARD, Errand.NOTE_COMPLETION)
    return (Errand.SHOW_CARD,)


def _log_answer(envelope: Envelope, by: Party, decision: Decision) -> LogLine:
    approved = decision.answer is SignerAnswer.APPROVED
    happening = Happening.APPROVED if approved else Happening.REJECTED
    told = {"place": decision.place, "reason": decision.reason, "consent": decision.consent}
    facts = {name: value for name, value in told.items() if value}
    facts["documents"] = " ".join(document.sha256 for document in envelope.documents)
    return LogLine(envelope.office, happening, by, decision.at, envelope.client, envelope.id, facts)


async def _read(ports: Ports, actor: Actor, envelope: EnvelopeId) -> Envelope | None:
    async with ports.store.single_query() as tx:
        found = await tx.envelopes.at_tenant(actor.account.platform, actor.office_tenant, envelope)
    if found is None:
        await read_office(ports, actor)  # an unknown workspace is told apart from an unknown envelope
    return found


def _require_turn(envelope: Envelope | None, actor: Actor) -> Envelope:
    if envelope is None:
        raise UnknownEnvelope
    envelope.require_turn(actor.account)
    return envelope
