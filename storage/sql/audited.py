"""The lines of the log as they are now, with what the evidence should know of them: for comparing the two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, or_

from bot.domain.log import LogLine
from bot.domain.people import OfficeId
from storage.sql.log import LINES, read_line
from storage.sql.session import Session
from storage.sql.tables import evidence_owed, log


@dataclass(frozen=True, slots=True)
class AuditedLine:
    """A line about an envelope; `key` is its name in the evidence, None for what was written before there was any.

    `is_owed` says that the evidence has still to record it.
    """

    key: str | None
    line: LogLine
    is_owed: bool


_AUDITED = (
    LINES.add_columns(log.c.key, evidence_owed.c.id.label("owed"))
    .outerjoin(evidence_owed, evidence_owed.c.key == log.c.key)
    .where(log.c.office_id == bindparam("office"))
    .order_by(log.c.id)
)
# A key alone will do: whoever takes the envelope from a line does not take the line from its entry.
_FIRST = _AUDITED.where(or_(log.c.envelope_id.is_not(None), log.c.key.is_not(None))).limit(bindparam("limit"))
_NEXT = _FIRST.where(log.c.id > bindparam("after"))
_OF_KEYS = _AUDITED.where(log.c.key.in_(bindparam("keys", expanding=True)))


class SqlAuditedLines:
    """Reads lines in the order in which they were written."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def after(self, office: OfficeId, number: int | None, limit: int) -> tuple[AuditedLine, ...]:
        """The next `limit` lines about envelopes of an office, behind the line with this number; None for the first."""
        await self._session.flush()
        if number is None:
            rows = await self._session.all(_FIRST, {"office": office, "limit": limit})
        else:
            rows = await self._session.all(_NEXT, {"office": office, "limit": limit, "after": number})
        return tuple(map(_read, rows))

    async def of_keys(self, office: OfficeId, keys: Sequence[str]) -> tuple[AuditedLine, ...]:
        """The lines of an office with these keys."""
        await self._session.flush()
        return tuple(map(_read, await self._session.all(_OF_KEYS, {"office": office, "keys": list(keys)})))


def _read(row: Row[Any]) -> AuditedLine:
    return AuditedLine(row.key, read_line(row), row.owed is not None)
