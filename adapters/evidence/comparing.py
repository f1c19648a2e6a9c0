"""Compares what the database says of a line with its entry in the evidence. Pure: whoever calls it reads both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from adapters.evidence.local import make_entry
from adapters.evidence.opening import name_person
from bot.domain.envelope import Envelope
from bot.domain.evidence import EvidenceFact
from bot.domain.log import LogLine
from storage.evidence.commitments import Opening
from storage.evidence.entry import Entry, Personal
from storage.evidence.errors import Malformed


class Mismatch(Enum):
    """What does not fit."""

    UNKEYED = auto()
    """A line has no evidence, though older ones have."""
    UNPROVED = auto()
    """A line has no receipt, and none is owed."""
    RECEIPT = auto()
    """A receipt is not that of its line."""
    NO_LINE = auto()
    """An entry has no line."""
    ENVELOPE = auto()
    HAPPENING = auto()
    TIME = auto()
    DOCUMENTS = auto()
    CONSENT = auto()
    ADOPTION = auto()
    """What is asked about annual accounts, or when these were adopted."""
    WHO = auto()
    ACCOUNT = auto()
    REASON = auto()
    PLACE = auto()
    NETWORK = auto()
    SIGNATURE = auto()
    SIGNER = auto()
    TAKER = auto()
    KEPT = auto()
    """What the evidence keeps of a person was swapped, damaged or taken away."""


class Gone(Enum):
    """Why nothing that was kept of a person about a decision can be read."""

    MISSING = auto()
    """There is no key, or nothing is kept, as after an erasure."""
    DAMAGED = auto()
    """There is something, and it cannot be opened."""


Kept = Sequence[Opening] | Gone


@dataclass(frozen=True, slots=True)
class Told:
    """What the database says of a line; `knows_signature` unless the signature in it is erased."""

    line: LogLine
    envelope: Envelope
    fact: EvidenceFact
    knows_signature: bool

    @property
    def personal(self) -> Mapping[str, Mapping[Personal, str]]:
        """What is personal, by the archive's id of each person."""
        who = name_person(self.fact.person)
        told = {who: {Personal(what): value for what, value in self.fact.personal.items()} | {Personal.ACCOUNT: who}}
        for role, party in self.fact.others.items():
            told.setdefault(name_person(party.account), {})[Personal(role)] = party.name
        return told


_PLAIN = {
    "office": Mismatch.ENVELOPE,
    "envelope": Mismatch.ENVELOPE,
    "event": Mismatch.HAPPENING,
    "at": Mismatch.TIME,
    "documents": Mismatch.DOCUMENTS,
    "consent": Mismatch.CONSENT,
    "asks": Mismatch.ADOPTION,
    "adopted": Mismatch.ADOPTION,
}


def compare(told: Told, entry: Entry, kept: Mapping[str, Kept]) -> frozenset[Mismatch]:
    """What does not fit; `kept` is what the evidence keeps of each person of `told.personal`."""
    return frozenset(
        [
            *_compare_plain(told.fact, entry),
            *_compare_copies(told),
            *_compare_commitments(told, entry),
            *(
                mismatch
                for person, values in told.personal.items()
                for mismatch in _compare_kept(values, entry, kept[person])
            ),
        ]
    )


def _compare_plain(fact: EvidenceFact, entry: Entry) -> Iterator[Mismatch]:
    try:
        written = make_entry(fact, {})
    except Malformed:  # it is said to have happened to no envelope
        yield Mismatch.HAPPENING
        return
    yield from (mismatch for name, mismatch in _PLAIN.items() if getattr(written, name) != getattr(entry, name))


def _compare_copies(told: Told) -> Iterator[Mismatch]:
    """What a line repeats of its envelope, since people read it there."""
    facts = told.line.facts
    hashes = " ".join(document.sha256 for document in told.envelope.documents)
    if facts.get("documents", hashes) != hashes:
        yield Mismatch.DOCUMENTS
    # The one pair may have asked twice, under another name in between.
    pair = (facts.get("from_account"), facts.get("to_account"))
    asked = [each for each in told.envelope.delegations if (each.signer.account.user, each.taker.account.user) == pair]
    if asked and facts.get("from") not in {each.signer.name for each in asked}:
        yield Mismatch.SIGNER
    if asked and facts.get("to") not in {each.taker.name for each in asked}:
        yield Mismatch.TAKER


def _compare_commitments(told: Told, entry: Entry) -> Iterator[Mismatch]:
    """What one of them names and the other does not, which an erasure does not change."""
    named = {what for values in told.personal.values() for what in values}
    for what in named ^ set(entry.commitments):
        if what is not Personal.SIGNATURE or told.knows_signature:
            yield Mismatch[what.name]


def _compare_kept(values: Mapping[Personal, str], entry: Entry, kept: Kept) -> Iterator[Mismatch]:
    if isinstance(kept, Gone):
        if kept is Gone.DAMAGED:
            yield Mismatch.KEPT
        return
    openings = {each.what: each for each in kept}
    for what, opening in openings.items():
        if not opening.fits(entry):
            yield Mismatch.KEPT
        # The key of an opening is not of its value, so that it tells of the database's value as well.
        if not replace(opening, value=values.get(what, "").encode()).fits(entry):
            yield Mismatch[what.name]
    if not openings.keys() >= values.keys() & entry.commitments.keys():
        yield Mismatch.KEPT
