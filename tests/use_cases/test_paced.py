"""Deliveries keep to the platforms' rates, and what has to wait for them is in nobody else's way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import PlatformUnavailable, RateLimited
from bot.domain.outgoing import Errand, Listed
from bot.domain.people import Role, StaffId, StaffMember
from bot.domain.rates import Limit
from bot.ports import Ports
from bot.use_cases.deliver import FIRST_WAIT, Courier, Outcome
from bot.use_cases.paced import Chats
from storage.redis.process_pace import ProcessPace
from tests import builders as a
from tests.use_cases.conftest import World

BUSY, QUIET = "C0BUSY", "C0QUIET"
SECOND = timedelta(seconds=1)
KEEPER = StaffMember(StaffId("bas"), a.OFFICE, "Bas Jansen", "bas@linde.example")


@pytest.fixture
def ports(world: World) -> Ports:
    """Ports with a pace that goes by the world's clock."""
    return replace(world.ports, pace=ProcessPace(lambda: world.clock.now().timestamp()))


async def ask_for_cards(world: World, channel: str, *names: str) -> None:
    """A card for each of so many new envelopes in one channel."""
    async with world.store.transaction() as tx:
        for name in names:
            await tx.envelopes.add(a.an_envelope(name, conversation=a.a_place(channel)))
            await tx.outbox.put(a.an_outgoing(subject=name, place=a.a_place(channel)), world.clock.now())


async def deliver_all(courier: Courier) -> None:
    while await courier.deliver_due():
        pass


def posted(world: World) -> list[str]:
    return [message.ref.place.channel for message in world.messenger.messages]


async def list_waiting(world: World) -> tuple[Listed, ...]:
    async with world.store.reading() as tx:
        return await tx.outbox.list_rows(None, buried_only=False, limit=100)


async def test_a_channel_gets_one_message_a_second(world: World, ports: Ports) -> None:
    await ask_for_cards(world, BUSY, "1", "2", "3")
    courier = Courier(ports)
    for count in (1, 2, 3):
        await deliver_all(courier)
        assert posted(world) == [BUSY] * count
        world.clock.move(SECOND)
    assert await list_waiting(world) == ()


async def test_a_quiet_channel_does_not_wait_for_a_busy_one(world: World, ports: Ports) -> None:
    courier = Courier(ports)
    await ask_for_cards(world, BUSY, *map(str, range(5)))
    await deliver_all(courier)
    world.clock.move(SECOND / 2)
    await ask_for_cards(world, QUIET, "other")
    await deliver_all(courier)
    assert posted(world) == [BUSY, QUIET]


async def test_who_waits_was_not_tried_and_nothing_is_looked_up(world: World, ports: Ports) -> None:
    await ask_for_cards(world, BUSY, "1", "2")
    outcomes: list[Outcome] = []
    courier = Courier(ports, lambda _errand, outcome: outcomes.append(outcome))
    await deliver_all(courier)
    [waiting] = await list_waiting(world)
    assert (waiting.tries, waiting.due_at) == (0, world.clock.now() + SECOND)
    assert outcomes == [Outcome.DELIVERED, Outcome.PUT_BACK]
    world.clock.move(SECOND)
    await deliver_all(courier)
    assert world.messenger.lookups == []


async def test_waiting_makes_no_failure_wait_longer(world: World, ports: Ports) -> None:
    await ask_for_cards(world, BUSY, "1", "2")
    courier = Courier(ports)
    await deliver_all(courier)
    for _ in range(5):
        world.messenger.fail_next.append(RateLimited(SECOND))
        world.clock.move(SECOND)
        await deliver_all(courier)
    world.messenger.fail_next.append(PlatformUnavailable("no connection"))
    world.clock.move(SECOND)
    await deliver_all(courier)
    [waiting] = await list_waiting(world)
    assert waiting.tries == 1
    assert waiting.due_at <= world.clock.now() + 1.5 * FIRST_WAIT


async def test_no_replica_sends_where_the_platform_told_another_to_wait(world: World, ports: Ports) -> None:
    await ask_for_cards(world, BUSY, "1")
    world.messenger.fail_next.append(RateLimited(timedelta(seconds=30)))
    await deliver_all(Courier(ports))
    await ask_for_cards(world, QUIET, "2")  # Slack limits a method in the whole workspace
    for _ in range(2):
        world.clock.move(timedelta(seconds=14.9))
        await deliver_all(Courier(ports))  # any replica
        assert posted(world) == []
    world.clock.move(timedelta(seconds=1))
    await deliver_all(Courier(ports))
    assert sorted(posted(world)) == [BUSY, QUIET]


async def test_another_method_goes_on_meanwhile(world: World, ports: Ports) -> None:
    await ask_for_cards(world, BUSY, "1")
    courier = Courier(ports)
    await deliver_all(courier)
    await ask_for_cards(world, QUIET, "2")
    world.messenger.fail_next.append(RateLimited(timedelta(seconds=30)))
    await deliver_all(courier)
    async with world.store.transaction() as tx:
        await tx.outbox.put(a.an_outgoing(subject="1", place=a.a_place(BUSY)), world.clock.now())
    await deliver_all(courier)
    assert [len(message.cards) for message in world.messenger.messages] == [2]


async def escalate(world: World, channel: str) -> None:
    async with world.store.transaction() as tx:
        facts = {"tenant": a.an_account().tenant, "user": a.an_account().user}
        await tx.outbox.put(a.an_outgoing(Errand.ESCALATE, place=a.a_place(channel), facts=facts), world.clock.now())


async def test_who_takes_part_is_not_asked_either_where_the_platform_said_to_wait(world: World, ports: Ports) -> None:
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
        await tx.people.save_staff(KEEPER)
        await tx.people.assign(a.CLIENT, Role.RELATION_KEEPER, KEEPER)
    world.directory.fail_next.append(RateLimited(timedelta(seconds=30)))
    for channel in (BUSY, QUIET):
        await escalate(world, channel)
        await deliver_all(Courier(ports))
    assert [(row.errand, row.tries) for row in await list_waiting(world)] == [(Errand.ESCALATE, 0)] * 2
    world.clock.move(timedelta(seconds=31))
    await deliver_all(Courier(ports))
    assert Errand.ESCALATE not in [row.errand for row in await list_waiting(world)]


class CountingPace(ProcessPace):
    """Keeps what it was asked, and how patiently."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, bool]] = []

    async def ask(self, limits: Sequence[Limit], *, patient: bool = False) -> timedelta:
        """Let everything through."""
        self.asked.append((limits[0].name.split("\n")[-1], patient))
        return timedelta(0)


async def remind(world: World) -> None:
    async with world.store.transaction() as tx:
        facts = {"tenant": a.an_account().tenant, "user": a.an_account().user}
        await tx.outbox.put(a.an_outgoing(Errand.REMIND, facts=facts), world.clock.now())


async def test_reminders_can_wait_and_a_chat_is_opened_once(world: World) -> None:
    pace = CountingPace()
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    courier = Courier(replace(world.ports, pace=pace))
    for _ in range(2):
        await remind(world)
        await deliver_all(courier)
    assert pace.asked == [("open chat", True), ("send", True), ("send", True)]
    assert len(world.messenger.messages) == 2


async def test_a_reminder_that_waited_once_is_not_sent_to_the_end_of_the_line_again(world: World, ports: Ports) -> None:
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    world.messenger.fail_next.append(RateLimited(SECOND))
    await remind(world)
    await deliver_all(Courier(ports))
    world.clock.move(SECOND)
    pace = CountingPace()
    await deliver_all(Courier(replace(ports, pace=pace)))
    assert pace.asked == [("open chat", False), ("send", False)]


def test_chats_are_remembered_for_each_office_and_person_alone() -> None:
    chats = Chats(most=2)
    here, there = a.a_place("C1"), a.a_place("C1", tenant="T0OTHER")
    karim, mila = a.an_account(), a.an_account("U0MILA")
    chats.keep(here, karim, a.a_place("D1"))
    assert chats.find(here, karim) == a.a_place("D1")
    assert chats.find(a.a_place("C2"), karim) == a.a_place("D1")
    assert chats.find(there, karim) is None
    assert chats.find(here, mila) is None
    chats.keep(there, karim, a.a_place("D2"))
    chats.keep(here, mila, a.a_place("D3"))
    assert chats.find(here, karim) is None, "the oldest one goes"
    assert chats.find(here, mila) == a.a_place("D3")
