"""Annual accounts: their names, their periods, and on which days they can be adopted."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.accounts import Asks, find_adoption_day, find_adoption_fault, find_period_end, looks_like_accounts
from bot.domain.faults import Problem
from tests import builders as a

TODAY = date(2026, 6, 1)
ADOPTED = date(2026, 5, 28)
ENDED = date(2025, 12, 31)


@pytest.mark.parametrize(
    "name", ["Jaarrekening 2025.pdf", "concept_jaarrekening-2025.pdf", "Annual-Accounts 2025", "JAARSTUKKEN"]
)
def test_names_of_annual_accounts(name: str) -> None:
    assert looks_like_accounts(name)


@pytest.mark.parametrize("name", ["Aangifte VPB 2025.pdf", "Publicatiestukken 2025.pdf", "Jaar rekening", ""])
def test_other_names(name: str) -> None:
    assert not looks_like_accounts(name)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("2025", date(2025, 12, 31)),
        ("2025-Q1", date(2025, 3, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2024-07-01/2025-06-30", date(2025, 6, 30)),
        ("2025-Q5", None),
        ("2025-13", None),
        ("0000", None),
        ("2024-07-01/2025-06-31", None),
        ("boekjaar 2025", None),
        ("", None),
    ],
)
def test_the_end_of_a_period(period: str, end: date | None) -> None:
    assert find_period_end(period) == end


def test_no_day_is_asked_where_signers_agree() -> None:
    assert find_adoption_fault(a.an_envelope(), None, TODAY) is None


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (None, Problem.MISSING),
        (date(2026, 6, 2), Problem.IN_THE_FUTURE),
        (date(2025, 12, 30), Problem.BEFORE_PERIOD_END),
        (ENDED, None),
        (TODAY, None),
    ],
)
def test_days_on_which_accounts_can_be_adopted(day: date | None, problem: Problem | None) -> None:
    fault = find_adoption_fault(replace(a.an_envelope(), asks=Asks.ADOPT, period_end=ENDED), day, TODAY)
    assert (fault.problem if fault else None) is problem


def test_signers_name_the_same_day() -> None:
    first = a.a_signer(decision=replace(a.an_approval(), adopted_on=ADOPTED))
    envelope = replace(a.an_envelope(), asks=Asks.ADOPT, signers=(first, a.a_signer()))
    assert find_adoption_day(envelope) == ADOPTED
    assert find_adoption_fault(envelope, ADOPTED, TODAY) is None
    fault = find_adoption_fault(envelope, TODAY, TODAY)
    assert fault
    assert fault.problem is Problem.ANOTHER_DAY
