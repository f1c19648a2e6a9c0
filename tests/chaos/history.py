"""What was promised in a run, what is kept of it and what was shown; and whether these three agree."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What somebody does to a request, or how it stands after that; each word is the one of the database."""

    SENT = "sent"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Paraaf told the person that it was done. `request` is the message that the request was sent with.

    In Slack a press is acknowledged whatever comes of it: a withdrawal there is not among them, but judged by the log.
    """

    request: str
    deed: Deed


@dataclass(frozen=True, slots=True)
class Kept:
    """A request in the database; `card` and `notes` are the words that its card and the notes below it should have."""

    id: str
    request: str
    is_open: bool
    answers: tuple[tuple[str, Deed], ...]
    """Who answered what, of the signers that answered."""
    message: str | None
    """The id of its card on the platform."""
    card: str
    notes: tuple[str, ...] = ()
    chat: str | None = None
    """Where the notes stand beside all others, since there are no threads; else they stand below the card."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log, or an entry of the evidence: `key` is the same for both. Entries name nobody."""

    key: str
    envelope: str
    deed: Deed
    by: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message on the platform as it is now; `thread` is the id of the card that it stands below."""

    id: str
    key: str
    words: str
    thread: str | None = None
    says_twice: bool = False
    """It says that it may stand there twice, as it has to where no platform tells whether it was sent before."""


@dataclass(frozen=True, slots=True)
class History:
    """Everything that is known after a run, once nothing moves any more."""

    accepted: tuple[Accepted, ...] = ()
    kept: tuple[Kept, ...] = ()
    logged: tuple[Line, ...] = ()
    recorded: tuple[Line, ...] = ()
    posted: tuple[Posted, ...] = ()
    waiting: tuple[str, ...] = ()
    """In words: rows of the outbox that are left or were buried, and lines that the evidence does not have."""


def find_broken_promises(history: History) -> list[str]:
    """Every promise that was broken, in words; none where all is well."""
    checks = (_find_unsettled, _find_lost, _find_double_decisions, _find_unrecorded, _find_stale, _find_unsaid)
    return [broken for check in checks for broken in check(history)] + find_duplicates(history)


def find_duplicates(history: History) -> list[str]:
    """The messages that stand there again and do not say so."""
    counted = Counter(each.key for each in history.posted)
    first = {each.key: each for each in reversed(history.posted)}
    silent = {each.key: None for each in history.posted if each is not first[each.key] and not each.says_twice}
    return [f"posted {counted[key]} times: {key}" for key in silent]


def count_twins(history: History) -> int:
    """How many messages stand there again, whatever they say."""
    cards = Counter(each.key for each in history.posted)
    notes = Counter((each.thread, each.words) for each in history.posted)
    wanted = _count_notes(history)
    return sum(cards.values()) - len(cards) + sum(max(0, notes[each] - wanted[each]) for each in wanted)


def _find_unsettled(history: History) -> Iterator[str]:
    yield from (f"still waits: {each}" for each in history.waiting)


def _find_lost(history: History) -> Iterator[str]:
    """What was accepted and is not kept, and a request that one submission made twice."""
    kept = Counter(each.request for each in history.kept)
    by_request = {each.request: each for each in history.kept}
    yield from (f"sent twice: {request}" for request, count in kept.items() if count > 1)
    for each in history.accepted:
        request = by_request.get(each.request)
        if request is None:
            yield f"lost: {each.request} was {each.deed}, and there is no such request"
        elif each.deed is Deed.WITHDRAWN and request.is_open:
            yield f"lost: {each.request} was withdrawn, and is open"
        elif each.deed in {Deed.APPROVED, Deed.REJECTED} and each.deed not in dict(request.answers).values():
            yield f"lost: {each.request} was {each.deed}, and nobody answered so"


def _find_double_decisions(history: History) -> Iterator[str]:
    """More than one line for a signer, an answer without its line or with another, and a withdrawal of nothing."""
    decisions = [each for each in history.logged if each.deed in {Deed.APPROVED, Deed.REJECTED}]
    counted = Counter((each.envelope, each.by) for each in decisions)
    yield from (f"decided {count} times: {key}" for key, count in counted.items() if count > 1)
    logged = {(each.envelope, each.by, each.deed) for each in decisions}
    answered = {(each.id, by, deed) for each in history.kept for by, deed in each.answers}
    yield from (f"logged and not kept: {each}" for each in sorted(logged - answered))
    yield from (f"kept and not logged: {each}" for each in sorted(answered - logged))
    withdrawn = {each.envelope for each in history.logged if each.deed is Deed.WITHDRAWN}
    yield from (f"withdrawn and open: {each.request}" for each in history.kept if each.is_open and each.id in withdrawn)


def _find_unrecorded(history: History) -> Iterator[str]:
    """Lines that are not in the evidence exactly once, and entries of which there is no such line."""
    recorded = Counter(each.key for each in history.recorded)
    for line in history.logged:
        if (count := recorded[line.key]) != 1:
            yield f"{count} times in the evidence: {line.deed} of {line.envelope}"
    logged = {(each.key, each.envelope, each.deed) for each in history.logged}
    for entry in history.recorded:
        if (entry.key, entry.envelope, entry.deed) not in logged:
            yield f"in the evidence only: {entry.deed} of {entry.envelope}"


def _find_stale(history: History) -> Iterator[str]:
    """Requests without a card, and cards that say something else than the database; of twins the last is the card."""
    posted = {each.id: each for each in history.posted}
    last = {each.key: each for each in history.posted}
    for each in history.kept:
        card = posted.get(each.message or "")
        if card is None:
            yield f"no card: {each.request}"
        elif card.words != each.card:
            yield f"stale: the card of {each.request} says {card.words!r} in place of {each.card!r}"
        elif last[card.key].says_twice and last[card.key] is not card:
            yield f"stale: the last card of {each.request} is not the one that is kept up to date"


def _find_unsaid(history: History) -> Iterator[str]:
    """Notes that nobody can read where they belong, or that stand there more often than they say."""
    wanted = _count_notes(history)
    said = Counter((each.thread, each.words) for each in history.posted)
    silent = Counter((each.thread, each.words) for each in history.posted if not each.says_twice)
    for each in history.kept:
        for note in each.notes:
            key = each.chat or each.message, note
            if not silent[key] <= wanted[key] <= said[key]:
                yield f"said {said[key]} times below {each.request}: {note!r}"


def _count_notes(history: History) -> Counter[tuple[str | None, str]]:
    """How often each note has to stand in each place."""
    return Counter((each.chat or each.message, note) for each in history.kept for note in each.notes)
