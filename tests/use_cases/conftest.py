"""A whole core on a real SQLite file, with fakes only where a platform would be."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.people import Account, Platform, Standing
from bot.ports import Ports
from storage.blobs import open_blobs
from storage.sql.store import SqlStore
from tests import builders as a
from tests.databases import A_VAULT, copy_sqlite, prepared_sqlite
from tests.fakes import FakeDirectory, FakeGeography, FakeMessenger, FakeSealer, FixedClock
from tests.reading_once import OncePageCounter

__all__ = ["prepared_sqlite"]

STAFF, SIGNER, STRANGER = a.a_staff_account(), a.an_account(), a.an_account("U0STRANGER")


@dataclass(frozen=True, slots=True)
class World:
    """The ports, and the fakes among them by their own types."""

    ports: Ports
    store: SqlStore
    messenger: FakeMessenger
    directory: FakeDirectory
    clock: FixedClock
    geography: FakeGeography
    sealer: FakeSealer


@pytest.fixture
async def world(prepared_sqlite: Path, tmp_path: Path) -> AsyncIterator[World]:
    """An office with one client, whose conversation is linked and whose contact is confirmed."""
    store = SqlStore(copy_sqlite(prepared_sqlite, tmp_path), vault=A_VAULT)
    messenger, clock, geography = FakeMessenger(), FixedClock(), FakeGeography()
    directory = FakeDirectory(
        {
            STAFF: a.a_person("Sanne de Vries", account=STAFF, standing=Standing.MEMBER),
            SIGNER: a.a_person(),
            STRANGER: a.a_person("Vreemde", account=STRANGER, email=None),
        }
    )
    blobs = open_blobs(str(tmp_path / "blobs"))
    sealer = FakeSealer(blobs)
    ports = Ports(
        store=store,
        blobs=blobs,
        pages=OncePageCounter(),
        clock=clock,
        messengers={Platform.SLACK: messenger},
        directories={Platform.SLACK: directory},
        public_url="https://paraaf.example",
        geography=geography,
        sealer=sealer,
    )
    await _furnish(store, SIGNER)
    yield World(ports, store, messenger, directory, clock, geography, sealer)
    await store.dispose()


async def _furnish(store: SqlStore, signer: Account) -> None:
    async with store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.offices.map_tenant(a.OFFICE, Platform.SLACK, "T0OFFICE")
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.people.confirm(signer, a.CONTACT, STAFF, a.NOON)
        await tx.conversations.link(a.a_conversation())
        await tx.dossiers.add(a.an_item())
