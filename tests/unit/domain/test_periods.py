from datetime import date

import pytest

from bot.domain.delivery import Doubt, Kind
from bot.domain.periods import Part, Period, Span, read_period
from bot.texts import load_texts
from bot.views.delivery_words import name_kind, name_period, say_doubt, say_minimum

QUARTER, MONTH, WEEKS = Part.QUARTER, Part.MONTH, Part.FOUR_WEEKS


@pytest.mark.parametrize(
    ("written", "period", "dutch"),
    [
        ("2025", Period(2025), "2025"),
        (" 2025 ", Period(2025), "2025"),
        ("2025-Q3", Period(2025, QUARTER, 3), "3e kwartaal 2025"),
        ("2025K1", Period(2025, QUARTER, 1), "1e kwartaal 2025"),
        ("2025-03", Period(2025, MONTH, 3), "maart 2025"),
        ("202512", Period(2025, MONTH, 12), "december 2025"),
        ("2025-m3", Period(2025, MONTH, 3), "maart 2025"),
        ("2025-P13", Period(2025, WEEKS, 13), "periode 13 van 2025"),
        ("2025-01-01/2025-12-31", Period(2025), "2025"),
        ("2025-04-01/2025-06-30", Period(2025, QUARTER, 2), "2e kwartaal 2025"),
        ("2025-05-01/2025-07-31", Span(date(2025, 5, 1), date(2025, 7, 31)), "1 mei 2025 t/m 31 juli 2025"),
        ("2024-02-01/2024-02-29", Period(2024, MONTH, 2), "februari 2024"),
        ("2025-07-01/2026-06-30", Span(date(2025, 7, 1), date(2026, 6, 30)), "1 juli 2025 t/m 30 juni 2026"),
        ("2025-07-01/2025-06-30", None, "2025-07-01/2025-06-30"),
        ("2025-02-01/2025-02-30", None, "2025-02-01/2025-02-30"),
        ("2025-Q5", None, "2025-Q5"),
        ("2025-13", None, "2025-13"),
        ("2025-00", None, "2025-00"),
        ("20251", None, "20251"),
        ("2024/2025", None, "2024/2025"),
        (" boekjaar 24 ", None, "boekjaar 24"),
        ("", None, ""),
    ],
)
def test_a_period_is_read_and_said_in_dutch(written: str, period: Period | Span | None, dutch: str) -> None:
    assert read_period(written) == period
    assert name_period(written, load_texts("nl")) == dutch


def test_everything_has_words_of_its_own_in_both_languages() -> None:
    for texts in (load_texts("nl"), load_texts("en")):
        assert len({say_doubt(doubt, texts) for doubt in Doubt}) == len(Doubt)
        assert len({name_kind(kind, texts) for kind in Kind}) == len(Kind)
        assert say_minimum(Kind.AUDIT_OPINION, texts) == say_doubt(Doubt.QUALIFIED_ONLY, texts)
        assert say_minimum(Kind.ENGAGEMENT, texts) not in {say_doubt(doubt, texts) for doubt in Doubt}
    assert "beroepscertificaat" in say_doubt(Doubt.QUALIFIED_ONLY, load_texts("nl"))
    assert name_period("2025-03", load_texts("en")) == "March 2025"
