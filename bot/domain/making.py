"""What becomes of whom a conversation is made for."""

from dataclasses import dataclass
from enum import StrEnum


class Absence(StrEnum):
    """Why somebody is not in a conversation that was made."""

    UNKNOWN = "unknown"
    """No account of theirs is known."""
    ELSEWHERE = "elsewhere"
    """Their account is of another organisation or platform, where Paraaf cannot invite."""
    REFUSED = "refused"
    """The platform does not let Paraaf invite them."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody who belongs in the conversation and could not be invited; `reason` as the platform words it."""

    name: str
    absence: Absence
    reason: str = ""
