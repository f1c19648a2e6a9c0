"""Fill an empty database with the invented office: its clients, contacts, roles, dossiers and linked channels.

A program of its own (`python -m adapters.demo.seed`), so that it sees the settings it is given and no others.
"""

import asyncio
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from pypdf import PdfReader

from adapters.demo.deliveries import prepare_deliveries
from adapters.demo.office import BAKERY, BICYCLES, CLIENTS, MARK, OFFICE_NAME, SANNE, STAFF, TEAM, TENANT, DemoClient
from adapters.demo.playground.stage import Member
from adapters.demo.shelf import BAKERY_SHELF, BICYCLES_SHELF, Paper, fill_shelf
from adapters.parts import build_ports, open_store
from adapters.settings import load_settings
from bot.domain.people import Account, Office, Platform
from bot.domain.places import Conversation, Place
from bot.ports import Ports
from bot.use_cases.add_documents import GivenFile, add_documents
from bot.use_cases.import_clients import import_clients
from bot.use_cases.offices import add_office, map_tenant, set_staff


@dataclass(frozen=True, slots=True)
class _Then:
    """A clock that stands still, so that each document is filed on its own day."""

    at: datetime

    def now(self) -> datetime:
        return self.at


async def fill_database() -> None:
    """Fill the database of the environment. Raises `OfficeRefused` where the office is in it already."""
    settings = load_settings(env_file=None)
    async with open_store(settings) as store:
        await _fill_office(build_ports(settings, store))


async def _fill_office(ports: Ports) -> None:
    office = await add_office(ports.store, OFFICE_NAME)
    await map_tenant(ports.store, office, Platform.SLACK, TEAM)
    await map_tenant(ports.store, office, Platform.TEAMS, TENANT)
    # In both clients everybody is a full member, so the office says who its staff are.
    staff = [user.email for user in STAFF]
    office = await set_staff(ports.store, office, group=None, accounts=staff, sender_may_sign=False)
    await import_clients(ports.store, office, _write_clients())
    now = ports.clock.now()
    for client, shelf in ((BAKERY, BAKERY_SHELF), (BICYCLES, BICYCLES_SHELF)):
        for paper in reversed(fill_shelf(shelf, now)):
            await _file(ports, office, client, paper)
    await _link_channels(ports, office)
    await prepare_deliveries(ports, office)


class _OwnPapers:
    """Counts pages right here: these papers are our own, so nobody need be protected from them."""

    async def count_pages(self, content: bytes | BinaryIO) -> int:
        return len(PdfReader(io.BytesIO(content) if isinstance(content, bytes) else content).pages)


async def _file(ports: Ports, office: Office, client: DemoClient, paper: Paper) -> None:
    then = replace(ports, clock=_Then(paper.filed_at), pages=_OwnPapers())
    await add_documents(then, office, client.number, paper.folder, [GivenFile(paper.name, paper.content)], MARK.name)


async def _link_channels(ports: Ports, office: Office) -> None:
    in_slack, in_teams = Account(Platform.SLACK, TEAM, SANNE.id), Account(Platform.TEAMS, TENANT, Member(SANNE).id)
    async with ports.store.transaction() as tx:
        for each in CLIENTS:
            client = await tx.people.client_by_number(office.id, each.number)
            if not each.is_linked or client is None:
                continue
            for by, channel in ((in_slack, each.channel), (in_teams, each.room)):
                if channel is None:
                    continue
                place = Place(by.platform, by.tenant, channel.id)
                await tx.conversations.link(Conversation(office.id, place, client.id, by, ports.clock.now()))


def _write_clients() -> bytes:
    roles = sorted({role.value for client in CLIENTS for role, _ in client.roles})
    sheet = io.StringIO(newline="")
    rows = csv.DictWriter(sheet, ["number", "name", "contact", "email", "preferred", *roles], delimiter=";")
    rows.writeheader()
    for client in CLIENTS:
        rows.writerows(_list_contacts(client))
    return sheet.getvalue().encode()


def _list_contacts(client: DemoClient) -> Iterator[dict[str, str]]:
    held = {role.value: f"{user.name} <{user.email}>" for role, user in client.roles}
    for contact in client.contacts:
        row = {"number": client.number, "name": client.name, "contact": contact.user.name, "email": contact.user.email}
        yield row | {"preferred": "yes" if contact.preferred else ""} | held


if __name__ == "__main__":
    asyncio.run(fill_database())
