"""When a signer who has not answered is reminded, as pure functions of working days.

    sent ── first ──> every … ──> the working day before the due date ──> the due date
                                        after it: late_every, at most `most` times ──> the sender is told instead

Without a due date the regular reminders are `most` at most, and then the sender is told as well. Every reminder is due
at 09:00 office time: what must wait for a morning waits for all that fall due on it, so that they make one message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.envelope import EnvelopeId
from bot.domain.errors import Refusal
from bot.domain.people import Account, Cadence, OfficeId

_ZONE = ZoneInfo("Europe/Amsterdam")
_OPENS, _CLOSES = time(9), time(17)
_DAY = timedelta(days=1)
_WEEKEND = 5
"""`date.weekday` of a Saturday."""
ONCE_PER = timedelta(hours=1)
"""How often staff may remind at once (product, "Reminders")."""


@dataclass(frozen=True, slots=True)
class Step:
    """A moment of a schedule; one that `escalates` tells the sender, and is the last."""

    at: datetime
    escalates: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """The schedule of one signer of an envelope, which this process may carry out until its lease ends.

    It counts from `since` and is due at `due`. `snoozed` says that the signer asked for this one, `escalated` that the
    sender was told. `lease` counts the leases, so that whoever lost one reports nothing any more.
    """

    id: int
    office: OfficeId
    envelope: EnvelopeId
    signer: Account
    since: datetime
    due: datetime
    snoozed: bool
    escalated: bool
    lease: int


@dataclass(eq=False)
class RemindedRecently(Refusal):
    """Staff reminded at once less than `ONCE_PER` ago; it is possible again at `again`."""

    again: datetime


def is_working_day(day: date) -> bool:
    """Neither in a weekend nor a Dutch public holiday, as the package `holidays` has them."""
    return day.weekday() < _WEEKEND and day not in _list_holidays(day.year)


def is_office_time(now: datetime) -> bool:
    """Whether the office is open: on a working day, from 09:00 until just before 17:00 in Europe/Amsterdam."""
    here = now.astimezone(_ZONE)
    return is_working_day(here.date()) and _OPENS <= here.time() < _CLOSES


def add_working_days(day: date, number: int) -> date:
    """The day that is so many working days later."""
    for _ in range(number):
        day += _DAY
        while not is_working_day(day):
            day += _DAY
    return day


def find_working_day(day: date) -> date:
    """The day itself if it is a working day, else the first one after it."""
    return day if is_working_day(day) else add_working_days(day, 1)


def open_on(day: date) -> datetime:
    """09:00 office time of this day, in UTC."""
    return datetime.combine(day, _OPENS, _ZONE).astimezone(UTC)


def find_tomorrow(now: datetime) -> datetime:
    """When somebody is reminded who postpones it by a day: 09:00 of the next working day."""
    return open_on(add_working_days(now.astimezone(_ZONE).date(), 1))


def plan(since: datetime, due: date | None, cadence: Cadence) -> Iterator[Step]:
    """The whole schedule, in order of time; each moment is later than `since`, and only the last one escalates."""
    start = _find_first_day(since)
    if due is None:
        yield from _repeat(start, (cadence.first, *(cadence.every for _ in range(cadence.most))), cadence.most)
        return
    yield from (Step(open_on(day)) for day in _list_days_until(start, due, cadence))
    yield from _repeat(max(due, start), (cadence.late_every,) * (cadence.most + 1), cadence.most)


def find_next(since: datetime, due: date | None, cadence: Cadence, after: datetime) -> Step | None:
    """The first step that is later than `after`; None when none is left."""
    return next((step for step in plan(since, due, cadence) if step.at > after), None)


def find_current(since: datetime, due: date | None, cadence: Cadence, now: datetime) -> Step | None:
    """The newest step that has come; None when none has. What was missed before it is not made up for."""
    current = None
    for step in plan(since, due, cadence):
        if step.at > now:
            break
        current = step
    return current


def _find_first_day(since: datetime) -> date:
    """The working day that counting begins at: what happens after 17:00 happens on the next one."""
    here = since.astimezone(_ZONE)
    is_over = not is_working_day(here.date()) or here.time() >= _CLOSES
    return add_working_days(here.date(), 1) if is_over else here.date()


def _list_days_until(start: date, due: date, cadence: Cadence) -> Iterator[date]:
    before, day, days = _find_working_day_before(due), start, cadence.first
    while (day := add_working_days(day, days)) < before:
        yield day
        days = cadence.every
    yield from (last for last in (before, due) if last > start and is_working_day(last))


def _find_working_day_before(day: date) -> date:
    day -= _DAY
    while not is_working_day(day):
        day -= _DAY
    return day


def _repeat(day: date, waits: tuple[int, ...], most: int) -> Iterator[Step]:
    """Steps that are so many working days apart; the one after `most` of them escalates."""
    for number, wait in enumerate(waits[: most + 1]):
        day = add_working_days(day, wait)
        yield Step(open_on(day), escalates=number == most)


@cache
def _list_holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # noqa: PLC0415 - slow to load, and for who reminds only

    return frozenset(country_holidays("NL", years=year))
