"""Set up the source packages of an office: who may deliver, and with which token."""

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from bot.domain.delivery import SourceId, SourcePackage
from bot.domain.errors import Conflict
from bot.domain.file_pattern import PatternRefused, check_pattern
from bot.domain.people import Office
from bot.ports import Store
from bot.use_cases.ids import new_id
from bot.use_cases.offices import OfficeRefused
from bot.use_cases.secrets import hash_secret, new_secret

PREFIX = "paraaf"
"""What tokens begin with, so that whoever finds one knows what it is."""
_TOKEN = re.compile(rf"{PREFIX}_([0-9a-f]{{32}})_[\w-]{{43}}", re.ASCII)
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,38}[a-z0-9]", re.ASCII)
"""It names a folder, on whatever file system."""


def make_token(source: SourceId) -> str:
    """A new token: it names the source, and holds 32 random bytes."""
    return f"{PREFIX}_{UUID(source).hex}_{new_secret()}"


def read_token(token: str) -> SourceId | None:
    """The source that a token names, which proves nothing yet; None for what is no token."""
    found = _TOKEN.fullmatch(token)
    return SourceId(str(UUID(found[1]))) if found else None


async def add_source(store: Store, office: Office, name: str) -> tuple[SourcePackage, str]:
    """A new source of this office, and its token. Raises `OfficeRefused`."""
    if not _NAME.fullmatch(name):
        raise OfficeRefused(
            f"“{name}” cannot name a folder: write 2 to 40 small letters, digits, hyphens or dots, such as twinfield."
        )
    id_ = SourceId(new_id())
    token = make_token(id_)
    source = SourcePackage(id_, office.id, name, hash_secret(token))
    try:
        async with store.transaction() as tx:
            await tx.sources.add(source)
    except Conflict:
        raise OfficeRefused(f"There is a source “{name}” already; give it a new token: paraaf sources renew.") from None
    return source, token


async def renew_source(store: Store, office: Office, name: str) -> tuple[SourcePackage, str]:
    """Give a source a new token, after which no other works. Raises `OfficeRefused`."""
    token = ""

    def renew(source: SourcePackage) -> SourcePackage:
        nonlocal token
        token = make_token(source.id)
        return replace(source, token_hash=hash_secret(token))

    return await _change(store, office, name, renew), token


async def revoke_source(store: Store, office: Office, name: str) -> SourcePackage:
    """Take nothing from a source any more, until it is renewed. Raises `OfficeRefused`."""
    return await _change(store, office, name, lambda source: replace(source, token_hash=None))


async def set_pattern(store: Store, office: Office, name: str, pattern: str) -> SourcePackage:
    """Read the names of a source's files by this pattern; an empty one reads none. Raises `OfficeRefused`."""
    if pattern:
        try:
            check_pattern(pattern)
        except PatternRefused as refused:
            raise OfficeRefused(str(refused)) from None
    return await _change(store, office, name, lambda source: replace(source, pattern=pattern))


async def list_sources(store: Store, office: Office) -> tuple[SourcePackage, ...]:
    """The sources of an office, by name."""
    async with store.reading() as tx:
        return await tx.sources.of_office(office.id)


async def _change(
    store: Store, office: Office, name: str, change: Callable[[SourcePackage], SourcePackage]
) -> SourcePackage:
    async with store.transaction() as tx:
        known = await tx.sources.of_office(office.id)
        found = next((each for each in known if each.name == name.lower()), None)
        if found is None:
            names = ", ".join(each.name for each in known) or "none yet"
            raise OfficeRefused(f"{office.name} has no source “{name}”; there are: {names}.")
        changed = change(found)
        await tx.sources.save(changed)
    return changed
