"""When whom is reminded: what every store promises."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.envelope import Envelope
from bot.domain.outgoing import Backlog
from bot.domain.people import Account, Cadence
from bot.domain.reminders import Reminder
from bot.ports import Store
from tests import builders as a

LEASE = timedelta(minutes=2)
KARIM, MILA = a.an_account(), a.an_account("U0MILA")


@pytest.fixture
async def planned(office_store: Store) -> tuple[Store, list[Envelope]]:
    """A store with six envelopes."""
    envelopes = [a.an_envelope(f"envelope-{number}") for number in range(6)]
    async with office_store.transaction() as tx:
        for each in envelopes:
            await tx.envelopes.add(each)
    return office_store, envelopes


async def start(store: Store, envelope: Envelope, minutes: float, signer: Account = KARIM) -> None:
    async with store.transaction() as tx:
        await tx.reminders.start(envelope, signer, a.at(), a.at(minutes))


async def claim(store: Store, minutes: float, limit: int = 100) -> tuple[Reminder, ...]:
    async with store.transaction() as tx:
        return await tx.reminders.claim(a.at(minutes), LEASE, limit)


async def plan(store: Store, row: Reminder, due: datetime | None, *, escalated: bool = False) -> bool:
    async with store.transaction() as tx:
        return await tx.reminders.plan(row, due, escalated=escalated)


def names(rows: Iterable[Reminder]) -> list[str]:
    return [row.envelope for row in rows]


async def test_what_is_due_is_claimed_once_until_its_lease_ends(planned: tuple[Store, list[Envelope]]) -> None:
    store, (first, second, *_) = planned
    await start(store, second, 20)
    await start(store, first, 10)
    assert await claim(store, 9) == ()
    assert names(await claim(store, 30)) == [first.id, second.id]
    assert await claim(store, 31) == ()
    (again, _) = await claim(store, 32)
    assert (again.office, again.signer, again.since, again.due) == (a.OFFICE, KARIM, a.at(), a.at(10))
    assert (again.lease, again.snoozed, again.escalated) == (2, False, False)


async def test_the_next_one_is_planned_or_none(planned: tuple[Store, list[Envelope]]) -> None:
    store, (first, *_) = planned
    await start(store, first, 10)
    (row,) = await claim(store, 10)
    assert await plan(store, row, a.at(60), escalated=True)
    assert await claim(store, 59) == ()
    (row,) = await claim(store, 60)
    assert row.escalated
    assert await plan(store, row, None)
    assert await claim(store, 9999) == ()


async def test_who_lost_the_lease_plans_and_stops_nothing(planned: tuple[Store, list[Envelope]]) -> None:
    store, (first, *_) = planned
    await start(store, first, 10)
    (lost,) = await claim(store, 10)
    (held,) = await claim(store, 12)
    assert not await plan(store, lost, a.at(500))
    async with store.transaction() as tx:
        await tx.reminders.stop(lost)
    assert await plan(store, held, a.at(20))
    (row,) = await claim(store, 20)
    async with store.transaction() as tx:
        await tx.reminders.stop(row)
    assert await claim(store, 9999) == ()


async def test_a_claim_takes_along_what_else_the_same_person_has(planned: tuple[Store, list[Envelope]]) -> None:
    store, envelopes = planned
    for number, envelope in enumerate(envelopes):
        await start(store, envelope, 10 if number < 4 else 90, MILA if number == 1 else KARIM)
    assert names(await claim(store, 10, limit=1)) == ["envelope-0", "envelope-2", "envelope-3"]
    assert names(await claim(store, 10, limit=1)) == ["envelope-1"]


async def test_four_claimers_never_share_a_person(planned: tuple[Store, list[Envelope]]) -> None:
    store, envelopes = planned
    people = [a.an_account(f"U{number}") for number in range(10)]
    for envelope in envelopes:
        for person in people:
            await start(store, envelope, 10, person)
    claims = await asyncio.gather(*(claim(store, 10, 7) for _ in range(4)))
    claims += await asyncio.gather(*(claim(store, 10, 7) for _ in range(4)))
    taken = [{row.signer for row in rows} for rows in claims]
    assert sum(len(rows) for rows in claims) == 60
    assert sum(map(len, taken)) == len(set().union(*taken)) == 10


async def test_a_new_schedule_takes_the_place_of_the_old_one(planned: tuple[Store, list[Envelope]]) -> None:
    store, (first, *_) = planned
    await start(store, first, 10)
    (lost,) = await claim(store, 10)
    await start(store, first, 40)
    assert not await plan(store, lost, None, escalated=True)
    (row,) = await claim(store, 40)
    assert (row.due, row.escalated) == (a.at(40), False)


async def test_postponing_counts_whatever_was_planned(planned: tuple[Store, list[Envelope]]) -> None:
    store, (first, second, *_) = planned
    await start(store, first, 10)
    for envelope in (first, second):  # one with a schedule, one without
        async with store.transaction() as tx:
            await tx.reminders.snooze(envelope, KARIM, a.at(1), a.at(50))
    assert await claim(store, 49) == ()
    rows = await claim(store, 50)
    assert [(row.envelope, row.snoozed) for row in rows] == [(first.id, True), (second.id, True)]
    assert await plan(store, rows[0], a.at(60))
    assert {row.envelope: row.snoozed for row in await claim(store, 60)} == {first.id: False, second.id: True}


async def test_asking_at_once_is_free_again_after_an_hour(planned: tuple[Store, list[Envelope]]) -> None:
    store, (first, second, *_) = planned
    await start(store, first, 10)

    async def ask(envelope: Envelope, minutes: float) -> datetime | None:
        async with store.transaction() as tx:
            return await tx.reminders.ask(envelope, KARIM, a.at(minutes))

    for envelope in (first, second):
        assert await ask(envelope, 0) is None
        assert await ask(envelope, 59.9) == a.at(0)
        assert await ask(envelope, 60) is None
        assert await ask(envelope, 60) == a.at(60)
    assert names(await claim(store, 10)) == [first.id]  # what was asked at once has no schedule of its own


async def test_of_several_who_ask_at_once_one_is_first(planned: tuple[Store, list[Envelope]]) -> None:
    store, (first, *_) = planned

    async def ask() -> datetime | None:
        async with store.transaction() as tx:
            return await tx.reminders.ask(first, KARIM, a.at())

    assert sorted(await asyncio.gather(*(ask() for _ in range(5))), key=str) == [a.at()] * 4 + [None]


async def test_an_office_keeps_how_often_it_reminds(office_store: Store) -> None:
    office = a.an_office(reminders=Cadence(1, 2, 3, 0))
    async with office_store.transaction() as tx:
        assert (await tx.offices.get(a.OFFICE)).reminders == Cadence()
        await tx.offices.save(office)
        assert await tx.offices.get(a.OFFICE) == replace(office)


async def test_a_backlog_tells_what_is_due_and_since_when(planned: tuple[Store, list[Envelope]]) -> None:
    store, (first, second, *_) = planned
    await start(store, first, 10)
    await start(store, second, 20)

    async def backlog(minutes: float) -> Backlog:
        async with store.reading() as tx:
            return await tx.reminders.backlog(a.at(minutes))

    assert await backlog(9) == Backlog(0, None)
    assert await backlog(15) == Backlog(1, a.at(10))
    assert await backlog(20) == Backlog(2, a.at(10))
    (row, _) = await claim(store, 20)
    assert await plan(store, row, None)
    assert await backlog(20) == Backlog(1, a.at(20))
