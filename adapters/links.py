"""What Paraaf asks of its connection to a platform, whichever it is."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog
from aiohttp import web

from bot.conversation import Router
from bot.domain.people import Platform
from bot.ports import Directory, DuplicateGuard, Messenger, Ports, Store

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between two tries to reach a platform, doubling."""

_log = structlog.get_logger(__name__)


class Link(Protocol):
    """A platform's adapter, and whether it is connected. `messenger` and `directory` work before it is."""

    @property
    def platform(self) -> Platform:
        """Which one."""

    @property
    def messenger(self) -> Messenger:
        """What delivers to it."""

    @property
    def directory(self) -> Directory:
        """What asks it who is who."""

    @property
    def refusals(self) -> tuple[type[Exception], ...]:
        """What `connect` raises when an operator has to mend something first."""

    def routes(self, ports: Ports) -> Sequence[web.AbstractRouteDef]:
        """Where the platform sends requests, and what it shows of ours; they are answered 503 until it is connected."""

    async def check(self) -> str | None:
        """What is wrong with the connection, in a few words; None when it stands."""

    async def connect(self, store: Store, router: Router, guard: DuplicateGuard) -> bool:
        """Connect once, and tell whether everything that it takes answered. Raises its `refusals`."""

    async def stop(self) -> None:
        """Finish what is under way."""


async def keep_trying(link: Link, store: Store, router: Router, guard: DuplicateGuard) -> None:
    """Connect as soon as it is possible. What is refused meanwhile is logged, and tried again: it can be mended."""
    wait = FIRST_WAIT
    while True:
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)
        try:
            if await link.connect(store, router, guard):
                return
        except link.refusals as refusal:
            _log.error("platform_refused", platform=link.platform.value, why=str(refusal))
