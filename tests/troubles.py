"""What can go wrong with one call of a platform, for the strict stand-ins of both."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class RateLimit:
    """429 with this many seconds in Retry-After."""

    seconds: int


@dataclass(frozen=True)
class Status:
    """An answer with this HTTP status and no JSON; `done` tells whether the call was carried out before."""

    status: int
    done: bool = False


@dataclass(frozen=True)
class Drop:
    """The connection breaks: `done` tells whether the call was carried out before."""

    done: bool


@dataclass(frozen=True)
class Hold:
    """The answer waits until the event is set."""

    until: asyncio.Event
