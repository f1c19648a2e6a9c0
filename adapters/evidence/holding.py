"""What a running Paraaf has of the evidence: the archive in this process, with what oversees it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.evidence.local import LocalEvidence
from adapters.evidence.opening import make_key_finder, open_archive
from adapters.evidence.overseeing import Overseers, oversee
from adapters.settings import Settings
from bot.ports import Evidence
from storage.evidence.archive import Archive
from storage.evidence.note import VerifierKey


@dataclass(frozen=True, slots=True)
class Holding:
    """`evidence` records; `find_keys` finds the keys of a log by its origin, none where it is none of ours.

    `archive` is in this process, if it is.
    """

    evidence: Evidence
    find_keys: Callable[[str], Awaitable[list[VerifierKey]]]
    overseers: Overseers | None = None
    archive: Archive | None = None


@asynccontextmanager
async def hold_evidence(settings: Settings) -> AsyncIterator[Holding]:
    """The evidence of this deployment until the end of the block. Raises `SettingsError`, `OSError`."""
    archive = await asyncio.to_thread(open_archive, settings)
    try:
        async with oversee(settings, archive) as overseers:
            evidence = LocalEvidence(archive, overseers.observers, overseers.find_checkpoint)
            yield Holding(evidence, make_key_finder(archive), overseers, archive)
    finally:
        await archive.close()
