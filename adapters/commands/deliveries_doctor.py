"""What `paraaf doctor` finds out about deliveries: whether anybody sees those that wait."""

from collections.abc import AsyncIterator

from adapters.commands.finding import NOTE, OK, Finding
from adapters.parts import open_store
from adapters.settings import Settings


async def examine_deliveries(settings: Settings, *, has_tables: bool) -> AsyncIterator[Finding]:
    """One finding for each office to which something is delivered; only where the database has all its tables."""
    if not has_tables:
        return
    async with open_store(settings) as store, store.reading() as tx:
        delivered_to = {source.office for source in await tx.sources.active()}
        for office in await tx.offices.all():
            if office.id not in delivered_to:
                continue
            waiting = len(await tx.deliveries.waiting(office.id))
            if await tx.offices.intake(office.id):
                yield Finding(OK, "deliveries", f"{office.name}: {waiting} wait for a choice")
            else:
                words = f"{office.name} has no intake channel, so nobody sees what is in doubt ({waiting} now); type "
                yield Finding(NOTE, "deliveries", f"{words}/sign intake in a conversation of staff alone")
