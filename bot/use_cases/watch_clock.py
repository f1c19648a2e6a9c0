"""Notice that the clock was set back, and let nothing wait until it says again what it said before.

When something is due and when a lease ends is a time by the clock of who wrote it. Set back by an hour, a clock would
make everything wait for an hour that is only postponed, or belongs to a process that died.
"""

import asyncio
from datetime import timedelta

import structlog

from bot.domain.errors import Conflict, StoreUnavailable
from bot.ports import Ports
from bot.use_cases.deliver import LEASE
from bot.use_cases.repeating import repeat

POLL = 10.0
"""Seconds between two looks at the clock."""
NOTICED = timedelta(seconds=30)
"""By how much it must be back: less makes nothing wait much longer."""

_log = structlog.get_logger(__name__)


class ClockWatch:
    """Compares the clock of this process with what it said before."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._newest = ports.clock.now()

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set."""
        await repeat(self.look, stop, POLL)

    async def look(self) -> None:
        """Shorten what waits if the clock was set back; leases that are in use stay as long as they are."""
        now = self._ports.clock.now()
        if now < self._newest - NOTICED:
            _log.warning("clock_set_back", seconds=(self._newest - now).total_seconds())
            try:
                async with self._ports.store.transaction() as tx:
                    await tx.waits.shorten(now + LEASE)
            except (StoreUnavailable, Conflict):
                return  # noticed again at the next look
        self._newest = now
