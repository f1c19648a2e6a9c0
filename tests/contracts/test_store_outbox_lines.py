"""Which rows of the outbox stand for others, and which wait without having been tried."""

import pytest

from bot.domain.outgoing import Errand
from bot.ports import Store
from tests.builders import a_place, an_outgoing, at
from tests.contracts.test_store_outbox import claim, fail_after_claim, put, report_done, say, subjects


async def test_only_the_newest_state_of_a_card_is_shown(office_store: Store) -> None:
    update, note = say("1"), an_outgoing(Errand.NOTE_TURN, subject="1", place=a_place("C1"))
    await put(office_store, update, update, note, update, say("2"), update)
    order = []
    while rows := await claim(office_store):
        order += [(row.outgoing.errand, row.outgoing.subject) for row in rows]
        await report_done(office_store, rows)
    assert order == [(Errand.SHOW_CARD, "1"), (Errand.NOTE_TURN, "1"), (Errand.SHOW_CARD, "2")]


async def test_what_is_asked_for_after_the_claim_is_shown_as_well(office_store: Store) -> None:
    await put(office_store, say("1"))
    first = await claim(office_store)
    await put(office_store, say("1"))
    await report_done(office_store, first)
    assert subjects(await claim(office_store)) == ["1"]


async def test_a_claim_that_is_undone_leaves_what_it_stood_for(office_store: Store) -> None:
    await put(office_store, say("1"), say("1"))
    with pytest.raises(ZeroDivisionError):
        await fail_after_claim(office_store)
    async with office_store.reading() as transaction:
        assert await transaction.outbox.depth() == 2


@pytest.mark.parametrize("errand", [each for each in Errand if each not in (Errand.SHOW_CARD, Errand.SHOW_DELEGATION)])
async def test_nothing_but_what_shows_a_state_stands_for_others(office_store: Store, errand: Errand) -> None:
    await put(office_store, *(an_outgoing(errand, subject="1") for _ in range(2)))
    await claim(office_store)
    async with office_store.reading() as transaction:
        assert await transaction.outbox.depth() == 2


async def test_only_what_is_wholly_alike_is_stood_for(office_store: Store) -> None:
    facts: list[dict[str, object]] = [{"delegation": "a"}, {"delegation": "b"}, {"delegation": "a"}]
    await put(office_store, *(an_outgoing(Errand.SHOW_DELEGATION, facts=each) for each in facts))
    elsewhere = [say("1", "C2"), say("1", "C3"), an_outgoing(subject="1", place=a_place("C2", tenant="T0OTHER"))]
    await put(office_store, *elsewhere)
    assert len(await claim(office_store)) == 4
    async with office_store.reading() as transaction:
        assert await transaction.outbox.depth() == 5


async def test_what_may_have_been_sent_stands_for_nothing_and_is_never_taken_away(office_store: Store) -> None:
    await put(office_store, say("1"), say("1"))
    await claim(office_store)  # takes the second one along, and dies
    await put(office_store, say("1"))
    (unclear,) = await claim(office_store, minutes=1)
    assert unclear.unclear
    await report_done(office_store, [unclear])
    (newest,) = await claim(office_store, minutes=1)
    assert not newest.unclear
    await report_done(office_store, [newest])

    await put(office_store, say("1"), say("1", "C2"))
    first, _ = await claim(office_store, minutes=1)
    async with office_store.transaction() as transaction:
        assert await transaction.outbox.bury(first, "channel is gone")
    await put(office_store, say("1"))
    (second,) = await claim(office_store, minutes=1)
    async with office_store.transaction() as transaction:
        await transaction.outbox.postpone(second, at(1), "broke off", unclear=True)
        await transaction.outbox.retry([first.id], at(1))
    (again,) = await claim(office_store, minutes=1)
    assert again.id == first.id
    await report_done(office_store, [again])
    assert [row.unclear for row in await claim(office_store, minutes=3)] == [True, True]


async def test_what_somebody_may_be_sending_is_not_taken_away(office_store: Store) -> None:
    await put(office_store, say("1"))
    (first,) = await claim(office_store)
    async with office_store.transaction() as transaction:
        assert await transaction.outbox.bury(first, "channel is gone")
    await put(office_store, say("1"))
    (second,) = await claim(office_store)  # and nobody reports back
    async with office_store.transaction() as transaction:
        await transaction.outbox.retry([first.id], at(0.5))
    (again,) = await claim(office_store, minutes=1)
    assert again.id == first.id
    await report_done(office_store, [again])
    assert [row.id for row in await claim(office_store, minutes=1)] == [second.id]


async def test_a_row_that_has_to_wait_keeps_its_place_and_was_not_tried(office_store: Store) -> None:
    await put(office_store, say("1"), say("2"))
    for number in range(3):
        (row,) = await claim(office_store, minutes=number)
        assert (row.outgoing.subject, row.attempts, row.waits, row.unclear) == ("1", 0, number, False)
        async with office_store.transaction() as transaction:
            await transaction.outbox.put_back((row, at(number + 1)))
        assert await claim(office_store, minutes=number + 0.9) == ()
    (tried,) = await claim(office_store, minutes=3)
    async with office_store.transaction() as transaction:
        await transaction.outbox.postpone(tried, at(4), "outage", unclear=False)
    (row,) = await claim(office_store, minutes=4)
    assert (row.attempts, row.waits) == (1, 3)
    async with office_store.reading() as transaction:
        assert [each.tries for each in await transaction.outbox.list_rows(None, buried_only=False, limit=9)] == [2, 0]


async def test_who_lost_the_lease_puts_nothing_back(office_store: Store) -> None:
    await put(office_store, say("1"))
    (lost,) = await claim(office_store)
    (held,) = await claim(office_store, minutes=1)
    async with office_store.transaction() as transaction:
        await transaction.outbox.put_back((lost, at()))
    assert await claim(office_store, minutes=1.5) == ()
    async with office_store.transaction() as transaction:
        await transaction.outbox.put_back((held, at(2)))
    (row,) = await claim(office_store, minutes=2)
    assert row.unclear, "an earlier lease ended without a report"


async def test_many_are_reported_at_once(office_store: Store) -> None:
    await put(office_store, *(say(str(number), f"C{number}") for number in range(4)))
    rows = await claim(office_store)
    async with office_store.transaction() as transaction:
        await transaction.outbox.done(*rows[:2])
        await transaction.outbox.put_back(*((row, at(1)) for row in rows[2:]))
    assert subjects(await claim(office_store, minutes=1)) == ["2", "3"]
