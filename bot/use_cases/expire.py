"""Expire what was sent with an expiry that passed: found by itself, or by whoever comes too late.

Both save against the revision that they read, in the transaction that writes the line of the log and the errands, so
that of an answer and the expiry one counts, and neither replicas nor a crash make anything twice. A request is expired
at the moment that its sender set, whenever that is noticed.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.domain.envelope import Envelope
from bot.domain.errors import Conflict, StoreUnavailable, UnknownEnvelope
from bot.domain.expiry import expire, has_expired
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.incidents import describe
from bot.ports import Ports, Transaction
from bot.use_cases.keep_delegation import show_lapsed
from bot.use_cases.repeating import repeat
from bot.use_cases.tell_source import tell_source

BATCH = 50
"""Requests expired in one transaction: all of a day expire at the same moment."""
POLL = 5.0
"""Seconds between two looks."""

_log = structlog.get_logger(__name__)


class Expiring:
    """Expires what is due; `told` is called when it put something in the outbox, `count` with how many expired."""

    def __init__(
        self, ports: Ports, told: Callable[[], None] = lambda: None, count: Callable[[int], None] = lambda _number: None
    ) -> None:
        self._ports = ports
        self._told = told
        self._count = count

    async def run(self, stop: asyncio.Event) -> None:
        """Expire until `stop` is set; a batch under way is finished first."""
        await repeat(self.expire_due, stop, POLL)

    async def expire_due(self) -> int:
        """Expire up to `BATCH` of what is due now; how many that were."""
        now, due = self._ports.clock.now(), tuple[Envelope, ...]()
        try:
            async with self._ports.store.transaction() as tx:
                due = await tx.envelopes.claim_expired(now, BATCH)
                for envelope in due:
                    await _record(tx, envelope, now)
            expired = len(due)
        except (StoreUnavailable, Conflict):
            _log.warning("expiry.store_unavailable")  # nothing of it was saved, and it is found again
            return 0
        except Exception as error:  # noqa: BLE001 - a mistake of ours about one must not hold up all others
            _log.error("expiry.mistake", envelopes=len(due), **describe(error))
            expired = sum([await self._expire_alone(envelope) for envelope in due])
        if expired:
            self._count(expired)
            self._told()
        return expired

    async def _expire_alone(self, envelope: Envelope) -> bool:
        try:
            await close_expired(self._ports, envelope)
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("expiry.mistake", envelope=envelope.id, **describe(error))
            return False
        return True


async def close_expired(ports: Ports, envelope: Envelope) -> Envelope:
    """The envelope or, where its expiry passed, what became of it: it is expired now unless somebody was first.

    Not inside a transaction. Raises `StoreUnavailable`.
    """
    while has_expired(envelope, ports.clock.now()):
        try:
            async with ports.store.transaction() as tx:
                return await _record(tx, envelope, ports.clock.now())
        except Conflict:
            async with ports.store.single_query() as tx:
                found = await tx.envelopes.get(envelope.office, envelope.id)
            if found is None:
                raise UnknownEnvelope from None
            envelope = found
    return envelope


async def _record(tx: Transaction, envelope: Envelope, now: datetime) -> Envelope:
    expired, closing = expire(envelope)
    saved = await tx.envelopes.save(expired)
    await tx.log.add([LogLine(saved.office, Happening.EXPIRED, closing.by, closing.at, saved.client, saved.id)])
    for errand in (Errand.SHOW_CARD, Errand.NOTE_EXPIRY):
        await tx.outbox.put(Outgoing(saved.office, saved.conversation, errand, saved.id), now)
    for lapsed in show_lapsed(saved):
        await tx.outbox.put(lapsed, now)
    await tell_source(tx, saved, closing.at, now)
    return saved
