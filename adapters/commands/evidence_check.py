"""`paraaf evidence check`."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from adapters.evidence.checking import Spot, Tally, check_office
from adapters.evidence.comparing import Mismatch
from adapters.evidence.opening import open_existing
from adapters.parts import open_store
from adapters.settings import Settings
from bot.use_cases.offices import pick_office
from storage.vault import read_vault

_WORDS = {
    Mismatch.UNKEYED: "without evidence, though written after lines that have it",
    Mismatch.UNPROVED: "whose receipt was taken away",
    Mismatch.RECEIPT: "whose receipt is not theirs",
    Mismatch.NO_LINE: "in the evidence that the database has no line of",
    Mismatch.ENVELOPE: "moved to another request, or to none",
    Mismatch.HAPPENING: "telling of another event",
    Mismatch.TIME: "with another time",
    Mismatch.DOCUMENTS: "with other documents, or other hashes of them",
    Mismatch.CONSENT: "with other words that were agreed to",
    Mismatch.ADOPTION: "telling otherwise whether, or when, annual accounts were adopted",
    Mismatch.WHO: "with another name of who did it",
    Mismatch.ACCOUNT: "with another account of who did it",
    Mismatch.REASON: "with another reason or note",
    Mismatch.PLACE: "with another place",
    Mismatch.NETWORK: "with another place of the network",
    Mismatch.SIGNATURE: "with another signature, or one that is damaged or gone",
    Mismatch.SIGNER: "with another name of who passed the task on",
    Mismatch.TAKER: "with another name of whom the task was passed on to",
    Mismatch.KEPT: "of which the personal values that the evidence keeps were swapped, damaged or taken away",
}


async def check(settings: Settings, office: str | None, folder: Path | None) -> Tally:
    """Compare the lines of an office with its log. Raises `OfficeRefused`, `KeyRefused`, and as `check_office`."""
    archive = await asyncio.to_thread(open_existing, settings, folder)
    vault = await asyncio.to_thread(read_vault, settings.personal_key)
    async with open_store(settings, vault) as store:
        await store.require_key()
        return await check_office(store, archive, (await pick_office(store, office)).id)


def describe_tally(tally: Tally) -> Iterator[str]:
    """What does not fit, with the first of each kind; what could not be compared; the verdict last. No names in it."""
    for mismatch in Mismatch:
        if count := tally.counts.get(mismatch):
            yield f"{_count(count, mismatch)} {_WORDS[mismatch]}; the first: {_describe_spot(tally.first[mismatch])}"
    if tally.erased:
        yield f"{_number(tally.erased)} about somebody who was erased: the values of that person cannot be compared."
    if tally.owed:
        yield f"{_number(tally.owed)} to be recorded still; see paraaf doctor."
    if tally.older:
        proves = "nothing proves it" if tally.older == 1 else "nothing proves them"
        yield f"{_number(tally.older)} from before there was evidence: {proves}."
    if tally.elsewhere:
        yield f"{_number(tally.elsewhere)} recorded in another archive, which was not looked at."
    compared = f"{_number(tally.compared)} compared with the evidence"
    yield (
        f"{compared}: the database and the evidence do not say the same."
        if tally.counts
        else f"{compared}: everything fits."
    )


def _count(number: int, mismatch: Mismatch) -> str:
    if mismatch is Mismatch.NO_LINE:
        return f"{number} {'entry' if number == 1 else 'entries'}"
    return _number(number)


def _number(number: int) -> str:
    return f"{number} {'line' if number == 1 else 'lines'}"


def _describe_spot(spot: Spot) -> str:
    told = []
    if spot.line:
        line = spot.line.line
        about = f"request {line.envelope}" if line.envelope else "no request"
        told.append(f"line {line.number} ({line.happening}, {line.at:%Y-%m-%d %H:%M:%S} UTC, {about})")
    if spot.index is not None:
        told.append(f"entry {spot.index}")
    return ", ".join(told)
