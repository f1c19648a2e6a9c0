"""Clients, their contacts, and the staff with their roles."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, update

from bot.domain.people import (
    Account,
    Client,
    ClientId,
    Confirmation,
    Contact,
    ContactId,
    OfficeId,
    Role,
    StaffId,
    StaffMember,
)
from storage.sql.rows import read_account, write_account
from storage.sql.session import Session
from storage.sql.tables import client_roles, clients, confirmed_accounts, contacts, staff
from storage.sql.types import fold

_OF_OFFICE = select(clients).where(clients.c.office_id == bindparam("office"))
_CLIENT = _OF_OFFICE.where(clients.c.id == bindparam("client"))
_BY_NUMBER = _OF_OFFICE.where(clients.c.number == bindparam("number"))
_COUNT = select(func.count()).select_from(clients).where(clients.c.office_id == bindparam("office"))
_CONTACTS = select(contacts).where(contacts.c.client_id == bindparam("client"))
_CONFIRMED = (
    select(contacts, *(confirmed_accounts.c[name] for name in ("platform", "tenant", "user_id")))
    .join(confirmed_accounts, confirmed_accounts.c.contact_id == contacts.c.id)
    .where(confirmed_accounts.c.client_id == bindparam("client"))
)
_CONFIRMATIONS = _CONFIRMED.add_columns(
    *(confirmed_accounts.c[f"confirmed_{name}"] for name in ("by_platform", "by_tenant", "by_user_id", "at"))
)
_CONTACT_OF = _CONFIRMED.where(
    confirmed_accounts.c.platform == bindparam("platform"),
    confirmed_accounts.c.tenant == bindparam("tenant"),
    confirmed_accounts.c.user_id == bindparam("user_id"),
)
_STAFF = select(staff).where(staff.c.office_id == bindparam("office"), staff.c.email_folded == bindparam("email"))
_ROLES = (
    select(client_roles.c.role, staff)
    .join(staff, staff.c.id == client_roles.c.staff_id)
    .where(client_roles.c.client_id == bindparam("client"))
)


class SqlPeople:
    """Keeps `bot.ports.People`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def client(self, office: OfficeId, client: ClientId) -> Client | None:
        row = await self._session.one(_CLIENT, {"office": office, "client": client})
        return None if row is None else _read_client(row)

    async def client_by_number(self, office: OfficeId, number: str) -> Client | None:
        row = await self._session.one(_BY_NUMBER, {"office": office, "number": number})
        return None if row is None else _read_client(row)

    async def find_clients(self, office: OfficeId, text: str, limit: int) -> tuple[Client, ...]:
        query = _OF_OFFICE.order_by(clients.c.name_folded, clients.c.id).limit(limit)
        if wanted := fold(text):
            query = query.where(
                or_(
                    clients.c.name_folded.contains(wanted, autoescape=True),
                    clients.c.number_folded.contains(wanted, autoescape=True),
                )
            )
        return tuple(map(_read_client, await self._session.all(query, {"office": office})))

    async def count_clients(self, office: OfficeId) -> int:
        return await self._session.number(_COUNT, {"office": office})

    async def save_client(self, client: Client) -> None:
        values = {
            "id": client.id,
            "office_id": client.office,
            "number": client.number,
            "number_folded": fold(client.number),
            "name": client.name,
            "name_folded": fold(client.name),
            "client_group": client.group,
        }
        await self._session.upsert(clients, values, ["id"])

    async def contacts(self, client: ClientId) -> tuple[Contact, ...]:
        found = map(_read_contact, await self._session.all(_CONTACTS, {"client": client}))
        return tuple(sorted(found, key=lambda each: (not each.preferred, fold(each.name), each.id)))

    async def contact_of(self, client: ClientId, account: Account) -> Contact | None:
        row = await self._session.one(_CONTACT_OF, {"client": client, **write_account(account)})
        return None if row is None else _read_contact(row)

    async def confirmed_accounts(self, client: ClientId) -> dict[Account, Contact]:
        rows = await self._session.all(_CONFIRMED, {"client": client})
        return {read_account(row): _read_contact(row) for row in rows}

    async def confirmations(self, client: ClientId) -> dict[Account, Confirmation]:
        return {
            read_account(row): Confirmation(_read_contact(row), read_account(row, "confirmed_by_"), row.confirmed_at)
            for row in await self._session.all(_CONFIRMATIONS, {"client": client})
        }

    async def save_contact(self, contact: Contact) -> None:
        if contact.preferred:
            others = update(contacts).where(contacts.c.client_id == contact.client, contacts.c.id != contact.id)
            await self._session.run(others.where(contacts.c.preferred).values(preferred=False))
        values = {
            "id": contact.id,
            "client_id": contact.client,
            "name": contact.name,
            "email": contact.email,
            "preferred": contact.preferred,
        }
        await self._session.upsert(contacts, values, ["id"])

    async def confirm(self, account: Account, contact: ContactId, by: Account, at: datetime) -> None:
        client = (await self._session.run(select(contacts.c.client_id).where(contacts.c.id == contact))).scalar()
        if client is None:
            raise KeyError(contact)
        values = {
            "client_id": client,
            **write_account(account),
            "contact_id": contact,
            **write_account(by, "confirmed_by_"),
            "confirmed_at": at,
        }
        await self._session.upsert(confirmed_accounts, values, ["client_id", "platform", "tenant", "user_id"])

    async def staff_by_email(self, office: OfficeId, email: str) -> StaffMember | None:
        row = await self._session.one(_STAFF, {"office": office, "email": fold(email)})
        return None if row is None else _read_staff(row)

    async def save_staff(self, member: StaffMember) -> None:
        values = {
            "id": member.id,
            "office_id": member.office,
            "name": member.name,
            "email": member.email,
            "email_folded": fold(member.email),
        }
        await self._session.upsert(staff, values, ["id"])

    async def roles(self, client: ClientId) -> dict[Role, StaffMember]:
        rows = await self._session.all(_ROLES, {"client": client})
        return {Role(row.role): _read_staff(row) for row in rows}

    async def assign(self, client: ClientId, role: Role, staff: StaffMember) -> None:
        office = (await self._session.run(select(clients.c.office_id).where(clients.c.id == client))).scalar()
        if office is None:
            raise KeyError(client)
        values = {"client_id": client, "role": role, "office_id": office, "staff_id": staff.id}
        await self._session.upsert(client_roles, values, ["client_id", "role"])


def _read_client(row: Row[Any]) -> Client:
    return Client(ClientId(row.id), OfficeId(row.office_id), row.number, row.name, row.client_group)


def _read_contact(row: Row[Any]) -> Contact:
    return Contact(ContactId(row.id), ClientId(row.client_id), row.name, row.email, row.preferred)


def _read_staff(row: Row[Any]) -> StaffMember:
    return StaffMember(StaffId(row.id), OfficeId(row.office_id), row.name, row.email)
