"""Who may do what: the office behind a workspace, and who counts as its staff (product rule 1)."""

from bot.conversation import Actor
from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.errors import NotAParticipant, NotStaff, UnknownEnvelope, UnknownTenant
from bot.domain.people import Office, Person, Standing
from bot.domain.places import Place
from bot.ports import Directory, Ports, Transaction
from bot.use_cases.expire import close_expired


def directory_of(ports: Ports, actor: Actor) -> Directory:
    """The directory of the platform that the actor is on."""
    return ports.directories[actor.account.platform]


async def find_office(tx: Transaction, actor: Actor) -> Office:
    """The office of the workspace or tenant where the actor is. Raises `UnknownTenant`."""
    office = await tx.offices.by_tenant(actor.account.platform, actor.office_tenant)
    if office is None:
        raise UnknownTenant
    return office


async def read_office(ports: Ports, actor: Actor) -> Office:
    """`find_office` in a transaction of its own."""
    async with ports.store.reading() as tx:
        return await find_office(tx, actor)


async def read_envelope(ports: Ports, actor: Actor, id_: EnvelopeId) -> tuple[Office, Envelope]:
    """An envelope with its office, which is the actor's; it is expired now where it was to be, and nobody came to that.

    Raises `UnknownTenant` and `UnknownEnvelope`.
    """
    async with ports.store.reading() as tx:
        office = await find_office(tx, actor)
        envelope = await tx.envelopes.get(office.id, id_)
    if envelope is None:
        raise UnknownEnvelope
    return office, await close_expired(ports, envelope)


async def ask_participants(ports: Ports, actor: Actor, place: Place) -> tuple[Person, ...]:
    """Who takes part in a conversation, asked live. Raises `NotAParticipant` unless the actor does."""
    people = await directory_of(ports, actor).participants(place)
    if not any(person.account == actor.account for person in people):
        raise NotAParticipant(actor.name)
    return people


async def is_staff(ports: Ports, office: Office, actor: Actor) -> bool:
    """Whether the actor is staff: a full, active member of the office's own workspace or tenant.

    Where the office narrowed that to a user group or to a list of accounts, being in either of them is asked as well.
    The platform is asked live; raises a `PlatformError` when it does not answer.
    """
    directory = directory_of(ports, actor)
    person = await directory.person(actor)
    return await counts_as_staff(directory, office, person, actor.office_tenant)


async def counts_as_staff(directory: Directory, office: Office, person: Person, tenant: str) -> bool:
    """As `is_staff`, for somebody of whom the platform told just now, in this workspace or tenant of the office."""
    if not _is_full_member(person, tenant):
        return False
    if not office.staff_group and not office.staff_accounts:
        return True
    if _is_listed(person, office):
        return True
    if not office.staff_group:
        return False
    return await directory.is_in_group(tenant, person.account, office.staff_group)


async def require_staff(ports: Ports, office: Office, actor: Actor) -> None:
    """Raise `NotStaff` unless the actor is staff; see `is_staff`."""
    if not await is_staff(ports, office, actor):
        raise NotStaff(office.name)


def _is_listed(person: Person, office: Office) -> bool:
    return person.account.user in office.staff_accounts or (person.email or "").casefold() in office.staff_accounts


def _is_full_member(person: Person, office_tenant: str) -> bool:
    return person.standing is Standing.MEMBER and person.active and person.account.tenant == office_tenant
