"""Annual accounts: management agrees with the draft, or the general meeting adopts them, on a day that is recorded."""

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.domain.faults import Fault, Problem

if TYPE_CHECKING:
    from bot.domain.envelope import Envelope

_ACCOUNTS: Final = re.compile("jaarrekening|jaarstukken|annual accounts|financial statements", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s_.-]+")
_PERIOD: Final = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})))?", re.ASCII)
_DAYS: Final = re.compile(r"\d{4}-\d{2}-\d{2}/(\d{4}-\d{2}-\d{2})", re.ASCII)


class Asks(StrEnum):
    """What an envelope asks of its signers."""

    APPROVE = "approve"
    """To agree with the documents; with annual accounts, that management agrees with the draft (accorderen)."""
    ADOPT = "adopt"
    """That the general meeting adopts the annual accounts (vaststellen; 2:101 and 2:210 of the Dutch Civil Code)."""


def looks_like_accounts(name: str) -> bool:
    """Whether the name of a document, in Dutch or English, is that of annual accounts."""
    return _ACCOUNTS.search(_SEPARATORS.sub(" ", name)) is not None


def find_period_end(period: str) -> date | None:
    """The last day of a period as source packages write it; None where it cannot be told.

    Known are `2025`, `2025-Q3`, `2025-11` and `2024-07-01/2025-06-30`.
    """
    try:
        if days := _DAYS.fullmatch(period):
            return date.fromisoformat(days[1])
        if (named := _PERIOD.fullmatch(period)) is None:
            return None
        year, month = int(named[1]), int(named[2] or 0) * 3 or int(named[3] or 12)
        return date(year, month, monthrange(year, month)[1])
    except ValueError:
        return None


def find_adoption_day(envelope: "Envelope") -> date | None:
    """When the annual accounts were adopted, as the first signer who approved said; None where nobody did."""
    days = (each.decision.adopted_on for each in envelope.signers if each.decision)
    return next((day for day in days if day), None)


def find_adoption_fault(envelope: "Envelope", day: date | None, today: date) -> Fault | None:
    """What is wrong with the day on which somebody says that the accounts were adopted; `today` is the office's.

    They are adopted once, so that every signer names the same day.
    """
    if envelope.asks is not Asks.ADOPT:
        return None
    if day is None:
        return Fault(Problem.MISSING)
    if day > today:
        return Fault(Problem.IN_THE_FUTURE)
    if envelope.period_end and day < envelope.period_end:
        return Fault(Problem.BEFORE_PERIOD_END)
    known = find_adoption_day(envelope)
    return Fault(Problem.ANOTHER_DAY) if known not in {None, day} else None
