from datetime import date

import pytest

from bot.domain.delivery import Kind
from bot.domain.sbr import ClientNumber, SbrInstance, Scheme, covers, find_kinds, read_number

NT = "http://www.nltaxonomie.nl/nt20/bd/20251210/entrypoints/"
TAX = "www.belastingdienst.nl/"


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("bd-rpt-ihz-aangifte-2025.xsd", {Kind.INCOME_TAX}),
        ("bd-rpt-vpb-aangifte-2025.xsd", {Kind.CORPORATE_TAX}),
        ("bd-rpt-ob-aangifte-2026.xsd", {Kind.VAT}),
        ("BD-RPT-OB-Suppletie-2026.xsd", {Kind.VAT}),
        ("bd-rpt-icp-opgaaf-2026.xsd", {Kind.INTRA_COMMUNITY}),
        ("kvk-rpt-jaarverantwoording-2021-nlgaap-micro-publicatiestukken.xsd", {Kind.FILED_ACCOUNTS}),
        ("kvk-rpt-jaarverantwoording-2025-nlgaap-micro.xsd", {Kind.FILED_ACCOUNTS, Kind.ANNUAL_ACCOUNTS}),
        ("bd-rpt-vpb-sba-2026.xsd", set()),
        ("", set()),
    ],
)
def test_an_entry_point_is_for_kinds(name: str, kinds: set[Kind]) -> None:
    assert find_kinds(NT + name) == kinds


@pytest.mark.parametrize(
    ("scheme", "text", "number"),
    [
        (TAX + "identificatie", "123456782", ClientNumber(Scheme.TAX, "123456782")),
        (TAX + "identificatie", "12345672", ClientNumber(Scheme.TAX, "012345672")),
        (TAX + "omzetbelastingnummer", "NL123456782B90", ClientNumber(Scheme.TAX, "123456782")),
        (TAX + "omzetbelastingnummer", "123456782B90", ClientNumber(Scheme.TAX, "123456782")),
        ("http://www.kvk.nl/kvk-id", "12345678", ClientNumber(Scheme.TRADE_REGISTER, "12345678")),
        ("http://www.kvk.nl/kvk-id", "1234567", None),
        (TAX + "identificatie", "12", None),
        ("http://example.org", "123456782", None),
    ],
)
def test_a_number_is_digits_alone(scheme: str, text: str, number: ClientNumber | None) -> None:
    assert read_number(scheme, text) == number


@pytest.mark.parametrize(
    ("start", "end", "period", "agrees"),
    [
        ("2025-01-01", "2025-12-31", "2025", True),
        ("2025-01-01", "2025-12-31", "2024", False),
        ("2025-07-01", "2026-06-30", "2025", True),
        ("2025-07-01", "2026-06-30", "2026", True),
        ("2025-07-01", "2026-06-30", "2025-07-01/2026-06-30", True),
        ("2025-07-01", "2025-09-30", "2025-Q3", True),
        ("2025-07-01", "2025-09-30", "2025-K3", True),
        ("2025-07-01", "2025-09-30", "2025-Q2", False),
        ("2025-07-01", "2025-09-30", "2025", False),
        ("2025-08-01", "2025-10-31", "2025-Q3", False),
        ("2024-02-01", "2024-02-29", "2024-02", True),
        ("2024-02-01", "2024-02-29", "2024-M02", True),
        ("2024-02-01", "2024-02-28", "2024-02", False),
        ("2025-07-01", "2025-09-30", "derde kwartaal", False),
    ],
)
def test_a_period_is_that_of_the_instance(start: str, end: str, period: str, agrees: bool) -> None:  # noqa: FBT001 - a case
    instance = SbrInstance("", None, date.fromisoformat(start), date.fromisoformat(end))
    assert covers(instance, period) is agrees


def test_an_instance_without_dates_covers_nothing() -> None:
    assert not covers(SbrInstance("", None, None, None), "2025")
