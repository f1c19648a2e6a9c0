"""What somebody wants of a log: days in the office's zone, a person, a state."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from bot.domain.envelope import EnvelopeState
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import LogFilter
from bot.texts import OFFICE_ZONE
from bot.views.log_forms import ANY, PERSON, SINCE, STATE, UNTIL, read_days

_DAY = timedelta(days=1)


def make_filter(first: date | None, last: date | None, person: str, state: str) -> LogFilter:
    """The filter for two days, both included, a user id and a state; what is empty or `ANY` filters nothing.

    Raises `InvalidInput` for a last day before the first, a day at the end of the calendar, and a state that is none.
    """
    if first and last and last < first:
        raise InvalidInput({UNTIL: Fault(Problem.BEFORE_ITS_START)})
    try:
        since = _begin(first) if first else None
        until = _begin(last + _DAY) if last else None
    except OverflowError as error:
        raise InvalidInput({UNTIL: Fault(Problem.UNKNOWN)}) from error
    try:
        wanted = EnvelopeState(state) if state not in {"", ANY} else None
    except ValueError as error:
        raise InvalidInput({STATE: Fault(Problem.UNKNOWN)}) from error
    return LogFilter(since, until, "" if person == ANY else person, wanted)


def write_query(wanted: LogFilter) -> str:
    """The filter behind the address of a log's page, with its question mark; empty where it filters nothing."""
    first, last = read_days(wanted)
    asked = {SINCE: first, UNTIL: last, PERSON: wanted.person, STATE: wanted.state}
    written = urlencode({name: str(value) for name, value in asked.items() if value})
    return f"?{written}" if written else ""


def read_query(query: Mapping[str, str]) -> LogFilter:
    """The filter in an address. Raises `InvalidInput` for what no form of ours writes."""
    days = [_read_day(query.get(field, ""), field) for field in (SINCE, UNTIL)]
    return make_filter(days[0], days[1], query.get(PERSON, ""), query.get(STATE, ""))


def _read_day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput({field: Fault(Problem.UNKNOWN)}) from error


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=OFFICE_ZONE).astimezone(UTC)
