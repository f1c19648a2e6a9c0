"""Personal links to upload pages, by the hash of their secret."""

from sqlalchemy import bindparam, delete, select

from bot.domain.links import UploadPage
from bot.domain.people import ClientId, OfficeId
from storage.sql.expiry import forget_expired
from storage.sql.rows import read_party, write_party
from storage.sql.session import Session
from storage.sql.tables import upload_pages

_IS_THIS = upload_pages.c.secret_hash == bindparam("secret_hash")
_GET = select(upload_pages).where(_IS_THIS)
_USE_UP = delete(upload_pages).where(_IS_THIS)


class SqlUploadPages:
    """Keeps `bot.ports.UploadPages`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, page: UploadPage) -> None:
        values = {
            "secret_hash": page.secret_hash,
            "office_id": page.office,
            "client_id": page.client,
            **write_party(page.uploader, "uploader_"),
            "expires_at": page.expires_at,
        }
        await forget_expired(self._session, upload_pages, page.expires_at)
        await self._session.run(upload_pages.insert(), values)

    async def get(self, secret_hash: str) -> UploadPage | None:
        row = await self._session.one(_GET, {"secret_hash": secret_hash})
        if row is None:
            return None
        uploader = read_party(row, "uploader_")
        return UploadPage(row.secret_hash, OfficeId(row.office_id), ClientId(row.client_id), uploader, row.expires_at)

    async def use_up(self, secret_hash: str) -> bool:
        return await self._session.change(_USE_UP, {"secret_hash": secret_hash}) == 1
