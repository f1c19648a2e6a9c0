"""Which conversation belongs to which client."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.domain.people import ClientId, OfficeId, Platform
from bot.domain.places import Conversation, Place
from storage.sql.rows import read_account, write_account
from storage.sql.session import Session
from storage.sql.tables import conversations

_AT = select(conversations).where(
    conversations.c.platform == bindparam("platform"),
    conversations.c.tenant == bindparam("tenant"),
    conversations.c.channel == bindparam("channel"),
)
_OF_CLIENT = (
    select(conversations)
    .where(conversations.c.client_id == bindparam("client"))
    .order_by(*(conversations.c[name] for name in ("platform", "tenant", "channel")))
)


class SqlConversations:
    """Keeps `bot.ports.Conversations`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def at(self, place: Place) -> Conversation | None:
        row = await self._session.one(_AT, _write_channel(place))
        return None if row is None else _read(row)

    async def of_client(self, client: ClientId) -> tuple[Conversation, ...]:
        return tuple(map(_read, await self._session.all(_OF_CLIENT, {"client": client})))

    async def link_new(self, conversation: Conversation) -> bool:
        return await self._session.add(conversations, _write(conversation))

    async def link(self, conversation: Conversation) -> None:
        await self._session.upsert(conversations, _write(conversation), ["platform", "tenant", "channel"])


def _write(conversation: Conversation) -> dict[str, Any]:
    return {
        **_write_channel(conversation.place),
        "office_id": conversation.office,
        "client_id": conversation.client,
        **write_account(conversation.linked_by, "linked_by_"),
        "linked_at": conversation.linked_at,
    }


def _read(row: Row[Any]) -> Conversation:
    place, linked_by = Place(Platform(row.platform), row.tenant, row.channel), read_account(row, "linked_by_")
    return Conversation(OfficeId(row.office_id), place, ClientId(row.client_id), linked_by, row.linked_at)


def _write_channel(place: Place) -> dict[str, str]:
    return {"platform": place.platform, "tenant": place.tenant, "channel": place.channel}
