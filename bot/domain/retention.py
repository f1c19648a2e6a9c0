"""How long the law says to keep a document."""

from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a document is, as far as that matters here."""

    RECORDS = "records"
    """An administration: 7 years (art. 52, fourth paragraph, Algemene wet inzake rijksbelastingen)."""
    REAL_ESTATE = "real estate"
    """About immovable property: 10 years (art. 34a Wet op de omzetbelasting 1968: nine years after the first one)."""


YEARS = {Kind.RECORDS: 7, Kind.REAL_ESTATE: 10}
_REAL_ESTATE = ("onroerend", "vastgoed", "real estate", "immovable", "woz", "leveringsakte", "notaris")


def find_kind(folder: str, name: str) -> Kind:
    """The kind by the words of its folder and name, which is all that is known of it here."""
    words = f"{folder} {name}".casefold()
    return Kind.REAL_ESTATE if any(each in words for each in _REAL_ESTATE) else Kind.RECORDS


def keep_until(kind: Kind, since: datetime) -> date:
    """The last day of its term, which runs in whole calendar years from the end of the year that it is of."""
    return date(since.year + YEARS[kind], 12, 31)
