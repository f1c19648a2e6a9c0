"""The transaction log that people read."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.domain.envelope import EnvelopeId
from bot.domain.log import Happening, LogLine
from bot.domain.people import ClientId, OfficeId
from storage.sql.rows import read_party, write_party
from storage.sql.session import Session
from storage.sql.tables import log

_OF_ENVELOPE = (
    select(log)
    .where(log.c.office_id == bindparam("office"), log.c.envelope_id == bindparam("envelope"))
    .order_by(log.c.id)
)


class SqlLog:
    """Keeps `bot.ports.Log`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, lines: Iterable[LogLine]) -> None:
        for line in lines:
            self._session.add_later(log, _write(line))

    async def of_envelope(self, office: OfficeId, envelope: EnvelopeId) -> tuple[LogLine, ...]:
        await self._session.flush()
        return tuple(map(_read, await self._session.all(_OF_ENVELOPE, {"office": office, "envelope": envelope})))


def _write(line: LogLine) -> dict[str, Any]:
    return {
        "office_id": line.office,
        "happening": line.happening,
        **write_party(line.by, "by_"),
        "at": line.at,
        "client_id": line.client,
        "envelope_id": line.envelope,
        "facts": dict(line.facts),
    }


def _read(row: Row[Any]) -> LogLine:
    envelope = None if row.envelope_id is None else EnvelopeId(row.envelope_id)
    return LogLine(
        OfficeId(row.office_id),
        Happening(row.happening),
        read_party(row, "by_"),
        row.at,
        ClientId(row.client_id),
        envelope,
        row.facts,
    )
