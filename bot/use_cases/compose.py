"""Open the send dialog: the dossier's documents and the people who could sign."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.conversation import Actor, Answer, Open
from bot.domain.agreements import looks_like_agreement
from bot.domain.certified import Way
from bot.domain.envelope import Envelope
from bot.domain.errors import ConversationNotLinked, NobodyToSign, UnknownEnvelope
from bot.domain.faults import Problem
from bot.domain.people import Account, Client, Contact, Office, Person, Standing
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import ask_participants, read_office, require_staff
from bot.use_cases.draft import Draft, write_draft
from bot.use_cases.uploads import offer_upload_page
from bot.views.envelope_words import find_day
from bot.views.options import offer_signer
from bot.views.send_form import SendChoices, send_form
from cards.model import Option

RECENT_DOCUMENTS = 10
"""How many documents can be ticked at once (product, send dialog)."""


async def open_send_form(ports: Ports, actor: Actor, draft: Draft, texts: Texts) -> Answer:
    """The send dialog for the client of this conversation.

    Raises `NotStaff`, `NotAParticipant` for a sender who is not in the conversation, `ConversationNotLinked`,
    `NobodyToSign`, and what `Envelope.require_rejected` raises for a corrected version.
    """
    office = await read_office(ports, actor)
    await require_staff(ports, office, actor)
    people = await ask_participants(ports, actor, draft.place.conversation)
    async with ports.store.reading() as tx:
        replaces = await tx.envelopes.get(office.id, draft.supersedes) if draft.supersedes else None
        conversation = await tx.conversations.at(draft.place.conversation)
        client = await tx.people.client(office.id, conversation.client) if conversation else None
        if client is None:
            raise ConversationNotLinked
        recent = await tx.dossiers.recent(client.id, RECENT_DOCUMENTS)
        has_more = await tx.dossiers.count(client.id) > len(recent)
        contacts = await tx.people.contacts(client.id)
        confirmed = await tx.people.confirmed_accounts(client.id)
    _require_replaceable(draft, replaces)
    known = recognise(people, contacts, confirmed)
    candidates = find_candidates(people, office, actor.account)
    if not candidates:
        raise NobodyToSign
    choices = SendChoices(
        client=client,
        recent=recent,
        has_more=has_more,
        files=draft.file_names,
        signers=[offer_signer(person, known.get(person.account), texts) for person in candidates],
        preselected=_preselect(candidates, known, replaces, texts),
        way=_recommend(draft, replaces) if ports.sealer else None,
        replaces=replaces,
        upload_page=await _offer_upload_page(ports, office, client, actor),
    )
    today = find_day(ports.clock.now())
    return Open(send_form(choices, write_draft(_take_over(replace(draft, client=client.id), replaces)), today, texts))


async def _offer_upload_page(ports: Ports, office: Office, client: Client, actor: Actor) -> str:
    if ports.messengers[actor.account.platform].takes_uploads:
        return ""
    return await offer_upload_page(ports, office, client, actor)


def find_candidates(people: Sequence[Person], office: Office, sender: Account) -> list[Person]:
    """The participants who could be asked to sign: people with an open account, the sender where that is allowed."""
    return [person for person in people if find_problem(person, office, sender) is None]


def find_problem(person: Person | None, office: Office, sender: Account) -> Problem | None:
    """Why a participant cannot sign what `sender` sends, if so; None stands for who is no participant (rule 2)."""
    if person is None:
        return Problem.NOT_A_PARTICIPANT
    if person.standing is Standing.BOT or not person.active:
        return Problem.NOT_A_PERSON
    if person.account == sender and not office.sender_may_sign:
        return Problem.OWN_REQUEST
    return None


def recognise(
    people: Sequence[Person], contacts: Sequence[Contact], confirmed: Mapping[Account, Contact]
) -> dict[Account, Contact]:
    """Which contact each participant is: as staff confirmed, else by an e-mail address that the platform confirms."""
    by_email = {contact.email.casefold(): contact for contact in contacts if contact.email}
    known = {person.account: by_email.get((person.email or "").casefold()) for person in people}
    return {account: contact for account, contact in known.items() if contact} | dict(confirmed)


def _require_replaceable(draft: Draft, replaces: Envelope | None) -> None:
    if draft.supersedes is None:
        return
    if replaces is None:
        raise UnknownEnvelope
    replaces.require_rejected()


def _recommend(draft: Draft, replaces: Envelope | None) -> Way:
    """The way of what is corrected, else the certified one where a single file that comes along is an agreement."""
    if replaces:
        return replaces.way
    agreements = [name for name in draft.file_names if looks_like_agreement(name)]
    return Way.CERTIFIED if len(draft.files) == len(agreements) == 1 else Way.APPROVAL


def _take_over(draft: Draft, replaces: Envelope | None) -> Draft:
    """The draft with what is asked by what is corrected and its signers, to begin with."""
    if replaces is None:
        return draft
    draft = replace(draft, asks=replaces.asks)
    if replaces.way is Way.APPROVAL:
        return draft
    return replace(draft, signers=tuple(each.account.user for each in replaces.signers), in_order=replaces.in_order)


def _preselect(
    candidates: Sequence[Person], known: Mapping[Account, Contact], replaces: Envelope | None, texts: Texts
) -> Option | None:
    asked_before = {signer.account for signer in replaces.signers} if replaces else set()
    chosen = next((person for person in candidates if person.account in asked_before), None)
    if chosen is None:
        preferred = (person for person in candidates if (contact := known.get(person.account)) and contact.preferred)
        chosen = next(preferred, None)
    if chosen is None and len(candidates) == 1:
        chosen = candidates[0]
    return offer_signer(chosen, known.get(chosen.account), texts) if chosen else None
