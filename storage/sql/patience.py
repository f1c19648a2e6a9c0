"""How long PostgreSQL is waited for: every statement a while, and one request a short while all in all.

A server that takes a statement and never answers ends no connection. So we end it ourselves, which everybody who waits
on it is told at once; cancelling a wait instead would first ask that server to stop, and wait for that.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

STATEMENT_SECONDS = 10.0
"""None of ours takes a hundredth of it."""
REQUEST_SECONDS = 2.0
"""Slack wants its acknowledgement in 3 s, and the adapter gives it after 2.3 whatever comes; Teams waits longer."""
MOMENT = 1.0
"""Seconds for what need not succeed: asking an idle connection, undoing what the server undoes by itself."""


@dataclass(slots=True)
class _Budget:
    left: float
    open: bool = True


_budget: ContextVar[_Budget | None] = ContextVar("database_budget", default=None)


@contextmanager
def hurrying(seconds: float = REQUEST_SECONDS) -> Iterator[None]:
    """Until the end of the block, wait `seconds` for the database all in all, here and in tasks begun here.

    A hurry within a hurry changes nothing.
    """
    if _current():
        yield
        return
    budget = _Budget(seconds)
    token = _budget.set(budget)
    try:
        yield
    finally:
        budget.open = False  # what goes on in tasks after the request is in no hurry any more
        _budget.reset(token)


@contextmanager
def waiting(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` when the block takes longer than it may. Raises `TimeoutError` where no time is left to begin it."""
    loop, budget = asyncio.get_running_loop(), _current()
    timer = loop.call_later(_find_patience(), end)
    started = loop.time()
    try:
        yield
    finally:
        timer.cancel()
        if budget:
            budget.left -= loop.time() - started


@contextmanager
def at_most(seconds: float, end: Callable[[], None]) -> Iterator[None]:
    """As `waiting`, whatever else was waited for."""
    timer = asyncio.get_running_loop().call_later(seconds, end)
    try:
        yield
    finally:
        timer.cancel()


def _find_patience() -> float:
    budget = _current()
    if budget is None:
        return STATEMENT_SECONDS
    if budget.left <= 0:
        raise TimeoutError("the request has waited long enough for the database")
    return min(budget.left, STATEMENT_SECONDS)


def _current() -> _Budget | None:
    budget = _budget.get()
    return budget if budget and budget.open else None
