"""Deliver what the outbox holds: each row at least once, in order per conversation, and put into words only now.

A crash between sending and reporting leaves the row leased; when the lease ends it is claimed again as unclear, and
looked up on the platform before it would be sent a second time.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import timedelta
from enum import StrEnum

import structlog

from bot.domain.errors import (
    Conflict,
    DeliveryUnclear,
    PlatformUnavailable,
    RateLimited,
    SealingUnavailable,
    StoreUnavailable,
    Undeliverable,
)
from bot.domain.outgoing import Claimed, Errand, OutgoingId
from bot.following import Follow, follow, name_delivery
from bot.incidents import describe
from bot.ports import Ports, Transaction
from bot.use_cases.errands import bury, run_errand
from bot.use_cases.paced import Chats, pace_ports

BATCH = 100
"""Rows claimed at once: measured, one by one is ten times slower."""
CLAIMED_BUSY = 25
"""Room for so many is waited for before more rows are claimed: claiming one at a time costs more than delivering it."""
LEASE = timedelta(minutes=2)
"""How long a delivery may take before another process believes that this one died."""
FILES = 2
"""Errands with files at the same time: each holds up to ten in memory."""
POLL = 1.0
"""Seconds between two looks at the outbox when nobody says that there is something new."""
CLOCKS_DIFFER = 0.005
"""Seconds by which the event loop may be ahead of the clock that says what is due."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=1)
"""How long a platform's outage is waited out before a row is buried and its sender told."""
LEAST_TRIES = 12
"""Tries before that, over 20 minutes: a row may be old because Paraaf stood still, or since a clock was set right."""

_Deliveries = dict[asyncio.Task[None], Claimed]
_WITH_FILES = (Errand.TAKE_FILES, Errand.POST_SEALED)

_log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """How one attempt at a delivery ended."""

    DELIVERED = "delivered"
    POSTPONED = "postponed"
    PUT_BACK = "put back"
    """Waits for the platform's rate: nothing was tried, or the platform said that it is too much."""
    BURIED = "buried"


class Courier:
    """Claims rows of the outbox and delivers them; `observe` hears the outcome of every attempt."""

    def __init__(
        self,
        ports: Ports,
        observe: Callable[[Errand, Outcome], None] = lambda _errand, _outcome: None,
        follow: Follow = follow,
    ) -> None:
        self._ports = ports
        self._observe = observe
        self._follow = follow
        self._woken = asyncio.Event()
        self._files = asyncio.Semaphore(FILES)
        self._chats = Chats()
        self._begun: set[OutgoingId] = set()

    def wake(self) -> None:
        """Look at the outbox now rather than at the next poll."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; deliveries under way are finished first. A slow one holds up no other.

        What was claimed and not begun by then is given back at once.
        """
        stopping = asyncio.create_task(stop.wait())
        active: _Deliveries = {}
        try:
            while not stop.is_set():
                self._woken.clear()
                started = await self._start_due(_find_room(len(active)))
                active |= started
                if not started:
                    await self._wait(stopping, active)
                active = {task: row for task, row in active.items() if not task.done()}
            active = await self._give_back(active)
            await asyncio.gather(*active, return_exceptions=True)
        except asyncio.CancelledError:
            await self._give_up(active)
            raise
        finally:
            stopping.cancel()
            await asyncio.gather(*active, return_exceptions=True)

    async def deliver_due(self) -> int:
        """Deliver what is due now, at most one row of each conversation; the number of rows that were tried."""
        return len(await asyncio.gather(*await self._start_due(BATCH)))

    async def _give_back(self, active: _Deliveries) -> _Deliveries:
        """Let others have what was not begun, as if it had never been claimed; what is under way."""
        under_way = {task: row for task, row in active.items() if row.id in self._begun}
        untouched = [task for task in active if task not in under_way and not task.done()]
        for task in untouched:
            task.cancel()
        await self._report(lambda tx: tx.outbox.release([active[task] for task in untouched]))
        return under_way

    async def _give_up(self, active: _Deliveries) -> None:
        """No patience is left for what is under way: it may have arrived, and whoever takes it looks it up first."""
        begun = frozenset(self._begun)
        under_way = {task: row for task, row in active.items() if task.cancel()}
        await asyncio.gather(*under_way, return_exceptions=True)
        due = self._ports.clock.now() + FIRST_WAIT

        async def postpone(tx: Transaction) -> None:
            for row in under_way.values():
                # Counts for nothing where it was done after all.
                await tx.outbox.postpone(row, due, "stopped", unclear=row.unclear or row.id in begun)

        await self._report(postpone)

    async def _report(self, report: Callable[[Transaction], Awaitable[None]]) -> None:
        try:
            async with self._ports.store.transaction() as tx:
                await report(tx)
        except (StoreUnavailable, Conflict):
            _log.warning("outbox.store_unavailable")  # the leases end by themselves

    async def _wait(self, stopping: asyncio.Task[bool], active: _Deliveries) -> None:
        woken = asyncio.create_task(self._woken.wait())
        waited = {stopping, woken, *active}
        await asyncio.wait(waited, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()

    async def _start_due(self, limit: int) -> _Deliveries:
        if limit <= 0:
            return {}
        try:
            async with self._ports.store.transaction() as tx:
                rows = await tx.outbox.claim(self._ports.clock.now(), LEASE, limit)
        except StoreUnavailable:
            _log.warning("outbox.store_unavailable")
            return {}
        return {asyncio.create_task(self._deliver(row)): row for row in rows}

    async def _deliver(self, row: Claimed) -> None:
        try:
            with self._follow("delivery", **name_delivery(row)):
                await self._try(row)
        except (StoreUnavailable, Conflict):
            # Not even the outcome could be kept: the lease ends, and the row is looked up then.
            _log.warning("outbox.store_unavailable", row=row.id)
        finally:
            self._begun.discard(row.id)

    async def _try(self, row: Claimed) -> None:
        try:
            async with self._files if row.outgoing.errand in _WITH_FILES else nullcontext():
                self._begun.add(row.id)
                await run_errand(pace_ports(self._ports, self._chats, row), row)
        except RateLimited as limited:
            await self._put_back(row, limited.retry_after)
        except PlatformUnavailable as unavailable:
            await self._postpone_or_bury(row, unavailable.reason, unclear=row.unclear)
        except DeliveryUnclear as unclear:
            await self._postpone_or_bury(row, unclear.reason, unclear=True)
        except Undeliverable as undeliverable:
            await self._bury(row, undeliverable.reason)
        except SealingUnavailable as away:
            await self._postpone_or_bury(row, away.reason, unclear=row.unclear)
        except StoreUnavailable as away:
            # The database, or where the documents lie. The message may have been sent before it was noticed.
            await self._postpone_or_bury(row, away.reason, unclear=True)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop the deliveries of everybody else
            _log.error("outbox.mistake", row=row.id, errand=row.outgoing.errand, **describe(error))
            await self._postpone_or_bury(row, "mistake", unclear=True)
        else:
            await self._ports.store.share(lambda tx: tx.outbox.done(row))
            _log.info("outbox.delivered")
            self._observe(row.outgoing.errand, Outcome.DELIVERED)

    async def _postpone_or_bury(self, row: Claimed, why: str, *, unclear: bool) -> None:
        if is_given_up(self._ports.clock.now() - row.created_at, GIVE_UP_AFTER, row.attempts):
            await self._bury(row, why)
        else:
            await self._postpone(row, wait_before(row.attempts), why, unclear=unclear)

    async def _postpone(self, row: Claimed, wait: timedelta, why: str, *, unclear: bool) -> None:
        due = self._ports.clock.now() + wait
        await self._ports.store.share(lambda tx: tx.outbox.postpone(row, due, why, unclear=unclear))
        self._observe(row.outgoing.errand, Outcome.POSTPONED)

    async def _put_back(self, row: Claimed, wait: timedelta) -> None:
        due = self._ports.clock.now() + wait
        await self._ports.store.share(lambda tx: tx.outbox.put_back((row, due)))
        if wait.total_seconds() < POLL:  # the next look would come later than the platform's rate allows
            asyncio.get_running_loop().call_later(wait.total_seconds() + CLOCKS_DIFFER, self.wake)
        self._observe(row.outgoing.errand, Outcome.PUT_BACK)

    async def _bury(self, row: Claimed, why: str) -> None:
        _log.error("outbox.buried", row=row.id, errand=row.outgoing.errand, why=why)
        await bury(self._ports, row, why)
        self._observe(row.outgoing.errand, Outcome.BURIED)


def _find_room(active: int) -> int:
    """How many rows to claim while so many are under way."""
    room = BATCH - active
    return room if room >= CLAIMED_BUSY else 0


def is_given_up(age: timedelta, after: timedelta, attempts: int) -> bool:
    """Whether no more is to be tried, when another try failed after so many failed attempts."""
    return age > after and attempts + 1 >= LEAST_TRIES


def wait_before(attempts: int) -> timedelta:
    """How long to wait after this many failed attempts: from a second doubling to five minutes, spread by half."""
    wait = min(FIRST_WAIT * 2 ** min(attempts, 20), LONGEST_WAIT)
    spread = 1 + random.random() / 2  # noqa: S311 - spreads the tries, hides nothing
    return timedelta(seconds=wait.total_seconds() * spread)
