"""Clocks are set right, machines are resumed: nothing waits for it, and nothing is sent twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.web.metrics import Metrics
from adapters.working import Worker
from bot.domain.errors import StoreUnavailable
from bot.domain.people import Platform
from bot.domain.places import MessageRef, Place
from bot.use_cases import watch_clock
from bot.use_cases.deliver import LEASE, Courier
from bot.use_cases.watch_clock import NOTICED, ClockWatch
from cards.model import Card
from storage.sql.waits import SqlWaits
from tests import builders as a
from tests.fakes import FakeMessenger
from tests.use_cases.conftest import World
from tests.use_cases.test_call_sources import FakeCaller
from tests.use_cases.test_stopping import HangingEvidence

HOUR = timedelta(hours=1)


class SlowMessenger(FakeMessenger):
    """A platform that has the first message, and is slow to say so."""

    def __init__(self) -> None:
        super().__init__()
        self.has_it, self.may_say_so = asyncio.Event(), asyncio.Event()

    async def send(self, to: Place, card: Card, key: str) -> MessageRef:
        ref = await super().send(to, card, key)
        self.has_it.set()
        await self.may_say_so.wait()
        return ref


@pytest.fixture
async def sent(world: World) -> World:
    """An envelope whose card waits in the outbox."""
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
        await tx.outbox.put(a.an_outgoing(), world.clock.now())
    return world


async def set_back(world: World, watch: ClockWatch, by: timedelta) -> list[str]:
    """What is logged of it."""
    world.clock.move(-by)
    with capture_logs() as logs:
        await watch.look()
    return [line["event"] for line in logs]


async def test_what_waits_is_sent_soon_after_the_clock_was_set_back(sent: World) -> None:
    watch = ClockWatch(sent.ports)
    await watch.look()
    assert await set_back(sent, watch, HOUR) == ["clock_set_back"]
    assert await Courier(sent.ports).deliver_due() == 0
    sent.clock.move(LEASE)
    assert await set_back(sent, watch, timedelta()) == []  # told once
    assert await Courier(sent.ports).deliver_due() == 1
    assert len(sent.messenger.messages) == 1


async def test_a_clock_that_was_ahead_is_noticed_when_it_is_set_right(sent: World) -> None:
    watch = ClockWatch(sent.ports)
    sent.clock.move(HOUR)
    assert await set_back(sent, watch, timedelta()) == []
    assert await set_back(sent, watch, HOUR) == ["clock_set_back"]


async def test_what_is_a_moment_shorter_changes_nothing(sent: World) -> None:
    assert await set_back(sent, ClockWatch(sent.ports), NOTICED) == []


async def test_a_database_that_is_away_hears_of_it_later(sent: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise StoreUnavailable("gone")

    watch = ClockWatch(sent.ports)
    with monkeypatch.context() as away:
        away.setattr(SqlWaits, "shorten", fail)
        await set_back(sent, watch, HOUR)
    await watch.look()
    sent.clock.move(LEASE)
    assert await Courier(sent.ports).deliver_due() == 1


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
async def test_two_workers_and_a_clock_that_jumps_between_them_send_once(sent: World, jump: timedelta) -> None:
    platform = SlowMessenger()
    ports = replace(sent.ports, messengers={Platform.SLACK: platform})
    watch = ClockWatch(ports)
    async with asyncio.timeout(20):
        slow = asyncio.create_task(Courier(ports).deliver_due())
        await platform.has_it.wait()
        sent.clock.move(jump)
        await watch.look()
        if jump < timedelta():
            sent.clock.move(LEASE)
        assert await Courier(ports).deliver_due() == 1
        platform.may_say_so.set()
        await slow
    [message] = platform.messages
    assert platform.lookups == [message.key]
    async with sent.store.reading() as tx:
        assert await tx.outbox.depth() == 0


async def test_a_worker_watches_its_clock(sent: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_clock, "POLL", 0.01)
    monkeypatch.setattr(watch_clock, "LEASE", timedelta())
    async with sent.store.transaction() as tx:
        [row] = await tx.outbox.claim(sent.clock.now(), LEASE, 1)
        await tx.outbox.postpone(row, sent.clock.now() + timedelta(days=1), "outage", unclear=False)
    platform = SlowMessenger()
    platform.may_say_so.set()
    ports = replace(sent.ports, evidence=HangingEvidence(), messengers={Platform.SLACK: platform})
    async with asyncio.timeout(20), Worker(ports, Metrics(), FakeCaller()).working():
        sent.clock.move(-HOUR)
        await platform.has_it.wait()
