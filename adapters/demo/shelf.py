"""The documents in the clients' dossiers, with the day on which each was filed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from adapters.demo.office import ACCOUNTS, AGREEMENT, CORRECTED_RETURN, OLDER_DOCUMENT, RETURN
from adapters.demo.papers.accounts import write_annual_accounts
from adapters.demo.papers.agreements import write_engagement, write_letter, write_terms
from adapters.demo.papers.returns import IncomeReturn, write_income_return, write_turnover_return

_RETURN_2025 = IncomeReturn(
    2025, profit=61_480, house_value=386_000, interest=4_120, annuity=1_200, credits=6_100, paid=11_000
)
_CORRECTED_2025 = IncomeReturn(
    2025,
    profit=61_480,
    house_value=386_000,
    interest=6_840,
    annuity=1_200,
    credits=6_100,
    paid=11_000,
    correction="Deze versie vervangt de eerdere. De hypotheekrente is aangepast aan de jaaropgave van uw bank.",
)
_RETURN_2024 = IncomeReturn(
    2024, profit=50_600, house_value=371_000, interest=7_020, annuity=1_200, credits=6_900, paid=6_400
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to file: in which folder, under which name, when."""

    folder: str
    name: str
    content: bytes
    filed_at: datetime


Shelf = Sequence[tuple[str, str, Callable[[datetime], bytes]]]
"""Folders with the names of documents in them and how each is written, the newest first."""


def fill_shelf(shelf: Shelf, now: datetime) -> tuple[Paper, ...]:
    """The documents of a shelf, filed every third morning before `now`, the newest first."""
    morning = now.astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    days = [morning - timedelta(days=3 * number) for number in range(1, len(shelf) + 1)]
    return tuple(Paper(folder, name, write(day), day) for (folder, name, write), day in zip(shelf, days, strict=True))


_PRIVACY = (
    "Voor de salarisadministratie verwerken wij persoonsgegevens van uw medewerkers. Hier leggen wij vast hoe.",
    "Wij gebruiken ze alleen voor uw opdracht, beveiligen ze passend en melden een datalek binnen een etmaal.",
    "Na afloop van de opdracht geven wij de gegevens terug of wissen wij ze, zoals u dat wilt.",
)
_FORECAST = (
    "Na drie kwartalen verwachten wij een omzet die ongeveer vier procent hoger is dan vorig jaar.",
    "Vraagt u tijdig een hogere voorlopige aanslag aan, dan voorkomt u belastingrente. Wij doen dat graag voor u.",
)
_FIGURES = (
    "Het resultaat over 2024 kwam uit op € 50.600. U wilt in 2025 een nieuwe oven kopen.",
    "Die investering geeft recht op investeringsaftrek, die wij in de aangifte over 2025 verwerken.",
)
_MANDATE = (
    "Met deze machtiging mogen wij uw vooraf ingevulde aangifte bij de Belastingdienst ophalen.",
    "De machtiging geldt tot u haar intrekt.",
)

_BAKER, _BAKERY, _DIRECTOR, _BICYCLES = "Karel van Dam", "Bakkerij Van Dam", "Lotte Visser", "De Groene Fiets B.V."

BAKERY_SHELF: Final[Shelf] = (
    ("Aangiften/2025", CORRECTED_RETURN, partial(write_income_return, _CORRECTED_2025, _BAKER)),
    ("Aangiften/2025", RETURN, partial(write_income_return, _RETURN_2025, _BAKER)),
    ("Jaarrekeningen", ACCOUNTS, partial(write_annual_accounts, 2025)),
    ("Overeenkomsten", AGREEMENT, partial(write_engagement, _BAKERY, _BAKER, 2026, "€ 4.800")),
    ("Overeenkomsten", "Algemene voorwaarden.pdf", write_terms),
    (
        "Btw/2026",
        "Omzetbelasting 3e kwartaal 2026.pdf",
        partial(write_turnover_return, 3, 92_300, 4_150, 6_220),
    ),
    (
        "Btw/2026",
        "Omzetbelasting 2e kwartaal 2026.pdf",
        partial(write_turnover_return, 2, 88_760, 3_900, 5_940),
    ),
    (
        "Btw/2026",
        "Omzetbelasting 1e kwartaal 2026.pdf",
        partial(write_turnover_return, 1, 84_120, 3_210, 7_480),
    ),
    (
        "Overeenkomsten",
        "Verwerkersovereenkomst.pdf",
        partial(write_letter, "Verwerkersovereenkomst", _BAKERY, _PRIVACY),
    ),
    ("Brieven", "Brief prognose 2026.pdf", partial(write_letter, "Prognose 2026", _BAKERY, _FORECAST)),
    ("Brieven", "Brief jaarcijfers 2024.pdf", partial(write_letter, "Jaarcijfers 2024", _BAKERY, _FIGURES)),
    ("Aangiften/2024", "Aangifte inkomstenbelasting 2024.pdf", partial(write_income_return, _RETURN_2024, _BAKER)),
    ("Overeenkomsten", "Opdrachtbevestiging 2025.pdf", partial(write_engagement, _BAKERY, _BAKER, 2025, "€ 4.500")),
    ("Machtigingen", OLDER_DOCUMENT, partial(write_letter, "Machtiging", _BAKERY, _MANDATE)),
)
"""More documents than fit in a list to tick."""

BICYCLES_SHELF: Final[Shelf] = (
    (
        "Overeenkomsten",
        "Opdrachtbevestiging 2026.pdf",
        partial(write_engagement, _BICYCLES, _DIRECTOR, 2026, "€ 7.200"),
    ),
    ("Overeenkomsten", "Algemene voorwaarden.pdf", write_terms),
    ("Brieven", "Brief prognose 2026.pdf", partial(write_letter, "Prognose 2026", _BICYCLES, _FORECAST)),
)
