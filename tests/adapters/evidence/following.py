"""An archive whose logs grow, and a wait that a test ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from tests.evidence.making import OFFICE, an_entry, make_archive


class Waits:
    """Waits until the test says `go`; `asked` are the seconds that were asked for."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._changed = asyncio.Condition()
        self._gone = 0

    async def __call__(self, seconds: float) -> None:
        async with self._changed:
            self.asked.append(seconds)
            number = len(self.asked)
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self._gone >= number)

    async def reached(self, number: int) -> None:
        """Until so many waits have begun."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.asked) >= number)

    async def go(self) -> None:
        """End the waits that have begun."""
        async with self._changed:
            self._gone = len(self.asked)
            self._changed.notify_all()


@asynccontextmanager
async def open_archive(folder: Path) -> AsyncIterator[Archive]:
    archive = make_archive(folder)
    try:
        yield archive
    finally:
        await archive.close()


async def grow(archive: Archive, count: int, office: str = OFFICE) -> None:
    """So many entries more in the office's log."""
    log = await archive.log(office)
    size = read_checkpoint(log.checkpoint).size
    await asyncio.gather(*(log.append(an_entry(size + number, office)) for number in range(count)))
