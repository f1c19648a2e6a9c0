"""Periods that a document is about, as source packages write them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_PERIOD: Final = re.compile(r"(?P<year>(?:19|20)\d\d)(?:[-/ ]?(?P<part>[QKMPqkmp]?)(?P<number>\d{1,2}))?")


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


def read_period(text: str) -> Period | None:
    """The period in `2025`, `2025-Q3` (or K3), `2025-03` (or M03) or `2025-P07`; None for anything else."""
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
