import asyncio

import pytest

from bot.ports import Store
from tests.builders import OFFICE, a_client, an_office


async def test_what_a_block_changed_is_undone_when_it_raises(office_store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail_after_rename(office_store)
    async with office_store.reading() as transaction:
        assert await transaction.offices.get(OFFICE) == an_office()


async def fail_after_rename(store: Store) -> None:
    async with store.transaction() as transaction:
        await transaction.offices.save(an_office(name="Half"))
        raise ZeroDivisionError


async def test_what_a_block_changed_is_undone_when_it_is_cancelled(office_store: Store) -> None:
    changed = asyncio.Event()

    async def change() -> None:
        async with office_store.transaction() as transaction:
            await transaction.offices.save(an_office(name="Half"))
            changed.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(change())
    await changed.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with office_store.transaction() as transaction:
        assert await transaction.offices.get(OFFICE) == an_office()


async def test_a_reader_sees_one_state_and_does_not_wait_for_a_writer(office_store: Store) -> None:
    async with office_store.reading() as before:
        assert await before.people.count_clients(OFFICE) == 1
        async with office_store.transaction() as transaction:
            await transaction.people.save_client(a_client(name="Nieuw"))
            assert (await before.people.find_clients(OFFICE, "", 9))[0].name == a_client().name
        assert (await before.people.find_clients(OFFICE, "", 9))[0].name == a_client().name
    async with office_store.reading() as after:
        assert (await after.people.find_clients(OFFICE, "", 9))[0].name == "Nieuw"


async def test_many_writers_at_once_all_get_their_turn(office_store: Store) -> None:
    async def rename(number: int) -> None:
        async with office_store.transaction() as transaction:
            office = await transaction.offices.get(OFFICE)
            await transaction.offices.save(an_office(name=office.name, staff_group=str(number)))

    await asyncio.gather(*(rename(number) for number in range(40)))


async def test_a_transaction_inside_a_transaction_is_a_mistake(office_store: Store) -> None:
    async with office_store.transaction():
        with pytest.raises(RuntimeError, match="open already"):
            async with office_store.transaction():
                pass
    async with office_store.transaction() as transaction:
        await transaction.offices.save(an_office())
