"""What the doctor tells of timestamps and witnesses."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from adapters.commands.finding import BROKEN, NOTE, OK, Finding
from adapters.evidence.overseeing import read_roots
from adapters.evidence.stamping import Authority, Unanswered
from adapters.evidence.witnessing import read_witnesses
from adapters.settings import Settings, SettingsError
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.errors import BadTimestamp
from storage.evidence.note import parse_note
from storage.evidence.timestamps import TimestampShelf, check_timestamp, make_request

_TRIAL = "paraaf doctor\n"
"""What a timestamp is asked of; it stands for nothing."""


async def examine_overseers(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the authority answers, what is owed, and whether the witnesses can be read."""
    if settings.evidence_url:
        return  # the process that keeps the evidence has them
    if settings.tsa_url is None:
        yield Finding(NOTE, "timestamps", "off: set PARAAF_TSA_URL, or only our own clock says when something happened")
    else:
        yield await _try_authority(settings, settings.tsa_url)
        yield await asyncio.to_thread(_count_owed, settings.evidence_dir)
    if settings.witnesses:
        yield _read_witnesses(settings.witnesses)


async def _try_authority(settings: Settings, url: str) -> Finding:
    request = make_request(_TRIAL)
    try:
        roots = read_roots(settings)
        async with aiohttp.ClientSession() as session:
            answer = await Authority(session, url).ask(request)
        check_timestamp(answer, _TRIAL, roots, request.nonce)
    except SettingsError as error:
        return Finding(BROKEN, "timestamps", str(error))
    except (Unanswered, BadTimestamp) as error:
        return Finding(BROKEN, "timestamps", f"no timestamp that holds ({error}); check PARAAF_TSA_URL and _ROOTS")
    return Finding(OK, "timestamps", "the authority answers, under the roots that are set")


def _count_owed(root: Path) -> Finding:
    owed = []
    for head in sorted(root.glob("logs/*/checkpoint")):
        size = read_checkpoint(parse_note(head.read_bytes())).size
        if size > TimestampShelf(root / "stamps" / head.parent.name, ()).stamped_size():
            owed.append(head.parent.name)
    if owed:
        return Finding(NOTE, "timestamps owed", f"{len(owed)} logs wait for one: {', '.join(owed[:10])}")
    return Finding(OK, "timestamps owed", "none")


def _read_witnesses(file: Path) -> Finding:
    try:
        return Finding(OK, "witnesses", ", ".join(each.key.name for each in read_witnesses(file)) or "none in the file")
    except (ValueError, OSError) as error:
        return Finding(BROKEN, "witnesses", f"PARAAF_WITNESSES: {error}")
