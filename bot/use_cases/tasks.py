"""Tasks: what waits for somebody, what they wait for, and what is done."""

from collections.abc import Mapping
from dataclasses import replace

from bot.conversation import Actor, Answer, Command, Press, Show, Tell
from bot.domain.envelope import Envelope
from bot.domain.errors import NotAParticipant
from bot.domain.people import ClientId, Office
from bot.domain.places import Place
from bot.domain.tasks import PAGE_SIZE, TaskList, TaskScope, Turn
from bot.ports import Ports, Transaction
from bot.texts import Texts
from bot.use_cases.access import directory_of, is_staff, read_office
from bot.views.task_list import Spot, read_spot, show_tasks
from cards.model import Card


async def read_tasks(ports: Ports, actor: Actor, turn: Turn, page: int, within: Place | None) -> TaskList:
    """Page `page` of somebody's tasks in their office, or `within` one conversation; the nearest page that there is.

    In a conversation staff see everything of it, whoever sent it. That they take part in it is asked from the
    platform, since an address may come from a client. Raises `UnknownTenant`, `NotAParticipant` and a `PlatformError`.
    """
    office = await read_office(ports, actor)
    scope = await _find_scope(ports, office, actor, within)
    async with ports.store.reading() as tx:
        counts = await tx.tasks.count(scope)
        pages = _count_pages(counts, turn)
        page = min(max(page, 0), pages - 1)
        found = await tx.tasks.find(scope, turn, page * PAGE_SIZE, PAGE_SIZE)
        envelopes = await tx.envelopes.several(office.id, found)
        clients = await _name_clients(tx, office, envelopes)
    return TaskList(turn, envelopes, page, pages, counts, clients)


async def tell_tasks(ports: Ports, command: Command, texts: Texts) -> Answer:
    """What somebody has to do: of this conversation, or in their own chat with Paraaf of everything."""
    spot = Spot(channel="" if command.is_personal else command.place.channel)
    return Tell(await _show(ports, command.actor, spot, texts))


async def turn_page(ports: Ports, press: Press, texts: Texts) -> Answer:
    """Another page or list, in place of the one that was pressed on. Raises what `read_tasks` raises."""
    return Show(await _show(ports, press.actor, read_spot(press.value), texts))


async def _show(ports: Ports, actor: Actor, spot: Spot, texts: Texts) -> Card:
    platform = actor.account.platform
    within = Place(platform, actor.office_tenant, spot.channel) if spot.channel else None
    tasks = await read_tasks(ports, actor, spot.turn, spot.page, within)
    return show_tasks(tasks, actor.account, spot.channel, texts, ports.clock.now())


async def _name_clients(tx: Transaction, office: Office, envelopes: tuple[Envelope, ...]) -> dict[ClientId, str]:
    found = [await tx.people.client(office.id, id_) for id_ in {envelope.client for envelope in envelopes}]
    return {client.id: client.name for client in found if client}


async def _find_scope(ports: Ports, office: Office, actor: Actor, within: Place | None) -> TaskScope:
    if within is None:
        return TaskScope(office.id, actor.account)
    conversation = replace(within, tenant=actor.office_tenant).conversation
    if not await directory_of(ports, actor).takes_part(conversation, actor.account):
        raise NotAParticipant(actor.name)
    sees_all = await is_staff(ports, office, actor)
    return TaskScope(office.id, actor.account, conversation, sees_all=sees_all)


def _count_pages(counts: Mapping[Turn, int], turn: Turn) -> int:
    return max(1, -(-counts[turn] // PAGE_SIZE))
