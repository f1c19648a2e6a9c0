"""`paraaf erase`."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import assert_never

from adapters.evidence.opening import name_person, open_existing
from adapters.parts import open_store
from adapters.settings import Settings
from adapters.verdicts import describe_event
from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.people import Office
from bot.domain.retention import Kind, find_kind, keep_until
from bot.ports import Transaction
from bot.texts import Texts, texts_for
from bot.use_cases.find_person import FoundPerson, PersonRefused, find_person
from bot.use_cases.offices import pick_office
from storage.evidence.archive import Archive
from storage.evidence.entry import Entry


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept of a person, in words: `lines` to show, a `question` to confirm, `nothing` if they do not."""

    office: Office
    person: FoundPerson
    lines: tuple[str, ...]
    question: str
    nothing: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """A document of a request that the law says to keep for now."""

    name: str
    kind: Kind
    until: date


async def look_up(settings: Settings, wanted: str, office: str | None, folder: Path | None) -> Found:
    """What would become unreadable. Changes nothing.

    Raises `OfficeRefused`, `PersonRefused`, `SettingsError`, `StoreUnavailable`, `OSError`.
    """
    archive = await asyncio.to_thread(open_existing, settings, folder)
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        async with store.reading() as tx:
            person = await find_person(tx, chosen.id, wanted)
            await _require_recorded(tx, chosen, person)
            entries = await asyncio.to_thread(_find_entries, archive, chosen.id, person)
            signed = [id_ for each in person.accounts for id_ in await tx.signatures.list_envelopes(chosen.id, each)]
            touched = dict.fromkeys([*(EnvelopeId(each.envelope) for each in entries), *signed])
            envelopes = await tx.envelopes.several(chosen.id, tuple(touched))
            kept = await _find_kept(tx, envelopes)
    texts = texts_for(chosen.locale)
    return Found(
        chosen,
        person,
        tuple(_describe(person, entries, signed, kept, texts)),
        texts.say("Type the name to erase {name} for ever", name=person.name),
        texts.say("Nothing was erased."),
    )


async def erase(settings: Settings, found: Found, folder: Path | None) -> str:
    """Delete the person's keys, first in the evidence, then in the database. Raises as `look_up`."""
    archive = await asyncio.to_thread(open_existing, settings, folder)
    payloads = archive.payloads(found.office.id)
    async with open_store(settings) as store:
        async with store.reading() as tx:
            await _require_recorded(tx, found.office, found.person)  # once more: the question may have stood for a day
        for account in found.person.accounts:
            await asyncio.to_thread(payloads.erase, name_person(account))
        async with store.transaction() as tx:
            for account in found.person.accounts:
                await tx.signatures.forget(found.office.id, account)
    return texts_for(found.office.locale).say(
        "{name} is erased. Every proof still holds. Copies of the keys in backups must be deleted as well.",
        name=found.person.name,
    )


async def _require_recorded(tx: Transaction, office: Office, person: FoundPerson) -> None:
    """What is recorded after an erasure is kept again, under a new key."""
    owed = sum([await tx.owed_evidence.count_of(office.id, each) for each in person.accounts])
    if owed:
        waiting = "1 event is" if owed == 1 else f"{owed} events are"
        raise PersonRefused(
            f"{waiting} still to be recorded in the evidence with {person.name} in it, so nothing was erased. "
            "Let Paraaf catch up, then run this again; what keeps it from that: paraaf doctor."
        )


def _find_entries(archive: Archive, office: str, person: FoundPerson) -> list[Entry]:
    payloads = archive.payloads(office)
    names = [name_person(each) for each in person.accounts]
    try:
        reader = archive.reader(office)
    except KeyError:
        return []  # nothing was recorded for this office yet
    entries = (each for _, each in reader.find_entries("") if isinstance(each, Entry))
    return [each for each in entries if any(payloads.holds(name, each.decision) for name in names)]


async def _find_kept(tx: Transaction, envelopes: Sequence[Envelope]) -> list[_Kept]:
    today, kept = datetime.now(UTC).date(), []
    for envelope in envelopes:
        items = await tx.dossiers.items(envelope.client, [each.item for each in envelope.documents])
        folders = {item.id: item.folder for item in items}
        for document in envelope.documents:
            kind = find_kind(folders.get(document.item, ""), document.name)
            if (until := keep_until(kind, envelope.sent_at)) >= today:
                kept.append(_Kept(document.name, kind, until))
    return kept


def _describe(
    person: FoundPerson, entries: Sequence[Entry], signed: Sequence[str], kept: Sequence[_Kept], texts: Texts
) -> Iterator[str]:
    if not entries and not signed:
        yield texts.say("Nothing is kept of {name} that can still be read.", name=person.name)
        return
    yield texts.say(
        "This becomes unreadable for ever: name, reason, place, network address and signature of {name} in",
        name=person.name,
    )
    for entry in entries:
        what = describe_event(entry.event, texts)
        yield "  " + texts.say(
            "{at}, request {request}: {what}", at=texts.moment(entry.at), request=entry.envelope, what=what
        )
    for envelope in signed:
        yield "  " + texts.say("request {request}: the signature that was drawn or typed", request=envelope)
    if not kept:
        yield texts.say("No document of these requests is within its term of the law any more.")
        return
    yield texts.say("The law says to keep these documents still; they stay, without the person's name in the evidence:")
    for each in kept:
        yield f"  {_describe_kept(each, texts)}"


def _describe_kept(kept: _Kept, texts: Texts) -> str:
    name, until = kept.name, texts.day(kept.until)
    match kept.kind:
        case Kind.REAL_ESTATE:
            return texts.say(
                "{name}: until {until} (10 years, real estate by its folder or name; art. 34a Wet OB)",
                name=name,
                until=until,
            )
        case Kind.RECORDS:
            return texts.say("{name}: until {until} (7 years, art. 52 AWR)", name=name, until=until)
        case _:
            assert_never(kept.kind)
