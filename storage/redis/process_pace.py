"""How fast this process may go: the times of its calls, remembered for as long as a platform counts them."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.domain.rates import Limit, Rate

SECOND: Final = 1_000_000
"""Times are counted in whole microseconds, so that Redis and Python come to the same."""
UNKNOWN_GAP: Final = SECOND // 5
"""Between two that waited for the end of a hold on what has no known rate."""
_FIRST_SWEEP: Final = 10_000


@dataclass(slots=True)
class _Book:
    """What is known of one limit: the newest calls first, until when it is shut, and the ends of its two lines."""

    limit: Limit
    times: deque[int]
    shut: int = 0
    lines: dict[bool, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Bound:
    """Why a call may not go before `free`; those who wait for it come `gap` apart."""

    free: int
    gap: int
    book: _Book


class ProcessPace:
    """Keeps `bot.ports.Pace` in this process's memory.

    `share` is among how many processes the rates are divided. Two that take turns without knowing of each other may
    still meet within a span that lets only one through; on average they keep to it.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic, share: int = 1) -> None:
        self.share = share
        self._now = now
        self._books: dict[str, _Book] = {}
        self._sweep_at = _FIRST_SWEEP

    async def ask(self, limits: Sequence[Limit], *, patient: bool = False) -> timedelta:
        now, books = self._tell_time(), [self._open(limit) for limit in limits]
        bounds = [bound for book in books for bound in _find_bounds(book, self.share) if bound.free > now]
        if not bounds:
            _write(books, now)
            return timedelta(0)
        bound = max(bounds, key=lambda each: each.free)
        told = max(bound.free, bound.book.lines.get(patient, 0))
        bound.book.lines[patient] = told + bound.gap
        return timedelta(microseconds=told - now)

    async def hold(self, limit: Limit, wait: timedelta) -> None:
        book = self._open(limit)
        book.shut = max(book.shut, self._tell_time() + round(wait.total_seconds() * SECOND))

    def note(self, limits: Sequence[Limit]) -> None:
        """Count a call that somebody else let go."""
        _write([self._open(limit) for limit in limits], self._tell_time())

    def list_closed(self) -> Iterator[tuple[Limit, timedelta]]:
        """The limits that let nothing through now, and for how long that is so; as if the rates were not divided."""
        now = self._tell_time()
        for book in self._books.values():
            free = max((bound.free for bound in _find_bounds(book, share=1)), default=now)
            if free > now:
                yield book.limit, timedelta(microseconds=free - now)

    def _tell_time(self) -> int:
        return int(self._now() * SECOND)

    def _open(self, limit: Limit) -> _Book:
        if (book := self._books.get(limit.name)) is None:
            self._sweep()
            book = _Book(limit, deque(maxlen=max((rate.most for rate in limit.rates), default=0)))
            self._books[limit.name] = book
        return book

    def _sweep(self) -> None:
        """Forget what says nothing any more, whenever there is twice as much as was left the last time."""
        if len(self._books) < self._sweep_at:
            return
        now = self._tell_time()
        self._books = {name: book for name, book in self._books.items() if _find_end(book) > now}
        self._sweep_at = max(_FIRST_SWEEP, 2 * len(self._books))


def _write(books: Sequence[_Book], now: int) -> None:
    for book in books:
        book.times.appendleft(now)


def _find_bounds(book: _Book, share: int) -> Iterator[_Bound]:
    rates = [_divide(rate, share) for rate in book.limit.rates]
    if book.shut:
        yield _Bound(book.shut, max((span // most for most, span in rates), default=UNKNOWN_GAP), book)
    for most, span in rates:
        if len(book.times) >= most:
            yield _Bound(book.times[most - 1] + span, span // most, book)


def _divide(rate: Rate, share: int) -> tuple[int, int]:
    span = round(rate.seconds * SECOND)
    return (rate.most // share, span) if rate.most >= share else (1, span * share // rate.most)


def _find_end(book: _Book) -> int:
    longest = max((round(rate.seconds * SECOND) for rate in book.limit.rates), default=0)
    newest = book.times[0] + longest if book.times else 0
    return max(newest, book.shut, *book.lines.values(), 0)
