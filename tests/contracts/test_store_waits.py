"""A clock that jumps: what every store promises of all that is leased or postponed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.delivery import DeliveryState
from bot.domain.envelope import EnvelopeId
from bot.domain.log import Happening
from bot.domain.webhooks import WebhookCall, WebhookEvent
from bot.ports import Store, Transaction
from tests import builders as a
from tests.delivering import SOURCE, a_delivery, a_source, a_webhook

LEASE = timedelta(minutes=2)
LINES = ("outbox", "webhook_calls", "deliveries", "owed_evidence", "reminders")
BACK = -60
"""Minutes that the clock is set back to, from those of the builders."""


@pytest.fixture
async def full_store(office_store: Store) -> Store:
    """One row in each line, due at noon."""
    envelope = a.an_envelope()
    async with office_store.transaction() as tx:
        await tx.envelopes.add(envelope)
        await tx.sources.add(a_source())
        await tx.webhooks.save(a_webhook())
        await tx.outbox.put(a.an_outgoing(), a.at())
        event = WebhookEvent.COMPLETED
        await tx.webhook_calls.put(WebhookCall(a.OFFICE, SOURCE, EnvelopeId(envelope.id), event, a.at()), a.at())
        await tx.deliveries.add(a_delivery(state=DeliveryState.RECEIVED))
        await tx.log.add([a.a_log_line(Happening.VIEWED, at=a.at())])
        await tx.reminders.start(envelope, a.an_account(), a.at(-90), a.at(-90))
    return office_store


async def claim_in(tx: Transaction, line: str, minutes: float) -> Sequence[Any]:
    if line == "deliveries":
        return await tx.deliveries.claim_received(a.at(minutes), LEASE, 9)
    found: Sequence[Any] = await getattr(tx, line).claim(a.at(minutes), LEASE, 9)
    return found


async def claim(store: Store, line: str, minutes: float) -> Sequence[Any]:
    async with store.transaction() as tx:
        return await claim_in(tx, line, minutes)


async def shorten(store: Store, minutes: float) -> None:
    async with store.transaction() as tx:
        await tx.waits.shorten(a.at(minutes))


@pytest.mark.parametrize("line", LINES)
async def test_nothing_waits_for_as_long_as_the_clock_was_set_back(full_store: Store, line: str) -> None:
    assert len(await claim(full_store, line, 0)) == 1  # and nobody reports back
    await shorten(full_store, BACK + 2)
    assert await claim(full_store, line, BACK + 1.9) == ()
    assert len(await claim(full_store, line, BACK + 2)) == 1


async def test_what_was_postponed_is_due_soon_as_well(full_store: Store) -> None:
    async with full_store.transaction() as tx:
        [row], [call] = await claim_in(tx, "outbox", 0), await claim_in(tx, "webhook_calls", 0)
        [delivery], owed = await claim_in(tx, "deliveries", 0), await claim_in(tx, "owed_evidence", 0)
        await tx.outbox.postpone(row, a.at(5), "outage", unclear=False)
        await tx.webhook_calls.postpone(call, a.at(5), "outage")
        await tx.deliveries.postpone(delivery, a.at(5))
        await tx.owed_evidence.refuse(owed[0], a.at(5))
    await shorten(full_store, BACK + 2)
    for line in LINES[:-1]:
        assert len(await claim(full_store, line, BACK + 2)) == 1, line


async def test_a_reminder_keeps_its_day_and_a_shorter_wait_its_end(full_store: Store) -> None:
    async with full_store.transaction() as tx:
        [reminder] = await tx.reminders.claim(a.at(), LEASE, 9)
        assert await tx.reminders.plan(reminder, a.at(30), escalated=False)
        [row] = await tx.outbox.claim(a.at(), LEASE, 9)
        await tx.outbox.postpone(row, a.at(1), "outage", unclear=False)
    await shorten(full_store, 2)
    assert await claim(full_store, "reminders", 29) == await claim(full_store, "outbox", 0.9) == ()
    [again] = await claim(full_store, "outbox", 1)
    assert not again.unclear  # nobody had it


async def test_what_was_buried_stays_as_it_is(full_store: Store) -> None:
    async with full_store.transaction() as tx:
        [row] = await tx.outbox.claim(a.at(), LEASE, 9)
        assert await tx.outbox.bury(row, "gone")
        [before] = await tx.outbox.list_rows(a.OFFICE, buried_only=True, limit=9)
        await tx.waits.shorten(a.at(BACK))
        assert await tx.outbox.list_rows(a.OFFICE, buried_only=True, limit=9) == (before,)


async def test_after_a_leap_ahead_only_the_newest_lease_counts(full_store: Store) -> None:
    [slow] = await claim(full_store, "outbox", 0)
    [quick] = await claim(full_store, "outbox", 24 * 60)
    assert quick.unclear
    async with full_store.transaction() as tx:
        await tx.outbox.done(slow)
        await tx.outbox.put_back((slow, a.at()))
        await tx.outbox.release([slow])
        assert not await tx.outbox.bury(slow, "gone")
        assert await tx.outbox.depth() == 1
    assert await claim(full_store, "outbox", 24 * 60 + 1) == ()
    async with full_store.transaction() as tx:
        await tx.outbox.done(quick)
        assert await tx.outbox.depth() == 0
