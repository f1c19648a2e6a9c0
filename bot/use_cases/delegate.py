"""Pass a task on, as its signer does: ask the office, and take that back. `answer_delegation` is what staff do."""

from bot.conversation import Actor, Answer, Done, Open, Press, Submission
from bot.domain import delegation as rules
from bot.domain.delegation import Delegation, DelegationId
from bot.domain.delegation_refusals import NobodyToTakeOver
from bot.domain.envelope import Envelope, EnvelopeId, Party
from bot.domain.errors import UnknownEnvelope
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening
from bot.domain.people import Office, Person
from bot.domain.typed_text import MESSAGE_LENGTH, find_fault, tidy
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import ask_participants, find_office, read_envelope
from bot.use_cases.compose import find_problem
from bot.use_cases.draft import read_text
from bot.use_cases.expire import close_expired
from bot.use_cases.ids import new_id
from bot.use_cases.keep_delegation import add_delegation, close_delegation
from bot.use_cases.settle import settle
from bot.views import delegation as views
from bot.views.options import offer_signer


async def ask_taker(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The dialog: to whom, and why.

    Raises what `Envelope.require_turn` raises, `NotAParticipant` and `NobodyToTakeOver`.
    """
    envelope, takers = await find_takers(ports, press.actor, EnvelopeId(press.value))
    if not takers:
        raise NobodyToTakeOver
    options = [offer_signer(person, None, texts) for person in takers]
    return Open(views.delegate_form(envelope, press.actor.account, options, texts))


async def find_takers(ports: Ports, actor: Actor, id_: EnvelopeId) -> tuple[Envelope, list[Person]]:
    """The envelope whose answer is awaited from `actor`, and who in its conversation could give it instead.

    Raises what `Envelope.require_turn` raises, and `NotAParticipant`.
    """
    office, envelope = await read_envelope(ports, actor, id_)
    envelope.require_turn(actor.account)
    people = await ask_participants(ports, actor, envelope.conversation)
    return envelope, [person for person in people if find_unfit(person, office, envelope) is None]


def find_unfit(person: Person | None, office: Office, envelope: Envelope) -> Problem | None:
    """Why this participant could not become a signer of the envelope, if so; see `find_problem`."""
    problem = find_problem(person, office, envelope.sender.account)
    return problem or (rules.find_unfit(envelope, person.account) if person else None)


async def submit_delegation(ports: Ports, submission: Submission) -> Answer:
    """Ask the office; the same submission twice asks once.

    Raises `InvalidInput`, `NotAParticipant`, and what `Envelope.require_turn` raises.
    """
    actor, id_ = submission.actor, EnvelopeId(submission.context)
    note, user = tidy(read_text(submission.values, views.NOTE)), read_text(submission.values, views.TAKER)
    faults = {views.TAKER: None if user else Fault(Problem.MISSING), views.NOTE: find_fault(note, MESSAGE_LENGTH)}
    if wrong := {field: fault for field, fault in faults.items() if fault}:
        raise InvalidInput(wrong)
    taker = await _check_taker(ports, actor, id_, user)

    async def save() -> None:
        _, envelope = await read_envelope(ports, actor, id_)
        if any(each.request_key == submission.key for each in envelope.delegations):
            return
        signer, now = Party(actor.account, actor.name), ports.clock.now()
        delegation = Delegation(DelegationId(new_id()), signer, taker, note, now, submission.key)
        earlier = rules.find_pending(envelope, actor.account)
        asked = rules.ask(envelope, delegation)
        async with ports.store.transaction() as tx:
            await tx.envelopes.save(asked)
            if earlier:
                await close_delegation(tx, asked, earlier.id, Happening.DELEGATION_TAKEN_BACK)
            await add_delegation(tx, asked, delegation)

    await settle(save)
    return Done()


async def take_back(ports: Ports, press: Press) -> Answer:
    """Take the request back. Raises what `bot.domain.delegation.take_back` raises."""
    actor, id_ = press.actor, DelegationId(press.value)

    async def save() -> None:
        _, envelope = await read_delegated(ports, actor, id_)
        by = Party(actor.account, actor.name)
        taken_back = rules.take_back(envelope, id_, by, ports.clock.now())
        async with ports.store.transaction() as tx:
            await tx.envelopes.save(taken_back)
            await close_delegation(tx, taken_back, id_, Happening.DELEGATION_TAKEN_BACK)

    await settle(save)
    return Done()


async def read_delegated(ports: Ports, actor: Actor, id_: DelegationId) -> tuple[Office, Envelope]:
    """The office of the actor, and its envelope that this request is about. Raises `UnknownEnvelope`."""
    async with ports.store.reading() as tx:
        office = await find_office(tx, actor)
        envelope = await tx.envelopes.by_delegation(office.id, id_)
    if envelope is None:
        raise UnknownEnvelope
    return office, await close_expired(ports, envelope)


async def _check_taker(ports: Ports, actor: Actor, id_: EnvelopeId, user: str) -> Party:
    """The participant with this user id, if they could become the signer now, asked from the platform (rule 2)."""
    office, envelope = await read_envelope(ports, actor, id_)
    envelope.require_turn(actor.account)
    people = await ask_participants(ports, actor, envelope.conversation)
    taker = next((person for person in people if person.account.user == user), None)
    problem = find_unfit(taker, office, envelope)
    if taker is None or problem:
        raise InvalidInput({views.TAKER: Fault(problem or Problem.NOT_A_PARTICIPANT)})
    return Party(taker.account, taker.name)
