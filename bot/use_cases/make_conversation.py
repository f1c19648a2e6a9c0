"""Make a conversation for a client who has none (*Gesprek maken*), or say how staff do that themselves.

Nobody is invited to a conversation that belongs to another client, and a conversation is linked by one of those who ask
at once: the platform gives both the same one for its name, and the link of a conversation is there once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import structlog

from bot.conversation import Actor
from bot.domain.envelope import Party
from bot.domain.errors import PlatformError, Undeliverable
from bot.domain.log import Happening, LogLine
from bot.domain.making import Absence, Missing
from bot.domain.people import Account, Client, Office, Role
from bot.domain.places import Conversation, Place
from bot.ports import Ports
from bot.texts import texts_for
from bot.use_cases.access import directory_of, find_office, read_office, require_staff
from bot.views.making import show_whose

_CLEAR_NUMBER = re.compile("[a-z0-9]+")
_MARK = 6

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """The client's conversation; `is_new` unless there was one already, and then nobody was invited."""

    place: Place
    is_new: bool
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class HowTo:
    """Paraaf cannot make one on this platform: `bot.views.making.show_how` tells how people do."""

    client: Client


@dataclass(frozen=True, slots=True)
class _Guests:
    names: Mapping[Account, str]
    missing: tuple[Missing, ...]


async def make_conversation(
    ports: Ports, actor: Actor, near: Place, client: Client, role: Role | None = None
) -> Made | HowTo:
    """The conversation of this client, made at the office of `near` and linked where there is none.

    Invited are the actor, the relatiebeheerder, who holds `role`, and the contacts with a confirmed account there.
    Asking again after a failure goes on where it stopped. Raises `UnknownTenant`, `NotStaff`, `KeyError` for a client
    of another office, and a `PlatformError`.
    """
    office = await read_office(ports, actor)
    await require_staff(ports, office, actor)
    client = await _read_client(ports, office, client)
    if known := await _find_known(ports, client):
        return Made(known, is_new=False)
    messenger = ports.messengers[near.platform]
    if not messenger.makes_conversations:
        return HowTo(client)
    guests = await _list_guests(ports, actor, near, client, role)
    place = await messenger.make_conversation(near.conversation, name_for(client))
    await _require_free(ports, place, client)
    refused = await messenger.invite(place, tuple(guests.names))
    if not await _link(ports, actor, office, client, place):
        return Made(await _find_known(ports, client) or place, is_new=False)
    await _introduce(ports, office, client, place)
    turned_away = tuple(Missing(guests.names[account], Absence.REFUSED, why) for account, why in refused.items())
    return Made(place, is_new=True, missing=(*guests.missing, *turned_away))


def name_for(client: Client) -> str:
    """The name of a client's conversation, which no other client's has, however a platform spells it.

    A number that a platform may spell as it spells another's gets a mark of the client behind it.
    """
    if _CLEAR_NUMBER.fullmatch(client.number):
        return f"{client.number} {client.name}"
    return f"{client.number} {sha256(client.id.encode()).hexdigest()[:_MARK]} {client.name}"


async def _read_client(ports: Ports, office: Office, client: Client) -> Client:
    async with ports.store.reading() as tx:
        found = await tx.people.client(office.id, client.id)
    if found is None:
        raise KeyError(client.id)
    return found


async def _find_known(ports: Ports, client: Client) -> Place | None:
    async with ports.store.reading() as tx:
        known = await tx.conversations.of_client(client.id)
    return known[0].place if known else None


async def _list_guests(ports: Ports, actor: Actor, near: Place, client: Client, role: Role | None) -> _Guests:
    async with ports.store.reading() as tx:
        roles = await tx.people.roles(client.id)
        confirmed = await tx.people.confirmed_accounts(client.id)
        contacts = await tx.people.contacts(client.id)
    names = {actor.account: actor.name}
    missing: list[Missing] = []
    wanted = [roles[each] for each in (Role.RELATION_KEEPER, role) if each in roles]
    for member in dict.fromkeys(wanted):
        person = await directory_of(ports, actor).find_by_email(near, member.email)
        if person is None:
            missing.append(Missing(member.name, Absence.UNKNOWN))
        else:
            names.setdefault(person.account, member.name)
    here = {account: whose for account, whose in confirmed.items() if _is_at(account, near)}
    names |= {account: whose.name for account, whose in here.items() if account not in names}
    invited, known = ({whose.id for whose in accounts.values()} for accounts in (here, confirmed))
    missing += [
        Missing(contact.name, Absence.ELSEWHERE if contact.id in known else Absence.UNKNOWN)
        for contact in contacts
        if contact.id not in invited
    ]
    return _Guests(names, tuple(missing))


def _is_at(account: Account, near: Place) -> bool:
    return (account.platform, account.tenant) == (near.platform, near.tenant)


async def _require_free(ports: Ports, place: Place, client: Client) -> None:
    """Raise `Undeliverable` where staff linked the conversation of this name to another client meanwhile."""
    async with ports.store.reading() as tx:
        linked = await tx.conversations.at(place)
    if linked and linked.client != client.id:
        raise Undeliverable("name_taken")


async def _link(ports: Ports, actor: Actor, office: Office, client: Client, place: Place) -> bool:
    """Whether this is who linked it: of several at once one is."""
    now = ports.clock.now()
    async with ports.store.transaction() as tx:
        await find_office(tx, actor)
        if not await tx.conversations.link_new(Conversation(office.id, place, client.id, actor.account, now)):
            return False
        by = Party(actor.account, actor.name)
        await tx.log.add([LogLine(office.id, Happening.LINKED, by, now, client.id, facts={"channel": place.channel})])
    return True


async def _introduce(ports: Ports, office: Office, client: Client, place: Place) -> None:
    card = show_whose(client, texts_for(office.locale), place.platform)
    try:
        await ports.messengers[place.platform].send(place, card, f"conversation-{client.id}")
    except PlatformError as error:  # the conversation is worth more than the words in it
        _log.warning("conversation_not_introduced", client=client.id, error=type(error).__name__)
