"""Periods that a document is about, as source packages write them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

_PERIOD: Final = re.compile(r"(?P<year>(?:19|20)\d\d)(?:[-/ ]?(?P<part>[QKMPqkmp]?)(?P<number>\d{1,2}))?", re.ASCII)

_DAYS: Final = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)", re.ASCII)


class Part(StrEnum):
    """What of a year."""

    QUARTER = "quarter"
    MONTH = "month"
    FOUR_WEEKS = "four weeks"
    """One of the thirteen periods of four weeks in which wages may be paid."""


_PARTS: Final = {"Q": Part.QUARTER, "K": Part.QUARTER, "M": Part.MONTH, "": Part.MONTH, "P": Part.FOUR_WEEKS}
_MOST: Final = {Part.QUARTER: 4, Part.MONTH: 12, Part.FOUR_WEEKS: 13}


@dataclass(frozen=True, slots=True)
class Period:
    """A year, or the part of it with that number, which counts from 1."""

    year: int
    part: Part | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included, such as a financial year that is no calendar year."""

    first: date
    last: date

    @property
    def year(self) -> int:
        """The year that it is filed under."""
        return self.last.year


def read_period(text: str) -> Period | Span | None:
    """The period in `2025`, `2025-Q3` (or K3), `2025-03` (or M03), `2025-P07` or `2025-07-01/2026-06-30`.

    None for anything else.
    """
    if days := _DAYS.fullmatch(text.strip()):
        return _read_span(*days.groups())
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        return None
    year = int(found["year"])
    if found["number"] is None:
        return Period(year)
    if not found["part"] and len(found["number"]) == 1:
        return None  # 20251 may be anything
    part, number = _PARTS[found["part"].upper()], int(found["number"])
    return Period(year, part, number) if 1 <= number <= _MOST[part] else None


def _read_span(start: str, end: str) -> Period | Span | None:
    try:
        first, last = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError:
        return None
    if first > last:
        return None
    is_whole = first.year == last.year and first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    match last.month - first.month + 1 if is_whole else 0:
        case 12:
            return Period(first.year)
        case 3 if last.month % 3 == 0:
            return Period(first.year, Part.QUARTER, last.month // 3)
        case 1:
            return Period(first.year, Part.MONTH, first.month)
        case _:
            return Span(first, last)
