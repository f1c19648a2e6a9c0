"""`paraaf outbox`: what waits to be delivered and what was buried, without what it says of people."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from adapters.commands.webhooks import find_calls, show_time
from adapters.parts import open_store
from adapters.settings import Settings
from bot.domain.outgoing import Listed, OutgoingId
from bot.domain.people import OfficeId
from bot.ports import Store
from bot.use_cases import dead_letters
from bot.use_cases.offices import pick_office
from cards.text import clean

SHOWN = 200
"""Rows in one list: as many as somebody looks through."""
_ALL = 1_000_000


async def list_rows(settings: Settings, office: str | None, *, dead: bool) -> list[str]:
    """One line for each row, what was buried first, then one for each call to a source package.

    Raises `OfficeRefused`, `StoreUnavailable`.
    """
    async with open_store(settings) as store:
        rows = await _find(store, office, buried_only=dead, limit=SHOWN + 1)
        calls = await find_calls(store, office, buried_only=dead, limit=SHOWN + 1)
        more = ["… and more. Narrow it with --office or --dead."] if max(len(rows), len(calls)) > SHOWN else []
        return [*_describe(rows[:SHOWN], await _name_offices(store)), *calls[:SHOWN], *more]


async def list_these(settings: Settings, ids: Sequence[int]) -> list[str]:
    """One line for each of these rows that was buried. Raises `StoreUnavailable`."""
    async with open_store(settings) as store:
        rows = [row for row in await _find(store, None, buried_only=True, limit=_ALL) if row.id in set(ids)]
        return _describe(rows, await _name_offices(store))


async def retry(settings: Settings, ids: Sequence[int]) -> tuple[list[str], list[int]]:
    """Put these rows back in line: a line for each, and the ids of which none was buried. Raises `StoreUnavailable`."""
    async with open_store(settings) as store:
        back = await dead_letters.retry(store, _number(ids), datetime.now(UTC))
        return _describe(back, await _name_offices(store)), _find_missing(ids, back)


async def retry_all(settings: Settings, office: str | None) -> list[str]:
    """Put everything that was buried back in line. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        ids = [row.id for row in await _find(store, office, buried_only=True, limit=_ALL)]
        back = await dead_letters.retry(store, ids, datetime.now(UTC))
        return _describe(back, await _name_offices(store))


async def drop(settings: Settings, ids: Sequence[int]) -> tuple[list[str], list[int]]:
    """Forget these rows: a line for each, and the ids of which none was buried. Raises `StoreUnavailable`."""
    async with open_store(settings) as store:
        gone = await dead_letters.drop(store, _number(ids), datetime.now(UTC))
        return _describe(gone, await _name_offices(store)), _find_missing(ids, gone)


async def _find(store: Store, office: str | None, *, buried_only: bool, limit: int) -> tuple[Listed, ...]:
    chosen = None if office is None else (await pick_office(store, office)).id
    async with store.reading() as tx:
        return await tx.outbox.list_rows(chosen, buried_only=buried_only, limit=limit)


async def _name_offices(store: Store) -> Mapping[OfficeId, str]:
    async with store.reading() as tx:
        return {office.id: office.name for office in await tx.offices.all()}


def _number(ids: Sequence[int]) -> list[OutgoingId]:
    return [OutgoingId(each) for each in dict.fromkeys(ids)]


def _find_missing(ids: Sequence[int], found: Sequence[Listed]) -> list[int]:
    return [each for each in dict.fromkeys(ids) if each not in {row.id for row in found}]


def _describe(rows: Sequence[Listed], offices: Mapping[OfficeId, str]) -> list[str]:
    return [_describe_row(row, offices[row.office]) for row in rows]


def _describe_row(row: Listed, office: str) -> str:
    parts = [
        f"{row.id}: {row.errand}",
        f"request {row.subject}" if row.subject else "no request",
        f"{office}, {row.platform}",
        f"since {show_time(row.created_at)}",
        "1 try" if row.tries == 1 else f"{row.tries} tries",
        "buried" if row.buried else f"due {show_time(row.due_at)}",
    ]
    return "; ".join([*parts, *([" ".join(clean(row.last_error).split())] if row.last_error else [])])
