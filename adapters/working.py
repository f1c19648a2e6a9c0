"""What a running Paraaf does by itself: deliver, remind, expire, record, take up deliveries, and call their sources."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from adapters.inbox.watching import Inbox
from adapters.web.metrics import Metrics
from bot.following import Follow, follow
from bot.incidents import describe
from bot.ports import Ports, SourceCaller
from bot.use_cases.call_sources import Calling
from bot.use_cases.deliver import Courier
from bot.use_cases.expire import Expiring
from bot.use_cases.intake import Intake
from bot.use_cases.record_evidence import Recorder
from bot.use_cases.remind import Reminding
from bot.use_cases.watch_clock import ClockWatch

PATIENCE = 10.0
"""Seconds that requests and deliveries under way are given when Paraaf stops."""
CANCEL_AGAIN = 1.0
"""Seconds that a task has to end after it was told to."""
RESTART_WAIT = 1.0
"""Seconds before deliveries or records go on after a mistake of ours ended them."""

_log = structlog.get_logger(__name__)


class Worker:
    """Works while `working` is open. Without platforms it records, and delivers nothing."""

    def __init__(
        self, ports: Ports, metrics: Metrics, caller: SourceCaller, inbox: Inbox | None = None, follow: Follow = follow
    ) -> None:
        self._stopping = asyncio.Event()
        self._ended: set[str] = set()
        self._courier = Courier(ports, metrics.count_delivery, follow)
        self._recorder = Recorder(ports, self._courier.wake, metrics.count_recorded, follow)
        self._calling = Calling(ports, caller)
        self._intake = Intake(ports, self._courier.wake)
        recording = {"evidence": self._recorder.run, "webhooks": self._calling.run, "clock": ClockWatch(ports).run}
        watching = {"inbox": inbox.run} if inbox else {}
        reminding = Reminding(ports, self._courier.wake, metrics.count_reminders)
        expiring = Expiring(ports, self._expired, metrics.count_expired)
        sending = {
            "deliveries": self._courier.run,
            "reminders": reminding.run,
            "expiry": expiring.run,
            "intake": self._intake.run,
        }
        delivering = sending if ports.messengers else {}
        self._works: Mapping[str, Callable[[asyncio.Event], Awaitable[None]]] = recording | watching | delivering

    def wake(self) -> None:
        """Look for work now rather than at the next poll."""
        self._courier.wake()
        self._recorder.wake()
        self._calling.wake()
        self._intake.wake()

    def _expired(self) -> None:
        self._courier.wake()
        self._recorder.wake()

    def stop(self) -> None:
        """Begin nothing more; `working` ends when what is under way has ended."""
        self._stopping.set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Work until the end of the block, and then for `PATIENCE` on what is under way."""
        tasks = [asyncio.create_task(self._keep_going(name, work)) for name, work in self._works.items()]
        try:
            yield
        finally:
            self.stop()
            _, late = await asyncio.wait(tasks, timeout=PATIENCE)
            await asyncio.gather(*map(cancel, late))

    async def check_deliveries(self) -> str | None:
        """What is wrong with the deliveries."""
        return "not running" if "deliveries" in self._ended else None

    async def check_records(self) -> str | None:
        """What is wrong with recording in the evidence."""
        if "evidence" in self._ended:
            return "not running"
        return "takes nothing now; decisions go on, and are recorded later" if self._recorder.trouble else None

    @property
    def watches_inbox(self) -> bool:
        """Whether files are taken from folders here."""
        return "inbox" in self._works

    async def check_inbox(self) -> str | None:
        """What is wrong with taking files from folders."""
        return "not running" if "inbox" in self._ended else None

    async def _keep_going(self, name: str, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            self._ended.discard(name)
            try:
                await work(self._stopping)
            except Exception as error:  # noqa: BLE001 - one mistake must not end every delivery or record
                self._ended.add(name)
                _log.error(f"{name}_ended", **describe(error))
                await asyncio.sleep(RESTART_WAIT)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let this go on until the end of the block, where it is cancelled."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await cancel(task)


async def cancel(task: asyncio.Task[None]) -> None:
    """End a task now. Again where a library took it for a timeout of its own and went on, as redis-py may do."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN)
    with suppress(asyncio.CancelledError):
        task.result()
