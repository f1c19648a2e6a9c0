"""The languages that people read Paraaf in."""

from datetime import UTC, date, datetime

import pytest

from bot.texts import find_language, load_texts


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("nl-NL", "nl"),
        ("nl_BE", "nl"),
        ("en-US", "en"),
        ("en-GB", "en"),
        ("de-DE", "en"),
        ("zh-CN", "en"),
        (None, "nl"),
        ("", "nl"),
        ("klingon", "nl"),
        ("../../etc", "nl"),
    ],
)
def test_readers_get_their_language_or_the_nearest_to_it(locale: str | None, language: str) -> None:
    assert find_language(locale) == language


def test_dutch_says_what_the_product_says() -> None:
    dutch = load_texts("nl")

    assert dutch.say("Approve") == "Goedkeuren"
    assert dutch.say("Reject") == "Afkeuren"
    assert dutch.say("View") == "Bekijken"
    assert dutch.say("I agree to the documents below") == "Ik ga akkoord met de onderstaande documenten"
    assert dutch.say("Remind people of this task automatically") == "Personen automatisch herinneren aan deze taak"


def test_days_times_and_sizes_follow_the_language() -> None:
    dutch, english = load_texts("nl"), load_texts("en")
    winter, summer = datetime(2026, 12, 1, 13, 5, tzinfo=UTC), datetime(2026, 7, 1, 13, 5, tzinfo=UTC)

    assert dutch.day(date(2026, 12, 1)) == "1 december 2026"
    assert english.day(date(2026, 12, 1)) == "1 December 2026"
    assert dutch.moment(winter) == "1 december 2026 14:05"
    assert dutch.moment(summer) == "1 juli 2026 15:05"
    assert [dutch.size(size) for size in (0, 999, 1_000, 1_234_567)] == ["0 B", "999 B", "1 kB", "1,2 MB"]
    assert english.size(1_234_567) == "1.2 MB"


def test_numbers_choose_their_form() -> None:
    dutch = load_texts("nl")
    one, many = "{number} document", "{number} documents"

    assert dutch.count(one, many, 1) != dutch.count(one, many, 2)
    assert "7" in dutch.count(one, many, 7)
