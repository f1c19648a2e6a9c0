"""Allow or refuse that a task is passed on: what staff do with a signer's request.

The new signer is checked as at sending (rule 2): asked live, and known as a contact before anything changes.
"""

from dataclasses import dataclass

from bot.conversation import Actor, Answer, Done, Open, Press, Submission
from bot.domain import delegation as rules
from bot.domain.delegation import Delegation, DelegationId
from bot.domain.delegation_refusals import CannotTakeOver
from bot.domain.envelope import Envelope, Party
from bot.domain.errors import UnknownEnvelope
from bot.domain.faults import InvalidInput, Problem
from bot.domain.log import Happening
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.people import Client, Contact, Person
from bot.domain.typed_text import MESSAGE_LENGTH, find_fault, tidy
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import directory_of, require_staff
from bot.use_cases.delegate import find_unfit, read_delegated
from bot.use_cases.draft import read_text
from bot.use_cases.keep_delegation import close_delegation, make_errand
from bot.use_cases.notify_turn import notify_turns
from bot.use_cases.schedule import start_reminders
from bot.use_cases.settle import settle
from bot.use_cases.who_is_this import ask_who, choose_contact, settle_contact
from bot.views import delegation as views


@dataclass(frozen=True, slots=True)
class _Checked:
    delegation: Delegation
    taker: Person
    client: Client
    contacts: tuple[Contact, ...]
    confirmed: Contact | None


async def allow(ports: Ports, press: Press, texts: Texts) -> Answer:
    """Let the new signer take over, or ask first who that is at the client.

    Raises `NotStaff`, `CannotTakeOver`, and what `bot.domain.delegation.require_pending` raises.
    """
    checked = await _check(ports, press.actor, DelegationId(press.value))
    if checked.confirmed is None:
        question = ask_who(checked.taker, checked.client, checked.contacts, press.value, texts)
        return Open(views.confirm_form(question, texts))
    return await _allow(ports, press.actor, checked, checked.confirmed)


async def confirm_taker(ports: Ports, submission: Submission) -> Answer:
    """Record who the new signer is, and let them take over. Raises `InvalidInput`, and what `allow` raises."""
    checked = await _check(ports, submission.actor, DelegationId(submission.context))
    contact = checked.confirmed or choose_contact(submission, checked.taker, checked.client, checked.contacts)
    return await _allow(ports, submission.actor, checked, contact)


async def ask_refusal(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The dialog for the reason. Raises `NotStaff`, and what `bot.domain.delegation.require_pending` raises."""
    _, delegation = await _require_answerable(ports, press.actor, DelegationId(press.value))
    return Open(views.refuse_form(delegation, texts))


async def refuse(ports: Ports, submission: Submission) -> Answer:
    """Refuse, with or without a reason. Raises `InvalidInput`, and what `ask_refusal` raises."""
    actor, id_ = submission.actor, DelegationId(submission.context)
    reason = tidy(read_text(submission.values, views.REASON))
    if fault := find_fault(reason, MESSAGE_LENGTH):
        raise InvalidInput({views.REASON: fault})
    await _require_answerable(ports, actor, id_)

    async def save() -> None:
        _, envelope = await read_delegated(ports, actor, id_)
        now = ports.clock.now()
        refused = rules.refuse(envelope, id_, reason, Party(actor.account, actor.name), now)
        async with ports.store.transaction() as tx:
            await tx.envelopes.save(refused)
            facts = {"reason": reason} if reason else {}
            await close_delegation(tx, refused, id_, Happening.DELEGATION_REFUSED, facts)
            await tx.outbox.put(make_errand(refused, id_, Errand.NOTE_DELEGATION), now)

    await settle(save)
    return Done()


async def _require_answerable(ports: Ports, actor: Actor, id_: DelegationId) -> tuple[Envelope, Delegation]:
    office, envelope = await read_delegated(ports, actor, id_)
    await require_staff(ports, office, actor)
    return envelope, rules.require_pending(envelope, id_)


async def _check(ports: Ports, actor: Actor, id_: DelegationId) -> _Checked:
    office, envelope = await read_delegated(ports, actor, id_)
    await require_staff(ports, office, actor)
    delegation = rules.require_pending(envelope, id_)
    people = await directory_of(ports, actor).participants(envelope.conversation)
    taker = next((person for person in people if person.account == delegation.taker.account), None)
    problem = find_unfit(taker, office, envelope)
    if taker is None or problem:
        raise CannotTakeOver(delegation.taker.name, delegation.signer.name, problem or Problem.NOT_A_PARTICIPANT)
    async with ports.store.reading() as tx:
        client = await tx.people.client(office.id, envelope.client)
        contacts = await tx.people.contacts(envelope.client)
        confirmed = await tx.people.contact_of(envelope.client, taker.account)
    if client is None:
        raise UnknownEnvelope
    return _Checked(delegation, taker, client, contacts, confirmed)


async def _allow(ports: Ports, actor: Actor, checked: _Checked, contact: Contact) -> Answer:
    id_, by = checked.delegation.id, Party(actor.account, actor.name)
    signer, taker = checked.delegation.signer.account, checked.taker.account

    async def save() -> None:
        _, envelope = await read_delegated(ports, actor, id_)
        delegation, now = rules.require_pending(envelope, id_), ports.clock.now()
        async with ports.store.transaction() as tx:
            known = await settle_contact(tx, ports, checked.client, taker, contact, by)
            allowed = rules.allow(envelope, id_, known, by, now)
            await tx.envelopes.save(allowed)
            await tx.envelopes.replace_signer(allowed.id, signer, rules.make_signer(delegation, known))
            await tx.outbox.put(Outgoing(allowed.office, allowed.conversation, Errand.SHOW_CARD, allowed.id), now)
            await start_reminders(tx, now, allowed, envelope)
            await close_delegation(tx, allowed, id_, Happening.DELEGATED)
            for errand in (make_errand(allowed, id_, Errand.NOTE_DELEGATION), *notify_turns(allowed, envelope)):
                await tx.outbox.put(errand, now)

    await settle(save)
    return Done()
