"""Tell source packages what became of their deliveries: each call at least once, in order for each package.

An event is told when its proof is there, since whoever is called comes for it at once. A call that fails is tried again
for three days, and kept for people to look at then.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.delivery import Delivery
from bot.domain.envelope import Envelope, Party
from bot.domain.errors import StoreUnavailable
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.webhooks import CallFailed, ClaimedCall, Reply, Webhook, WebhookCall
from bot.incidents import describe
from bot.ports import Ports, SourceCaller, Transaction
from bot.texts import texts_for
from bot.use_cases.deliver import Outcome, is_given_up, wait_before
from bot.use_cases.describe_envelope import describe_event
from bot.use_cases.take_files import tell_trouble
from bot.use_cases.tell_source import find_delivery
from bot.views.envelope_words import describe_documents

AT_ONCE = 20
"""Source packages that are called at the same time."""
LEASE = timedelta(minutes=2)
POLL = 2.0
"""Seconds between two looks when nobody says that there is something new."""
GIVE_UP_AFTER = timedelta(days=3)
PROOF_WAIT, PROOF_PATIENCE = timedelta(seconds=2), timedelta(minutes=10)
"""How often it is looked for, and how long it is waited for: after that the event is told without."""
_GONE = 410
_ASKS_TO_WAIT = (429, 503)

_log = structlog.get_logger(__name__)


class Calling:
    """Claims calls and makes them; `observe` hears the outcome of every attempt."""

    def __init__(
        self, ports: Ports, caller: SourceCaller, observe: Callable[[Outcome], None] = lambda _outcome: None
    ) -> None:
        self._ports = ports
        self._caller = caller
        self._observe = observe
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look for calls now rather than at the next poll."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Call until `stop` is set; calls under way are finished first. A slow one holds up no other package."""
        stopping = asyncio.create_task(stop.wait())
        active: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                self._woken.clear()
                started = await self._start_due(AT_ONCE - len(active))
                active |= started
                if not started:
                    woken = asyncio.create_task(self._woken.wait())
                    await asyncio.wait({stopping, woken, *active}, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
                    woken.cancel()
                active = {task for task in active if not task.done()}
        except asyncio.CancelledError:
            for task in active:
                task.cancel()  # their leases end, and they are made again
            raise
        finally:
            stopping.cancel()
            await asyncio.gather(*active, return_exceptions=True)

    async def call_due(self) -> int:
        """Make the calls that are due now, at most one to each package; how many that were."""
        return len(await asyncio.gather(*await self._start_due(AT_ONCE)))

    async def _start_due(self, limit: int) -> set[asyncio.Task[None]]:
        if limit <= 0:
            return set()
        try:
            async with self._ports.store.transaction() as tx:
                rows = await tx.webhook_calls.claim(self._ports.clock.now(), LEASE, limit)
        except StoreUnavailable:
            _log.warning("webhooks.store_unavailable")
            return set()
        return {asyncio.create_task(self._make(row)) for row in rows}

    async def _make(self, row: ClaimedCall) -> None:
        try:
            await self._try(row)
        except StoreUnavailable:
            _log.warning("webhooks.store_unavailable", call=row.id)  # the lease ends, and it is made again
        except Exception as error:  # noqa: BLE001 - a mistake of ours about one must not hold up all others
            _log.error("webhooks.mistake", call=row.id, **describe(error))
            await self._postpone_or_bury(row, "mistake")

    async def _try(self, row: ClaimedCall) -> None:
        call, now = row.call, self._ports.clock.now()
        async with self._ports.store.reading() as tx:
            envelope, delivery = await _read_subject(tx, call)
            webhook = await tx.webhooks.get(call.office, call.source)
        if delivery is None or webhook is None:
            await self._bury(row, "nothing to tell")
        elif envelope and _awaits_proof(envelope) and now - row.created_at < PROOF_PATIENCE:
            await self._postpone(row, PROOF_WAIT, "the proof is not there yet")
        else:
            await self._call(row, webhook, envelope, delivery)

    async def _call(self, row: ClaimedCall, webhook: Webhook, envelope: Envelope | None, delivery: Delivery) -> None:
        told = describe_event(row.call, envelope, delivery, self._ports.public_url)
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            reply = await self._caller.call(webhook, row.call.event_id, body)
        except CallFailed as failure:
            await self._postpone_or_bury(row, failure.reason)
        else:
            await self._take_in(row, webhook, reply)

    async def _take_in(self, row: ClaimedCall, webhook: Webhook, reply: Reply) -> None:
        why = f"status {reply.status}"
        if reply.is_success:
            async with self._ports.store.transaction() as tx:
                await tx.webhook_calls.done(row)
            self._observe(Outcome.DELIVERED)
            self.wake()  # for the next one in line
        elif reply.status == _GONE:
            await self._bury(row, why, stops=webhook)
        elif reply.status in _ASKS_TO_WAIT and reply.retry_after is not None:
            await self._postpone_or_bury(row, why, max(reply.retry_after, timedelta(seconds=1)))
        else:
            await self._postpone_or_bury(row, why)

    async def _postpone_or_bury(self, row: ClaimedCall, why: str, wait: timedelta | None = None) -> None:
        if is_given_up(self._ports.clock.now() - row.created_at, GIVE_UP_AFTER, row.attempts):
            await self._bury(row, why)
        else:
            await self._postpone(row, wait or wait_before(row.attempts), why)

    async def _postpone(self, row: ClaimedCall, wait: timedelta, why: str) -> None:
        async with self._ports.store.transaction() as tx:
            await tx.webhook_calls.postpone(row, self._ports.clock.now() + wait, why)
        self._observe(Outcome.POSTPONED)

    async def _bury(self, row: ClaimedCall, why: str, stops: Webhook | None = None) -> None:
        """Keep it for people to look at, and tell them; what `stops` is called no more."""
        _log.error("webhooks.buried", call=row.id, source=row.call.source, why=why, stopped=stops is not None)
        async with self._ports.store.transaction() as tx:
            if await tx.webhook_calls.bury(row, why):
                await _tell_failure(tx, row, why, self._ports.clock.now())
                if stops:
                    await _stop(tx, stops, why)
        self._observe(Outcome.BURIED)


async def _read_subject(tx: Transaction, call: WebhookCall) -> tuple[Envelope | None, Delivery | None]:
    """The envelope that there is to tell of, if it is one, and the delivery."""
    if call.delivery:
        return None, await tx.deliveries.get(call.office, call.delivery)
    envelope = await tx.envelopes.get(call.office, call.envelope) if call.envelope else None
    return envelope, await find_delivery(tx, envelope) if envelope else None


def _awaits_proof(envelope: Envelope) -> bool:
    return envelope.evidence is None and envelope.evidence_follows


async def _stop(tx: Transaction, called: Webhook, why: str) -> None:
    """Call it no more, unless an administrator changed it meanwhile."""
    if await tx.webhooks.get(called.office, called.source) == called:
        await tx.webhooks.save(replace(called, stopped=why))
        await tx.webhook_calls.drop_waiting(called.office, called.source)


async def _tell_failure(tx: Transaction, row: ClaimedCall, why: str, now: datetime) -> None:
    """In the log of the request, and to who sent it; nobody sent what was rejected before it became one."""
    call = row.call
    envelope = await tx.envelopes.get(call.office, call.envelope) if call.envelope else None
    if envelope is None:
        return
    paraaf = Party(envelope.sender.account, "Paraaf")
    facts = {"errand": f"webhook {call.event}", "why": why}
    await tx.log.add([LogLine(call.office, Happening.UNDELIVERABLE, paraaf, now, envelope.client, envelope.id, facts)])
    texts = texts_for((await tx.offices.get(call.office)).locale)
    words = texts.say(
        "The software that “{documents}” came from could not be told what became of it ({why}, {moment}). "
        "Tell the administrator of Paraaf.",
        documents=describe_documents(envelope.documents, texts),
        why=why,
        moment=texts.moment(now),
    )
    about = Outgoing(call.office, envelope.conversation, Errand.TELL_TROUBLE, envelope.id)
    await tx.outbox.put(tell_trouble(about, envelope.sender.account, words), now)
