"""Who is reminded when, what stops it, and what becomes of it where nobody can be reached. Every clock stands still."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.conversation import Press, Show, Tell
from bot.domain.certified import Way
from bot.domain.envelope import Envelope
from bot.domain.errors import EnvelopeClosed, NotStaff, NotTheSigner, PlatformUnavailable
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand
from bot.domain.people import Account, Cadence, Role, Standing
from bot.domain.reminders import RemindedRecently
from bot.texts import load_texts
from bot.use_cases.ask_reminder import remind_now, show_reminder, snooze
from bot.use_cases.decide import Given, record_answer
from bot.use_cases.deliver import Courier
from bot.use_cases.remind import Reminding
from bot.use_cases.schedule import start_reminders
from bot.views.reminders import SHOW_REMINDER, SNOOZE
from cards.model import Actions, Button, Card
from tests import builders as a
from tests.fakes import Posted
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER, World
from tests.use_cases.signing import by

DUTCH = load_texts("nl")
FIRST = datetime(2026, 3, 5, 8, tzinfo=UTC)
"""When who is asked on Monday at noon is reminded first: Thursday at 09:00 in Amsterdam."""
KEEPER = a.a_staff_account("U0KEEPER")


async def send(world: World, *envelopes: Envelope) -> Sequence[Envelope]:
    """Envelopes as sending leaves them, with their cards posted."""
    for envelope in envelopes or (a.an_envelope(),):
        async with world.store.transaction() as tx:
            await tx.envelopes.add(envelope)
            await tx.envelopes.card_posted(envelope.id, a.a_message(f"card-{envelope.id}"))
            await start_reminders(tx, world.clock.now(), envelope)
        world.messenger.messages.append(Posted(a.a_message(f"card-{envelope.id}"), envelope.id, []))
    return envelopes or (a.an_envelope(),)


async def remind_at(world: World, moment: datetime) -> list[Posted]:
    """Let the clock jump there, and everything be done that is due; the messages that came."""
    world.clock.move(moment - world.clock.now())
    before = len(world.messenger.messages)
    reminding, courier = Reminding(world.ports), Courier(world.ports)
    while await reminding.remind_due() or await courier.deliver_due():
        pass
    return world.messenger.messages[before:]


async def deliver(world: World) -> list[Posted]:
    return await remind_at(world, world.clock.now())


async def read(world: World, envelope: str = "envelope-1") -> Envelope:
    async with world.store.reading() as tx:
        found = await tx.envelopes.get(a.OFFICE, a.an_envelope(envelope).id)
    assert found
    return found


async def log(world: World, *wanted: Happening) -> list[LogLine]:
    async with world.store.reading() as tx:
        lines = await tx.log.of_envelope(a.OFFICE, a.an_envelope().id)
    return [line for line in lines if line.happening in wanted]


def press(action: str, account: Account = STAFF, envelope: str = "envelope-1") -> Press:
    return Press(by(account, "Sanne de Vries"), a.a_place(), action, envelope)


def actions(card: Card) -> list[str]:
    rows = [row for row in card.elements if isinstance(row, Actions)]
    return [item.action for row in rows for item in row.items if isinstance(item, Button)]


def days_later(days: float, since: datetime = FIRST) -> datetime:
    return since + timedelta(days=days)


async def test_a_signer_gets_the_card_to_answer_on_in_their_own_chat(world: World) -> None:
    await send(world)
    assert await remind_at(world, FIRST - timedelta(seconds=1)) == []
    (message,) = await remind_at(world, FIRST)
    assert message.ref.place.channel == f"chat with {SIGNER.user}"
    assert "Herinnering: dit wacht op u" in message.cards[-1].summary
    assert {"view", "approve", "reject", "delegate", SNOOZE} == set(actions(message.cards[-1]))
    assert message.cards[-1].personal
    assert message.cards[-1].personal.action == SHOW_REMINDER
    (line,) = await log(world, Happening.REMINDED)
    assert (line.by.name, line.facts["to"], line.facts["how"]) == ("Paraaf", "Karim Haddad", "direct")
    async with world.store.transaction() as tx:
        assert [owed.line.happening for owed in await tx.owed_evidence.claim(FIRST, timedelta(minutes=1), 9)] == [
            Happening.REMINDED
        ]


async def test_five_times_and_then_the_sender_is_told_instead(world: World) -> None:
    await send(world)
    told = []
    for day in range(40):
        told += [(day, each) for each in await remind_at(world, days_later(day))]
    chats = [(day, each.ref.place.channel) for day, each in told]
    assert chats[:5] == [(day, f"chat with {SIGNER.user}") for day in (0, 5, 8, 13, 18)]
    assert chats[5:] == [(21, f"chat with {STAFF.user}")]
    assert "heeft ondanks herinneringen nog niet geantwoord" in told[-1][1].cards[-1].summary
    (line,) = await log(world, Happening.ESCALATED)
    assert (line.facts["from"], line.facts["to"]) == ("Karim Haddad", "Sanne de Vries")


async def test_a_due_date_is_reminded_of_the_day_before_and_on_it(world: World) -> None:
    await send(world, a.an_envelope(due=date(2026, 3, 10)))
    came = [day for day in range(12) if await remind_at(world, days_later(day))]
    assert came == [0, 4, 5, 7, 11]


async def test_the_relatiebeheerder_is_told_too_if_they_take_part(world: World) -> None:
    member = a.a_staff_member(name="Bas Jansen", email="Bas@vandijk.example")
    async with world.store.transaction() as tx:
        await tx.offices.save(a.an_office(reminders=Cadence(most=0)))
        await tx.people.save_staff(member)
        await tx.people.assign(a.CLIENT, Role.RELATION_KEEPER, member)
    await send(world, a.an_envelope(), a.an_envelope("envelope-2"))
    async with world.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, a.an_envelope("envelope-2").id)
        assert envelope
        await tx.envelopes.save(envelope.withdraw(a.a_party(), a.at(1)))
    (told,) = await remind_at(world, FIRST)
    assert told.ref.place.channel == f"chat with {STAFF.user}"
    assert "Bas Jansen, relatiebeheerder, neemt niet deel" in str(told.cards[-1])

    world.directory.people[KEEPER] = a.a_person(
        "Bas Jansen", account=KEEPER, standing=Standing.MEMBER, email="bas@vandijk.example"
    )
    world.clock.move(-timedelta(days=3, hours=-4))
    await send(world, a.an_envelope("envelope-3"))
    both = await remind_at(world, days_later(33))
    assert [each.ref.place.channel for each in both] == [f"chat with {STAFF.user}", f"chat with {KEEPER.user}"]


async def test_nothing_when_the_sender_turned_it_off(world: World) -> None:
    await send(world, a.an_envelope(remind=False))
    assert await remind_at(world, days_later(60)) == []


@pytest.mark.parametrize("moment", [days_later(0.4), days_later(2), days_later(-0.1), days_later(3)])
async def test_nothing_outside_office_hours(world: World, moment: datetime) -> None:
    await send(world)
    assert await remind_at(world, moment) == []
    assert len(await remind_at(world, days_later(4))) == 1


async def test_a_clock_that_jumps_makes_one_reminder_or_the_escalation(world: World) -> None:
    await send(world)
    assert len(await remind_at(world, days_later(14))) == 1
    (message,) = await remind_at(world, days_later(200))
    assert message.ref.place.channel == f"chat with {STAFF.user}"
    assert await remind_at(world, days_later(300)) == []


@pytest.mark.parametrize(
    ("sent", "first"),
    [
        (datetime(2026, 3, 26, 12, tzinfo=UTC), datetime(2026, 3, 31, 7, tzinfo=UTC)),
        (datetime(2026, 10, 22, 12, tzinfo=UTC), datetime(2026, 10, 27, 8, tzinfo=UTC)),
    ],
)
async def test_nine_o_clock_after_the_clocks_changed(world: World, sent: datetime, first: datetime) -> None:
    world.clock.move(sent - world.clock.now())
    await send(world)
    assert await remind_at(world, first - timedelta(seconds=1)) == []
    assert len(await remind_at(world, first)) == 1


async def test_a_final_state_ends_it(world: World) -> None:
    await send(world)
    async with world.store.transaction() as tx:
        await tx.envelopes.save((await read(world)).withdraw(a.a_party(), a.at(1)))
    assert await remind_at(world, FIRST) == []
    async with world.store.transaction() as tx:
        assert await tx.reminders.claim(days_later(99), timedelta(minutes=1), 9) == ()


async def test_an_answer_between_the_plan_and_the_delivery_ends_it(world: World) -> None:
    await send(world)
    world.clock.move(FIRST - world.clock.now())
    assert await Reminding(world.ports).remind_due() == 1
    async with world.store.transaction() as tx:
        await tx.envelopes.save((await read(world)).answer(SIGNER, a.an_approval()))
    assert await deliver(world) == []
    assert await log(world, Happening.REMINDED) == []


async def test_in_order_only_whose_turn_it_is_and_the_next_one_after_that(world: World) -> None:
    signers = (a.a_signer(), a.a_signer(STRANGER, name="Vreemde"))
    await send(world, a.an_envelope(way=Way.CERTIFIED, in_order=True, signers=signers))
    (message,) = await remind_at(world, FIRST)
    assert message.ref.place.channel == f"chat with {SIGNER.user}"
    approval = a.an_approval(at=FIRST)
    await record_answer(world.ports, await read(world), a.a_party("Karim", SIGNER), Given(approval))
    await deliver(world)  # that it is their turn
    assert await remind_at(world, days_later(4)) == []
    (message,) = await remind_at(world, days_later(5))
    assert message.ref.place.channel == f"chat with {STRANGER.user}"


async def test_several_due_the_same_morning_make_one_message(world: World) -> None:
    envelopes = await send(world, *(a.an_envelope(f"envelope-{number}") for number in range(1, 13)))
    (message,) = await remind_at(world, FIRST)
    card = message.cards[-1]
    assert "Er wachten 12 verzoeken op u." in card.summary
    assert actions(card).count("view") == 7
    assert "En nog 5" in str(card)
    assert all(f"card-{each.id}" in str(card) for each in envelopes[:7])
    assert len(await log(world, Happening.REMINDED)) == 1


async def test_what_was_answered_meanwhile_is_not_in_the_list(world: World) -> None:
    await send(world, *(a.an_envelope(f"envelope-{number}") for number in range(1, 3)))
    world.clock.move(FIRST - world.clock.now())
    await Reminding(world.ports).remind_due()
    async with world.store.transaction() as tx:
        await tx.envelopes.save((await read(world)).withdraw(a.a_party(), a.at(1)))
    (message,) = await deliver(world)
    assert "Herinnering: dit wacht op u" in message.cards[-1].summary
    assert await log(world, Happening.REMINDED) == []


async def test_whoever_cannot_be_written_to_is_mentioned_in_each_thread(world: World) -> None:
    world.messenger.unreachable.add(SIGNER)
    envelopes = await send(world, a.an_envelope(), a.an_envelope("envelope-2"))
    messages = await remind_at(world, FIRST)
    assert [each.ref.place.thread for each in messages] == [f"card-{each.id}" for each in envelopes]
    assert all("Karim Haddad — Herinnering" in each.cards[-1].summary for each in messages)
    (line,) = await log(world, Happening.REMINDED)
    assert (line.facts["how"], line.facts["why"]) == ("thread", "cannot_dm")


async def test_a_sender_who_cannot_be_written_to_is_mentioned(world: World) -> None:
    async with world.store.transaction() as tx:
        await tx.offices.save(a.an_office(reminders=Cadence(most=0)))
    world.messenger.unreachable.add(STAFF)
    await send(world)
    (message,) = await remind_at(world, FIRST)
    assert message.ref.place.thread == "card-envelope-1"
    assert "Sanne de Vries — Karim Haddad heeft ondanks herinneringen" in message.cards[-1].summary


async def test_an_errand_that_is_done_twice_is_logged_once(world: World) -> None:
    await send(world)
    world.clock.move(FIRST - world.clock.now())
    await Reminding(world.ports).remind_due()
    async with world.store.transaction() as tx:
        (row,) = await tx.outbox.claim(FIRST, timedelta(minutes=1), 9)
    assert row.outgoing.errand is Errand.REMIND
    courier = Courier(world.ports)
    await courier._deliver(row)
    await courier._deliver(replace(row, unclear=True))
    assert [each.ref.place.channel for each in world.messenger.messages[1:]] == [f"chat with {SIGNER.user}"]
    assert len(await log(world, Happening.REMINDED)) == 1


async def test_an_outage_is_waited_out(world: World) -> None:
    await send(world)
    world.messenger.fail_next.append(PlatformUnavailable("503"))
    assert await remind_at(world, FIRST) == []
    assert len(await remind_at(world, FIRST + timedelta(minutes=1))) == 1


async def test_two_processes_remind_once(world: World) -> None:
    await send(world)
    world.clock.move(FIRST - world.clock.now())
    first, second = Reminding(world.ports), Reminding(world.ports)
    assert (await first.remind_due(), await second.remind_due()) == (1, 0)
    assert len(await deliver(world)) == 1


async def test_what_was_open_before_there_were_reminders_is_planned_only(world: World) -> None:
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
        await tx.reminders.start(a.an_envelope(), SIGNER, a.NOON, a.NOON)
    assert await remind_at(world, days_later(1)) == []
    assert await remind_at(world, days_later(4)) == []
    assert len(await remind_at(world, days_later(5))) == 1


async def test_a_signer_postpones_by_a_day(world: World) -> None:
    await send(world)
    await remind_at(world, FIRST)
    answer = await snooze(world.ports, press(SNOOZE, SIGNER), DUTCH)
    assert isinstance(answer, Tell)
    assert "6 maart 2026" in answer.card.summary
    assert len(await remind_at(world, days_later(1))) == 1
    assert await remind_at(world, days_later(4)) == []
    assert len(await remind_at(world, days_later(5))) == 1  # as planned before


async def test_postponing_the_last_day_does_not_lose_the_escalation(world: World) -> None:
    async with world.store.transaction() as tx:
        await tx.offices.save(a.an_office(reminders=Cadence(first=1, every=1, most=1)))
    await send(world)
    await remind_at(world, days_later(-2))
    await snooze(world.ports, press(SNOOZE, SIGNER), DUTCH)
    (message,) = await remind_at(world, days_later(-1))
    assert message.ref.place.channel == f"chat with {SIGNER.user}"
    (message,) = await remind_at(world, days_later(0))
    assert message.ref.place.channel == f"chat with {STAFF.user}"


async def test_an_envelope_may_have_a_cadence_of_its_own(world: World) -> None:
    own = a.an_envelope("envelope-2", cadence=Cadence(first=1, every=4, most=1))
    await send(world, a.an_envelope(), own)
    came = {day: len(await remind_at(world, days_later(day))) for day in (-2, 0, 4, 5)}
    # Tuesday of its own; Thursday of the office's; then Monday of its own, and on Tuesday the office's again.
    assert came == {-2: 1, 0: 1, 4: 1, 5: 1}


async def test_nobody_else_postpones_and_sees_a_reminder(world: World) -> None:
    await send(world)
    with pytest.raises(NotTheSigner):
        await snooze(world.ports, press(SNOOZE, STRANGER), DUTCH)
    for account, is_reminded in ((SIGNER, True), (STRANGER, False)):
        shown = await show_reminder(world.ports, press(SHOW_REMINDER, account), DUTCH)
        assert isinstance(shown, Show)
        assert (SNOOZE in actions(shown.card)) is is_reminded


async def test_staff_remind_at_once_and_once_an_hour(world: World) -> None:
    await send(world, a.an_envelope(remind=False))
    assert isinstance(await remind_now(world.ports, press("remind"), DUTCH), Tell)
    (message,) = await deliver(world)
    assert message.ref.place.channel == f"chat with {SIGNER.user}"
    (line,) = await log(world, Happening.REMINDED)
    assert line.by == a.a_party()
    world.clock.move(timedelta(minutes=59))
    with pytest.raises(RemindedRecently) as refused:
        await remind_now(world.ports, press("remind"), DUTCH)
    assert refused.value.again == a.at(60)
    world.clock.move(timedelta(minutes=1))
    assert isinstance(await remind_now(world.ports, press("remind"), DUTCH), Tell)


async def test_only_staff_remind_and_only_what_is_open(world: World) -> None:
    await send(world)
    with pytest.raises(NotStaff):
        await remind_now(world.ports, press("remind", SIGNER), DUTCH)
    async with world.store.transaction() as tx:
        await tx.envelopes.save((await read(world)).withdraw(a.a_party(), a.at(1)))
    with pytest.raises(EnvelopeClosed):
        await remind_now(world.ports, press("remind"), DUTCH)
    assert await deliver(world) == []
