"""Tell signers that it is their turn: in their own chat with Paraaf, or by a mention where that cannot be reached."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.certified import Way
from bot.domain.envelope import Envelope, Party, Signer
from bot.domain.errors import Undeliverable
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Claimed, Errand, Outgoing
from bot.domain.people import Account
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.send_once import send_once
from bot.views.turns import invite


def notify_turns(after: Envelope, before: Envelope | None = None) -> Iterator[Outgoing]:
    """An errand for each signer whose turn it is now and was not before; in the certified way alone."""
    told = {signer.account for signer in before.waiting_for} if before else set()
    if after.way is Way.CERTIFIED:
        yield from (_notify(after, signer) for signer in after.waiting_for if signer.account not in told)


async def notify_turn(ports: Ports, row: Claimed, envelope: Envelope, texts: Texts) -> None:
    """Do the errand, unless it is their turn no more. A crash may repeat it; raises a `PlatformError`."""
    signer = find_awaited(envelope, row.outgoing)
    if signer is None:
        return
    try:
        chat = await ports.messengers[row.outgoing.place.platform].open_chat(envelope.conversation, signer.account)
        await send_once(ports, row, chat, invite(envelope, signer, texts, ports.clock.now()))
    except Undeliverable as refusal:
        await _mention_instead(ports, row.outgoing, envelope, signer, refusal.reason)


def find_awaited(envelope: Envelope, outgoing: Outgoing) -> Signer | None:
    """Whom an errand about a turn is for, if it is still their turn."""
    account = Account(outgoing.place.platform, str(outgoing.facts["tenant"]), str(outgoing.facts["user"]))
    return next((each for each in envelope.waiting_for if each.account == account), None)


async def _mention_instead(ports: Ports, outgoing: Outgoing, envelope: Envelope, signer: Signer, why: str) -> None:
    now = ports.clock.now()
    facts = {"errand": outgoing.errand, "why": why, "to": signer.name}
    paraaf = Party(signer.account, "Paraaf")
    line = LogLine(envelope.office, Happening.UNDELIVERABLE, paraaf, now, envelope.client, envelope.id, facts)
    async with ports.store.transaction() as tx:
        await tx.log.add([line])
        await tx.outbox.put(replace(outgoing, errand=Errand.NOTE_TURN), now)


def _notify(envelope: Envelope, signer: Signer) -> Outgoing:
    facts = {"tenant": signer.account.tenant, "user": signer.account.user}
    return Outgoing(envelope.office, envelope.conversation, Errand.NOTIFY_TURN, envelope.id, facts)
