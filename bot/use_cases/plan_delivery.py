"""Gather what is known of a delivery, ask live who takes part in the conversation, and plan what becomes of it."""

from dataclasses import replace

from bot.domain.certified import Way
from bot.domain.delivery import Delivery
from bot.domain.dossier import DossierItem
from bot.domain.errors import PlatformUnavailable
from bot.domain.fields import count_signers
from bot.domain.outline import Facts, Outline, Words, choose_template, outline
from bot.domain.people import Account, Client, Office
from bot.domain.places import Place
from bot.domain.planning import Doubts, Plan, Presence, is_sender, plan
from bot.domain.sealing import CannotBeSealed
from bot.domain.workflow import WorkflowTemplate
from bot.ports import Ports, Transaction
from bot.texts import OFFICE_ZONE, texts_for
from bot.use_cases.access import counts_as_staff
from bot.use_cases.filing import PDF
from bot.views.delivery_words import name_kind, name_period


async def plan_delivery(ports: Ports, delivery: Delivery, source: str) -> Plan | Doubts:
    """The request that what `source` delivered becomes, or why staff are asked; nothing is changed.

    `delivery.choices` stand in place of what would be looked up. Not inside a transaction, since a platform is asked.
    Raises a `PlatformError`, `StoreUnavailable`, and `SealingUnavailable` where trying again may help.
    """
    facts = await gather_facts(ports, delivery, source)
    known = outline(facts)
    if known.template and known.template.way is Way.CERTIFIED:
        facts = await _inspect(ports, facts)
    chosen = delivery.choices.sender
    presence = await _ask_presence(ports, facts.office, chosen, known, known.place) if known.place else None
    return plan(facts, presence)


async def gather_facts(ports: Ports, delivery: Delivery, source: str) -> Facts:
    """What the database knows that bears on this delivery. Raises `StoreUnavailable`."""
    async with ports.store.reading() as tx:
        office = await tx.offices.get(delivery.office)
        texts = texts_for(office.locale)
        facts = Facts(
            office=office,
            delivery=delivery,
            source=source,
            today=ports.clock.now().astimezone(OFFICE_ZONE).date(),
            words=Words(
                period=name_period(delivery.period, texts),
                document=delivery.title.strip() or name_kind(delivery.kind, texts),
                day=texts.day,
            ),
            templates=await tx.workflow_templates.of_office(office.id),
            client=await _find_client(tx, delivery),
        )
        if facts.client:
            facts = await _add_client_facts(tx, facts, facts.client)
        template = choose_template(facts)
        if isinstance(template, WorkflowTemplate):
            facts = replace(facts, standard_items=await list_standard_items(tx, office, template))
        return facts


async def list_standard_items(tx: Transaction, office: Office, template: WorkflowTemplate) -> tuple[DossierItem, ...]:
    """What is in the office's own dossier of the documents that the template sends along."""
    if office.own_client is None or not template.standard_items:
        return ()
    return await tx.dossiers.items(office.own_client, template.standard_items)


async def _find_client(tx: Transaction, delivery: Delivery) -> Client | None:
    if delivery.choices.client is not None:
        return await tx.people.client(delivery.office, delivery.choices.client)
    return await tx.people.client_by_number(delivery.office, delivery.client_number)


async def _add_client_facts(tx: Transaction, facts: Facts, client: Client) -> Facts:
    return replace(
        facts,
        conversations=await tx.conversations.of_client(client.id),
        contacts=await tx.people.contacts(client.id),
        confirmed=await tx.people.confirmed_accounts(client.id),
        roles=await tx.people.roles(client.id),
    )


async def _inspect(ports: Ports, facts: Facts) -> Facts:
    """With whether the document can be sealed with one signer."""
    if ports.sealer is None or facts.delivery.media_type != PDF:
        return replace(facts, can_be_sealed=False)
    try:
        inspection = await ports.sealer.inspect(facts.delivery.content.sha256)
    except CannotBeSealed:
        return replace(facts, can_be_sealed=False)
    return replace(facts, can_be_sealed=count_signers(inspection.fields) <= 1, fields=inspection.fields)


async def _ask_presence(ports: Ports, office: Office, chosen: Account | None, known: Outline, place: Place) -> Presence:
    directory = ports.directories.get(place.platform)
    if directory is None:
        raise PlatformUnavailable(f"{place.platform} is not connected")
    people = await directory.participants(place)
    # Of staff only who may be the sender matters, and where a user group says it, each is a call of its own.
    senders = [person for person in people if is_sender(person, chosen, known)]
    staff = [each.account for each in senders if await counts_as_staff(directory, office, each, place.tenant)]
    return Presence(people, frozenset(staff))
