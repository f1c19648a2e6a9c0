"""What counts as a reason (product rule 5; attack 4: reasons of blanks or zero-width characters)."""

import pytest

from bot.domain.faults import Fault, Problem
from bot.domain.typed_text import PLACE_LENGTH, REASON_LENGTH, count_visible, find_fault

BLANKS = {
    "spaces": "     ",
    "line ends": "\n\r\n\t",
    "no-break spaces": "\u00a0\u202f\u2007",
    "zero-width": "\u200b\u200c\u200d\u2060\ufeff",
    "direction marks": "\u200e\u200f\u202e\u2066\u2069",
    "hangul fillers": "\u115f\u1160\u3164\uffa0",
    "braille blank": "\u2800\u2800\u2800",
    "marks on nothing": "\u0301\u0301\ufe0f\u034f",
    "soft hyphens": "\u00ad\u00ad\u00ad",
    "tags": "\U000e0041\U000e0042\U000e0043",
}


@pytest.mark.parametrize("text", BLANKS.values(), ids=BLANKS.keys())
def test_what_shows_nothing_is_no_reason(text: str) -> None:
    assert find_fault(text, REASON_LENGTH) == Fault(Problem.MISSING)


@pytest.mark.parametrize("text", BLANKS.values(), ids=BLANKS.keys())
def test_what_shows_nothing_does_not_pad_a_reason(text: str) -> None:
    assert find_fault(f"n{text}o", REASON_LENGTH) == Fault(Problem.TOO_SHORT, 3)


@pytest.mark.parametrize("text", ["Nee", "1+1", "خطأ", "不正確", "👎👎👎", "a b c"])
def test_three_visible_characters_of_any_script_are_a_reason(text: str) -> None:
    assert find_fault(text, REASON_LENGTH) is None


def test_a_reason_holds_two_thousand_characters_and_no_more() -> None:
    assert find_fault("x" * 2_000, REASON_LENGTH) is None
    assert find_fault("x" * 2_001, REASON_LENGTH) == Fault(Problem.TOO_LONG, 2_000)


def test_a_place_may_be_short_but_not_empty() -> None:
    assert find_fault("Ee", PLACE_LENGTH) is None
    assert find_fault("", PLACE_LENGTH) == Fault(Problem.MISSING)


def test_combining_marks_are_not_counted_as_characters() -> None:
    assert count_visible("e\u0301") == 1
