"""Nothing that must reach a platform is lost or, where the platform can be asked, sent twice (product rule 9)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import DeliveryUnclear, PlatformUnavailable, RateLimited, Undeliverable
from bot.domain.log import Happening
from bot.domain.outgoing import Errand
from bot.use_cases.deliver import GIVE_UP_AFTER, LEASE, LONGEST_WAIT, Courier, wait_before
from tests import builders as a
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


async def test_an_outage_of_a_day_is_given_up_and_told(sent: World) -> None:
    sent.clock.move(GIVE_UP_AFTER + timedelta(seconds=1))
    sent.messenger.fail_next.append(PlatformUnavailable("no connection"))
    await deliver_all(sent)

    assert len(sent.messenger.whispers) == 1


async def test_a_failed_row_blocks_its_conversation_and_no_other(sent: World) -> None:
    elsewhere = replace(a.an_outgoing(), place=a.a_place("C0OTHER"))
    async with sent.store.transaction() as tx:
        other = a.an_envelope("envelope-2", conversation=a.a_place("C0OTHER"))
        await tx.envelopes.add(other)
        await tx.outbox.put(a.an_outgoing(Errand.SHOW_CARD), sent.clock.now())
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
