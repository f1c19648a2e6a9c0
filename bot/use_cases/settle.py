"""Change something that somebody else may be changing as well."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.domain.errors import Conflict

T = TypeVar("T")


async def settle(attempt: Callable[[], Awaitable[T]]) -> T:
    """Run `attempt`, which reads afresh and then writes, again for as long as it raises `Conflict`.

    Every conflict means that somebody else's change was saved, after which fewer changes are possible, so this ends:
    in the result, or in the refusal that tells exactly what the other did.
    """
    while True:
        try:
            return await attempt()
        except Conflict:
            continue
