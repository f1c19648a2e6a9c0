"""Requests to pass a task on. They are read along with their envelope; see `storage.sql.envelopes`."""

from typing import Any

from sqlalchemy import bindparam, update

from bot.domain.delegation import Delegation, DelegationId, DelegationState
from bot.domain.envelope import Closing, Envelope, Party
from bot.domain.errors import Conflict
from bot.domain.people import Account, Platform
from bot.domain.places import MessageRef, Place
from storage.sql.rows import write_party, write_place
from storage.sql.session import Session
from storage.sql.tables import delegations
from storage.sql.types import read_time

_CLOSING = ("closed_by_platform", "closed_by_tenant", "closed_by_user_id", "closed_by_name", "closed_at")
_MESSAGE = tuple(f"message_{name}" for name in ("platform", "tenant", "channel", "thread", "id", "link", "twice"))
COLUMNS = (
    *("id", "note", "asked_at", "request_key", "state", "reason"),
    *("signer_platform", "signer_tenant", "signer_user_id", "signer_name"),
    *("taker_platform", "taker_tenant", "taker_user_id", "taker_name"),
    *_CLOSING,
    *_MESSAGE,
)
"""What `read_delegation` takes, in order."""

_IS_THIS = delegations.c.id == bindparam("delegation")
_CLOSE = (
    update(delegations)
    .where(_IS_THIS, delegations.c.state == DelegationState.ASKED.value)
    .values({name: bindparam(name) for name in ("state", "reason", *_CLOSING)})
)
_POSTED = update(delegations).where(_IS_THIS).values({name: bindparam(name) for name in _MESSAGE})


class SqlDelegations:
    """Keeps `bot.ports.Delegations`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, envelope: Envelope, delegation: Delegation) -> None:
        values = {
            "id": delegation.id,
            "office_id": envelope.office,
            "envelope_id": envelope.id,
            "note": delegation.note,
            "asked_at": delegation.asked_at,
            "request_key": delegation.request_key,
            **write_party(delegation.signer, "signer_"),
            **write_party(delegation.taker, "taker_"),
            **_write_state(delegation),
        }
        if not await self._session.add(delegations, values):
            raise Conflict(f"a request of envelope {envelope.id} to pass it on is open or was made before")

    async def close(self, delegation: Delegation) -> None:
        if not await self._session.change(_CLOSE, {"delegation": delegation.id, **_write_state(delegation)}):
            raise Conflict(f"the request {delegation.id} is closed already")

    async def posted(self, delegation: DelegationId, message: MessageRef) -> None:
        told = {"message_id": message.id, "message_link": message.link, "message_twice": message.may_be_twice}
        values = {"delegation": delegation, **write_place(message.place, "message_"), **told}
        await self._session.run(_POSTED, values)


def _write_state(delegation: Delegation) -> dict[str, Any]:
    closing = delegation.closing
    return {
        "state": delegation.state,
        "reason": delegation.reason,
        **(write_party(closing.by, "closed_by_") if closing else dict.fromkeys(_CLOSING)),
        "closed_at": closing.at if closing else None,
    }


def read_delegation(columns: list[Any]) -> Delegation:
    """The request in a row's `COLUMNS`, as a database wrote them into JSON."""
    id_, note, asked_at, request_key, state, reason, *rest = columns
    signer, taker, closed_by, closed_at, message = rest[:4], rest[4:8], rest[8:12], rest[12], rest[13:]
    return Delegation(
        id=DelegationId(id_),
        signer=_read_party(signer),
        taker=_read_party(taker),
        note=note,
        asked_at=read_time(asked_at),
        request_key=request_key,
        state=DelegationState(state),
        closing=None if closed_at is None else Closing(_read_party(closed_by), read_time(closed_at)),
        reason=reason,
        message=_read_message(message),
    )


def _read_party(columns: list[Any]) -> Party:
    platform, tenant, user, name = columns
    return Party(Account(Platform(platform), tenant, user), name)


def _read_message(columns: list[Any]) -> MessageRef | None:
    platform, tenant, channel, thread, id_, link, twice = columns
    if id_ is None:
        return None
    return MessageRef(Place(Platform(platform), tenant, channel, thread), id_, link, bool(twice))
