"""Tasks: which envelopes are in whose lists, by the indexes of senders, signers and conversations.

What is open is read whole, since nobody leaves more than some thousands open; of what is done the newest are read.
"""

from functools import cache
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select, union

from bot.domain.envelope import EnvelopeId
from bot.domain.tasks import REACH, TaskScope, Turn
from storage.sql.rows import Columns, write_account, write_place
from storage.sql.session import Session
from storage.sql.tables import envelope_signers, envelopes

_e, _s = envelopes.c, envelope_signers.c
_Found = Select[tuple[str]]
_OPEN, _CLOSED = _e.closed_at.is_(None), _e.closed_at.is_not(None)
_IN_ORDER = (_e.due.asc().nulls_last(), _e.sent_at, _e.id)
_NEWEST = (_e.closed_at.desc(), _e.id.desc())


class SqlTasks:
    """Keeps `bot.ports.Tasks`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def count(self, scope: TaskScope) -> dict[Turn, int]:
        await self._session.flush()
        row = await self._session.one(_count(**_describe(scope)), _write(scope))
        return {} if row is None else {turn: row[number] for number, turn in enumerate(Turn)}

    async def find(self, scope: TaskScope, turn: Turn, start: int, limit: int) -> tuple[EnvelopeId, ...]:
        await self._session.flush()
        values = {**_write(scope), "start": start, "limit": limit}
        rows = await self._session.all(_page(turn, **_describe(scope)), values)
        return tuple(EnvelopeId(row.id) for row in rows)


@cache
def _count(*, is_within: bool, sees_all: bool) -> Select[Any]:
    lists = (_reach(turn, is_within=is_within, sees_all=sees_all).subquery() for turn in Turn)
    return select(*(select(func.count()).select_from(each).scalar_subquery() for each in lists))


@cache
def _page(turn: Turn, *, is_within: bool, sees_all: bool) -> Select[tuple[str]]:
    found = _reach(turn, is_within=is_within, sees_all=sees_all)
    return found.limit(bindparam("limit")).offset(bindparam("start"))


def _reach(turn: Turn, *, is_within: bool, sees_all: bool) -> _Found:
    """The envelopes of a list, in order, as far as it reaches."""
    match turn:
        case Turn.MINE:
            found = _of_signer(_s.answer.is_(None), is_within=is_within).where(_OPEN)
        case Turn.OTHERS if sees_all:
            found = _of_office(is_within=is_within).where(_OPEN, ~_awaits_account())
        case Turn.OTHERS:
            sent = _of_sender(is_within=is_within).where(_OPEN, ~_awaits_account())
            answered = _of_signer(_s.answer.is_not(None), is_within=is_within).where(_OPEN)
            found = _join(sent, answered)
        case Turn.DONE if sees_all:
            found = _of_office(is_within=is_within).where(_CLOSED)
        case Turn.DONE:
            # The newest of each: whatever else the sender sent is older than all that is shown.
            sent = _of_sender(is_within=is_within).where(_CLOSED).order_by(*_NEWEST).limit(REACH)
            found = _join(sent, _of_signer(is_within=is_within).where(_CLOSED))
        case _:
            assert_never(turn)
    return found.order_by(*(_NEWEST if turn is Turn.DONE else _IN_ORDER)).limit(REACH)


def _of_office(*, is_within: bool) -> _Found:
    found = select(_e.id).where(_e.office_id == bindparam("office"))
    return found.where(*_match(_e, "conversation_", "platform", "tenant", "channel")) if is_within else found


def _of_sender(*, is_within: bool) -> _Found:
    sender = _match(_e, "", "platform", "tenant", "user_id", column_prefix="sender_")
    return _of_office(is_within=is_within).where(*sender)


def _of_signer(*conditions: ColumnElement[bool], is_within: bool) -> _Found:
    signs = and_(_s.envelope_id == _e.id, *_is_account(), *conditions)
    return _of_office(is_within=is_within).join(envelope_signers, signs)


def _awaits_account() -> ColumnElement[bool]:
    return exists().where(_s.envelope_id == _e.id, *_is_account(), _s.answer.is_(None)).correlate(envelopes)


def _is_account() -> list[ColumnElement[bool]]:
    return _match(_s, "", "platform", "tenant", "user_id")


def _match(columns: Any, prefix: str, *names: str, column_prefix: str = "") -> list[ColumnElement[bool]]:  # noqa: ANN401 - SQLAlchemy's column collection
    return [columns[column_prefix + name] == bindparam(prefix + name) for name in names]


def _join(*found: _Found) -> _Found:
    """What any of these finds, once."""
    # SQLite takes neither ORDER BY nor LIMIT in a part of a UNION, but in a subquery of such a part.
    parts = (select(each.subquery().c.id) for each in found)
    return select(_e.id).where(_e.id.in_(union(*parts)))


def _describe(scope: TaskScope) -> dict[str, bool]:
    is_within = scope.within is not None
    return {"is_within": is_within, "sees_all": is_within and scope.sees_all}


def _write(scope: TaskScope) -> Columns:
    within = write_place(scope.within, "conversation_") if scope.within else {}
    return {"office": scope.office, **write_account(scope.account), **within}
