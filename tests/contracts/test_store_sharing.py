"""Transactions that several share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.people import ClientId
from bot.ports import Store, Transaction
from storage.sql.sharing import Sharing
from tests.builders import OFFICE, a_client, an_office


def add_client(number: int) -> Callable[[Transaction], Awaitable[object]]:
    return lambda tx: tx.people.save_client(a_client(id=ClientId(f"other-{number}"), number=str(number)))


async def count_clients(store: Store) -> int:
    async with store.reading() as tx:
        return await tx.people.count_clients(OFFICE)


async def test_what_comes_together_is_all_kept(office_store: Store) -> None:
    await asyncio.gather(*(office_store.share(add_client(number)) for number in range(40)))
    assert await count_clients(office_store) == 41


async def test_who_comes_while_others_commit_is_kept_as_well(office_store: Store) -> None:
    async def add_two(number: int) -> None:
        await office_store.share(add_client(number))
        await office_store.share(add_client(100 + number))

    await asyncio.gather(*map(add_two, range(10)))
    assert await count_clients(office_store) == 21


async def test_one_that_fails_spoils_none_of_the_others(office_store: Store) -> None:
    async def fail(tx: Transaction) -> None:
        await tx.offices.save(an_office(name="Half"))
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        office_store.share(add_client(1)),
        office_store.share(fail),
        office_store.share(add_client(2)),
        return_exceptions=True,
    )
    assert [type(each) for each in outcomes] == [type(None), ZeroDivisionError, type(None)]
    assert await count_clients(office_store) == 3
    async with office_store.reading() as tx:
        assert await tx.offices.get(OFFICE) == an_office()


async def test_sharing_inside_a_transaction_is_a_mistake_and_no_endless_wait(office_store: Store) -> None:
    async with office_store.transaction():
        with pytest.raises(RuntimeError, match="open already"):
            await office_store.share(add_client(1))
    await office_store.share(add_client(1))


async def test_who_is_cancelled_takes_nobody_along(office_store: Store) -> None:
    others = [asyncio.create_task(office_store.share(add_client(number))) for number in range(3)]
    await asyncio.sleep(0)  # all of them wait for it
    others[0].cancel()
    await asyncio.gather(*others, return_exceptions=True)
    assert [each.cancelled() for each in others] == [True, False, False]
    await office_store.share(add_client(9))
    assert await count_clients(office_store) == 5


async def test_they_do_one_transaction_and_a_database_that_is_away_is_asked_once() -> None:
    begun: list[str] = []
    away = True

    @asynccontextmanager
    async def begin() -> AsyncIterator[str]:
        begun.append("transaction")
        yield "tx"
        if away:
            raise StoreUnavailable("away")

    async def work(_tx: str) -> None:
        pass

    sharing = Sharing(begin)
    outcomes = await asyncio.gather(*(sharing.do(work) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in outcomes] == [StoreUnavailable] * 5
    away = False
    await asyncio.gather(*(sharing.do(work) for _ in range(5)))
    assert len(begun) == 2
