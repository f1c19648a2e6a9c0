"""Send a request: check everything live, ask once who the signer is, then put the card on its way."""

from dataclasses import dataclass, replace

from bot.conversation import Actor, Answer, Done, Open, Submission
from bot.domain.dossier import DossierItem
from bot.domain.envelope import Document, Envelope, EnvelopeId, Party, Pointer, Signer
from bot.domain.errors import ConversationNotLinked, ConversationRelinked, UnknownEnvelope
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.people import Account, Client, Contact, Office, Person
from bot.ports import Ports, Transaction
from bot.texts import OFFICE_ZONE, Texts
from bot.use_cases.access import ask_participants, read_office, require_staff
from bot.use_cases.compose import find_problem
from bot.use_cases.draft import Draft, fill_in, read_draft, write_draft
from bot.use_cases.ids import new_id
from bot.use_cases.settle import settle
from bot.use_cases.who_is_this import ask_who, choose_contact, settle_contact
from bot.views import forms


@dataclass(frozen=True, slots=True)
class _Checked:
    office: Office
    client: Client
    signer: Person
    contacts: tuple[Contact, ...]
    confirmed: Contact | None


async def submit_draft(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Send what the send dialog says, or ask first who the signer is at the client.

    Raises `InvalidInput`, `NotStaff`, `NotAParticipant`, `ConversationNotLinked`.
    """
    today = ports.clock.now().astimezone(OFFICE_ZONE).date()
    draft = fill_in(read_draft(submission.context), submission, today)
    checked = await _check(ports, submission.actor, draft)
    if checked.confirmed is None:
        return Open(ask_who(checked.signer, checked.client, checked.contacts, write_draft(draft), texts))
    return await _send(ports, submission.actor, draft, checked, checked.confirmed)


async def confirm_signer(ports: Ports, submission: Submission) -> Answer:
    """Record who the signer is, and send the draft.

    Raises what `submit_draft` raises, with any fault on the contact field.
    """
    actor, draft = submission.actor, read_draft(submission.context)
    try:
        checked = await _check(ports, actor, draft)
        contact = choose_contact(submission, checked.signer, checked.client, checked.contacts)
        return await _send(ports, actor, draft, checked, contact)
    except InvalidInput as invalid:
        fault = next(iter(invalid.faults.values()))
        raise InvalidInput({forms.CONTACT: fault}) from invalid


async def _check(ports: Ports, actor: Actor, draft: Draft) -> _Checked:
    office = await read_office(ports, actor)
    await require_staff(ports, office, actor)
    place = replace(draft.place, tenant=actor.office_tenant).conversation
    people = await ask_participants(ports, actor, place)
    signer = _find_signer(people, draft.signer, office, actor)
    async with ports.store.reading() as tx:
        conversation = await tx.conversations.at(place)
        client = await tx.people.client(office.id, conversation.client) if conversation else None
        if client is None:
            raise ConversationNotLinked
        if draft.client and draft.client != client.id:
            raise ConversationRelinked(client.name)
        contacts = await tx.people.contacts(client.id)
        confirmed = await tx.people.contact_of(client.id, signer.account)
    return _Checked(office, client, signer, contacts, confirmed)


def _find_signer(people: tuple[Person, ...], user: str, office: Office, actor: Actor) -> Person:
    person = next((each for each in people if each.account.user == user), None)
    problem = find_problem(person, office, actor.account)
    if person is None or problem:
        raise InvalidInput({forms.SIGNER: Fault(problem or Problem.NOT_A_PARTICIPANT)})
    return person


async def _send(ports: Ports, actor: Actor, draft: Draft, checked: _Checked, contact: Contact) -> Answer:
    sender = Party(actor.account, actor.name)
    signer = Signer(checked.signer.account, checked.signer.name, contact.id)
    request = Request(
        checked.office,
        checked.client,
        replace(draft, place=replace(draft.place, tenant=actor.office_tenant)),
        sender,
        signer,
    )

    async def save() -> None:
        async with ports.store.transaction() as tx:
            known = await settle_contact(tx, ports, checked.client, signer.account, contact, sender)
            final = replace(request, signer=replace(signer, contact=known))
            if draft.files:
                await tx.outbox.put(final.await_files(), ports.clock.now())
            else:
                items = await read_items(tx, final)
                await place_request(tx, ports, final, items)

    await settle(save)
    return Done()


@dataclass(frozen=True, slots=True)
class Request:
    """A draft that passed every check: only its documents may still have to be taken from the platform."""

    office: Office
    client: Client
    draft: Draft
    sender: Party
    signer: Signer

    def await_files(self) -> Outgoing:
        """The errand that takes the files and sends the envelope after it; see `bot.use_cases.take_files`."""
        facts = {
            "draft": write_draft(self.draft),
            "client": self.client.id,
            "sender": write_party(self.sender),
            "signer": write_party(Party(self.signer.account, self.signer.name)) | {"contact": self.signer.contact},
        }
        return Outgoing(self.office.id, self.draft.place.conversation, Errand.TAKE_FILES, facts=facts)


def write_party(party: Party) -> dict[str, str]:
    """A party as the facts of an errand hold it."""
    account: Account = party.account
    return {"platform": account.platform, "tenant": account.tenant, "user": account.user, "name": party.name}


async def read_items(tx: Transaction, request: Request) -> tuple[DossierItem, ...]:
    """The dossier items that the request names. Raises `InvalidInput` when one is not there any more."""
    items = await tx.dossiers.items(request.client.id, request.draft.items)
    if len(items) != len(request.draft.items):
        raise InvalidInput({forms.RECENT: Fault(Problem.UNKNOWN)})
    return items


async def place_request(tx: Transaction, ports: Ports, request: Request, items: tuple[DossierItem, ...]) -> None:
    """Add the envelope, put its card on its way, and supersede the envelope that it corrects.

    The same request twice makes one envelope. Raises `UnknownEnvelope`, and what `Envelope.supersede` raises.
    """
    if await tx.envelopes.by_request(request.office.id, request.draft.key):
        return
    now, draft = ports.clock.now(), request.draft
    old = await tx.envelopes.get(request.office.id, draft.supersedes) if draft.supersedes else None
    if draft.supersedes and (old is None or old.client != request.client.id):
        raise UnknownEnvelope
    envelope = Envelope(
        id=EnvelopeId(new_id()),
        office=request.office.id,
        client=request.client.id,
        conversation=draft.place.conversation,
        sender=request.sender,
        documents=tuple(_freeze(item) for item in items),
        signers=(request.signer,),
        sent_at=now,
        request_key=draft.key,
        message=draft.message,
        due=draft.due,
        remind=draft.remind,
        supersedes=Pointer(old.id) if old else None,
        drawing=request.office.drawing,
    )
    await tx.envelopes.add(envelope)
    facts = {"documents": " ".join(document.sha256 for document in envelope.documents), "signer": request.signer.name}
    await tx.log.add(
        [LogLine(request.office.id, Happening.SENT, request.sender, now, request.client.id, envelope.id, facts)]
    )
    await tx.outbox.put(Outgoing(request.office.id, envelope.conversation, Errand.SHOW_CARD, envelope.id), now)
    if old:
        await _supersede(tx, ports, old, envelope)


async def _supersede(tx: Transaction, ports: Ports, old: Envelope, new: Envelope) -> None:
    now = ports.clock.now()
    superseded = await tx.envelopes.save(old.supersede(new.id, new.sender, now))
    line = LogLine(old.office, Happening.SUPERSEDED, new.sender, now, old.client, old.id, {"successor": new.id})
    await tx.log.add([line])
    # After the new card in the same conversation, so that both messages can point at it.
    for errand in (Errand.SHOW_CARD, Errand.NOTE_SUCCESSOR):
        await tx.outbox.put(Outgoing(old.office, superseded.conversation, errand, old.id), now)


def _freeze(item: DossierItem) -> Document:
    version = item.version
    return Document(
        item=item.id,
        version=version.number,
        name=item.name,
        media_type=version.media_type,
        size=version.content.size,
        pages=version.pages,
        sha256=version.content.sha256,
    )
