"""Where source packages are called, and what they are still to be told: what every store promises."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery import DeliveryId, SourceId
from bot.domain.envelope import Closing, EnvelopeId, EnvelopeState, Pointer
from bot.domain.people import OfficeId
from bot.domain.webhooks import ClaimedCall, WebhookCall, WebhookEvent
from bot.ports import Store
from tests import builders as a
from tests.delivering import SOURCE, a_delivery, a_source, a_webhook, deliver

LEASE = timedelta(minutes=1)
OTHER = SourceId("source-2")


@pytest.fixture
async def called(office_store: Store) -> Store:
    """A store with four envelopes, and two sources that are called."""
    async with office_store.transaction() as tx:
        for number in range(4):
            await tx.envelopes.add(a.an_envelope(f"envelope-{number}", request_key=f"r{number}"))
        await tx.webhooks.save(a_webhook())
        await tx.webhooks.save(a_webhook(source=OTHER))
    return office_store


def a_call(number: int, source: SourceId = SOURCE, event: WebhookEvent = WebhookEvent.COMPLETED) -> WebhookCall:
    return WebhookCall(a.OFFICE, source, EnvelopeId(f"envelope-{number}"), event, a.at(number))


async def put(store: Store, *calls: WebhookCall, minutes: float = 0) -> None:
    async with store.transaction() as tx:
        for each in calls:
            await tx.webhook_calls.put(each, a.at(minutes))


async def claim(store: Store, minutes: float = 0, limit: int = 100) -> tuple[ClaimedCall, ...]:
    async with store.transaction() as tx:
        return await tx.webhook_calls.claim(a.at(minutes), LEASE, limit)


def calls_of(rows: Iterable[ClaimedCall]) -> list[WebhookCall]:
    return [row.call for row in rows]


async def test_a_webhook_is_read_as_it_was_saved_and_by_its_office_alone(called: Store) -> None:
    changed = a_webhook(url="", generation=3, renewed_at=a.at(5), stopped="status 410")
    async with called.transaction() as tx:
        await tx.webhooks.save(changed)
    async with called.reading() as tx:
        assert await tx.webhooks.get(a.OFFICE, SOURCE) == changed
        assert await tx.webhooks.of_office(a.OFFICE) == (changed, a_webhook(source=OTHER))
        assert await tx.webhooks.get(OfficeId("office-2"), SOURCE) is None
        assert await tx.webhooks.of_office(OfficeId("office-2")) == ()


async def test_a_source_is_told_one_thing_after_the_other(called: Store) -> None:
    await put(called, a_call(0), a_call(1), a_call(2, OTHER))
    rows = await claim(called)
    assert calls_of(rows) == [a_call(0), a_call(2, OTHER)]
    assert [(row.attempts, row.created_at) for row in rows] == [(0, a.at()), (0, a.at())]
    assert await claim(called) == ()
    async with called.transaction() as tx:
        await tx.webhook_calls.postpone(rows[0], a.at(10), "status 500")
        await tx.webhook_calls.done(rows[1])
    assert await claim(called, 5) == ()  # the second waits for the first, which is not due
    (again,) = await claim(called, 10)
    assert (again.call, again.attempts) == (a_call(0), 1)
    async with called.transaction() as tx:
        assert await tx.webhook_calls.bury(again, "status 500")
    assert calls_of(await claim(called, 10)) == [a_call(1)]


async def test_who_lost_the_lease_reports_nothing(called: Store) -> None:
    await put(called, a_call(0))
    (late,) = await claim(called)
    (row,) = await claim(called, 2)
    async with called.transaction() as tx:
        await tx.webhook_calls.done(late)
        await tx.webhook_calls.postpone(late, a.at(90), "late")
        assert not await tx.webhook_calls.bury(late, "late")
        assert await tx.webhook_calls.depth() == 1
        await tx.webhook_calls.done(row)
        assert await tx.webhook_calls.depth() == 0


async def test_the_same_event_is_one_call_and_what_was_buried_is_told_again(called: Store) -> None:
    await put(called, a_call(0), a_call(0))
    (row,) = await claim(called)
    async with called.transaction() as tx:
        await tx.webhook_calls.bury(row, "status 500")
    assert await claim(called, 5) == ()
    await put(called, a_call(0), minutes=9)
    (again,) = await claim(called, 9)
    assert (again.call, again.created_at) == (a_call(0), a.at(9))
    async with called.transaction() as tx:
        await tx.webhook_calls.done(row)  # of the life before
        assert await tx.webhook_calls.depth() == 1


async def test_who_is_stopped_or_removed_is_not_called(called: Store) -> None:
    await put(called, a_call(0), a_call(1, OTHER))
    async with called.transaction() as tx:
        await tx.webhooks.save(a_webhook(stopped="status 410"))
        await tx.webhooks.save(a_webhook(source=OTHER, url=""))
    assert await claim(called) == ()
    async with called.transaction() as tx:
        assert await tx.webhook_calls.drop_waiting(OfficeId("office-2"), SOURCE) == 0
        assert await tx.webhook_calls.drop_waiting(a.OFFICE, SOURCE) == 1
        assert await tx.webhook_calls.depth() == 1


async def test_an_administrator_sees_what_was_buried_first(called: Store) -> None:
    await put(called, a_call(0), a_call(1))
    (row,) = await claim(called)
    async with called.transaction() as tx:
        await tx.webhook_calls.bury(row, "timeout")
    async with called.reading() as tx:
        buried, waiting = await tx.webhook_calls.list_calls(a.OFFICE, buried_only=False, limit=10)
        assert (buried.call, buried.buried, buried.last_error, buried.tries) == (a_call(0), True, "timeout", 1)
        assert (waiting.call, waiting.buried, waiting.due_at) == (a_call(1), False, a.at())
        assert await tx.webhook_calls.list_calls(None, buried_only=True, limit=10) == (buried,)
        assert await tx.webhook_calls.list_calls(OfficeId("office-2"), buried_only=False, limit=10) == ()


async def test_a_call_is_about_an_envelope_or_about_a_delivery(called: Store) -> None:
    async with called.transaction() as tx:
        await tx.sources.add(a_source())
        assert await tx.deliveries.add(a_delivery())
    rejected = WebhookCall(a.OFFICE, SOURCE, None, WebhookEvent.DELIVERY_REJECTED, a.at(1), DeliveryId("delivery-1"))
    await put(called, rejected, rejected)
    (row,) = await claim(called)
    assert row.call == rejected
    async with called.transaction() as tx:
        await tx.webhook_calls.bury(row, "status 500")
    await put(called, rejected)
    async with called.reading() as tx:
        (listed,) = await tx.webhook_calls.list_calls(a.OFFICE, buried_only=False, limit=10)
    assert (listed.call, listed.buried) == (rejected, False)


async def test_replicas_never_claim_the_same(called: Store) -> None:
    await put(called, *(a_call(number) for number in range(4)), a_call(0, OTHER, WebhookEvent.REJECTED))
    claims = await asyncio.gather(*(claim(called) for _ in range(5)))
    assert sorted(row.call.source for rows in claims for row in rows) == [SOURCE, OTHER]


async def test_what_ended_since_then_has_corrected_versions_in_it(called: Store) -> None:
    await deliver(called, "envelope-0", "envelope-3")
    await deliver(called, "envelope-2", source=a_source(id=OTHER, name="other"))
    by = a.a_party()
    old = a.an_envelope("envelope-0", request_key="r0")
    new = a.an_envelope("envelope-1", request_key="r1", supersedes=Pointer(old.id))
    async with called.transaction() as tx:
        await tx.envelopes.save(
            replace(old, state=EnvelopeState.SUPERSEDED, superseded_by=Pointer(new.id), closing=Closing(by, a.at(1)))
        )
        for number, minutes in ((1, 9), (2, 5), (3, 3)):
            envelope = a.an_envelope(f"envelope-{number}", request_key=f"r{number}")
            await tx.envelopes.save(envelope.withdraw(by, a.at(minutes)))
    async with called.reading() as tx:
        assert await tx.webhooks.closed_since(a.OFFICE, SOURCE, a.at()) == ("envelope-0", "envelope-3", "envelope-1")
        assert await tx.webhooks.closed_since(a.OFFICE, SOURCE, a.at(3)) == ("envelope-3", "envelope-1")
        assert await tx.webhooks.closed_since(OfficeId("office-2"), SOURCE, a.at()) == ()
