"""Personal links to the signing page, by the hash of their secret."""

from collections.abc import Mapping
from datetime import datetime

import orjson
from sqlalchemy import bindparam, select, update

from bot.domain.envelope import EnvelopeId
from bot.domain.errors import Conflict
from bot.domain.links import SigningLink
from bot.domain.pages import read_pages, write_pages
from bot.domain.people import OfficeId
from storage.sql.expiry import forget_expired
from storage.sql.rows import read_party, write_party
from storage.sql.session import Session
from storage.sql.tables import links

_IS_THIS = links.c.secret_hash == bindparam("hash")
_GET = select(links).where(_IS_THIS)
_USE_UP = update(links).where(_IS_THIS, links.c.used_at.is_(None)).values(used_at=bindparam("at"))
_SAVE_SHOWN = update(links).where(_IS_THIS, links.c.shown == bindparam("read_as")).values(shown=bindparam("now"))


class SqlLinks:
    """Keeps `bot.ports.Links`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, link: SigningLink) -> None:
        values = {
            "secret_hash": link.secret_hash,
            "office_id": link.office,
            "envelope_id": link.envelope,
            **write_party(link.viewer, "viewer_"),
            "as_staff": link.as_staff,
            "documents": link.documents,
            "expires_at": link.expires_at,
            "used_at": link.used_at,
            "shown": _write_shown(link.shown),
        }
        await forget_expired(self._session, links, link.expires_at)
        await self._session.run(links.insert(), values)

    async def get(self, secret_hash: str) -> SigningLink | None:
        row = await self._session.one(_GET, {"hash": secret_hash})
        if row is None:
            return None
        return SigningLink(
            row.secret_hash,
            OfficeId(row.office_id),
            EnvelopeId(row.envelope_id),
            read_party(row, "viewer_"),
            row.as_staff,
            row.documents,
            row.expires_at,
            row.used_at,
            {int(number): read_pages(pages) for number, pages in orjson.loads(row.shown).items()},
        )

    async def use_up(self, secret_hash: str, at: datetime) -> bool:
        return await self._session.change(_USE_UP, {"hash": secret_hash, "at": at}) == 1

    async def save_shown(self, link: SigningLink, shown: Mapping[int, frozenset[int]]) -> None:
        values = {"hash": link.secret_hash, "read_as": _write_shown(link.shown), "now": _write_shown(shown)}
        if not await self._session.change(_SAVE_SHOWN, values):
            raise Conflict("other pages of this link were shown meanwhile")


def _write_shown(shown: Mapping[int, frozenset[int]]) -> str:
    """Always the same text for the same pages, since it is compared."""
    return orjson.dumps({str(number): write_pages(shown[number]) for number in sorted(shown)}).decode()
