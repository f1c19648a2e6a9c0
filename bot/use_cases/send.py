"""Send a request, step by step: everything is checked live in each, and what is not known yet is asked in the next.

send dialog ── certified ──> who signs ── in order, several ──> in which order ──┐
     └─────────── approval ────────────┴─────────────────────────────────────────┴──> who is this, for each ──> sent

Annual accounts are asked about right after the send dialog: is it management that agrees, or the meeting that adopts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.conversation import Actor, Answer, Done, Open, Submission
from bot.domain.certified import MOST_SIGNERS, Way, rearrange
from bot.domain.dossier import DossierItem
from bot.domain.envelope import Party, Signer
from bot.domain.errors import ConversationNotLinked, ConversationRelinked, UnknownEnvelope
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.fields import Field
from bot.domain.people import Account, Client, Contact, Office, Person
from bot.domain.sealing import Inspection
from bot.ports import Ports
from bot.texts import OFFICE_ZONE, Texts
from bot.use_cases.access import ask_participants, read_office, require_staff
from bot.use_cases.ask_adoption import is_about_accounts, read_asks
from bot.use_cases.blame import blame
from bot.use_cases.certify import inspect_soon, require_one_pdf, require_signers
from bot.use_cases.compose import find_candidates, find_problem, recognise
from bot.use_cases.draft import Draft, fill_in, name_documents, read_draft, read_options, read_text, write_draft
from bot.use_cases.place_fields import add_placing_link, fields_for
from bot.use_cases.request import Request, place_request, read_items
from bot.use_cases.settle import settle
from bot.use_cases.who_is_this import ask_who, choose_contact, settle_contact
from bot.views import adoption, forms
from bot.views.options import offer_signer
from bot.views.signers_form import Paper, name_position, order_form, signers_form
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
    item: DossierItem | None = None
    """The document that is signed with a certificate, None while it still has to be taken from the platform."""
    inspection: Inspection | None = None
    """What is known of it, None where that takes longer than a dialog waits."""
    placed: tuple[Field, ...] = ()

    def require_signers(self, signers: int) -> None:
        """Raise `InvalidInput` where the document has places for more."""
        require_signers((*(self.inspection.fields if self.inspection else ()), *self.placed), signers)

    @property
    def unknown(self) -> tuple[Person, ...]:
        return tuple(person for person in self.signers if person.account not in self.confirmed)


async def submit_draft(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Send what the send dialog says, or go on to the next question.

    Raises `InvalidInput`, `NotStaff`, `NotAParticipant`, `ConversationNotLinked`.
    """
    today = ports.clock.now().astimezone(OFFICE_ZONE).date()
    draft = fill_in(read_draft(submission.context), submission, today)
    if draft.way is Way.APPROVAL or ports.sealer is None:
        draft = replace(draft, way=Way.APPROVAL, signers=draft.signers[:1], in_order=False)
    with blame(name_documents(submission.values), forms.RECENT):
        if await is_about_accounts(ports, submission.actor, draft):
            await _check(ports, submission.actor, replace(draft, signers=draft.signers[:1]))
            return Open(adoption.asks_form(draft.asks, write_draft(draft), texts))
        return await _go_by_way(ports, submission.actor, draft, texts)


async def choose_asks(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Take what is asked about annual accounts. Raises what `submit_draft` raises, with any fault on that field."""
    draft = replace(read_draft(submission.context), asks=read_asks(submission.values))
    with blame(adoption.ASKS):
        return await _go_by_way(ports, submission.actor, draft, texts)


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
    with blame(forms.SIGNERS):
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
    with blame(names[0] if names else forms.SIGNERS):
        if draft.signers == chosen:
            return await _go_on(ports, submission.actor, draft, texts)
        return await _ask_order(ports, submission.actor, replace(draft, round=draft.round + 1), texts)


async def confirm_signer(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Record who a signer is, and ask who the next one is or send the draft.

    Raises what `submit_draft` raises, with any fault on the contact field.
    """
    actor, draft = submission.actor, read_draft(submission.context)
    with blame(forms.name_contact(draft.signers.index(draft.asked) if draft.asked in draft.signers else 0)):
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


async def _go_by_way(ports: Ports, actor: Actor, draft: Draft, texts: Texts) -> Answer:
    if draft.way is Way.APPROVAL:
        return await _go_on(ports, actor, draft, texts)
    checked = await _check(ports, actor, replace(draft, signers=draft.signers[:1]))
    return Open(await _ask_signers(ports, checked, actor, draft, texts))


async def _go_on(ports: Ports, actor: Actor, draft: Draft, texts: Texts) -> Answer:
    checked = await _check(ports, actor, draft)
    checked.require_signers(len(draft.signers))
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
        checked = _Checked(office, client, people, signers, contacts, confirmed)
        if draft.way is Way.CERTIFIED and ports.sealer is None:
            raise UnknownEnvelope  # no dialog of ours led there
        if draft.way is Way.APPROVAL or draft.files:  # what a file is turns out when it is there
            return checked
        items = await read_items(tx, client.id, draft)
        require_one_pdf(item.version.media_type for item in items)
        item = items[0]
        placed = await fields_for(tx, office.id, item.id, item.version.number)
    inspection = await inspect_soon(ports, item.version.content.sha256)
    return replace(checked, item=item, inspection=inspection, placed=placed)


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
    checked.require_signers(len(draft.signers))
    options = [offer_signer(each, None, texts) for each in checked.signers]
    return Open(order_form(options, draft.round, write_draft(draft), texts))


async def _ask_signers(ports: Ports, checked: _Checked, actor: Actor, draft: Draft, texts: Texts) -> Form:
    candidates = find_candidates(checked.people, checked.office, actor.account)
    known = recognise(checked.people, checked.contacts, checked.confirmed)
    options = {each.account.user: offer_signer(each, known.get(each.account), texts) for each in candidates}
    chosen = [options[user] for user in draft.signers if user in options]
    context = write_draft(replace(draft, signers=tuple(option.value for option in chosen)))
    paper = Paper(checked.inspection, await _offer_placing(ports, checked, actor))
    return signers_form(list(options.values()), chosen, paper, context, texts, in_order=draft.in_order)


async def _offer_placing(ports: Ports, checked: _Checked, actor: Actor) -> str:
    """The address of the page for placing fields, empty where there is nothing to place them on yet."""
    is_touched = checked.inspection is None or not checked.inspection.is_signed
    if checked.item is None or checked.item.version.pages is None or not is_touched:
        return ""
    async with ports.store.transaction() as tx:
        placer = Party(actor.account, actor.name)
        return await add_placing_link(tx, ports, checked.office.id, checked.item, placer)


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
            if draft.files or (draft.way is Way.CERTIFIED and checked.inspection is None):
                await tx.outbox.put(request.await_files(), ports.clock.now())
            else:
                items = await read_items(tx, request.client.id, request.draft)
                found = checked.inspection.fields if checked.inspection else ()
                await place_request(tx, ports, request, items, found)

    await settle(save)
    return Done()
