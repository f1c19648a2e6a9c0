"""Find options while someone types in a dialog: documents, clients, participants."""

from bot.conversation import Answer, Found, Lookup
from bot.domain.envelope import EnvelopeId
from bot.domain.people import Office
from bot.domain.typed_text import tidy
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import directory_of, read_office, require_staff
from bot.use_cases.compose import find_candidates, recognise
from bot.use_cases.delegate import find_takers
from bot.use_cases.draft import Draft, read_draft
from bot.views.delegation import TAKERS
from bot.views.options import offer_client, offer_document, offer_signer
from cards.limits import OPTIONS_IN_MENU
from cards.model import Option


async def look_up(ports: Ports, lookup: Lookup, texts: Texts) -> Answer:
    """At most 100 options that fit what was typed; nothing for who is not staff. Raises `UnknownTenant`, `NotStaff`.

    Who could become the signer is looked up by the signer; that raises what `find_takers` raises.
    """
    source, _, about = lookup.source.partition("/")
    if source == TAKERS:
        return Found(await _find_takers(ports, lookup, EnvelopeId(about), texts))
    office = await read_office(ports, lookup.actor)
    await require_staff(ports, office, lookup.actor)
    match source:
        case "documents":
            draft = read_draft(lookup.context)
            return Found(await _find_documents(ports, office, draft, tidy(lookup.text), texts))
        case "clients":
            async with ports.store.reading() as tx:
                clients = await tx.people.find_clients(office.id, tidy(lookup.text), OPTIONS_IN_MENU)
            return Found(tuple(offer_client(client) for client in clients))
        case "participants":
            return Found(await _find_participants(ports, office, read_draft(lookup.context), lookup, texts))
        case _:
            return Found(())


async def _find_documents(ports: Ports, office: Office, draft: Draft, text: str, texts: Texts) -> tuple[Option, ...]:
    async with ports.store.reading() as tx:
        conversation = await tx.conversations.at(draft.place.conversation)
        if conversation is None or conversation.office != office.id:
            return ()
        items = await tx.dossiers.find(conversation.client, text, OPTIONS_IN_MENU)
    return tuple(offer_document(item, texts) for item in items)


async def _find_participants(
    ports: Ports, office: Office, draft: Draft, lookup: Lookup, texts: Texts
) -> tuple[Option, ...]:
    people = await directory_of(ports, lookup.actor).participants(draft.place.conversation)
    async with ports.store.reading() as tx:
        conversation = await tx.conversations.at(draft.place.conversation)
        contacts = await tx.people.contacts(conversation.client) if conversation else ()
        confirmed = await tx.people.confirmed_accounts(conversation.client) if conversation else {}
    known = recognise(people, contacts, confirmed)
    wanted = lookup.text.casefold()
    found = [
        person for person in find_candidates(people, office, lookup.actor.account) if wanted in person.name.casefold()
    ]
    return tuple(offer_signer(person, known.get(person.account), texts) for person in found[:OPTIONS_IN_MENU])


async def _find_takers(ports: Ports, lookup: Lookup, envelope: EnvelopeId, texts: Texts) -> tuple[Option, ...]:
    _, takers = await find_takers(ports, lookup.actor, envelope)
    wanted = tidy(lookup.text).casefold()
    found = [person for person in takers if wanted in person.name.casefold()]
    return tuple(offer_signer(person, None, texts) for person in found[:OPTIONS_IN_MENU])
