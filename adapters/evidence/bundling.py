"""Puts the evidence of one envelope together, so that an expert can check it without us."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from adapters.verdicts import describe_event
from bot.texts import Texts
from storage.evidence.archive import Archive
from storage.evidence.commitments import Opening
from storage.evidence.entry import Entry, Personal
from storage.evidence.errors import Erased
from storage.evidence.note import Note, encode_base64
from storage.evidence.reading import LogReader

READ_ME = {"nl": "LEESMIJ.txt", "en": "README.txt"}


@dataclass(frozen=True, slots=True)
class Case:
    """An envelope of an office; `people` are the archive's ids of everybody who had to do with it.

    `awaits_stamps` where an authority is asked for timestamps, so that one which is missing is still to come.
    """

    office: str
    name: str
    envelope: str
    people: Sequence[str]
    awaits_stamps: bool = False


@dataclass(frozen=True, slots=True)
class _Event:
    """An entry with its proof, what is personal about it, and the answer of a timestamp authority."""

    index: int
    entry: Entry
    proof: str
    openings: tuple[Opening, ...]
    is_erased: bool
    stamp: bytes | None


def bundle(
    archive: Archive, case: Case, documents: Mapping[str, bytes], authorities: bytes, texts: Texts
) -> dict[str, bytes]:
    """The files of the bundle by their names. `authorities` are certificates in PEM.

    Works on the disk. Raises `KeyError` where the log has nothing of this envelope, `EvidenceError`, `OSError`.
    """
    reader = archive.reader(case.office)
    events = list(_find_events(archive, reader, case))
    if not events:
        raise KeyError(case.envelope)
    package = files("adapters.evidence") / "bundle"
    read_me = READ_ME[texts.language]
    lines = list(_describe(case, reader, events, documents, texts))
    bundled = {
        read_me: (package / read_me).read_bytes(),
        "check.py": (package / "check.py").read_bytes(),
        "key.txt": "".join(f"{key}\n" for key in reversed(reader.keys)).encode(),
        "checkpoint.txt": str(reader.checkpoint).encode(),
        "report.txt": "\n".join([*lines, ""]).encode(),
        "report.html": _write_html(lines, texts).encode(),
        **{f"documents/{name}": content for name, content in tell_apart(documents).items()},
    }
    if authorities:
        bundled["authorities.pem"] = authorities
    for number, event in enumerate(events, start=1):
        bundled |= _write_event(f"entries/{number:03}-{event.entry.event}", event)
    return bundled


def tell_apart(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """The documents under names that cannot leave their folder."""
    return {name.replace("/", "_").replace("\\", "_").lstrip(".") or "_": each for name, each in documents.items()}


def _find_events(archive: Archive, reader: LogReader, case: Case) -> Iterator[_Event]:
    stamps, cosigned = archive.timestamps(case.office, ()), archive.cosignatures(case.office, ())
    for index, entry in reader.find_entries(case.envelope):
        if not isinstance(entry, Entry) or entry.envelope != case.envelope:
            continue
        stamped = stamps.find(index)
        checkpoint: Note | None = stamped[0] if stamped else None
        # The same checkpoint, with the cosignatures of witnesses below it where there are any.
        proof = reader.prove(index, cosigned.get(checkpoint or reader.checkpoint) or checkpoint)
        openings, is_erased = _open(archive, case, entry)
        yield _Event(index, entry, str(proof), openings, is_erased, stamped[1] if stamped else None)


def _open(archive: Archive, case: Case, entry: Entry) -> tuple[tuple[Opening, ...], bool]:
    """What is personal about an entry, and whether that was erased."""
    payloads = archive.payloads(case.office)
    found: list[Opening] = []
    for person in case.people:
        try:
            found += payloads.open(person, entry.decision)
        except (Erased, KeyError):
            continue
    # What does not fit was kept again after an erasure, and would only be doubted.
    openings = tuple(each for each in found if each.fits(entry))
    return openings, len(openings) < len(entry.commitments)


def _write_event(name: str, event: _Event) -> dict[str, bytes]:
    written = {f"{name}.tlog-proof": event.proof.encode()}
    if event.openings:
        told = [
            {"what": str(each.what), "value": encode_base64(each.value), "key": each.key.hex()}
            for each in event.openings
        ]
        written[f"{name}.openings.json"] = json.dumps(told, indent=1).encode()
    if event.stamp:
        written[f"{name}.tsr"] = event.stamp
    return written


def _describe(
    case: Case, reader: LogReader, events: Sequence[_Event], documents: Mapping[str, bytes], texts: Texts
) -> Iterator[str]:
    yield texts.say("Evidence of request {request}", request=case.envelope)
    yield texts.say("Office: {name}", name=case.name)
    yield texts.say("Log: {origin}", origin=reader.checkpoint.text.partition("\n")[0])
    for name in documents:
        yield texts.say("Document: {name}", name=name)
    for event in events:
        what = describe_event(event.entry.event, texts)
        at = texts.moment(event.entry.at)
        yield ""
        yield texts.say("Entry {index}: {what}, {at}", index=event.index, what=what, at=at)
        yield from (_describe_opening(each, texts) for each in event.openings)
        if event.is_erased:
            yield texts.say("Who it was has been erased; the proof still holds.")
        if event.stamp is None:
            yield texts.say("Timestamp: still to come") if case.awaits_stamps else texts.say("Timestamp: none")
        else:
            yield texts.say("Timestamp: by an authority, in the file beside it")


def _describe_opening(opening: Opening, texts: Texts) -> str:
    value = opening.value.decode(errors="replace")
    match opening.what:
        case Personal.WHO:
            return texts.say("Who: {value}", value=value)
        case Personal.ACCOUNT:
            return texts.say("Account: {value}", value=value)
        case Personal.REASON:
            return texts.say("Reason: {value}", value=value)
        case Personal.PLACE:
            return texts.say("Place, as given: {value}", value=value)
        case Personal.NETWORK:
            return texts.say("Network: {value}", value=value)
        case Personal.SIGNATURE:
            return texts.say("Signature: {value}", value=value)
        case Personal.SIGNER:
            return texts.say("Passed on by: {value}", value=value)
        case Personal.TAKER:
            return texts.say("Passed on to: {value}", value=value)


def _write_html(lines: Sequence[str], texts: Texts) -> str:
    title, *rest = lines
    body = "".join(f"<p>{escape(each)}</p>" if each else "<hr>" for each in rest)
    return (
        f'<!doctype html><html lang="{texts.language}"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<main><h1>{escape(title)}</h1>{body}</main></html>\n"
    )
