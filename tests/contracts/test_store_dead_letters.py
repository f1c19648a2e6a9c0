"""What an administrator sees of the outbox, and does with what failed for good."""

import asyncio
from collections import Counter
from dataclasses import replace

from bot.domain.outgoing import Errand, Listed, OutgoingId
from bot.domain.people import OfficeId, Platform
from bot.ports import Store
from tests import builders as a
from tests.contracts.test_store_outbox import LEASE, claim, put, report_done, say, subjects

OTHER_OFFICE = OfficeId("office-2")


async def bury(store: Store, *wanted: str, minutes: float = 0) -> dict[str, OutgoingId]:
    """Bury these, and leave everything else that could be claimed as it was, due a little later."""
    ids = {}
    for row in await claim(store, minutes):
        async with store.transaction() as tx:
            if row.outgoing.subject in wanted:
                assert await tx.outbox.bury(row, f"no {row.outgoing.subject}")
                ids[row.outgoing.subject] = row.id
            else:
                await tx.outbox.postpone(row, a.at(minutes), "", unclear=False)
    return ids


async def look(store: Store, office: OfficeId | None = None, *, buried_only: bool = False) -> list[tuple[str, bool]]:
    async with store.reading() as tx:
        found = await tx.outbox.list_rows(office, buried_only=buried_only, limit=100)
    return [(row.subject, row.buried) for row in found]


async def retry(store: Store, *ids: OutgoingId, minutes: float = 0) -> tuple[Listed, ...]:
    async with store.transaction() as tx:
        return await tx.outbox.retry(ids, a.at(minutes))


async def test_a_list_tells_all_but_what_is_said_of_people(office_store: Store) -> None:
    await put(office_store, a.an_outgoing(Errand.SEAL, subject="e1", facts={"user": "Karim"}))
    (row,) = await claim(office_store, minutes=1)
    async with office_store.transaction() as tx:
        await tx.outbox.postpone(row, a.at(9), "outage", unclear=False)
    async with office_store.reading() as tx:
        found = await tx.outbox.list_rows(None, buried_only=False, limit=9)
    waiting = Listed(
        row.id, a.OFFICE, Platform.SLACK, Errand.SEAL, "e1", a.at(), a.at(9), 1, last_error="outage", buried=False
    )
    assert found == (waiting,)


async def test_what_was_buried_comes_first_and_can_be_all(office_store: Store) -> None:
    await put(office_store, say("1"), say("2", "C2"), say("3", "C3"))
    await bury(office_store, "2")
    assert await look(office_store) == [("2", True), ("1", False), ("3", False)]
    assert await look(office_store, buried_only=True) == [("2", True)]
    async with office_store.reading() as tx:
        assert len(await tx.outbox.list_rows(None, buried_only=False, limit=2)) == 2


async def test_a_list_of_one_office_shows_nothing_of_another(office_store: Store) -> None:
    async with office_store.transaction() as tx:
        await tx.offices.save(replace(a.an_office(), id=OTHER_OFFICE, name="Elders"))
    await put(office_store, say("ours"), replace(say("theirs", "C2"), office=OTHER_OFFICE))
    assert await look(office_store, a.OFFICE) == [("ours", False)]
    assert await look(office_store, OTHER_OFFICE) == [("theirs", False)]


async def test_a_retried_row_is_due_at_once_and_as_patient_as_a_new_one(office_store: Store) -> None:
    await put(office_store, say("1"))
    (row,) = await claim(office_store)
    async with office_store.transaction() as tx:
        await tx.outbox.postpone(row, a.at(5), "broke off", unclear=True)
    ids = await bury(office_store, "1", minutes=5)
    [listed] = await retry(office_store, ids["1"], minutes=2000)
    assert (listed.id, listed.buried, listed.last_error) == (row.id, False, "no 1")
    (again,) = await claim(office_store, minutes=2000)
    assert (again.key, again.outgoing, again.created_at) == (row.key, row.outgoing, a.at(2000))
    assert again.unclear  # an earlier try may have arrived: it is looked up by its key
    await report_done(office_store, [again])
    assert await look(office_store) == []


async def test_a_retried_row_goes_before_what_waits_in_its_conversation(office_store: Store) -> None:
    await put(office_store, say("1"), say("2"), say("3"))
    ids = await bury(office_store, "1")
    ids |= await bury(office_store, "2")
    assert [row.subject for row in await retry(office_store, ids["2"], ids["1"])] == ["1", "2"]
    order = []
    while rows := await claim(office_store):
        order += subjects(rows)
        await report_done(office_store, rows)
    assert order == ["1", "2", "3"]


async def test_a_retried_row_waits_for_what_is_being_delivered(office_store: Store) -> None:
    await put(office_store, say("1"), say("2"), say("elsewhere", "C2"))
    ids = await bury(office_store, "1", "elsewhere")
    (second,) = await claim(office_store)
    await retry(office_store, *ids.values())
    assert subjects(await claim(office_store)) == ["elsewhere"]
    await report_done(office_store, [second])
    assert sorted(subjects(await claim(office_store, minutes=LEASE.total_seconds() / 60))) == ["1", "elsewhere"]


async def test_what_waits_or_is_unknown_is_neither_retried_nor_dropped(office_store: Store) -> None:
    await put(office_store, say("1"))
    (row,) = await claim(office_store)
    async with office_store.transaction() as tx:
        assert await tx.outbox.retry((row.id, OutgoingId(99)), a.at(50)) == ()
        assert await tx.outbox.drop((row.id, OutgoingId(99))) == ()
        assert await tx.outbox.drop(()) == await tx.outbox.retry((), a.at()) == ()
    assert await look(office_store) == [("1", False)]
    assert await claim(office_store, minutes=0.5) == ()


async def test_what_was_dropped_is_gone(office_store: Store) -> None:
    await put(office_store, say("1"), say("2", "C2"))
    ids = await bury(office_store, "1", "2")
    async with office_store.transaction() as tx:
        assert [row.subject for row in await tx.outbox.drop([ids["1"]])] == ["1"]
    assert await look(office_store) == [("2", True)]


async def test_who_buried_a_row_reports_nothing_about_its_next_life(office_store: Store) -> None:
    await put(office_store, say("1"))
    (lost,) = await claim(office_store)
    (burier,) = await claim(office_store, minutes=1)
    async with office_store.transaction() as tx:
        assert await tx.outbox.bury(burier, "gone")
    await retry(office_store, burier.id, minutes=2)
    await claim(office_store, minutes=2)
    await report_done(office_store, [lost, burier])
    assert await look(office_store) == [("1", False)]


async def test_retrying_never_makes_two_of_a_conversation_leave_at_once(office_store: Store) -> None:
    await put(office_store, *(say(str(number), f"C{number % 3}") for number in range(30)))
    active: Counter[str] = Counter()
    together: list[str] = []
    done: list[str] = []

    async def deliver(minute: int) -> None:
        rows = await claim(office_store, minutes=minute)
        for row in rows:
            channel = row.outgoing.place.channel
            active[channel] += 1
            together.extend([channel] if active[channel] > 1 else [])
        for row in rows:
            # Not under way any more as soon as others may see that it is reported.
            active[row.outgoing.place.channel] -= 1
            if row.attempts == 0:
                async with office_store.transaction() as tx:
                    assert await tx.outbox.bury(row, "gone")
            else:
                await report_done(office_store, [row])
                done.append(row.outgoing.subject)

    async def put_back(minute: int) -> None:
        async with office_store.transaction() as tx:
            rows = await tx.outbox.list_rows(None, buried_only=True, limit=9)
            await tx.outbox.retry([row.id for row in rows], a.at(minute))

    for minute in range(0, 2 * 80, 2):  # between two rounds nobody is at work, so that every lease may end
        await asyncio.gather(*(work(minute) for work in (deliver, put_back, deliver, put_back, deliver)))
    assert together == []
    assert sorted(map(int, done)) == list(range(30))
