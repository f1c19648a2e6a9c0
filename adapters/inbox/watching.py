"""Watches the folders of all source packages."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog

from adapters.inbox.folder import Claim, SourceFolder
from adapters.inbox.sorting import Bundle, Watch
from adapters.inbox.taking import Taking
from bot.domain.delivery import SourceId, SourcePackage
from bot.domain.errors import StoreUnavailable
from bot.ports import Ports
from bot.texts import Texts, texts_for

POLL = 2.0
"""Seconds between two looks at the folders."""
LEASE = timedelta(minutes=10)
"""How long one delivery may take before another process believes that this one died."""
BATCH = 100
"""Deliveries of one source at one look, so that no office waits for all of another's."""
AT_ONCE = 4

_log = structlog.get_logger(__name__)


class Inbox:
    """Watches the folders of all sources below `root`; `told` is called when something new was taken in."""

    def __init__(self, ports: Ports, root: Path, limit: int, told: Callable[[], None] = lambda: None) -> None:
        """`limit` is bytes of one document."""
        self._ports = ports
        self._root = root
        self._limit = limit
        self._told = told
        self._watches: dict[SourceId, Watch] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._troubles: dict[SourceId, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; what is under way is finished first."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                if not await self.look():
                    await asyncio.wait({stopping}, timeout=POLL)
        finally:
            stopping.cancel()

    async def look(self) -> int:
        """Look at every folder once; how many deliveries and strays came to an end."""
        try:
            async with self._ports.store.reading() as tx:
                sources = await tx.sources.active()
                offices = {office.id: office for office in await tx.offices.all()}
        except StoreUnavailable:
            _log.warning("inbox_not_read", why="database")
            return 0
        self._watches = {source.id: self._watches.get(source.id, Watch()) for source in sources}
        ended = 0
        for source in sources:
            try:
                ended += await self._look_at(source, texts_for(offices[source.office].locale))
            except OSError as error:
                self._note(source, error.strerror or type(error).__name__)
            else:
                self._troubles.pop(source.id, None)
        return ended

    def _note(self, source: SourcePackage, trouble: str) -> None:
        """Told once, not at every look."""
        if self._troubles.get(source.id) != trouble:
            self._troubles[source.id] = trouble
            _log.warning("inbox_folder_not_read", source=source.id, reason=trouble)

    async def _look_at(self, source: SourcePackage, texts: Texts) -> int:
        folder, now = SourceFolder(self._root, source.office, source.name), self._ports.clock.now()
        await asyncio.to_thread(folder.prepare)
        claims = await asyncio.to_thread(folder.adopt, now, LEASE)
        bundles = self._watches[source.id].sort(await asyncio.to_thread(folder.list_files), source.pattern, now)
        taking = Taking(self._ports, source, folder, texts, self._limit, self._told)

        async def take(what: Claim | Bundle) -> bool:
            async with self._slots:
                return await (taking.recover(what) if isinstance(what, Claim) else taking.take(what))

        return sum(await asyncio.gather(*map(take, claims), *map(take, bundles[:BATCH])))
