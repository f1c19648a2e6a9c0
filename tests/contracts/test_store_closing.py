"""Closing the database while something is under way."""

import asyncio

from storage.sql.store import SqlStore
from tests import builders as a


async def test_what_is_under_way_ends_before_the_connections_are_closed(database_url: str) -> None:
    store = SqlStore(database_url)
    begun, going_on = asyncio.Event(), asyncio.Event()

    async def save() -> None:
        async with store.transaction() as tx:
            await tx.offices.save(a.an_office())
            begun.set()
            await going_on.wait()

    saving = asyncio.create_task(save())
    await begun.wait()
    closing = asyncio.create_task(store.dispose())
    await asyncio.sleep(0)
    going_on.set()
    await closing
    assert saving.done()
    await saving
    async with store.reading() as tx:  # it can be used again
        assert (await tx.offices.get(a.OFFICE)).id == a.OFFICE
    await store.dispose()
