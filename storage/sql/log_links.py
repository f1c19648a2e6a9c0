"""Personal links to the pages of logs, by the hash of their secret."""

from typing import Any, assert_never

from sqlalchemy import Row, bindparam, select

from bot.domain.envelope import EnvelopeId
from bot.domain.log import DossierLog, EnvelopeLog, LogLink, LogScope, SignerLog
from bot.domain.people import ClientId, OfficeId, Platform
from bot.domain.places import Place
from storage.sql.expiry import forget_expired
from storage.sql.rows import Columns, read_party, write_party
from storage.sql.session import Session
from storage.sql.tables import log_links

_GET = select(log_links).where(log_links.c.secret_hash == bindparam("secret_hash"))


class SqlLogLinks:
    """Keeps `bot.ports.LogLinks`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, link: LogLink) -> None:
        values = {
            "secret_hash": link.secret_hash,
            "office_id": link.office,
            **_write_scope(link.scope),
            **write_party(link.viewer, "viewer_"),
            "as_staff": link.as_staff,
            "expires_at": link.expires_at,
        }
        await forget_expired(self._session, log_links, link.expires_at)
        await self._session.run(log_links.insert(), values)

    async def get(self, secret_hash: str) -> LogLink | None:
        row = await self._session.one(_GET, {"secret_hash": secret_hash})
        if row is None:
            return None
        viewer, office = read_party(row, "viewer_"), OfficeId(row.office_id)
        return LogLink(row.secret_hash, office, _read_scope(row), viewer, row.as_staff, row.expires_at)


def _write_scope(scope: LogScope) -> Columns:
    match scope:
        case EnvelopeLog(envelope):
            return {"envelope_id": envelope}
        case DossierLog(client):
            return {"client_id": client}
        case SignerLog(_, place):
            return {"platform": place.platform, "tenant": place.tenant, "channel": place.channel}
        case _:
            assert_never(scope)


def _read_scope(row: Row[Any]) -> LogScope:
    if row.envelope_id is not None:
        return EnvelopeLog(EnvelopeId(row.envelope_id))
    if row.client_id is not None:
        return DossierLog(ClientId(row.client_id))
    place = Place(Platform(row.platform), row.tenant, row.channel)
    return SignerLog(read_party(row, "viewer_").account, place)
