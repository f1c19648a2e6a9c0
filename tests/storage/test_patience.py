"""A PostgreSQL that takes what it is told and never answers: who waits gives up in time, and knows what that means."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.domain.errors import StoreUnavailable
from storage.sql.patience import hurrying
from storage.sql.store import SqlStore
from tests.builders import an_office
from tests.proxy import Proxy, Way, between
from tests.storage.test_store import session_of

SHORT = 0.2
"""Seconds; nothing here is late because of it but what hangs for good."""
LONG = 20.0
_NAP = text(f"SELECT pg_sleep({2 * SHORT})")


@pytest.fixture
async def proxy(prepared_postgres: str) -> AsyncIterator[Proxy]:
    async with between(prepared_postgres) as proxy:
        yield proxy


@pytest.fixture
async def hung(proxy: Proxy, prepared_postgres: str) -> AsyncIterator[SqlStore]:
    """A store with one connection, on a way that can be made to hang."""
    store = SqlStore(proxy.reach(prepared_postgres), ask_after=LONG)
    await store.ping()
    yield store
    await store.dispose()


async def test_what_is_read_on_a_hung_connection_is_given_up(proxy: Proxy, hung: SqlStore) -> None:
    proxy.turn(Way.HANGING)
    with hurrying(SHORT), pytest.raises(StoreUnavailable):
        await hung.ping()
    with hurrying(SHORT), pytest.raises(StoreUnavailable):  # a new connection, which nobody answers
        await hung.ping()
    proxy.turn(Way.OPEN)
    await hung.ping()


async def test_a_commit_that_hangs_is_told_to_be_uncertain(proxy: Proxy, hung: SqlStore) -> None:
    async def save() -> None:
        async with hung.transaction() as tx:
            await tx.offices.save(an_office(name="Half"))
            proxy.turn(Way.HANGING)

    with hurrying(SHORT), pytest.raises(StoreUnavailable) as caught:
        await save()
    assert caught.value.at_commit
    proxy.turn(Way.CUT)  # what hung on the way never arrives
    proxy.turn(Way.OPEN)
    async with hung.reading() as tx:
        assert "Half" not in [office.name for office in await tx.offices.all()]


async def test_a_refusal_is_not_held_up_by_undoing(proxy: Proxy, hung: SqlStore) -> None:
    async def refuse() -> None:
        async with hung.transaction() as tx:
            await tx.offices.all()
            proxy.turn(Way.HANGING)
            raise KeyError

    async with asyncio.timeout(LONG):
        with hurrying(SHORT), pytest.raises(KeyError):
            await refuse()


async def test_a_connection_that_hung_while_idle_is_replaced(proxy: Proxy, prepared_postgres: str) -> None:
    store = SqlStore(proxy.reach(prepared_postgres), ask_after=0)
    await store.ping()
    proxy.turn(Way.HANGING)
    with hurrying(SHORT), pytest.raises(StoreUnavailable):
        await store.ping()
    proxy.turn(Way.OPEN)
    await store.ping()
    await store.dispose()


async def test_one_request_waits_once_for_all_it_asks(hung: SqlStore) -> None:
    with hurrying(SHORT):
        async with hung.reading() as tx:
            await tx.offices.all()
        with hurrying(LONG):  # a hurry within a hurry lasts no longer
            await asyncio.wait([asyncio.create_task(_exhaust(hung))])
            with pytest.raises(StoreUnavailable):
                await hung.ping()
    await hung.ping()


async def _exhaust(store: SqlStore) -> None:
    async with store.reading() as tx:
        with pytest.raises(StoreUnavailable):
            await session_of(tx).run(_NAP)


async def test_what_goes_on_after_the_request_is_in_no_hurry(hung: SqlStore) -> None:
    go_on = asyncio.Event()

    async def ask_later() -> None:
        await go_on.wait()
        async with hung.reading() as tx:
            await session_of(tx).run(_NAP)

    with hurrying(SHORT):
        later = asyncio.create_task(ask_later())
        await asyncio.sleep(0)
    go_on.set()
    await later
