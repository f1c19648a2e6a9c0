"""Personal links to the page for placing fields, by the hash of their secret."""

from sqlalchemy import bindparam, select

from bot.domain.dossier import ItemId
from bot.domain.people import ClientId, OfficeId
from bot.domain.placing import PlacingLink
from storage.sql.expiry import forget_expired
from storage.sql.rows import read_party, write_party
from storage.sql.session import Session
from storage.sql.tables import placing_links

_GET = select(placing_links).where(placing_links.c.secret_hash == bindparam("secret_hash"))


class SqlPlacingLinks:
    """Keeps `bot.ports.PlacingLinks`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, link: PlacingLink) -> None:
        values = {
            "secret_hash": link.secret_hash,
            "office_id": link.office,
            "client_id": link.client,
            "item_id": link.item,
            "version": link.version,
            "sha256": link.sha256,
            **write_party(link.placer, "placer_"),
            "signers": list(link.signers),
            "expires_at": link.expires_at,
        }
        await forget_expired(self._session, placing_links, link.expires_at)
        await self._session.run(placing_links.insert(), values)

    async def get(self, secret_hash: str) -> PlacingLink | None:
        row = await self._session.one(_GET, {"secret_hash": secret_hash})
        if row is None:
            return None
        return PlacingLink(
            row.secret_hash,
            OfficeId(row.office_id),
            ClientId(row.client_id),
            ItemId(row.item_id),
            row.version,
            row.sha256,
            read_party(row, "placer_"),
            row.expires_at,
            tuple(row.signers),
        )
