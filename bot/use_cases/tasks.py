"""Tasks: what waits for somebody, what they wait for, and what is done."""

from collections.abc import Mapping
from dataclasses import replace

from bot.conversation import Actor
from bot.domain.errors import NotAParticipant
from bot.domain.people import Office
from bot.domain.places import Place
from bot.domain.tasks import PAGE_SIZE, TaskList, TaskScope, Turn
from bot.ports import Ports
from bot.use_cases.access import directory_of, is_staff, read_office


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
    return TaskList(turn, envelopes, page, pages, counts)


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
