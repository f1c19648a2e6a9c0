"""Put on its way what a source package is told of its delivery, or of an envelope that came of it."""

from datetime import datetime

from bot.domain.delivery import Delivery
from bot.domain.envelope import Envelope
from bot.domain.webhooks import WebhookCall, WebhookEvent, find_event
from bot.ports import Transaction


async def find_delivery(tx: Transaction, envelope: Envelope) -> Delivery | None:
    """The delivery that an envelope came of: its own, or that of an envelope whose corrected version it is."""
    found = await tx.deliveries.of_envelope(envelope.office, envelope.id)
    before = envelope.supersedes
    while found is None and before:
        found = await tx.deliveries.of_envelope(envelope.office, before.envelope)
        earlier = None if found else await tx.envelopes.get(envelope.office, before.envelope)
        before = earlier.supersedes if earlier else None
    return found


async def tell_source(tx: Transaction, envelope: Envelope, at: datetime, now: datetime | None = None) -> bool:
    """Put the call in line, in the transaction that changed the envelope at `at`; whether anybody is called.

    To tell it again later, `now` is when.
    """
    event = find_event(envelope)
    if event is None:
        return False
    delivery = await find_delivery(tx, envelope)
    webhook = await tx.webhooks.get(envelope.office, delivery.source) if delivery else None
    if webhook is None or not webhook.is_active:
        return False
    await tx.webhook_calls.put(WebhookCall(envelope.office, webhook.source, envelope.id, event, at), now or at)
    return True


async def tell_rejection(tx: Transaction, delivery: Delivery, now: datetime) -> bool:
    """Put the call in line, in the transaction in which staff rejected the delivery; whether anybody is called."""
    webhook = await tx.webhooks.get(delivery.office, delivery.source)
    if delivery.refused is None or webhook is None or not webhook.is_active:
        return False
    event, at = WebhookEvent.DELIVERY_REJECTED, delivery.refused.at
    await tx.webhook_calls.put(WebhookCall(delivery.office, delivery.source, None, event, at, delivery.id), now)
    return True
