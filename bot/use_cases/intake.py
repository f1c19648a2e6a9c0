"""Find out what becomes of what source packages delivered: a request that is sent, or a question to staff.

A delivery that nobody looked at is leased. In one transaction its document is filed, the envelope added and the
delivery saved, so that a crash leaves all of that to be done again, or nothing.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.domain.accounts import find_period_end
from bot.domain.delivery import Delivery, Doubt, SourcePackage
from bot.domain.envelope import Party
from bot.domain.errors import Conflict, PlatformError, SealingUnavailable, StoreUnavailable
from bot.domain.faults import InvalidInput
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.planning import Doubts, Plan
from bot.incidents import describe
from bot.ports import Ports, Transaction
from bot.use_cases.draft import Draft
from bot.use_cases.filing import StoredFile, file_document
from bot.use_cases.plan_delivery import plan_delivery
from bot.use_cases.repeating import repeat
from bot.use_cases.request import Request, place_request

BATCH = 20
"""Deliveries claimed at once."""
LEASE = timedelta(minutes=2)
"""How long these may take before another process believes that this one died."""
AGAIN = timedelta(minutes=1)
"""After which one is looked at again where a platform or the seal did not answer."""
POLL = 2.0
"""Seconds between two looks: another process may have taken a delivery in."""
_SUFFIX = ".pdf"

_log = structlog.get_logger(__name__)


class Intake:
    """Takes up deliveries; `told` is called when it put something in the outbox."""

    def __init__(self, ports: Ports, told: Callable[[], None] = lambda: None) -> None:
        self._ports = ports
        self._told = told
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Look now."""
        self._awake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Take up deliveries until `stop` is set; those under way are finished first."""
        await repeat(self.take_up_due, stop, POLL, self._awake)

    async def take_up_due(self) -> int:
        """Take up at most `BATCH` deliveries, one by one and oldest first; how many there were."""
        try:
            async with self._ports.store.transaction() as tx:
                claimed = await tx.deliveries.claim_received(self._ports.clock.now(), LEASE, BATCH)
            for delivery in claimed:
                await self._take_up(delivery)
        except StoreUnavailable:
            _log.warning("intake.store_unavailable")  # what was claimed stays leased, and is found again
            return 0
        return len(claimed)

    async def _take_up(self, delivery: Delivery) -> None:
        try:
            await take_up(self._ports, delivery)
        except (PlatformError, SealingUnavailable) as outage:
            _log.warning("intake.postponed", delivery=delivery.id, outage=type(outage).__name__)
            await self._postpone(delivery)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours about one must not hold up all others
            _log.error("intake.mistake", delivery=delivery.id, **describe(error))
            await self._postpone(delivery)
        self._told()

    async def _postpone(self, delivery: Delivery) -> None:
        async with self._ports.store.transaction() as tx:
            await tx.deliveries.postpone(delivery, self._ports.clock.now() + AGAIN)


async def take_up(ports: Ports, delivery: Delivery) -> None:
    """Send what was delivered, or ask staff. Raises what `plan_delivery` raises."""
    async with ports.store.reading() as tx:
        source = await tx.sources.get(delivery.source)
        rule = await tx.deliveries.rule(delivery)
    if source is None:
        raise KeyError(delivery.source)
    # Whoever wished something for all deliveries had not seen one that disagrees with itself.
    doubtful = Doubt.DISAGREES in delivery.doubts
    known = delivery if doubtful else delivery.choose(delivery.choices.filled_from(rule))
    planned = await plan_delivery(ports, known, source.name)
    try:
        match planned:
            case Plan():
                await _send(ports, delivery, source, planned)
            case Doubts(doubts):
                await _ask(ports, delivery, doubts)
    except Conflict:
        _log.info("intake.taken_meanwhile", delivery=delivery.id)  # by staff, or by a process that believed us dead
    except InvalidInput:  # what a dialog would have refused: the document changed since it was looked into
        await _ask(ports, delivery, (Doubt.CANNOT_BE_SEALED,))


async def _ask(ports: Ports, delivery: Delivery, doubts: tuple[Doubt, ...]) -> None:
    """Let staff decide; where the office has no intake channel yet, once it has."""
    async with ports.store.transaction() as tx:
        await tx.deliveries.save(delivery.wait(_keep_disagreement(delivery, doubts)))
        await show_delivery(tx, ports, delivery)
    _log.info("intake.waits", delivery=delivery.id, office=delivery.office, doubts=list(doubts))


def _keep_disagreement(delivery: Delivery, doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
    """With what was found when it was taken in, which nobody looks for again, for as long as it counts."""
    counts = Doubt.DISAGREES in delivery.doubts and delivery.choices.client is None
    return doubts if not counts or Doubt.DISAGREES in doubts else (*doubts, Doubt.DISAGREES)


async def show_delivery(tx: Transaction, ports: Ports, delivery: Delivery) -> None:
    """Put the delivery's card in the intake channel, or bring the one up to date that is there."""
    place = delivery.card.place if delivery.card else await tx.offices.intake(delivery.office)
    if place:
        await tx.outbox.put(Outgoing(delivery.office, place, Errand.SHOW_DELIVERY, delivery.id), ports.clock.now())


async def _send(ports: Ports, delivery: Delivery, source: SourcePackage, plan: Plan) -> None:
    now = ports.clock.now()
    name = plan.title if plan.title.lower().endswith(_SUFFIX) else plan.title + _SUFFIX
    file = StoredFile(name.replace("/", "-"), delivery.content, delivery.media_type, delivery.pages)
    async with ports.store.transaction() as tx:
        item = await file_document(tx, plan.client.id, plan.folder, file, source.name, now)
        request = await _make_request(tx, delivery, plan)
        envelope = await place_request(tx, ports, request, (item,), plan.fields, plan.standard_items)
        await tx.deliveries.save(delivery.send(envelope))
        facts = {
            "source": source.name,
            "kind": delivery.kind,
            "period": delivery.period,
            "template": plan.template.name,
        }
        line = LogLine(
            delivery.office, Happening.DELIVERED, Party(plan.sender.account, "Paraaf"), now, plan.client.id, None, facts
        )
        await tx.log.add([line])
        if delivery.card:
            await show_delivery(tx, ports, delivery)
    _log.info("intake.sent", delivery=delivery.id, envelope=envelope)


async def _make_request(tx: Transaction, delivery: Delivery, plan: Plan) -> Request:
    return Request(
        office=await tx.offices.get(delivery.office),
        client=plan.client,
        draft=Draft(
            place=plan.place,
            way=plan.way,
            message=plan.message,
            due=plan.due,
            expires=plan.expires,
            remind=plan.remind,
            key=f"delivery:{delivery.id}",
            asks=plan.template.asks,
        ),
        sender=plan.sender,
        signers=plan.signers,
        period_end=find_period_end(delivery.period),
        drawing=plan.drawing,
        cadence=plan.cadence,
    )
