"""What an administrator does with webhooks: set, renew, remove, tell again."""

from dataclasses import replace
from datetime import datetime

from bot.domain.delivery import SourceId
from bot.domain.envelope import EnvelopeId
from bot.domain.people import OfficeId
from bot.domain.webhooks import Webhook
from bot.ports import Store, Transaction
from bot.use_cases.tell_source import find_delivery, tell_rejection, tell_source


async def set_webhook(
    store: Store, office: OfficeId, source: SourceId, url: str, now: datetime, *, renew: bool = False
) -> tuple[Webhook, bool]:
    """Let a source be called at this address from now on, also where it was stopped; whether its secret is a new one.

    It keeps its secret unless `renew` is set. A source whose webhook was removed gets another than it had.
    """
    async with store.transaction() as tx:
        before = await tx.webhooks.get(office, source)
        if before is None:
            after, is_new = Webhook(source, office, url, 1, now), True
        else:
            is_new = renew or not before.url
            after = replace(before.renew(now) if is_new else before, url=url, stopped="")
        await tx.webhooks.save(after)
    return after, is_new


async def remove_webhook(store: Store, office: OfficeId, source: SourceId) -> int | None:
    """Call a source no more, and forget what waits for it; how many calls that were, None where it had no webhook."""
    async with store.transaction() as tx:
        before = await tx.webhooks.get(office, source)
        if before is None or not before.url:
            return None
        await tx.webhooks.save(replace(before, url="", stopped=""))
        return await tx.webhook_calls.drop_waiting(office, source)


async def replay_envelope(store: Store, office: OfficeId, envelope: EnvelopeId, now: datetime) -> bool:
    """Tell again how an envelope of this office ended; False where nobody is to be told, or it did not end."""
    async with store.transaction() as tx:
        return await _replay(tx, office, envelope, now)


async def replay_since(store: Store, office: OfficeId, source: SourceId, since: datetime, now: datetime) -> int:
    """Tell a source again of all that ended at or after `since`, what was sent and then what staff rejected.

    Each in the order in which it ended; how many those are.
    """
    async with store.transaction() as tx:
        told = 0
        for envelope in await tx.webhooks.closed_since(office, source, since):
            told += await _replay(tx, office, envelope, now)
        for delivery in await tx.deliveries.refused_since(office, source, since):
            told += await tell_rejection(tx, delivery, now)
    return told


async def _replay(tx: Transaction, office: OfficeId, id_: EnvelopeId, now: datetime) -> bool:
    envelope = await tx.envelopes.get(office, id_)
    if envelope is None or envelope.closing is None or await find_delivery(tx, envelope) is None:
        return False
    at = envelope.sealed.at if envelope.sealed else envelope.closing.at
    return await tell_source(tx, envelope, at, now)
