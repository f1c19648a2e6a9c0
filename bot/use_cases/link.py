"""Link a conversation to a client's dossier: asked once, by the first `/sign` or by `/sign koppel`."""

from dataclasses import replace

from bot.conversation import Actor, Answer, Open, Submission, Tell
from bot.domain.envelope import Party
from bot.domain.errors import NoClients, NotAParticipant
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening, LogLine
from bot.domain.people import Client, ClientId, Office
from bot.domain.places import Conversation, ConversationKind, Place
from bot.ports import Ports, Transaction
from bot.texts import Texts
from bot.use_cases.access import directory_of, find_office, read_office, require_staff
from bot.use_cases.bring_files import ask_dossier
from bot.use_cases.compose import open_send_form
from bot.use_cases.draft import Draft, read_draft, read_text, write_draft
from bot.views import forms
from bot.views.help import show_words
from bot.views.options import offer_client
from cards.limits import OPTIONS_IN_MENU


async def ask_client(ports: Ports, actor: Actor, draft: Draft, texts: Texts) -> Answer:
    """The link dialog. Raises `NotStaff`, `NotAParticipant`, `NoClients`."""
    office = await read_office(ports, actor)
    await _require_staff_there(ports, office, actor, draft.place)
    async with ports.store.reading() as tx:
        number = await tx.people.count_clients(office.id)
        clients = await tx.people.find_clients(office.id, "", OPTIONS_IN_MENU) if number <= OPTIONS_IN_MENU else None
        linked = await _linked_client(tx, office, draft)
    if not number:
        raise NoClients
    options = None if clients is None else [offer_client(client) for client in clients]
    return Open(forms.link_form(options, linked, write_draft(draft), texts))


async def link_conversation(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Record the link, then go on to the send dialog if that is what it was for.

    Raises `NotStaff`, `NotAParticipant`, and `InvalidInput` for a client that is not this office's.
    """
    actor, draft = submission.actor, read_draft(submission.context)
    office = await read_office(ports, actor)
    place = replace(draft.place, tenant=actor.office_tenant).conversation
    await _require_staff_there(ports, office, actor, place)
    async with ports.store.transaction() as tx:
        chosen = ClientId(read_text(submission.values, forms.CLIENT))
        client = await tx.people.client(office.id, chosen) if chosen else None
        if client is None:
            raise InvalidInput({forms.CLIENT: Fault(Problem.UNKNOWN if chosen else Problem.MISSING)})
        now = ports.clock.now()
        await tx.conversations.link(Conversation(office.id, place, client.id, actor.account, now))
        by = Party(actor.account, actor.name)
        await tx.log.add([LogLine(office.id, Happening.LINKED, by, now, client.id, facts={"channel": place.channel})])
    if draft.wants_send:
        return await open_send_form(ports, actor, draft, texts)
    words = texts.say("This conversation is now linked to {client}.", client=f"{client.number} · {client.name}")
    return Tell(show_words(words))


async def _require_staff_there(ports: Ports, office: Office, actor: Actor, place: Place) -> None:
    await require_staff(ports, office, actor)
    if not await directory_of(ports, actor).takes_part(place.conversation, actor.account):
        raise NotAParticipant(actor.name)


async def _linked_client(tx: Transaction, office: Office, draft: Draft) -> Client | None:
    conversation = await tx.conversations.at(draft.place.conversation)
    return await tx.people.client(office.id, conversation.client) if conversation else None


async def start_sending(ports: Ports, actor: Actor, draft: Draft, texts: Texts) -> Answer:
    """The send dialog, or the link dialog first where the conversation has no client yet.

    In one's own chat with Paraaf there is nobody to ask; files that come along are brought to a dossier instead.
    """
    async with ports.store.reading() as tx:
        await find_office(tx, actor)
        conversation = await tx.conversations.at(draft.place.conversation)
        reference = await tx.references.get(draft.place)
    if reference and reference.kind is ConversationKind.PERSONAL:
        return await ask_dossier(ports, actor, draft, texts)
    if conversation is None:
        return await ask_client(ports, actor, draft, texts)
    return await open_send_form(ports, actor, draft, texts)
