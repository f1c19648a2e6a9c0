"""The transaction log that people read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, or_, select, tuple_
from uuid_utils import uuid7

from bot.domain.envelope import EnvelopeId, EnvelopeState, Party
from bot.domain.evidence import Receipt
from bot.domain.log import (
    DossierLog,
    EnvelopeLog,
    Happening,
    LogFilter,
    LoggedDocument,
    LogLine,
    LogPosition,
    LogScope,
    SignerLog,
    Subject,
)
from bot.domain.people import ClientId, OfficeId
from storage.sql.envelope_rows import read_receipt
from storage.sql.rows import read_party, write_party
from storage.sql.session import Session
from storage.sql.tables import (
    envelope_documents,
    envelope_signers,
    envelopes,
    evidence_owed,
    evidence_receipts,
    log,
)

LINES = select(
    log,
    evidence_receipts.c.origin,
    evidence_receipts.c.index.label("entry_index"),  # a row has a method `index`
    evidence_receipts.c.entry_hash,
).outerjoin(evidence_receipts, evidence_receipts.c.key == log.c.key)
"""Lines with their receipts, as `read_line` reads them."""
_OF_ENVELOPE = LINES.where(log.c.office_id == bindparam("office"), log.c.envelope_id == bindparam("envelope")).order_by(
    log.c.id
)
_OF_PARAAF = (
    Happening.UNDELIVERABLE,
    Happening.DELIVERY_RETRIED,
    Happening.DELIVERY_DROPPED,
    Happening.REMINDED,
    Happening.ESCALATED,
    Happening.SEALED,
    Happening.EXPIRED,
)
"""What Paraaf finds out, or does by itself or for an administrator, under the account of whom it is about."""
_BY_A_PERSON = or_(log.c.happening.not_in(_OF_PARAAF), log.c.by_name != "Paraaf")
_NEWEST_FIRST = (log.c.at.desc(), log.c.id.desc())


class SqlLog:
    """Keeps `bot.ports.Log`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, lines: Iterable[LogLine]) -> None:
        for line in lines:
            key = None if line.envelope is None else str(uuid7())
            self._session.add_later(log, {**_write(line), "key": key})
            if key:
                owed = {"key": key, "office_id": line.office, "due_at": line.at, "attempts": 0}
                self._session.add_later(evidence_owed, owed)

    async def of_envelope(self, office: OfficeId, envelope: EnvelopeId) -> tuple[LogLine, ...]:
        await self._session.flush()
        return tuple(map(read_line, await self._session.all(_OF_ENVELOPE, {"office": office, "envelope": envelope})))

    async def find(
        self, office: OfficeId, scope: LogScope, wanted: LogFilter, before: LogPosition | None, limit: int
    ) -> tuple[LogLine, ...]:
        await self._session.flush()
        query = write_search(office, scope, wanted, before).limit(limit)
        return tuple(map(read_line, await self._session.all(query)))

    async def people(self, office: OfficeId, client: ClientId, limit: int) -> tuple[Party, ...]:
        await self._session.flush()
        rows = await self._session.all(PEOPLE.limit(limit), {"office": office, "client": client})
        return tuple(read_party(row, "by_") for row in rows)

    async def subjects(self, office: OfficeId, envelopes: Iterable[EnvelopeId]) -> Mapping[EnvelopeId, Subject]:
        await self._session.flush()
        named: dict[str, list[LoggedDocument]] = defaultdict(list)
        found: dict[str, Row[Any]] = {}
        for row in await self._session.all(_SUBJECTS, {"office": office, "envelopes": sorted(set(envelopes))}):
            found[row.id] = row
            named[row.id].append(LoggedDocument(row.name, row.sha256))
        return {
            EnvelopeId(id_): Subject(EnvelopeState(found[id_].state), tuple(documents), read_receipt(found[id_]))
            for id_, documents in named.items()
        }


def write_search(office: OfficeId, scope: LogScope, wanted: LogFilter, before: LogPosition | None) -> Select[Any]:
    """The query for lines, newest first; a page begins where the one before ended, so that no line is counted off."""
    asked = [log.c.office_id == office, _within(scope)]
    if wanted.since:
        asked.append(log.c.at >= wanted.since)
    if wanted.until:
        asked.append(log.c.at < wanted.until)
    if wanted.person:
        asked += [log.c.by_user_id == wanted.person, _BY_A_PERSON]
    if wanted.state:
        asked.append(exists().where(envelopes.c.id == log.c.envelope_id, envelopes.c.state == wanted.state))
    if before:
        asked.append(
            tuple_(log.c.at, log.c.id) < tuple_(before.at, before.number, types=[log.c.at.type, log.c.id.type])
        )
    return LINES.where(*asked).order_by(*_NEWEST_FIRST)


def _within(scope: LogScope) -> ColumnElement[bool]:
    match scope:
        case EnvelopeLog(envelope):
            return log.c.envelope_id == envelope
        case DossierLog(client):
            return log.c.client_id == client
        case SignerLog(signer, place):
            signed = select(envelope_signers.c.envelope_id).join(envelopes)
            return log.c.envelope_id.in_(
                signed.where(
                    envelope_signers.c.platform == signer.platform,
                    envelope_signers.c.tenant == signer.tenant,
                    envelope_signers.c.user_id == signer.user,
                    envelopes.c.platform == place.platform,
                    envelopes.c.tenant == place.tenant,
                    envelopes.c.channel == place.channel,
                )
            )
        case _:
            assert_never(scope)


def _write_people() -> Select[Any]:
    """Hops from one user id to the next in the index, instead of reading every line of a client to tell them apart."""
    of_client = log.c.client_id == bindparam("client")
    ids = select(func.min(log.c.by_user_id).label("user_id")).where(of_client).cte("ids", recursive=True)
    following = select(func.min(log.c.by_user_id)).where(of_client, log.c.by_user_id > ids.c.user_id)
    ids = ids.union_all(select(following.scalar_subquery()).where(ids.c.user_id.is_not(None)))
    lines = log.alias("lines")
    newest = (
        select(lines.c.id)
        .where(lines.c.client_id == bindparam("client"), lines.c.by_user_id == ids.c.user_id)
        .where(or_(lines.c.happening.not_in(_OF_PARAAF), lines.c.by_name != "Paraaf"))
        .order_by(lines.c.at.desc(), lines.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = select(log).select_from(ids.join(log, log.c.id == newest)).where(log.c.office_id == bindparam("office"))
    return found.order_by(*_NEWEST_FIRST)


PEOPLE = _write_people()
_SUBJECTS = (
    select(
        *(envelopes.c[name] for name in ("id", "state", "evidence_origin", "evidence_index", "evidence_hash")),
        *(envelope_documents.c[name] for name in ("name", "sha256")),
    )
    .join(envelope_documents)
    .where(envelopes.c.office_id == bindparam("office"))
    .where(envelopes.c.id.in_(bindparam("envelopes", expanding=True)))
    .order_by(envelopes.c.id, envelope_documents.c.position)
)


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


def read_line(row: Row[Any]) -> LogLine:
    """The line in a row of `LINES`."""
    return LogLine(
        OfficeId(row.office_id),
        Happening(row.happening),
        read_party(row, "by_"),
        row.at,
        ClientId(row.client_id),
        None if row.envelope_id is None else EnvelopeId(row.envelope_id),
        row.facts,
        row.id,
        None if row.origin is None else Receipt(row.origin, row.entry_index, row.entry_hash),
        evidence_follows=row.key is not None and row.origin is None,
    )
