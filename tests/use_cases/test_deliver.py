"""Nothing that must reach a platform is lost or, where the platform can be asked, sent twice (product rule 9)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import FileRef
from bot.domain.errors import DeliveryUnclear, PlatformUnavailable, RateLimited, StoreUnavailable, Undeliverable
from bot.domain.log import Happening
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.people import Platform
from bot.domain.places import MessageRef
from bot.ports import FetchedFile
from bot.use_cases.deliver import GIVE_UP_AFTER, LEASE, LEAST_TRIES, LONGEST_WAIT, Courier, wait_before
from bot.use_cases.draft import Draft, write_draft
from cards.model import Card
from tests import builders as a
from tests.fakes import FakeMessenger
from tests.use_cases.conftest import SIGNER, STAFF, World


async def ask_for(world: World, *errands: Errand) -> None:
    async with world.store.transaction() as tx:
        for errand in errands:
            await tx.outbox.put(a.an_outgoing(errand), world.clock.now())


async def deliver_all(world: World) -> None:
    courier = Courier(world.ports)
    while await courier.deliver_due():
        pass


async def depth(world: World) -> int:
    async with world.store.reading() as tx:
        return await tx.outbox.depth()


@pytest.fixture
async def sent(world: World) -> World:
    """An envelope whose card waits in the outbox."""
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    await ask_for(world, Errand.SHOW_CARD)
    return world


async def test_a_card_is_posted_once_and_then_updated_in_place(sent: World) -> None:
    await deliver_all(sent)
    await ask_for(sent, Errand.SHOW_CARD)
    await deliver_all(sent)

    [message] = sent.messenger.messages
    assert len(message.cards) == 2
    assert await depth(sent) == 0


async def test_a_rate_limit_is_waited_out(sent: World) -> None:
    sent.messenger.fail_next.append(RateLimited(timedelta(seconds=30)))
    await deliver_all(sent)
    sent.clock.move(timedelta(seconds=29))
    await deliver_all(sent)
    assert sent.messenger.messages == []

    sent.clock.move(timedelta(seconds=1))
    await deliver_all(sent)
    assert len(sent.messenger.messages) == 1


async def test_what_cannot_be_looked_up_goes_on_to_say_that_it_may_stand_there_twice(sent: World) -> None:
    sent.messenger.finds_messages = False
    sent.messenger.loses_answers.append(DeliveryUnclear("timeout"))
    await deliver_all(sent)
    sent.clock.move(timedelta(minutes=1))
    await deliver_all(sent)
    await ask_for(sent, Errand.SHOW_CARD)
    await deliver_all(sent)

    first, second = (message.cards for message in sent.messenger.messages)
    assert ["twee keer" in str(card) for card in first] == [False]
    assert ["twee keer" in str(card) for card in second] == [True, True]


async def test_an_outage_is_tried_again_without_a_lookup(sent: World) -> None:
    sent.messenger.fail_next.append(PlatformUnavailable("no connection"))
    await deliver_all(sent)
    sent.clock.move(timedelta(minutes=1))
    await deliver_all(sent)

    assert len(sent.messenger.messages) == 1
    assert sent.messenger.lookups == []


async def test_a_message_that_may_have_arrived_is_looked_up_before_it_is_sent_again(sent: World) -> None:
    sent.messenger.loses_answers.append(DeliveryUnclear("connection lost"))
    await deliver_all(sent)
    sent.clock.move(timedelta(minutes=1))
    await deliver_all(sent)

    [message] = sent.messenger.messages
    assert sent.messenger.lookups == [message.key]
    async with sent.store.reading() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, a.an_envelope().id)
    assert envelope is not None
    assert envelope.card == message.ref


async def test_a_message_that_did_not_arrive_is_sent_after_the_lookup(sent: World) -> None:
    sent.messenger.fail_next.append(DeliveryUnclear("connection lost"))
    await deliver_all(sent)
    sent.clock.move(timedelta(minutes=1))
    await deliver_all(sent)

    assert len(sent.messenger.messages) == 1
    assert len(sent.messenger.lookups) == 1


async def test_what_a_dead_process_had_claimed_is_looked_up_by_the_next(sent: World) -> None:
    async with sent.store.transaction() as tx:
        await tx.outbox.claim(sent.clock.now(), LEASE, 100)  # and nobody reports back
    await deliver_all(sent)
    assert sent.messenger.messages == []

    sent.clock.move(LEASE)
    await deliver_all(sent)
    assert len(sent.messenger.lookups) == 1
    assert len(sent.messenger.messages) == 1


async def test_a_refusal_for_good_is_logged_and_told_to_the_sender(sent: World) -> None:
    sent.messenger.fail_next.append(Undeliverable("channel_not_found"))
    await deliver_all(sent)

    [(_, account, card)] = sent.messenger.whispers
    assert account == STAFF
    assert "channel_not_found" in card.summary
    async with sent.store.reading() as tx:
        lines = await tx.log.of_envelope(a.OFFICE, a.an_envelope().id)
    assert [line.happening for line in lines] == [Happening.UNDELIVERABLE]
    assert await depth(sent) == 0


async def fail(world: World, error: Exception, times: int) -> None:
    """Try so many times while the platform fails, and wait after each for the next."""
    for _ in range(times):
        world.messenger.fail_next.append(error)  # type: ignore[arg-type]  # the outages of a store are raised there too
        await deliver_all(world)
        world.clock.move(LONGEST_WAIT * 1.5)


async def test_an_outage_of_a_day_is_given_up_and_told(sent: World) -> None:
    await fail(sent, PlatformUnavailable("no connection"), LEAST_TRIES)
    assert await depth(sent) == 1
    sent.clock.move(GIVE_UP_AFTER)
    await fail(sent, PlatformUnavailable("no connection"), 1)
    assert len(sent.messenger.whispers) == 1
    assert await depth(sent) == 0


async def test_what_is_old_because_paraaf_stood_still_is_not_given_up_at_the_first_failure(sent: World) -> None:
    sent.clock.move(GIVE_UP_AFTER * 3)
    await fail(sent, PlatformUnavailable("no connection"), LEAST_TRIES - 1)
    await deliver_all(sent)
    assert len(sent.messenger.messages) == 1
    assert sent.messenger.whispers == []


async def test_a_failed_row_blocks_its_conversation_and_no_other(sent: World) -> None:
    elsewhere = replace(a.an_outgoing(), place=a.a_place("C0OTHER"))
    async with sent.store.transaction() as tx:
        other = a.an_envelope("envelope-2", conversation=a.a_place("C0OTHER"))
        await tx.envelopes.add(other)
        await tx.outbox.put(a.an_outgoing(Errand.NOTE_WITHDRAWAL), sent.clock.now())
        await tx.outbox.put(replace(elsewhere, subject=other.id), sent.clock.now())
    sent.messenger.broken["C0CLIENT"] = RateLimited(timedelta(minutes=5))
    await deliver_all(sent)

    assert [message.ref.place.channel for message in sent.messenger.messages] == ["C0OTHER"]
    assert await depth(sent) == 2


async def test_a_mistake_in_one_row_stops_no_other_row(sent: World) -> None:
    async with sent.store.transaction() as tx:
        broken = replace(a.an_outgoing(Errand.TAKE_FILES), place=a.a_place("C0OTHER"), facts={"no": "facts"})
        await tx.outbox.put(broken, sent.clock.now())
    await Courier(sent.ports).deliver_due()

    assert len(sent.messenger.messages) == 1
    assert await depth(sent) == 1


async def test_a_rejection_is_told_in_the_thread_under_the_card(sent: World) -> None:
    await deliver_all(sent)
    async with sent.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, a.an_envelope().id)
        assert envelope is not None
        await tx.envelopes.save(envelope.answer(SIGNER, a.a_rejection("Bedrag klopt niet")))
    await ask_for(sent, Errand.SHOW_CARD, Errand.NOTE_REJECTION)
    await deliver_all(sent)

    card, note = sent.messenger.messages
    assert note.ref.place.thread == card.ref.id
    assert "Bedrag klopt niet" in str(note.cards[0])
    assert STAFF.user in str(note.cards[0])


def test_waits_grow_and_stay_bounded() -> None:
    assert timedelta(seconds=1) <= wait_before(0) <= timedelta(seconds=1.5)
    assert timedelta(seconds=8) <= wait_before(3) <= timedelta(seconds=12)
    assert LONGEST_WAIT <= wait_before(1_000) <= LONGEST_WAIT * 1.5


class HangingMessenger(FakeMessenger):
    """A platform whose files never come."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.updated = asyncio.Event(), asyncio.Event()

    async def update(self, message: MessageRef, card: Card) -> None:
        await super().update(message, card)
        self.updated.set()

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        self.asked.set()
        await asyncio.Event().wait()
        return await super().fetch(file, limit)


def an_upload(channel: str = "C0OTHER") -> Outgoing:
    """The errand of a request whose file must still be taken."""
    place = a.a_place(channel)
    draft = write_draft(Draft(place=place, files=("F1",), signers=(SIGNER.user,), key="k1"))
    party = {"platform": "slack", "tenant": STAFF.tenant, "user": STAFF.user, "name": "Sanne"}
    signer = {"platform": "slack", "tenant": SIGNER.tenant, "user": SIGNER.user, "name": "Karim", "contact": a.CONTACT}
    facts = {"draft": draft, "client": a.CLIENT, "sender": party, "signer": signer}
    return Outgoing(a.OFFICE, place, Errand.TAKE_FILES, facts=facts)


async def test_an_upload_that_cannot_be_taken_for_good_is_told_to_its_sender(world: World) -> None:
    async with world.store.transaction() as tx:
        await tx.outbox.put(an_upload(), world.clock.now())
    world.messenger.fail_next.append(Undeliverable("not_in_channel"))
    await deliver_all(world)

    [(_, account, card)] = world.messenger.whispers
    assert account == STAFF
    assert "not_in_channel" in card.summary
    assert await depth(world) == 0


async def test_a_file_that_hangs_holds_up_no_other_conversation(sent: World) -> None:
    hanging = HangingMessenger()
    ports = replace(sent.ports, messengers={Platform.SLACK: hanging})
    async with sent.store.transaction() as tx:
        await tx.outbox.put(an_upload(), sent.clock.now())
    courier, stop = Courier(ports), asyncio.Event()
    running = asyncio.create_task(courier.run(stop))
    async with asyncio.timeout(20):
        await hanging.asked.wait()
        await ask_for(sent, Errand.SHOW_CARD)
        courier.wake()
        await hanging.updated.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_full_disk_is_postponed_and_at_last_told(sent: World) -> None:
    await fail(sent, StoreUnavailable("disk full"), LEAST_TRIES)
    assert await depth(sent) == 1
    sent.clock.move(GIVE_UP_AFTER)
    await fail(sent, StoreUnavailable("disk full"), 1)
    assert len(sent.messenger.whispers) == 1
