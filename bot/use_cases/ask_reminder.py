"""What people do about reminders: staff remind at once, a signer postpones by a day."""

from dataclasses import replace

from bot.conversation import Answer, Press, Show, Tell
from bot.domain.envelope import EnvelopeId
from bot.domain.reminders import ONCE_PER, RemindedRecently, find_tomorrow
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import read_envelope, require_staff
from bot.use_cases.remind import ask_reminder, is_awaited
from bot.use_cases.show import show_view
from bot.views.help import show_words
from bot.views.reminders import remind, say_reminded, say_snoozed


async def remind_now(ports: Ports, press: Press, texts: Texts) -> Answer:
    """Remind everybody whose turn it is, each once an hour at most, whether or not reminders are on.

    Raises `NotStaff`, `UnknownEnvelope`, `EnvelopeClosed`, and `RemindedRecently` when it is too early for everybody.
    """
    office, envelope = await read_envelope(ports, press.actor, EnvelopeId(press.value))
    await require_staff(ports, office, press.actor)
    envelope.require_open()
    now, actor = ports.clock.now(), press.actor
    by = {"tenant": actor.account.tenant, "user": actor.account.user, "name": actor.name}
    reminded, recent = [], []
    async with ports.store.transaction() as tx:
        for signer in envelope.waiting_for:
            if last := await tx.reminders.ask(envelope, signer.account, now):
                recent.append(last)
                continue
            errand = ask_reminder([envelope], signer.account)
            await tx.outbox.put(replace(errand, facts={**errand.facts, "by": by}), now)
            reminded.append(signer.name)
    if not reminded:
        raise RemindedRecently(min(recent) + ONCE_PER)
    return Tell(show_words(say_reminded(reminded, texts)))


async def snooze(ports: Ports, press: Press, texts: Texts) -> Answer:
    """Let the signer's next reminder come at 09:00 of the next working day. Raises what `require_turn` raises."""
    _, envelope = await read_envelope(ports, press.actor, EnvelopeId(press.value))
    signer, now = envelope.require_turn(press.actor.account), ports.clock.now()
    due = find_tomorrow(now)
    async with ports.store.transaction() as tx:
        await tx.reminders.snooze(envelope, signer.account, now, due)
    return Tell(show_words(say_snoozed(due, texts)))


async def show_reminder(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The reminder as it was sent, for whom it is still for; to anybody else the state, as `show_view` does."""
    _, envelope = await read_envelope(ports, press.actor, EnvelopeId(press.value))
    signer = envelope.signer(press.actor.account)
    if signer is None or not is_awaited(envelope, signer.account):
        return await show_view(ports, press, texts)
    return Show(remind(envelope, signer, texts, ports.clock.now()))
