"""`paraaf evidence keys` and `paraaf evidence rotate`."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from adapters.evidence.opening import open_existing
from adapters.settings import Settings, SettingsError
from storage.evidence.archive import Archive
from storage.evidence.errors import Locked

PUBLISH = """
Who checks a proof needs these from somewhere they trust: put them in the engagement letter and on the office's site.
The newest is last. Keep older ones published: what was proved before a change is signed by the key of then.""".strip()
_CHANGED = """
Publish it beside the old one, and back up the evidence now: an older copy knows nothing of the change.""".strip()


def list_keys(settings: Settings, office: str | None, folder: Path | None) -> Iterator[str]:
    """The keys of each log, or of one, the newest last, as `--key` takes them. Raises `SettingsError`, `OSError`."""
    archive = open_existing(settings, folder)
    for each in [_find_office(archive, office)] if office else archive.offices():
        yield from map(str, archive.reader(each).keys)


async def rotate(settings: Settings, office: str, folder: Path | None) -> str:
    """Sign the log of an office with a new key from here on. Raises `SettingsError`, `EvidenceError`, `OSError`."""
    archive = await asyncio.to_thread(open_existing, settings, folder)
    found = _find_office(archive, office)
    try:
        archive.hold()
        log = await archive.log(found)
        receipt = await log.change_key(datetime.now(UTC))
        return (
            f"Entry {receipt.index} of {receipt.origin} says so, signed by the old key. The new one:\n  {log.keys[-1]}"
            f"\n\n{_CHANGED}"
        )
    except Locked:
        words = f"the log of {found} is open in a running Paraaf or evidence process: stop that one, and run this again"
        raise SettingsError({"OFFICE": words}) from None
    finally:
        await archive.close()


def _find_office(archive: Archive, office: str) -> str:
    known = archive.offices()
    if office not in known:
        raise SettingsError({"OFFICE": f"there is no log of {office}; there is one of {', '.join(known)}"})
    return office
