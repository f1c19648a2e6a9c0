"""Tasks: which envelopes are in whose lists.

What is open is read whole, since nobody leaves more than some thousands open; of what is done, and of what a person
answered, the newest are read. Within a conversation its own envelopes are looked through, everywhere else those of the
sender and those of the signer, each by an index of their own.
"""

from functools import cache
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, func, or_, select, true, union

from bot.domain.envelope import EnvelopeId
from bot.domain.tasks import REACH, TaskScope, Turn
from storage.sql.rows import Columns, write_account, write_place
from storage.sql.session import Session
from storage.sql.tables import envelope_signers, envelopes

_e, _s = envelopes.c, envelope_signers.c
_Found = Select[Any]
"""Envelopes with what they are ordered by."""
_COLUMNS = (_e.id, _e.due, _e.sent_at, _e.closed_at)
_OPEN, _CLOSED = _e.closed_at.is_(None), _e.closed_at.is_not(None)
_SENDS = and_(
    _e.sender_platform == bindparam("platform"),
    _e.sender_tenant == bindparam("tenant"),
    _e.sender_user_id == bindparam("user_id"),
)
_IS_ACCOUNT = (
    _s.platform == bindparam("platform"),
    _s.tenant == bindparam("tenant"),
    _s.user_id == bindparam("user_id"),
)
_earlier = envelope_signers.alias("earlier")
# In an envelope whose signers take turns, nobody before this one is still to answer.
_COMES_NOW = or_(
    _e.in_order.is_(False),
    ~exists()
    .where(
        _earlier.c.envelope_id == _s.envelope_id, _earlier.c.position < _s.position, _earlier.c.answered_at.is_(None)
    )
    .correlate(envelope_signers),
)
_SIGNS = exists().where(_s.envelope_id == _e.id, *_IS_ACCOUNT).correlate(envelopes)
_AWAITED = (
    exists().where(_s.envelope_id == _e.id, *_IS_ACCOUNT, _s.answered_at.is_(None), _COMES_NOW).correlate(envelopes)
)
_SIGNINGS = select(_s.envelope_id).where(*_IS_ACCOUNT)
_UNANSWERED = _SIGNINGS.where(_s.answered_at.is_(None))
_ANSWERED = _SIGNINGS.where(_s.answered_at.is_not(None)).order_by(_s.answered_at.desc()).limit(REACH)
_OF_OFFICE = select(*_COLUMNS).where(_e.office_id == bindparam("office"))
_OF_SENDER = _OF_OFFICE.where(_SENDS)
_OF_CONVERSATION = _OF_OFFICE.where(
    _e.platform == bindparam("conversation_platform"),
    _e.tenant == bindparam("conversation_tenant"),
    _e.channel == bindparam("conversation_channel"),
)


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
def _page(turn: Turn, *, is_within: bool, sees_all: bool) -> _Found:
    found = _reach(turn, is_within=is_within, sees_all=sees_all)
    return found.limit(bindparam("limit", type_=Integer)).offset(bindparam("start", type_=Integer))


def _reach(turn: Turn, *, is_within: bool, sees_all: bool) -> _Found:
    """The envelopes of a list, in order, as far as it reaches."""
    found = _find_within(turn, sees_all=sees_all) if is_within else _find_everywhere(turn)
    return _sort(found, turn).limit(REACH)


def _find_within(turn: Turn, *, sees_all: bool) -> _Found:
    """What an account sees of a conversation."""
    seen: ColumnElement[bool] = true() if sees_all else or_(_SENDS, _SIGNS)
    match turn:
        case Turn.MINE:
            return _OF_CONVERSATION.where(_OPEN, _AWAITED)
        case Turn.OTHERS:
            return _OF_CONVERSATION.where(_OPEN, ~_AWAITED, seen)
        case Turn.DONE:
            return _OF_CONVERSATION.where(_CLOSED, seen)
        case _:
            assert_never(turn)


def _find_everywhere(turn: Turn) -> _Found:
    """What an account sent or signs anywhere in the office."""
    match turn:
        case Turn.MINE:
            return _of_signings(_UNANSWERED, and_(_OPEN, _AWAITED))
        case Turn.OTHERS:
            comes_later = _of_signings(_UNANSWERED, and_(_OPEN, ~_AWAITED))
            return _join(_OF_SENDER.where(_OPEN, ~_AWAITED), comes_later, _of_signings(_ANSWERED, _OPEN))
        case Turn.DONE:
            newest = _sort(_OF_SENDER.where(_CLOSED), turn).limit(REACH)
            return _join(newest, _of_signings(_UNANSWERED, _CLOSED), _of_signings(_ANSWERED, _CLOSED))
        case _:
            assert_never(turn)


def _of_signings(signings: Select[tuple[str]], state: ColumnElement[bool]) -> _Found:
    # The office comes in a guise that no index knows: SQLite would look through all of it rather than for a few ids.
    return select(*_COLUMNS).where(_e.id.in_(signings), _e.office_id.concat("") == bindparam("office"), state)


def _join(*found: _Found) -> _Found:
    """What any of these finds, once."""
    # SQLite takes neither ORDER BY nor LIMIT in a part of a UNION, but in a subquery of such a part.
    parts = (select(*each.subquery().c) for each in found)
    return select(*union(*parts).subquery().c)


def _sort(found: _Found, turn: Turn) -> _Found:
    columns = found.selected_columns
    if turn is Turn.DONE:
        return found.order_by(columns.closed_at.desc(), columns.id.desc())
    return found.order_by(columns.due.asc().nulls_last(), columns.sent_at, columns.id)


def _describe(scope: TaskScope) -> dict[str, bool]:
    is_within = scope.within is not None
    return {"is_within": is_within, "sees_all": is_within and scope.sees_all}


def _write(scope: TaskScope) -> Columns:
    within = write_place(scope.within, "conversation_") if scope.within else {}
    return {"office": scope.office, **write_account(scope.account), **within}
