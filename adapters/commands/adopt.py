"""`paraaf evidence adopt`."""

import asyncio

from adapters.evidence.belonging import adopt_archive
from adapters.evidence.opening import open_archive
from adapters.parts import open_store
from adapters.settings import Settings


async def adopt(settings: Settings) -> str:
    """Let the archive of these settings count. Raises `SettingsError`, `StoreUnavailable`, `OSError`."""
    archive = await asyncio.to_thread(open_archive, settings)
    async with open_store(settings) as store:
        await adopt_archive(store, archive)
    return (
        f"What is decided from now on is recorded in {settings.evidence_dir}, in logs named {archive.origin('OFFICE')}."
    )
