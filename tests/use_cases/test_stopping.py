"""Who stops leaves nothing behind that another replica would have to wait for."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.evidence import EvidenceFact, Receipt
from bot.domain.outgoing import Errand
from bot.domain.people import OfficeId, Platform
from bot.ports import FetchedFile
from bot.use_cases.deliver import FILES, FIRST_WAIT, LEASE, Courier
from bot.use_cases.record_evidence import Recorder
from tests import builders as a
from tests.use_cases.conftest import World
from tests.use_cases.test_deliver import HangingMessenger, an_upload, ask_for, depth

PATIENCE = 20.0
CHANNELS = tuple(f"C{number}" for number in range(FILES + 2))


class HeldMessenger(HangingMessenger):
    """A platform whose files come when they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.fetching = asyncio.Semaphore(0)
        self.let_go = asyncio.Event()

    async def fetch(self, *_: object) -> FetchedFile:
        self.fetching.release()
        await self.let_go.wait()
        return FetchedFile("Aangifte.pdf", b"some")


class HangingEvidence:
    """Evidence that never answers."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def record(self, fact: EvidenceFact) -> Receipt:
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def prove(self, office: OfficeId, index: int) -> bytes:
        raise AssertionError


async def begin(world: World, messenger: HeldMessenger) -> tuple[asyncio.Event, asyncio.Task[None]]:
    """A courier with as many files under way as it takes at once, and two more that it claimed."""
    async with world.store.transaction() as tx:
        for channel in CHANNELS:
            await tx.outbox.put(an_upload(channel), world.clock.now())
    courier, stop = Courier(replace(world.ports, messengers={Platform.SLACK: messenger})), asyncio.Event()
    running = asyncio.create_task(courier.run(stop))
    async with asyncio.timeout(PATIENCE):
        for _ in range(FILES):
            await messenger.fetching.acquire()
    return stop, running


async def claimable(world: World) -> list[tuple[str, bool]]:
    async with world.store.transaction() as tx:
        rows = await tx.outbox.claim(world.clock.now(), LEASE, 100)
    return sorted((row.outgoing.place.channel, row.unclear) for row in rows)


async def test_what_was_claimed_and_not_begun_is_free_at_once_and_the_rest_is_finished(world: World) -> None:
    messenger = HeldMessenger()
    stop, running = await begin(world, messenger)
    assert await claimable(world) == []
    stop.set()
    async with asyncio.timeout(PATIENCE):
        while (free := await claimable(world)) == []:  # noqa: ASYNC110 - the database tells no event
            await asyncio.sleep(0)
    assert free == [(channel, False) for channel in CHANNELS[FILES:]]
    assert not running.done()
    messenger.let_go.set()
    async with asyncio.timeout(PATIENCE):
        await running
    world.clock.move(LEASE)  # the others are leased by this test
    assert [channel for channel, unclear in await claimable(world) if unclear] == list(CHANNELS[FILES:])


async def test_what_is_claimed_while_it_stops_is_given_back(world: World) -> None:
    await ask_for(world, Errand.SHOW_CARD)
    stop = asyncio.Event()
    courier = Courier(world.ports)
    running = asyncio.create_task(courier.run(stop))
    await asyncio.sleep(0)  # it is about to claim
    stop.set()
    await running
    assert world.messenger.messages == []
    assert await claimable(world) == [("C0CLIENT", False)]


async def test_what_had_to_be_broken_off_is_looked_up_soon(world: World) -> None:
    messenger = HeldMessenger()
    stop, running = await begin(world, messenger)
    stop.set()
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    world.clock.move(FIRST_WAIT)
    assert await claimable(world) == [(channel, number < FILES) for number, channel in enumerate(CHANNELS)]


async def test_a_report_of_who_gave_a_row_up_counts_no_more(world: World) -> None:
    await ask_for(world, Errand.SHOW_CARD)
    async with world.store.transaction() as tx:
        (row,) = await tx.outbox.claim(world.clock.now(), LEASE, 1)
        await tx.outbox.release([row])
    async with world.store.transaction() as tx:
        (again,) = await tx.outbox.claim(world.clock.now(), LEASE, 1)
        await tx.outbox.done(row)
        await tx.outbox.release([row])
        assert await tx.outbox.claim(world.clock.now(), LEASE, 1) == ()
        await tx.outbox.done(again)
    assert await depth(world) == 0


async def test_lines_of_who_had_to_break_off_are_recorded_by_the_next(world: World) -> None:
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
        await tx.log.add([a.a_log_line()])
    hanging = HangingEvidence()
    recording = asyncio.create_task(Recorder(replace(world.ports, evidence=hanging)).record_due())
    async with asyncio.timeout(PATIENCE):
        await hanging.asked.wait()
    recording.cancel()
    with pytest.raises(asyncio.CancelledError):
        await recording
    async with world.store.transaction() as tx:
        assert len(await tx.owed_evidence.claim(world.clock.now(), LEASE, 9)) == 1
