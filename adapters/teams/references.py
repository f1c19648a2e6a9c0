"""How each conversation is reached: what Teams told last, in memory for a while and in the database for good."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from bot.domain.errors import PlatformUnavailable, StoreUnavailable, Undeliverable
from bot.domain.people import Office, Platform
from bot.domain.places import Place, Reference
from bot.ports import Store

KEEP_SECONDS: Final = 600.0
"""How long what is remembered is taken for what the database says."""
REMEMBERED: Final = 10_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Remembered:
    reference: Reference
    until: float


class KnownPlaces:
    """The conversations that Paraaf was seen in. Those of a tenant without an office stay in memory alone.

    `monotonic` tells seconds, `now` the time.
    """

    def __init__(
        self,
        store: Store,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._monotonic = monotonic
        self._now = now
        self._known: dict[Place, _Remembered] = {}

    async def keep(self, reference: Reference) -> None:
        """Keep what an activity tells; writes only when it is news. Never fails: the next activity tells it again."""
        known = self._known.get(reference.place)
        if known and known.reference == reference and known.until > self._monotonic():
            return
        self._remember(reference, 0.0)  # usable at once, and as if old until the database has it
        try:
            await self._save(reference)
        except StoreUnavailable:
            _log.warning("teams_reference_not_kept")
            return
        self._remember(reference, self._monotonic() + KEEP_SECONDS)

    async def find(self, place: Place) -> Reference:
        """How to reach a conversation. Raises `Undeliverable` when Paraaf was never seen there."""
        place = place.conversation
        known = self._known.get(place)
        if known and known.until > self._monotonic():
            return known.reference
        try:
            async with self._store.reading() as tx:
                stored = await tx.references.get(place)
        except StoreUnavailable as error:
            if known is None:
                raise PlatformUnavailable("the database does not answer") from error
            return known.reference
        if stored:
            self._remember(stored, self._monotonic() + KEEP_SECONDS)
            return stored
        if known is None:
            raise Undeliverable("the app is not installed here", absent=True)
        return known.reference

    async def find_any(self, tenant: str) -> Reference:
        """How to reach any conversation of a tenant. Raises `Undeliverable` when there is none."""
        try:
            async with self._store.reading() as tx:
                stored = await tx.references.of_tenant(Platform.TEAMS, tenant)
        except StoreUnavailable as error:
            raise PlatformUnavailable("the database does not answer") from error
        if stored is None:
            raise Undeliverable("the app is not installed here", absent=True)
        return stored

    async def find_office(self, tenant: str) -> Office | None:
        """The office of a tenant; None as well when the database does not answer."""
        try:
            async with self._store.reading() as tx:
                return await tx.offices.by_tenant(Platform.TEAMS, tenant)
        except StoreUnavailable:
            return None

    async def _save(self, reference: Reference) -> None:
        async with self._store.reading() as tx:
            if await tx.offices.by_tenant(Platform.TEAMS, reference.place.tenant) is None:
                return
            if await tx.references.get(reference.place) == reference:
                return
        async with self._store.transaction() as tx:
            await tx.references.save(reference, self._now())

    def _remember(self, reference: Reference, until: float) -> None:
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known.pop(reference.place, None)
        self._known[reference.place] = _Remembered(reference, until)
