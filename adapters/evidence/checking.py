"""Whether the database still says what is in the evidence: every line and every entry of an office, page by page.

Works beside a running Paraaf. What it holds in memory does not grow with the log, but for one byte for each entry.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from adapters.evidence.comparing import Gone, Kept, Mismatch, Told, compare
from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.evidence import OwedLine, Receipt, find_facts
from bot.domain.log import LoggedSignature, Unreadable
from bot.domain.people import Account, OfficeId
from bot.domain.signature import DrawnSignature, Signature, TypedSignature
from storage.evidence.archive import Archive
from storage.evidence.entry import Entry, parse_entry
from storage.evidence.errors import Erased, Unopenable, WrongSecret
from storage.evidence.merkle import hash_leaf
from storage.evidence.reading import LogReader
from storage.sql.audited import AuditedLine
from storage.sql.store import SqlStore, SqlTransaction

PAGE = 256
"""Lines compared at once."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something does not fit: an entry, or a line that has one or should."""

    index: int | None
    line: AuditedLine | None = None


@dataclass(slots=True)
class Tally:
    """What came of it. `first` is where each kind of mismatch was met first, `counts` how often it was.

    `compared` lines were held against their entries, `erased` of them without the values of a person who was erased;
    `owed` ones have no entry yet, `older` ones were written before there was evidence, `elsewhere` is how many were
    recorded in the log of another archive.
    """

    first: dict[Mismatch, Spot] = field(default_factory=dict)
    counts: dict[Mismatch, int] = field(default_factory=dict)
    compared: int = 0
    erased: int = 0
    owed: int = 0
    older: int = 0
    elsewhere: int = 0

    def note(self, mismatch: Mismatch, spot: Spot) -> None:
        """Count something that does not fit."""
        self.first.setdefault(mismatch, spot)
        self.counts[mismatch] = self.counts.get(mismatch, 0) + 1


@dataclass(frozen=True, slots=True)
class _Page:
    lines: tuple[AuditedLine, ...]
    envelopes: Mapping[EnvelopeId, Envelope]
    signatures: Mapping[tuple[EnvelopeId, Account], LoggedSignature]


async def check_office(store: SqlStore, archive: Archive, office: OfficeId) -> Tally:
    """Compare what the store says with what the archive holds.

    Raises `StoreUnavailable`, `EvidenceError`, `OSError`; `RuntimeError` where signatures are kept and the store was
    opened without their key.
    """
    check = await asyncio.to_thread(_Check, archive, office)
    after: int | None = None
    while (page := await _read_page(store, office, after)).lines:
        await asyncio.to_thread(check.compare_lines, page)
        after = page.lines[-1].line.number
    entries = check.list_unseen()
    while unseen := await asyncio.to_thread(lambda: list(islice(entries, PAGE))):
        async with store.reading() as tx:
            found = await _complete(tx, office, await tx.audited.of_keys(office, [key for _, key in unseen]))
        await asyncio.to_thread(check.compare_entries, unseen, found)
    return check.tally


async def _read_page(store: SqlStore, office: OfficeId, after: int | None) -> _Page:
    async with store.reading() as tx:
        return await _complete(tx, office, await tx.audited.after(office, after, PAGE))


async def _complete(tx: SqlTransaction, office: OfficeId, lines: tuple[AuditedLine, ...]) -> _Page:
    about = tuple(dict.fromkeys(each.line.envelope for each in lines if each.line.envelope))
    envelopes = await tx.envelopes.several(office, about) if about else ()
    signed = {each.line.envelope for each in lines if each.line.envelope and "signature" in each.line.facts}
    signatures = await tx.signatures.of_envelopes(office, signed)
    return _Page(lines, {each.id: each for each in envelopes}, signatures)


class _Check:
    """Works on the disk, but for what it is given of the database."""

    def __init__(self, archive: Archive, office: OfficeId) -> None:
        self.tally = Tally()
        self._archive = archive
        self._office = office
        self._origin = archive.origin(office)
        self._payloads = archive.payloads(office)
        self._reader = self._open_reader()
        # Of the entries that were there at the start; whatever comes later may have its receipt still to come.
        self._seen = bytearray(self._reader.size if self._reader else 0)
        self._has_begun = False
        self._readable: set[str] = set()

    def compare_lines(self, page: _Page) -> None:
        """Hold lines against the entries that their receipts name."""
        self._reader = self._open_reader()  # by now it has the entries of all receipts on the page
        for each in page.lines:
            if each.key is None:
                self._note_unkeyed(each)
                continue
            self._has_begun = True
            if each.line.receipt:
                self._follow(each.key, each.line.receipt, each, page)
            elif each.is_owed:
                self.tally.owed += 1
            else:
                self.tally.note(Mismatch.UNPROVED, Spot(None, each))

    def list_unseen(self) -> Iterator[tuple[int, str]]:
        """The entries to which no line's receipt led, with the keys of their lines."""
        for index, seen in enumerate(self._seen):
            if not seen and isinstance(entry := self._read(index), Entry):
                yield index, entry.decision

    def compare_entries(self, unseen: Sequence[tuple[int, str]], page: _Page) -> None:
        """Hold such entries against their lines: those that were owed when their page was read, or are hidden."""
        lines = {each.key: each for each in page.lines}
        for index, key in unseen:
            found, entry = lines.get(key), self._read(index)
            if found is None:
                self.tally.note(Mismatch.NO_LINE, Spot(index))
            elif isinstance(entry, Entry):
                if found.line.receipt and self._is_elsewhere(found.line.receipt):
                    self.tally.elsewhere -= 1
                    self.tally.note(Mismatch.RECEIPT, Spot(index, found))
                self._compare(found, index, entry, page)

    def _open_reader(self) -> LogReader | None:
        try:
            return self._archive.reader(self._office)
        except KeyError:  # nothing was recorded yet
            return None

    def _read(self, index: int) -> object:
        return parse_entry(self._reader.read(index)) if self._reader else None

    def _note_unkeyed(self, audited: AuditedLine) -> None:
        if self._has_begun:
            self.tally.note(Mismatch.UNKEYED, Spot(None, audited))
        else:
            self.tally.older += 1

    def _follow(self, key: str, receipt: Receipt, audited: AuditedLine, page: _Page) -> None:
        if self._is_elsewhere(receipt):
            self.tally.elsewhere += 1
            return
        entry = self._find_entry(receipt)
        if entry is None or entry.decision != key:
            self.tally.note(Mismatch.RECEIPT, Spot(receipt.index, audited))
            return
        if receipt.index < len(self._seen):
            self._seen[receipt.index] = True
        self._compare(audited, receipt.index, entry, page)

    def _is_elsewhere(self, receipt: Receipt) -> bool:
        """Whether it says to be from a log of this office in an archive that was lost, and another adopted."""
        return receipt.origin != self._origin and receipt.origin.endswith(f"/evidence/{self._office}")

    def _find_entry(self, receipt: Receipt) -> Entry | None:
        if self._reader is None or receipt.origin != self._origin:
            return None
        try:
            encoded = self._reader.read(receipt.index)
        except IndexError:
            return None
        entry = parse_entry(encoded) if hash_leaf(encoded).hex() == receipt.entry_hash else None
        return entry if isinstance(entry, Entry) else None

    def _compare(self, audited: AuditedLine, index: int, entry: Entry, page: _Page) -> None:
        self.tally.compared += 1
        told = _find_told(audited, entry, page)
        spot = Spot(index, audited)
        if told is None:
            self.tally.note(Mismatch.ENVELOPE, spot)
            return
        kept = {person: self._open(person, entry.decision) for person in told.personal}
        for mismatch in compare(told, entry, kept) | self._explain_missing(entry, kept):
            self.tally.note(mismatch, spot)

    def _open(self, person: str, decision: str) -> Kept:
        try:
            kept = self._payloads.open(person, decision)
        except (Unopenable, WrongSecret):
            return Gone.DAMAGED
        except (Erased, KeyError):
            return Gone.MISSING
        self._readable.add(person)
        return kept

    def _explain_missing(self, entry: Entry, kept: Mapping[str, Kept]) -> frozenset[Mismatch]:
        missing = {person for person, each in kept.items() if each is Gone.MISSING}
        if not missing:
            return frozenset()
        # A line that was put on another account's name looks erased, but for what is kept of the right one.
        if self._payloads.holds_of_others(kept, entry.decision):
            return frozenset([Mismatch.ACCOUNT])
        # Erasing takes away all that was kept by then, and never leaves what is older than something else.
        if missing & self._readable:
            return frozenset([Mismatch.KEPT])
        self.tally.erased += 1
        return frozenset()


def _find_told(audited: AuditedLine, entry: Entry, page: _Page) -> Told | None:
    line = audited.line
    envelope = page.envelopes.get(line.envelope) if line.envelope else None
    if envelope is None:
        return None
    logged = page.signatures.get((envelope.id, line.by.account)) if "signature" in line.facts else None
    fact = find_facts(OwedLine(entry.decision, line, 0), envelope, _read_signature(logged))
    return Told(line, envelope, fact, logged is None or logged.content is not Unreadable.ERASED)


def _read_signature(logged: LoggedSignature | None) -> Signature | None:
    match logged.content if logged else None:
        case bytes(png):
            return DrawnSignature(png, ())
        case TypedSignature() as typed:
            return typed
        case _:
            return None
