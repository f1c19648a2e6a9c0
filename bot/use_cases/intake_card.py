"""Show in the intake channel what is asked about a delivery, or what became of it."""

from bot.domain.delivery import DeliveryId
from bot.domain.errors import Undeliverable
from bot.domain.outgoing import Claimed
from bot.domain.outline import outline
from bot.domain.places import Place
from bot.ports import Ports
from bot.texts import texts_for
from bot.use_cases.intake_channel import find_others
from bot.use_cases.plan_delivery import gather_facts
from bot.use_cases.send_once import send_once, update_sent
from bot.views.intake import show_intake


async def deliver_intake_card(ports: Ports, row: Claimed) -> None:
    """Post the card, or update it. Raises a `PlatformError`, and `StoreUnavailable`.

    Where others than the office's own have come into the channel, nothing is posted any more; the delivery waits for
    the next channel.
    """
    outgoing = row.outgoing
    async with ports.store.reading() as tx:
        delivery = await tx.deliveries.get(outgoing.office, DeliveryId(outgoing.subject))
        source = await tx.sources.get(delivery.source) if delivery else None
        office = await tx.offices.get(outgoing.office)
        sent = await tx.envelopes.get(office.id, delivery.envelope) if delivery and delivery.envelope else None
    if delivery is None or source is None:
        raise Undeliverable("the delivery is gone")
    known = outline(await gather_facts(ports, delivery, source.name))
    signers = ", ".join(signer.name for signer in sent.signers) if sent else ""
    texts = texts_for(office.locale)
    card = show_intake(delivery, source.name, known, signers, texts)
    if delivery.card:
        await update_sent(ports, delivery.card, card, texts)
        return
    await _require_staff_alone(ports, outgoing.place)
    message = await send_once(ports, row, outgoing.place, card)
    # A crash before the next line: the message is found by its key when the row is claimed again.
    await ports.store.share(lambda tx: tx.deliveries.posted(delivery.id, message))


async def _require_staff_alone(ports: Ports, place: Place) -> None:
    people = await ports.directories[place.platform].participants(place)
    if find_others(people):
        raise Undeliverable("others take part in the intake channel")
