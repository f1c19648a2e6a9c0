"""Everything that waits until a time by the clock of who wrote it."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, Update, bindparam, literal_column, select, update
from sqlalchemy.sql.elements import ColumnElement

from storage.sql.session import Session
from storage.sql.tables import deliveries, evidence_owed, outbox, reminders, webhook_calls
from storage.sql.types import UtcTime

_Column = ColumnElement[Any]
_Late = tuple[Any, _Column, Select[Any]]


def _find_late(table: Any, name: str, state: str | None = None) -> _Late:  # noqa: ANN401 - tables have no common public type
    time = table.c[name]
    late = select(table.c.id).where(time > bindparam("until", type_=UtcTime()))
    # Written out, not bound, so that the database sees that the partial indexes fit.
    return table, time, late if state is None else late.where(table.c.state == literal_column(f"'{state}'"))


def _shorten(late: _Late, *, skips: bool) -> Update:
    table, time, found = late
    # Who holds a row is claiming it or reporting on it now, and may wait for another one that we hold.
    rows = found.with_for_update(skip_locked=True) if skips else found
    return update(table).where(table.c.id.in_(rows.scalar_subquery())).values({time: bindparam("until")})


# When a reminder is due is a day that somebody chose, and no matter of the clock.
_LATE: Final = (
    _find_late(outbox, "due_at", "pending"),
    _find_late(outbox, "lease_until", "pending"),
    _find_late(webhook_calls, "due_at", "pending"),
    _find_late(webhook_calls, "lease_until", "pending"),
    _find_late(deliveries, "due_at", "received"),
    _find_late(evidence_owed, "due_at"),
    _find_late(reminders, "lease_until"),
)
_SHORTEN: Final = [_shorten(late, skips=False) for late in _LATE]
_SHORTEN_POSTGRESQL: Final = [_shorten(late, skips=True) for late in _LATE]


class SqlWaits:
    """Keeps `bot.ports.Waits`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def shorten(self, until: datetime) -> None:
        for statement in _SHORTEN_POSTGRESQL if self._session.is_postgresql else _SHORTEN:
            await self._session.run(statement, {"until": until})
