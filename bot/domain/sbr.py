"""What an SBR instance tells of itself, and whether that agrees with what a source package says of it.

Entry points are those of the Dutch taxonomy (NT), such as `…/nt20/bd/20251210/entrypoints/bd-rpt-ob-aangifte-2026.xsd`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from bot.domain.delivery import Kind

_ACCOUNTS: Final = frozenset({Kind.ANNUAL_ACCOUNTS, Kind.FILED_ACCOUNTS})
"""The trade register has one entry point for accounts, whoever they are for."""
_KINDS: Final = (
    (re.compile(r"bd-rpt-ihz-aangifte"), frozenset({Kind.INCOME_TAX})),
    (re.compile(r"bd-rpt-vpb-aangifte"), frozenset({Kind.CORPORATE_TAX})),
    (re.compile(r"bd-rpt-ob-(aangifte|suppletie)"), frozenset({Kind.VAT})),
    (re.compile(r"bd-rpt-icp-(opgaaf|suppletie)"), frozenset({Kind.INTRA_COMMUNITY})),
    (re.compile(r"kvk-rpt-.*publicatiestukken"), frozenset({Kind.FILED_ACCOUNTS})),
    (re.compile(r"kvk-rpt-jaarverantwoording"), _ACCOUNTS),
    (re.compile(r"frc-rpt-.*jaarrapportage"), frozenset({Kind.ANNUAL_ACCOUNTS})),
)
_YEAR: Final = re.compile(r"\d{4}")
_LONGER_THAN_A_QUARTER: Final = 93
"""Days."""


class Scheme(StrEnum):
    """Whose number of a client it is."""

    TAX = "rsin"
    """RSIN or BSN, which also begins the number for VAT."""
    TRADE_REGISTER = "kvk"


@dataclass(frozen=True, slots=True)
class ClientNumber:
    """The number, in digits alone, that the government knows a client by. It is never kept as it is."""

    scheme: Scheme
    number: str

    @property
    def field(self) -> str:
        """Where the hash of it stands in `Delivery.extra`."""
        return f"{self.scheme}_hash"


@dataclass(frozen=True, slots=True)
class SbrInstance:
    """What an instance says: its entry point, whom it is about (None unless one alone), and from when to when."""

    entry_point: str
    number: ClientNumber | None
    start: date | None
    end: date | None


def find_kinds(entry_point: str) -> frozenset[Kind]:
    """The kinds of document that an entry point is for; none for one that nobody here knows."""
    name = entry_point.rsplit("/", 1)[-1].lower()
    return next((kinds for pattern, kinds in _KINDS if pattern.match(name)), frozenset())


def read_number(scheme: str, text: str) -> ClientNumber | None:
    """The number in an instance's identifier; None for a scheme that nobody here knows."""
    digits = re.sub(r"[\s.]", "", text).upper()
    if "belastingdienst.nl" in scheme.lower():
        found = re.fullmatch(r"(?:NL)?(\d{8,9})(?:[BL]\d\d)?", digits)  # as such, for VAT or for wages
        return ClientNumber(Scheme.TAX, found[1].zfill(9)) if found else None
    if "kvk.nl" in scheme.lower():
        return ClientNumber(Scheme.TRADE_REGISTER, digits) if re.fullmatch(r"\d{8}", digits) else None
    return None


def covers(instance: SbrInstance, period: str) -> bool:
    """Whether `period`, as a source package says it, is the period that the instance is about.

    A financial year is called by a year that it begins or ends in, so that one that is not a calendar year may have
    either name.
    """
    start, end = instance.start, instance.end
    if start is None or end is None:
        return False
    said = period.strip().upper().replace("K", "Q").replace("M", "")
    if _YEAR.fullmatch(said):
        return (end - start).days > _LONGER_THAN_A_QUARTER and int(said) in {start.year, end.year}
    return said in _name_span(start, end)


def _name_span(start: date, end: date) -> set[str]:
    names = {f"{start}/{end}"}
    if start.day != 1 or end.day != monthrange(end.year, end.month)[1] or start.year != end.year:
        return names
    months = end.month - start.month + 1
    if months == 1:
        names.add(f"{start:%Y-%m}")
    if months == 3 and end.month % 3 == 0:  # noqa: PLR2004 - a quarter has three
        names.add(f"{start.year}-Q{end.month // 3}")
    return names
