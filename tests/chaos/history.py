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

    No withdrawal is among them: a press is acknowledged whatever comes of it, which the card and the log tell.
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
    """The messages that stand there more than once."""
    counted = Counter(each.key for each in history.posted)
    return [f"posted {count} times: {key}" for key, count in counted.items() if count > 1]


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
    """Requests without a card, and cards that say something else than the database."""
    posted = {each.id: each for each in history.posted}
    for each in history.kept:
        card = posted.get(each.message or "")
        if card is None:
            yield f"no card: {each.request}"
        elif card.words != each.card:
            yield f"stale: the card of {each.request} says {card.words!r} in place of {each.card!r}"


def _find_unsaid(history: History) -> Iterator[str]:
    """Notes that nobody can read below their card, or that stand there twice under different keys."""
    said = Counter((each.thread, each.words) for each in history.posted)
    for each in history.kept:
        for note in each.notes:
            if (count := said[each.message, note]) != 1:
                yield f"said {count} times below {each.request}: {note!r}"
