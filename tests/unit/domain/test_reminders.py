"""The schedule of reminders: known days by name, and what holds of every one."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import Cadence
from bot.domain.reminders import (
    Step,
    add_working_days,
    find_current,
    find_next,
    find_tomorrow,
    is_office_time,
    is_working_day,
    open_on,
    plan,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PRODUCT = Cadence()
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(AMSTERDAM))  # noqa: DTZ001 - the strategy adds the zone
CADENCES = st.builds(Cadence, st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(0, 9))
WAITS = st.none() | st.integers(-30, 120)


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def days(since: str, due: str | None = None, cadence: Cadence = PRODUCT) -> list[str]:
    """The days of a schedule; the one that escalates has a mark."""
    steps = plan(here(since), date.fromisoformat(due) if due else None, cadence)
    return [f"{step.at.astimezone(AMSTERDAM):%m-%d}{'!' * step.escalates}" for step in steps]


def test_without_a_due_date_five_times_every_three_working_days() -> None:
    assert days("2026-03-02T12:00") == ["03-05", "03-10", "03-13", "03-18", "03-23", "03-26!"]


def test_with_a_due_date_the_day_before_and_on_it_and_five_times_after_it() -> None:
    assert days("2026-03-02T12:00", "2026-03-12") == [
        "03-05", "03-10", "03-11", "03-12", "03-16", "03-18", "03-20", "03-24", "03-26", "03-30!"
    ]  # fmt: skip


def test_a_regular_one_and_the_day_before_are_one() -> None:
    assert days("2026-03-02T12:00", "2026-03-06")[:3] == ["03-05", "03-06", "03-10"]


def test_a_due_date_in_a_weekend_has_the_friday_before_it_alone() -> None:
    assert days("2026-03-04T12:00", "2026-03-08")[:3] == ["03-06", "03-10", "03-12"]


def test_who_is_asked_after_the_due_date_is_late_from_then_on() -> None:
    assert days("2026-03-16T12:00", "2026-03-12") == ["03-18", "03-20", "03-24", "03-26", "03-30", "04-01!"]


def test_what_was_sent_on_the_due_date_is_not_reminded_of_that_day() -> None:
    assert days("2026-03-12T08:00", "2026-03-12")[0] == "03-16"


@pytest.mark.parametrize(
    ("since", "first"),
    [
        ("2026-03-06T16:59", "03-11"),  # a Friday
        ("2026-03-06T17:00", "03-12"),  # counts as Monday
        ("2026-03-07T12:00", "03-12"),
        ("2026-03-09T00:10", "03-12"),
        ("2026-04-02T12:00", "04-09"),  # Good Friday, Easter Monday
        ("2026-04-24T12:00", "04-30"),  # King's Day
        ("2026-05-12T12:00", "05-18"),  # Ascension
        ("2025-05-02T12:00", "05-08"),  # Liberation Day, which is a holiday every fifth year
        ("2026-05-01T12:00", "05-06"),  # and this year is not
        ("2026-12-23T12:00", "12-29"),
        ("2026-12-30T12:00", "01-05"),
    ],
)
def test_weekends_holidays_and_evenings_do_not_count(since: str, first: str) -> None:
    assert days(since)[0] == first


@pytest.mark.parametrize(
    ("since", "at"),
    [
        ("2026-03-25T12:00", datetime(2026, 3, 30, 7, tzinfo=UTC)),  # the clocks went forward on Sunday
        ("2026-03-24T12:00", datetime(2026, 3, 27, 8, tzinfo=UTC)),
        ("2026-10-21T12:00", datetime(2026, 10, 26, 8, tzinfo=UTC)),  # the clocks went back on Sunday
        ("2026-10-20T12:00", datetime(2026, 10, 23, 7, tzinfo=UTC)),
    ],
)
def test_nine_o_clock_is_nine_o_clock_on_both_sides_of_a_change_of_the_clocks(since: str, at: datetime) -> None:
    step = find_next(here(since), None, PRODUCT, here(since))
    assert step == Step(at)
    assert step.at.astimezone(AMSTERDAM).hour == 9


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-03-30T08:59:59", False),
        ("2026-03-30T09:00", True),
        ("2026-03-30T16:59:59", True),
        ("2026-03-30T17:00", False),
        ("2026-03-29T12:00", False),
        ("2026-04-06T12:00", False),
    ],
)
def test_the_office_is_open_from_nine_to_five(now: str, *, is_open: bool) -> None:
    assert is_office_time(here(now)) is is_open
    assert is_office_time(here(now).astimezone(UTC)) is is_open


def test_postponing_by_a_day_skips_a_weekend() -> None:
    assert find_tomorrow(here("2026-03-27T12:00")) == here("2026-03-30T09:00")


def test_an_office_may_remind_more_often_and_not_at_all_after_the_due_date() -> None:
    assert days("2026-03-02T12:00", "2026-03-10", Cadence(1, 1, 4, 0)) == [
        "03-03", "03-04", "03-05", "03-06", "03-09", "03-10", "03-16!"
    ]  # fmt: skip
    assert days("2026-03-02T12:00", None, Cadence(1, 2, 4, 0)) == ["03-03!"]


def test_a_clock_that_jumps_makes_up_for_nothing_but_the_escalation() -> None:
    since, late = here("2026-03-02T12:00"), here("2026-09-01T12:00")
    steps = list(plan(since, None, PRODUCT))
    assert find_current(since, None, PRODUCT, here("2026-03-19T12:00")) == steps[3]
    assert find_current(since, None, PRODUCT, late) == steps[-1]
    assert steps[-1].escalates
    assert find_next(since, None, PRODUCT, late) is None


def test_the_last_day_that_there_is_can_be_a_due_date() -> None:
    since = here("2026-03-02T12:00")
    assert find_next(since, date.max, PRODUCT, since) == Step(here("2026-03-05T09:00").astimezone(UTC))


@given(MOMENTS, WAITS, CADENCES)
def test_every_schedule(since: datetime, wait: int | None, cadence: Cadence) -> None:
    due = None if wait is None else since.date() + timedelta(days=wait)
    steps = list(plan(since, due, cadence))
    at = [step.at for step in steps]
    assert at[0] > since
    assert all(earlier < later for earlier, later in pairwise(at))
    assert [step.escalates for step in steps] == [False] * (len(steps) - 1) + [True]
    assert all(is_office_time(moment) and moment.astimezone(AMSTERDAM).hour == 9 for moment in at)
    begun = max(due, since.date()) if due else None
    late = [moment for moment in at[:-1] if begun and moment.astimezone(AMSTERDAM).date() > begun]
    assert len(late if due else at[:-1]) == cadence.most


@given(MOMENTS, WAITS, CADENCES, st.integers(0, 200))
def test_the_next_step_follows_the_current_one(since: datetime, wait: int | None, cadence: Cadence, hours: int) -> None:
    due = None if wait is None else since.date() + timedelta(days=wait)
    now = since + timedelta(hours=hours)
    current, following = find_current(since, due, cadence, now), find_next(since, due, cadence, now)
    steps = list(plan(since, due, cadence))
    number = steps.index(current) + 1 if current else 0
    assert following == (steps[number] if number < len(steps) else None)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 30))
def test_so_many_working_days_lie_between(day: date, number: int) -> None:
    later = add_working_days(day, number)
    passed = [day + timedelta(days=offset) for offset in range(1, (later - day).days + 1)]
    assert sum(map(is_working_day, passed)) == number
    assert is_working_day(later)
    assert open_on(later).astimezone(AMSTERDAM).date() == later


def test_a_schedule_far_ahead_is_not_counted_to_its_end() -> None:
    assert len(list(islice(plan(here("2026-03-02T12:00"), date(9000, 1, 1), PRODUCT), 50))) == 50
