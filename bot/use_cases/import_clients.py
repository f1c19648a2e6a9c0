"""Take over clients, contacts and roles from a file: all of it or, when anything in it is wrong, nothing.

The same file twice changes nothing. What the file does not mention stays as it is; nothing is ever removed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.people import Client, ClientId, Contact, ContactId, Office, Role, StaffId, StaffMember
from bot.ports import Store, Transaction
from bot.use_cases.client_file import ListedClient, ListedContact, ListedStaff, read_clients
from bot.use_cases.ids import new_id


@dataclass(frozen=True, slots=True)
class Imported:
    """How many were added and how many changed; what was the same already counts as neither."""

    clients_added: int
    clients_changed: int
    contacts_added: int
    contacts_changed: int
    staff_added: int
    staff_changed: int
    roles_assigned: int
    clients_listed: int


async def import_clients(store: Store, office: Office, content: bytes) -> Imported:
    """Take over the clients in a CSV file; see `bot.use_cases.client_file` for its columns.

    Raises `ClientFileRefused` with every fault in it; then nothing was changed.
    """
    listed = read_clients(content)
    names = _name_staff(listed)
    counts: Counter[str] = Counter()
    async with store.transaction() as tx:
        staff: dict[str, StaffMember] = {}
        for each in listed:
            client = await _take_client(tx, office, each, counts)
            await _take_contacts(tx, client, each.contacts, counts)
            for member in each.roles.values():
                key = member.email.casefold()
                if key not in staff:
                    staff[key] = await _take_staff(tx, office, member, names.get(key, ""), counts)
            await _take_roles(tx, client, {role: staff[m.email.casefold()] for role, m in each.roles.items()}, counts)
    return Imported(
        clients_added=counts["client added"],
        clients_changed=counts["client changed"],
        contacts_added=counts["contact added"],
        contacts_changed=counts["contact changed"],
        staff_added=counts["staff added"],
        staff_changed=counts["staff changed"],
        roles_assigned=counts["role"],
        clients_listed=len(listed),
    )


def _name_staff(listed: Sequence[ListedClient]) -> dict[str, str]:
    members = (member for client in listed for member in client.roles.values())
    return {member.email.casefold(): member.name for member in members if member.name}


async def _take_client(tx: Transaction, office: Office, listed: ListedClient, counts: Counter[str]) -> Client:
    known = await tx.people.client_by_number(office.id, listed.number)
    if known is None:
        client = Client(ClientId(new_id()), office.id, listed.number, listed.name, listed.group)
        counts["client added"] += 1
    else:
        client = replace(known, name=listed.name, group=listed.group or known.group)
        if client == known:
            return known
        counts["client changed"] += 1
    await tx.people.save_client(client)
    return client


async def _take_contacts(
    tx: Transaction, client: Client, listed: Sequence[ListedContact], counts: Counter[str]
) -> None:
    # The preferred one last: saving it takes the preference from whoever had it.
    for each in sorted(listed, key=lambda contact: bool(contact.preferred)):
        known = _find_contact(await tx.people.contacts(client.id), each)
        if known is None:
            new = Contact(ContactId(new_id()), client.id, each.name, each.email, preferred=bool(each.preferred))
            await tx.people.save_contact(new)
            counts["contact added"] += 1
            continue
        preferred = known.preferred if each.preferred is None else each.preferred
        after = replace(known, name=each.name, email=each.email or known.email, preferred=preferred)
        if after != known:
            await tx.people.save_contact(after)
            counts["contact changed"] += 1


def _find_contact(known: Sequence[Contact], listed: ListedContact) -> Contact | None:
    """The contact with this address, else the one with this name of whom one of the two addresses is unknown."""
    if listed.email:
        address = listed.email.casefold()
        if found := next((each for each in known if (each.email or "").casefold() == address), None):
            return found
    name = listed.name.casefold()
    return next((each for each in known if each.name.casefold() == name and not (each.email and listed.email)), None)


async def _take_staff(
    tx: Transaction, office: Office, listed: ListedStaff, name: str, counts: Counter[str]
) -> StaffMember:
    known = await tx.people.staff_by_email(office.id, listed.email)
    if known is None:
        member = StaffMember(StaffId(new_id()), office.id, name or listed.email, listed.email)
        counts["staff added"] += 1
    elif name and known.name != name:
        member = replace(known, name=name)
        counts["staff changed"] += 1
    else:
        return known
    await tx.people.save_staff(member)
    return member


async def _take_roles(tx: Transaction, client: Client, wanted: dict[Role, StaffMember], counts: Counter[str]) -> None:
    if not wanted:
        return
    held = await tx.people.roles(client.id)
    for role, member in wanted.items():
        if role not in held or held[role].id != member.id:
            await tx.people.assign(client.id, role, member)
            counts["role"] += 1
