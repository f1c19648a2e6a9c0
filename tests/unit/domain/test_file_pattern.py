import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.file_pattern import MOST, PatternRefused, check_pattern, read_name

USUAL = "{kind}_{client}_{period}.pdf"


@pytest.mark.parametrize(
    ("pattern", "name", "said"),
    [
        (USUAL, "OB_1001_2025-Q3.pdf", {"kind": "ob", "client": "1001", "period": "2025-Q3"}),
        (USUAL, "ob_10 01_2025.PDF", {"kind": "ob", "client": "10 01", "period": "2025"}),
        (
            "Kantoor (x) {client} - {kind} {period}; {title}.pdf",
            "Kantoor (x) 7 - ib 2025; Aangifte-IB.pdf",
            {"client": "7", "kind": "ib", "period": "2025", "title": "Aangifte-IB"},
        ),
    ],
)
def test_a_name_says_what_the_pattern_asks(pattern: str, name: str, said: dict[str, str]) -> None:
    check_pattern(pattern)
    assert read_name(pattern, name) == said


@pytest.mark.parametrize(
    "name", ["OB_1001.pdf", "OB_10_01_2025.pdf", "OB__2025.pdf", "xOB_1001_2025.pdf.exe", "OB_1_2025.pdf\n", ""]
)
def test_a_name_that_does_not_fit_says_nothing(name: str) -> None:
    assert read_name(USUAL, name) is None


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{kind}_{client}_{period}", "ends in .pdf"),
        ("a/{kind}_{client}_{period}.pdf", "Write a file name"),
        ("..\\{kind}_{client}_{period}.pdf", "Write a file name"),
        ("{kind}_{client}.pdf", "{period} is missing"),
        ("{kind}_{client}_{period}_{kind}.pdf", "once"),
        ("{kind}{client}_{period}.pdf", "between two fields"),
        ("{kind}_{client}_{period}_{naam}.pdf", "no {naam}"),
        ("{kind}_{client}_{period}_{.pdf", "nowhere else"),
        ("{kind}_{client}_{period}_{a.b}.pdf", "nowhere else"),
        ("x" * MOST + USUAL, "Write a file name"),
    ],
)
def test_a_pattern_that_could_be_read_in_two_ways_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(PatternRefused, match=words):
        check_pattern(pattern)


@given(st.text(), st.text(alphabet="{}kindclentpro_.-pdf", max_size=60))
def test_any_pattern_and_any_name_end_well(name: str, pattern: str) -> None:
    try:
        check_pattern(pattern)
    except PatternRefused:
        return
    read_name(pattern, name)
