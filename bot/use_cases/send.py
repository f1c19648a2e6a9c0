"""Send a request, step by step: everything is checked live in each, and what is not known yet is asked in the next.

send dialog ── certified ──> who signs ── in order, several ──> in which order ──┐
     └─────────── approval ────────────┴─────────────────────────────────────────┴──> who is this, for each ──> sent
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.conversation import Actor, Answer, Done, Open, Submission
from bot.domain.certified import MOST_SIGNERS, Way, rearrange
from bot.domain.envelope import Party, Signer
from bot.domain.errors import ConversationNotLinked, ConversationRelinked
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.people import Account, Client, ClientId, Contact, Office, Person
from bot.ports import Ports
from bot.texts import OFFICE_ZONE, Texts
from bot.use_cases.access import ask_participants, read_office, require_staff
from bot.use_cases.compose import find_candidates, find_problem, recognise
from bot.use_cases.draft import Draft, fill_in, name_documents, read_draft, read_options, read_text, write_draft
from bot.use_cases.request import Request, place_request, read_items, require_certifiable
from bot.use_cases.settle import settle
from bot.use_cases.who_is_this import ask_who, choose_contact, settle_contact
from bot.views import forms
from bot.views.options import offer_signer
from bot.views.signers_form import name_position, order_form, signers_form
from cards.model import Form


@dataclass(frozen=True, slots=True)
class _Checked:
    """Who takes part now, and whom the draft names of them; `confirmed` is who of them staff know at the client."""

    office: Office
    client: Client
    people: tuple[Person, ...]
    signers: tuple[Person, ...]
    contacts: tuple[Contact, ...]
    confirmed: Mapping[Account, Contact]

    @property
    def unknown(self) -> tuple[Person, ...]:
        return tuple(person for person in self.signers if person.account not in self.confirmed)


async def submit_draft(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Send what the send dialog says, or go on to the next question.

    Raises `InvalidInput`, `NotStaff`, `NotAParticipant`, `ConversationNotLinked`.
    """
    today = ports.clock.now().astimezone(OFFICE_ZONE).date()
    draft = fill_in(read_draft(submission.context), submission, today)
    if draft.way is Way.APPROVAL or not ports.seals:
        draft = replace(draft, way=Way.APPROVAL, signers=draft.signers[:1], in_order=False)
        return await _go_on(ports, submission.actor, draft, texts)
    checked = await _check(ports, submission.actor, replace(draft, signers=draft.signers[:1]))
    with _blame(name_documents(submission.values)):
        await _require_certifiable(ports, checked.client.id, draft)
    return Open(_ask_signers(checked, submission.actor, draft, texts))


async def choose_signers(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Take who signs and whether in order. Raises what `submit_draft` raises, with any fault on the signers' field."""
    draft, chosen = read_draft(submission.context), read_options(submission.values, forms.SIGNERS)
    if not chosen or len(chosen) > MOST_SIGNERS:
        fault = Fault(Problem.TOO_MANY_SIGNERS, MOST_SIGNERS) if chosen else Fault(Problem.MISSING)
        raise InvalidInput({forms.SIGNERS: fault})
    in_order = bool(submission.values.get(forms.IN_ORDER)) and len(chosen) > 1
    # Whoever was chosen before keeps their place.
    kept = tuple(each for each in draft.signers if each in chosen)
    signers = tuple(dict.fromkeys((*kept, *chosen)))
    draft = replace(draft, signers=signers, in_order=in_order)
    with _blame(forms.SIGNERS):
        if not in_order:
            return await _go_on(ports, submission.actor, draft, texts)
        return await _ask_order(ports, submission.actor, draft, texts)


async def arrange_signers(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Take the order, or show it again where others had to move along with who was given another place.

    Raises what `submit_draft` raises, with any fault at the position that it is about.
    """
    draft = read_draft(submission.context)
    names = [name_position(number, draft.round) for number, _ in enumerate(draft.signers)]
    chosen = tuple(read_text(submission.values, name) for name in names)
    faults = {name: _find_place_fault(number, chosen, draft.signers) for number, name in enumerate(names)}
    if wrong := {name: fault for name, fault in faults.items() if fault}:
        raise InvalidInput(wrong)
    moved = {number: user for number, user in enumerate(chosen) if user != draft.signers[number]}
    draft = replace(draft, signers=rearrange(draft.signers, moved))
    with _blame(names[0] if names else forms.SIGNERS):
        if draft.signers == chosen:
            return await _go_on(ports, submission.actor, draft, texts)
        return await _ask_order(ports, submission.actor, replace(draft, round=draft.round + 1), texts)


async def confirm_signer(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Record who a signer is, and ask who the next one is or send the draft.

    Raises what `submit_draft` raises, with any fault on the contact field.
    """
    actor, draft = submission.actor, read_draft(submission.context)
    with _blame(forms.name_contact(draft.signers.index(draft.asked) if draft.asked in draft.signers else 0)):
        checked = await _check(ports, actor, draft)
        asked = next((each for each in checked.unknown if draft.asked in {"", each.account.user}), None)
        if asked:
            await _confirm(ports, submission, draft, checked, asked)
        return await _go_on(ports, actor, draft, texts)


async def _confirm(ports: Ports, submission: Submission, draft: Draft, checked: _Checked, asked: Person) -> None:
    field = forms.name_contact(draft.signers.index(asked.account.user))
    contact = choose_contact(submission, asked, checked.client, checked.contacts, field)
    by = Party(submission.actor.account, submission.actor.name)

    async def save() -> None:
        async with ports.store.transaction() as tx:
            await settle_contact(tx, ports, checked.client, asked.account, contact, by)

    await settle(save)


async def _go_on(ports: Ports, actor: Actor, draft: Draft, texts: Texts) -> Answer:
    checked = await _check(ports, actor, draft)
    if unknown := checked.unknown:
        context = write_draft(replace(draft, asked=unknown[0].account.user))
        number = draft.signers.index(unknown[0].account.user)
        question = ask_who(unknown[0], checked.client, checked.contacts, context, texts)
        return Open(forms.ask_in_turn(question, number, len(unknown), texts))
    return await _send(ports, actor, draft, checked)


async def _check(ports: Ports, actor: Actor, draft: Draft) -> _Checked:
    office = await read_office(ports, actor)
    await require_staff(ports, office, actor)
    place = replace(draft.place, tenant=actor.office_tenant).conversation
    people = await ask_participants(ports, actor, place)
    signers = tuple(_find_signer(people, user, office, actor) for user in draft.signers)
    async with ports.store.reading() as tx:
        conversation = await tx.conversations.at(place)
        client = await tx.people.client(office.id, conversation.client) if conversation else None
        if client is None:
            raise ConversationNotLinked
        if draft.client and draft.client != client.id:
            raise ConversationRelinked(client.name)
        contacts = await tx.people.contacts(client.id)
        confirmed = await tx.people.confirmed_accounts(client.id)
    return _Checked(office, client, people, signers, contacts, confirmed)


def _find_signer(people: tuple[Person, ...], user: str, office: Office, actor: Actor) -> Person:
    person = next((each for each in people if each.account.user == user), None)
    problem = find_problem(person, office, actor.account)
    if person is None or problem:
        raise InvalidInput({forms.SIGNER: Fault(problem or Problem.NOT_A_PARTICIPANT)})
    return person


def _find_place_fault(number: int, chosen: tuple[str, ...], before: tuple[str, ...]) -> Fault | None:
    user = chosen[number]
    if user not in before:
        return Fault(Problem.UNKNOWN if user else Problem.MISSING)
    moved = [each for place, each in enumerate(chosen[:number]) if each != before[place]]
    return Fault(Problem.TWICE) if user != before[number] and user in moved else None


async def _ask_order(ports: Ports, actor: Actor, draft: Draft, texts: Texts) -> Answer:
    checked = await _check(ports, actor, draft)
    options = [offer_signer(each, None, texts) for each in checked.signers]
    return Open(order_form(options, draft.round, write_draft(draft), texts))


async def _require_certifiable(ports: Ports, client: ClientId, draft: Draft) -> None:
    async with ports.store.reading() as tx:
        items = await read_items(tx, client, draft)
    if not draft.files:  # what a file is turns out when it is there
        require_certifiable(draft, items)


def _ask_signers(checked: _Checked, actor: Actor, draft: Draft, texts: Texts) -> Form:
    candidates = find_candidates(checked.people, checked.office, actor.account)
    known = recognise(checked.people, checked.contacts, checked.confirmed)
    options = {each.account.user: offer_signer(each, known.get(each.account), texts) for each in candidates}
    chosen = [options[user] for user in draft.signers if user in options]
    context = write_draft(replace(draft, signers=tuple(option.value for option in chosen)))
    return signers_form(list(options.values()), chosen, context, texts, in_order=draft.in_order)


async def _send(ports: Ports, actor: Actor, draft: Draft, checked: _Checked) -> Answer:
    sender = Party(actor.account, actor.name)
    request = Request(
        checked.office,
        checked.client,
        replace(draft, place=replace(draft.place, tenant=actor.office_tenant)),
        sender,
        tuple(Signer(each.account, each.name, checked.confirmed[each.account].id) for each in checked.signers),
    )

    async def save() -> None:
        async with ports.store.transaction() as tx:
            if draft.files:
                await tx.outbox.put(request.await_files(), ports.clock.now())
            else:
                items = await read_items(tx, request.client.id, request.draft)
                await place_request(tx, ports, request, items)

    await settle(save)
    return Done()


@contextmanager
def _blame(field: str) -> Iterator[None]:
    """Let any fault stand at this field, since the dialog that is open has not those of the first one."""
    try:
        yield
    except InvalidInput as invalid:
        raise InvalidInput({field: next(iter(invalid.faults.values()))}) from invalid
