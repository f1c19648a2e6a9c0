"""Withdraw an open request, or start its corrected version after a rejection: what staff do to an envelope."""

from bot.conversation import Answer, Done, Press
from bot.domain.envelope import EnvelopeId, Party
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import read_envelope, require_staff
from bot.use_cases.compose import open_send_form
from bot.use_cases.draft import Draft
from bot.use_cases.keep_delegation import show_lapsed
from bot.use_cases.settle import settle
from bot.use_cases.tell_source import tell_source


async def withdraw(ports: Ports, press: Press) -> Answer:
    """Withdraw the envelope. Raises `NotStaff`, `UnknownEnvelope`, `EnvelopeClosed`."""
    office, _ = await read_envelope(ports, press.actor, EnvelopeId(press.value))
    await require_staff(ports, office, press.actor)

    async def save() -> None:
        _, envelope = await read_envelope(ports, press.actor, EnvelopeId(press.value))
        now, by = ports.clock.now(), Party(press.actor.account, press.actor.name)
        withdrawn = envelope.withdraw(by, now)
        async with ports.store.transaction() as tx:
            await tx.envelopes.save(withdrawn)
            await tx.log.add([LogLine(office.id, Happening.WITHDRAWN, by, now, envelope.client, envelope.id)])
            for errand in (Errand.SHOW_CARD, Errand.NOTE_WITHDRAWAL):
                await tx.outbox.put(Outgoing(office.id, envelope.conversation, errand, envelope.id), now)
            for lapsed in show_lapsed(withdrawn):
                await tx.outbox.put(lapsed, now)
            await tell_source(tx, withdrawn, now)

    await settle(save)
    return Done()


async def start_correction(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The send dialog for a corrected version of a rejected envelope.

    Raises `UnknownEnvelope`, and what `bot.use_cases.compose.open_send_form` raises.
    """
    _, envelope = await read_envelope(ports, press.actor, EnvelopeId(press.value))
    draft = Draft(place=envelope.conversation, supersedes=envelope.id)
    return await open_send_form(ports, press.actor, draft, texts)
