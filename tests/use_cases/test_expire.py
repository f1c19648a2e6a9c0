"""Requests that expire: once, at the moment that was set, and with nothing that comes too late taken in."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.conversation import Press, Submission
from bot.domain.envelope import Closing, Envelope, EnvelopeId, EnvelopeState, Party
from bot.domain.errors import EnvelopeClosed, StoreUnavailable
from bot.domain.expiry import find_end, find_last_day
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand
from bot.domain.people import Account
from bot.domain.webhooks import WebhookEvent
from bot.texts import load_texts
from bot.use_cases.answer_delegation import allow
from bot.use_cases.ask_reminder import remind_now, snooze
from bot.use_cases.decide import approve, ask_approval, ask_reason, reject
from bot.use_cases.delegate import ask_taker, submit_delegation
from bot.use_cases.expire import Expiring
from bot.use_cases.remind import Reminding
from bot.use_cases.schedule import start_reminders
from bot.use_cases.withdraw import withdraw
from storage.sql.store import SqlStore, SqlTransaction
from tests import builders as a
from tests.databases import A_VAULT, prepared_postgres
from tests.delivering import SOURCE, a_webhook, deliver
from tests.fakes import FakeDirectory, FixedClock
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER, World, _furnish
from tests.use_cases.signing import CONTENT, Site, by

__all__ = ["prepared_postgres"]

DUTCH = load_texts("nl")
ENVELOPE = EnvelopeId("envelope-1")
MOMENT = a.at(60)
CLOSING = Closing(Party(STAFF, "Paraaf"), MOMENT)
SANNE = by(STAFF, "Sanne de Vries")


async def send(world: World, *ids: str, expires_at: datetime | None = MOMENT) -> None:
    async with world.store.transaction() as tx:
        for id_ in ids or (ENVELOPE,):
            envelope = a.an_envelope(id_, request_key=id_, expires_at=expires_at, conversation=a.a_place(f"C{id_}"))
            await tx.envelopes.add(envelope)
            await start_reminders(tx, world.clock.now(), envelope)


async def read(world: World, id_: str = ENVELOPE) -> Envelope:
    async with world.store.reading() as tx:
        found = await tx.envelopes.get(a.OFFICE, EnvelopeId(id_))
    assert found
    return found


async def lines(world: World, id_: str = ENVELOPE) -> list[LogLine]:
    async with world.store.reading() as tx:
        found = await tx.log.of_envelope(a.OFFICE, EnvelopeId(id_))
    return [line for line in found if line.happening is Happening.EXPIRED]


async def errands(world: World) -> Counter[Errand]:
    async with world.store.reading() as tx:
        return Counter(row.errand for row in await tx.outbox.list_rows(a.OFFICE, buried_only=False, limit=500))


async def expire_at(world: World, moment: datetime) -> int:
    world.clock.move(moment - world.clock.now())
    return await Expiring(world.ports).expire_due()


def press(account: Account = SIGNER, name: str = "Karim Haddad") -> Press:
    return Press(by(account, name), a.a_place(), "button", ENVELOPE)


def submit(form: str, **values: str) -> Submission:
    return Submission(by(), form, ENVELOPE, dict(values), "key")


async def test_it_expires_at_its_moment_once_and_everybody_is_told(world: World) -> None:
    told, counted = list[None](), list[int]()
    expiring = Expiring(world.ports, lambda: told.append(None), counted.append)
    await send(world)
    await deliver(world.store, ENVELOPE)
    async with world.store.transaction() as tx:
        await tx.webhooks.save(a_webhook())
    world.clock.move(MOMENT - a.NOON - datetime.resolution)
    assert await expiring.expire_due() == 0
    world.clock.move(datetime.resolution)
    assert [await expiring.expire_due() for _ in range(3)] == [1, 0, 0]
    assert (told, counted) == ([None], [1])
    expired = await read(world)
    assert (expired.state, expired.closing, expired.evidence_follows) == (EnvelopeState.EXPIRED, CLOSING, True)
    (line,) = await lines(world)
    assert (line.by, line.at, line.client) == (CLOSING.by, MOMENT, a.CLIENT)
    assert await errands(world) == {Errand.SHOW_CARD: 1, Errand.NOTE_EXPIRY: 1}
    async with world.store.reading() as tx:
        (row,) = await tx.webhook_calls.list_calls(a.OFFICE, buried_only=False, limit=9)
    assert (row.call.event, row.call.source, row.call.occurred_at) == (WebhookEvent.EXPIRED, SOURCE, MOMENT)


async def test_it_is_expired_at_the_moment_that_was_set_however_late_that_is_noticed(world: World) -> None:
    await send(world)
    assert await expire_at(world, MOMENT + timedelta(days=3)) == 1
    assert (await read(world)).closing == CLOSING
    world.clock.move(-timedelta(days=5))
    with pytest.raises(EnvelopeClosed):
        await approve(world.ports, submit("approve", place="Utrecht"), DUTCH)


async def test_what_has_no_expiry_or_has_ended_is_left_alone(world: World) -> None:
    await send(world, "never", expires_at=None)
    await send(world, "ended")
    async with world.store.transaction() as tx:
        await tx.envelopes.save((await read(world, "ended")).withdraw(a.a_party(), a.at(1)))
    assert await expire_at(world, MOMENT + timedelta(days=900)) == 0
    assert (await read(world, "never")).state is EnvelopeState.OPEN
    assert (await read(world, "ended")).state is EnvelopeState.WITHDRAWN


DEEDS: dict[str, Callable[[World], Awaitable[object]]] = {
    "open approve": lambda w: ask_approval(w.ports, press(), DUTCH),
    "open reject": lambda w: ask_reason(w.ports, press(), DUTCH),
    "approve": lambda w: approve(w.ports, submit("approve", place="Utrecht"), DUTCH),
    "reject": lambda w: reject(w.ports, submit("reject", reason="Dit klopt niet")),
    "withdraw": lambda w: withdraw(w.ports, press(STAFF)),
    "remind": lambda w: remind_now(w.ports, press(STAFF), DUTCH),
    "snooze": lambda w: snooze(w.ports, press(), DUTCH),
    "ask to pass on": lambda w: ask_taker(w.ports, press(), DUTCH),
    "pass on": lambda w: submit_delegation(w.ports, submit("delegate", taker=STRANGER.user, note="")),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_who_comes_after_the_moment_is_refused_though_nobody_noticed_yet(world: World, deed: str) -> None:
    await send(world)
    world.clock.move(MOMENT - a.NOON)
    with pytest.raises(EnvelopeClosed) as refused:
        await DEEDS[deed](world)
    assert (refused.value.state, refused.value.at) == (EnvelopeState.EXPIRED, MOMENT)
    expired = await read(world)
    assert (expired.state, expired.closing, expired.signers[0].decision) == (EnvelopeState.EXPIRED, CLOSING, None)
    assert await Expiring(world.ports).expire_due() == 0
    assert len(await lines(world)) == 1
    assert await errands(world) == {Errand.SHOW_CARD: 1, Errand.NOTE_EXPIRY: 1}


async def test_the_signing_page_takes_no_answer_after_the_moment(world: World) -> None:
    await world.ports.blobs.put(CONTENT)
    site = Site(world)
    await send(world)
    secret = await site.link()
    async with world.store.reading() as tx:
        before = await tx.outbox.depth()
    world.clock.move(MOMENT - a.NOON)
    with pytest.raises(EnvelopeClosed) as refused:
        await site.answer(secret)
    assert refused.value.state is EnvelopeState.EXPIRED
    page = await site.page(secret)
    assert (page.may_answer, page.envelope.state) == (False, EnvelopeState.EXPIRED)
    async with world.store.reading() as tx:
        assert await tx.outbox.depth() == before + 2


async def test_the_signing_page_shows_at_once_that_it_expired(world: World) -> None:
    await world.ports.blobs.put(CONTENT)
    site = Site(world)
    await send(world)
    secret = await site.link()
    assert (await site.page(secret)).may_answer
    world.clock.move(MOMENT - a.NOON)
    page = await site.page(secret)
    assert (page.may_answer, page.envelope.state) == (False, EnvelopeState.EXPIRED)


@dataclass
class SlowDirectory(FakeDirectory):
    """Takes its time to say who takes part."""

    hold: Callable[[], object] = lambda: None

    async def takes_part(self, place: object, account: Account) -> bool:
        self.hold()
        return True


async def test_an_answer_that_a_platform_held_up_until_after_the_moment_is_refused(world: World) -> None:
    await send(world)
    world.clock.move(MOMENT - a.NOON - timedelta(seconds=1))
    slow = SlowDirectory(world.directory.people, hold=lambda: world.clock.move(timedelta(seconds=1)))
    ports = replace(world.ports, directories={SIGNER.platform: slow})
    with pytest.raises(EnvelopeClosed):
        await approve(ports, submit("approve", place="Utrecht"), DUTCH)
    assert (await read(world)).signers[0].decision is None


async def test_an_answer_before_the_moment_counts(world: World) -> None:
    await send(world)
    world.clock.move(MOMENT - a.NOON - datetime.resolution)
    await approve(world.ports, submit("approve", place="Utrecht"), DUTCH)
    assert await expire_at(world, MOMENT) == 0
    assert (await read(world)).state is EnvelopeState.COMPLETED


async def test_a_wish_to_pass_it_on_lapses_and_cannot_be_allowed(world: World) -> None:
    await send(world)
    async with world.store.transaction() as tx:
        await tx.people.confirm(STRANGER, a.CONTACT, STAFF, a.NOON)
    await submit_delegation(world.ports, submit("delegate", taker=STRANGER.user, note=""))
    (delegation,) = (await read(world)).delegations
    world.clock.move(MOMENT - a.NOON)
    with pytest.raises(EnvelopeClosed):
        await allow(world.ports, Press(SANNE, a.a_place(), "button", delegation.id), DUTCH)
    assert await errands(world) == {Errand.SHOW_DELEGATION: 2, Errand.SHOW_CARD: 1, Errand.NOTE_EXPIRY: 1}


async def test_nobody_is_reminded_after_it(world: World) -> None:
    await send(world)
    assert await expire_at(world, MOMENT) == 1
    for _ in range(10):
        world.clock.move(timedelta(days=1))
        await Reminding(world.ports).remind_due()
    assert await errands(world) == {Errand.SHOW_CARD: 1, Errand.NOTE_EXPIRY: 1}


class FailingStore:
    """A store that breaks the transaction in which one envelope is saved."""

    def __init__(self, store: SqlStore, broken: str, error: Exception) -> None:
        self._store, self._broken, self._error = store, broken, error
        self.reading, self.single_query, self.share = store.reading, store.single_query, store.share

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        async with self._store.transaction() as tx:
            save = tx.envelopes.save

            async def fail(envelope: Envelope) -> Envelope:
                saved = await save(envelope)
                if envelope.id == self._broken:
                    raise self._error
                return saved

            tx.envelopes.save = fail  # type: ignore[method-assign]  # breaks on purpose
            yield tx


async def test_a_mistake_of_ours_about_one_holds_up_no_other(world: World) -> None:
    await send(world, "one", "two", "three")
    broken = FailingStore(world.store, "one", ZeroDivisionError())
    world.clock.move(MOMENT - a.NOON)
    assert await Expiring(replace(world.ports, store=broken)).expire_due() == 2
    assert (await read(world, "one")).state is EnvelopeState.OPEN
    assert not await lines(world, "one")
    assert await Expiring(world.ports).expire_due() == 1
    assert await errands(world) == {Errand.SHOW_CARD: 3, Errand.NOTE_EXPIRY: 3}


async def test_a_database_that_goes_away_leaves_all_of_it_for_later(world: World) -> None:
    await send(world, "one", "two")
    away = FailingStore(world.store, "two", StoreUnavailable("gone"))
    world.clock.move(MOMENT - a.NOON)
    assert await Expiring(replace(world.ports, store=away)).expire_due() == 0
    assert (await read(world, "one")).state is EnvelopeState.OPEN
    assert await Expiring(world.ports).expire_due() == 2


async def test_the_one_who_runs_expires_until_it_is_stopped(world: World) -> None:
    await send(world)
    world.clock.move(MOMENT - a.NOON)
    stop = asyncio.Event()
    async with asyncio.timeout(30):
        await Expiring(world.ports, stop.set).run(stop)
    assert (await read(world)).state is EnvelopeState.EXPIRED


async def test_replicas_and_answers_at_once_end_each_request_once(world: World, prepared_postgres: str) -> None:
    stores = [SqlStore(prepared_postgres, vault=A_VAULT) for _ in range(3)]
    await _furnish(stores[0], SIGNER)
    shared = replace(world, store=stores[0])
    ids = [f"envelope-{number}" for number in range(60)]
    await send(shared, *ids)
    world.clock.move(MOMENT - a.NOON)
    before = replace(world.ports, store=stores[0], clock=FixedClock(MOMENT - timedelta(seconds=1)))

    async def answer(id_: str) -> None:
        with suppress(EnvelopeClosed):
            await approve(before, replace(submit("approve", place="Utrecht"), context=id_), DUTCH)

    async def expire(store: SqlStore) -> int:
        expiring, expired = Expiring(replace(world.ports, store=store)), 0
        while found := await expiring.expire_due():
            expired += found
        return expired

    answering = asyncio.gather(*map(answer, ids[40:]))
    found = [*await asyncio.gather(*map(expire, stores))]
    await answering
    found.append(await expire(stores[0]))
    states = Counter([(await read(shared, id_)).state for id_ in ids])
    assert states.keys() <= {EnvelopeState.COMPLETED, EnvelopeState.EXPIRED}
    assert 40 <= states[EnvelopeState.EXPIRED] == sum([len(await lines(shared, id_)) for id_ in ids])
    assert sum(found) == states[EnvelopeState.EXPIRED]
    assert (await errands(shared))[Errand.NOTE_EXPIRY] == states[EnvelopeState.EXPIRED]
    assert (await errands(shared))[Errand.NOTE_COMPLETION] == states[EnvelopeState.COMPLETED]
    for store in stores:
        await store.dispose()


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 3, 2), datetime(2026, 3, 2, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # summer time begins
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # and ends
        (date(2026, 12, 31), datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_day_ends_where_the_office_is(day: date, end: datetime) -> None:
    assert find_end(day) == end
    assert find_last_day(end) == day
