"""Personal links to documents, by the hash of their secret."""

from sqlalchemy import bindparam, delete, select

from bot.domain.envelope import EnvelopeId
from bot.domain.links import ViewingLink
from bot.domain.people import Account, OfficeId
from storage.sql.rows import read_party, write_account, write_party
from storage.sql.session import Session
from storage.sql.tables import links

_GET = select(links).where(links.c.secret_hash == bindparam("secret_hash"))
_REVOKE = delete(links).where(
    links.c.envelope_id == bindparam("envelope"),
    links.c.viewer_platform == bindparam("platform"),
    links.c.viewer_tenant == bindparam("tenant"),
    links.c.viewer_user_id == bindparam("user_id"),
)


class SqlLinks:
    """Keeps `bot.ports.Links`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, link: ViewingLink) -> None:
        values = {
            "secret_hash": link.secret_hash,
            "office_id": link.office,
            "envelope_id": link.envelope,
            **write_party(link.viewer, "viewer_"),
            "expires_at": link.expires_at,
        }
        await self._session.run(links.insert(), values)

    async def get(self, secret_hash: str) -> ViewingLink | None:
        row = await self._session.one(_GET, {"secret_hash": secret_hash})
        if row is None:
            return None
        return ViewingLink(
            row.secret_hash,
            OfficeId(row.office_id),
            EnvelopeId(row.envelope_id),
            read_party(row, "viewer_"),
            row.expires_at,
        )

    async def revoke(self, envelope: EnvelopeId, viewer: Account) -> None:
        await self._session.run(_REVOKE, {"envelope": envelope, **write_account(viewer)})
