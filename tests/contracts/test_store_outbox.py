import asyncio
from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.outgoing import Backlog, Claimed, Errand, Outgoing, OutgoingId
from bot.domain.people import Platform
from bot.domain.places import Place
from bot.ports import Store
from tests.builders import a_place, an_outgoing, at

LEASE = timedelta(minutes=1)


async def put(store: Store, *outgoing: Outgoing, minutes: float = 0) -> None:
    async with store.transaction() as transaction:
        for each in outgoing:
            await transaction.outbox.put(each, at(minutes))


async def claim(store: Store, minutes: float = 0, limit: int = 100) -> tuple[Claimed, ...]:
    async with store.transaction() as transaction:
        return await transaction.outbox.claim(at(minutes), LEASE, limit)


async def report_done(store: Store, rows: Iterable[Claimed]) -> None:
    async with store.transaction() as transaction:
        for row in rows:
            await transaction.outbox.done(row)


def say(text: str, channel: str = "C1") -> Outgoing:
    return an_outgoing(subject=text, place=a_place(channel))


def subjects(rows: Iterable[Claimed]) -> list[str]:
    return [row.outgoing.subject for row in rows]


async def test_a_row_is_claimed_as_it_was_put(office_store: Store) -> None:
    place = Place(Platform.SLACK, "T0OFFICE", "C1", "1.2")
    facts = {"user": "U1", "files": [{"id": "F1", "size": 12}], "reason": "één 🙂", "none": None, "yes": True}
    outgoing = an_outgoing(Errand.NOTE_REJECTION, place=place, facts=facts)
    await put(office_store, outgoing)
    (row,) = await claim(office_store)
    assert row.outgoing == outgoing
    assert (row.attempts, row.unclear, row.created_at) == (0, False, at())
    assert row.key


async def test_every_row_has_a_key_of_its_own(office_store: Store) -> None:
    await put(office_store, *(say("x", f"C{number}") for number in range(20)))
    assert len({row.key for row in await claim(office_store)}) == 20


async def test_only_the_oldest_row_of_a_conversation_may_go(office_store: Store) -> None:
    await put(office_store, say("1"), say("2"), say("other", "C2"), say("3"))
    order = []
    while rows := await claim(office_store):
        order.append(subjects(rows))
        await report_done(office_store, rows)
    assert order == [["1", "other"], ["2"], ["3"]]


async def test_a_thread_stands_in_the_line_of_its_conversation(office_store: Store) -> None:
    await put(office_store, say("1"), an_outgoing(subject="2", place=a_place("C1", thread="9.9")))
    assert subjects(await claim(office_store)) == ["1"]


async def test_equal_channels_of_two_tenants_are_two_conversations(office_store: Store) -> None:
    there = an_outgoing(subject="there", place=a_place("C1", tenant="T0OTHER"))
    await put(office_store, say("here"), there)
    assert subjects(await claim(office_store)) == ["here", "there"]


async def test_a_row_is_not_claimed_before_it_is_due(office_store: Store) -> None:
    await put(office_store, say("later"), minutes=10)
    assert await claim(office_store, minutes=9.9) == ()
    assert subjects(await claim(office_store, minutes=10)) == ["later"]


async def test_no_more_are_claimed_than_asked_and_the_oldest_first(office_store: Store) -> None:
    for number in (3, 1, 2):
        await put(office_store, say(str(number), f"C{number}"), minutes=number)
    assert subjects(await claim(office_store, minutes=9, limit=2)) == ["1", "2"]
    assert subjects(await claim(office_store, minutes=9, limit=2)) == ["3"]


async def test_a_leased_row_belongs_to_its_claimer_until_the_lease_ends(office_store: Store) -> None:
    await put(office_store, say("1"), say("2"))
    (first,) = await claim(office_store)
    assert await claim(office_store, minutes=0.9) == ()
    (again,) = await claim(office_store, minutes=1)
    assert (again.id, again.key, again.outgoing) == (first.id, first.key, first.outgoing)
    assert (again.attempts, again.unclear) == (1, True)


async def test_a_row_that_was_postponed_in_time_is_clear(office_store: Store) -> None:
    await put(office_store, say("1"))
    (row,) = await claim(office_store)
    async with office_store.transaction() as transaction:
        await transaction.outbox.postpone(row, at(5), "rate limited", unclear=False)
    assert await claim(office_store, minutes=4) == ()
    (again,) = await claim(office_store, minutes=5)
    assert (again.attempts, again.unclear) == (1, False)


async def test_what_was_unclear_once_stays_so(office_store: Store) -> None:
    await put(office_store, say("1"))
    for number, unclear in enumerate((True, False)):
        (row,) = await claim(office_store, minutes=number)
        async with office_store.transaction() as transaction:
            await transaction.outbox.postpone(row, at(number + 1), "broke off", unclear=unclear)
    (again,) = await claim(office_store, minutes=2)
    assert (again.attempts, again.unclear) == (2, True)


async def test_a_postponed_row_holds_up_those_behind_it(office_store: Store) -> None:
    await put(office_store, say("1"), say("2"), say("other", "C2"))
    first, other = await claim(office_store)
    async with office_store.transaction() as transaction:
        await transaction.outbox.postpone(first, at(5), "outage", unclear=False)
        await transaction.outbox.done(other)
    assert await claim(office_store, minutes=4) == ()
    assert subjects(await claim(office_store, minutes=5)) == ["1"]


async def test_a_buried_row_lets_the_next_one_go(office_store: Store) -> None:
    await put(office_store, say("1"), say("2"))
    (first,) = await claim(office_store)
    async with office_store.transaction() as transaction:
        assert await transaction.outbox.bury(first, "channel is gone")
    assert subjects(await claim(office_store)) == ["2"]
    assert subjects(await claim(office_store, minutes=60)) == ["2"]


async def test_depth_counts_what_waits(office_store: Store) -> None:
    await put(office_store, say("1"), say("2"), say("3", "C3"))
    first, third = await claim(office_store)
    async with office_store.transaction() as transaction:
        assert await transaction.outbox.depth() == 3
        await transaction.outbox.done(first)
        await transaction.outbox.bury(third, "gone")
        assert await transaction.outbox.depth() == 1


async def test_a_late_report_changes_nothing_that_is_finished(office_store: Store) -> None:
    await put(office_store, say("1"))
    (row,) = await claim(office_store)
    await report_done(office_store, [row])
    async with office_store.transaction() as transaction:
        await transaction.outbox.postpone(row, at(), "too late", unclear=True)
        assert not await transaction.outbox.bury(row, "too late")
    assert await claim(office_store, minutes=60) == ()


async def test_who_lost_the_lease_reports_nothing_any_more(office_store: Store) -> None:
    await put(office_store, say("1"))
    (lost,) = await claim(office_store)
    (held,) = await claim(office_store, minutes=1)
    async with office_store.transaction() as transaction:
        await transaction.outbox.done(lost)
        await transaction.outbox.postpone(lost, at(), "too late", unclear=True)
        assert not await transaction.outbox.bury(lost, "too late")
        assert await transaction.outbox.depth() == 1
    assert await claim(office_store, minutes=1.5) == ()

    await report_done(office_store, [held])
    async with office_store.reading() as transaction:
        assert await transaction.outbox.depth() == 0


async def test_a_claim_that_is_undone_leaves_the_row(office_store: Store) -> None:
    await put(office_store, say("1"))
    with pytest.raises(ZeroDivisionError):
        await fail_after_claim(office_store)
    (row,) = await claim(office_store)
    assert (row.attempts, row.unclear) == (0, False)


async def fail_after_claim(store: Store) -> None:
    async with store.transaction() as transaction:
        assert await transaction.outbox.claim(at(), LEASE, 1)
        raise ZeroDivisionError


async def test_four_claimers_never_get_the_same_row_and_keep_the_order(office_store: Store) -> None:
    await put(office_store, *(say(str(number), f"C{number % 7}") for number in range(70)))
    taken: list[OutgoingId] = []
    told: dict[str, list[int]] = {}

    async def deliver() -> None:
        while len(taken) < 70:
            for row in await claim(office_store, limit=3):
                taken.append(row.id)
                told.setdefault(row.outgoing.place.channel, []).append(int(row.outgoing.subject))
                await report_done(office_store, [row])

    async with asyncio.timeout(30):
        await asyncio.gather(*(deliver() for _ in range(4)))
    assert len(set(taken)) == len(taken) == 70
    assert all(numbers == sorted(numbers) for numbers in told.values())


async def test_what_only_a_newer_version_can_deliver_is_left_to_it(office_store: Store) -> None:
    await put(office_store, say("new"), say("behind it"), say("elsewhere", "C2"))
    async with office_store.transaction() as transaction:
        session = transaction.outbox._session  # type: ignore[attr-defined]  # behind the port
        await session.run(text("UPDATE outbox SET errand = 'of tomorrow' WHERE subject = 'new'"))
    assert subjects(await claim(office_store)) == ["elsewhere"]
    async with office_store.reading() as transaction:
        assert await transaction.outbox.depth() == 3


async def test_a_backlog_tells_what_waits_and_since_when_the_oldest_is_due(office_store: Store) -> None:
    async def backlog(minutes: float) -> Backlog:
        async with office_store.reading() as transaction:
            return await transaction.outbox.backlog(at(minutes))

    assert await backlog(0) == Backlog(0, None)
    await put(office_store, say("1"), minutes=5)
    await put(office_store, say("2", "C2"), minutes=3)
    assert await backlog(2) == Backlog(2, None)
    assert await backlog(9) == Backlog(2, at(3))
    rows = await claim(office_store, minutes=9)
    assert await backlog(9) == Backlog(2, at(3))
    await report_done(office_store, rows[:1])
    assert await backlog(9) == Backlog(1, at(5))


async def test_what_is_given_back_is_free_at_once_and_no_more_unclear(office_store: Store) -> None:
    await put(office_store, say("1"), say("2", "C2"))
    rows = await claim(office_store)
    async with office_store.transaction() as transaction:
        await transaction.outbox.release([])
        await transaction.outbox.release(rows)
    again = await claim(office_store)
    assert [(row.outgoing.subject, row.unclear) for row in again] == [("1", False), ("2", False)]
    await report_done(office_store, rows)  # of a lease that was given back
    async with office_store.reading() as transaction:
        assert await transaction.outbox.depth() == 2
