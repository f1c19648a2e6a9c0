"""`paraaf sources`."""

from adapters.parts import open_store
from adapters.settings import Settings
from bot.domain.delivery import SourcePackage
from bot.use_cases import sources
from bot.use_cases.offices import pick_office


async def add(settings: Settings, name: str, office: str | None) -> list[str]:
    """Add a source, and tell its token. Raises `OfficeRefused`, `StoreUnavailable`, as all of these."""
    async with open_store(settings) as store:
        added, token = await sources.add_source(store, await pick_office(store, office), name)
    return [f"added: {_describe(added, settings)}", *_tell(token)]


async def renew(settings: Settings, name: str, office: str | None) -> list[str]:
    """Give a source a new token, and tell it."""
    async with open_store(settings) as store:
        renewed, token = await sources.renew_source(store, await pick_office(store, office), name)
    return [f"renewed: {_describe(renewed, settings)}", *_tell(token)]


async def revoke(settings: Settings, name: str, office: str | None) -> str:
    """Take nothing from a source any more."""
    async with open_store(settings) as store:
        return _describe(await sources.revoke_source(store, await pick_office(store, office), name), settings)


async def set_pattern(settings: Settings, name: str, pattern: str, office: str | None) -> str:
    """Say how the names of its files are read."""
    async with open_store(settings) as store:
        return _describe(await sources.set_pattern(store, await pick_office(store, office), name, pattern), settings)


async def show_all(settings: Settings, office: str | None) -> list[str]:
    """Every source of an office, one line each."""
    async with open_store(settings) as store:
        found = await sources.list_sources(store, await pick_office(store, office))
    return [_describe(each, settings) for each in found]


def _tell(token: str) -> list[str]:
    return ["its token, which is shown this once:", token]


def _describe(source: SourcePackage, settings: Settings) -> str:
    parts = [f"{source.name} ({source.id})", "delivers" if source.token_hash else "revoked"]
    if settings.inbox:
        parts.append(f"folder {settings.inbox / source.office / source.name}")
    if source.pattern:
        parts.append(f"files {source.pattern}")
    return "; ".join(parts)
