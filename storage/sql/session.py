"""One open transaction, as the repositories see it: run a statement, get rows, or a typed error."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import CursorResult, Row, Select, Table, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Executable

from storage.sql.batches import Values, add_rows_along, describe_shape, write_rows
from storage.sql.patience import waiting
from storage.sql.troubles import TROUBLES, translate

Insert = postgresql.Insert | sqlite.Insert
_NOTHING = select(literal(1, literal_execute=True))


class Session:
    """Runs statements in one transaction; every method may raise `Conflict` or `StoreUnavailable`."""

    def __init__(self, connection: AsyncConnection, end: Callable[[], None] = lambda: None) -> None:
        """`end` breaks the connection, on which a statement waited long enough."""
        self._connection = connection
        self.end = end
        self._later: dict[Table, list[Values]] = {}
        self.is_postgresql = connection.dialect.name == "postgresql"

    async def run(self, statement: Executable, values: Values | Sequence[Values] | None = None) -> CursorResult[Any]:
        """Run a statement; with a sequence of values, once for each of them."""
        try:
            with waiting(self.end):
                return await self._connection.execute(statement, values)
        except TROUBLES as error:
            raise translate(error) from error

    async def change(self, statement: Executable, values: Values | None = None) -> int:
        """Run a statement and count the rows it changed."""
        return (await self.run(statement, values)).rowcount

    async def one(self, statement: Executable, values: Values | None = None) -> Row[Any] | None:
        """The only row of a query, or None."""
        return (await self.run(statement, values)).one_or_none()

    async def all(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        """Every row of a query."""
        return (await self.run(statement, values)).all()

    async def number(self, statement: Executable, values: Values | None = None) -> int:
        """The one number that a query counts."""
        return int((await self.run(statement, values)).scalar_one())

    def insert(self, table: Table) -> Insert:
        """An insert that can say what to do on a conflict, which each database writes its own way."""
        return postgresql.insert(table) if self.is_postgresql else sqlite.insert(table)

    def add_later(self, table: Table, values: Values) -> None:
        """Add a row at the end, in one round trip with all others if the database can, and after those of its table."""
        self._later.setdefault(table, []).append(values)

    def adds_later(self, table: Table) -> bool:
        """Whether a row of this table waits to be added."""
        return table in self._later

    async def flush(self) -> None:
        """Add what was to be added later: before the commit, and before a query that must see it."""
        if self._later and self.is_postgresql:
            await self.number_with_flush(_NOTHING, {})
            return
        rows, self._later = self._later, {}
        for table, added in rows.items():
            await self.run(table.insert().inline(), added)

    async def number_with_flush(self, statement: Select[int], values: Values) -> int:
        """As `number`, and add in the same round trip what was to be added later, which the query does not see.

        Only on PostgreSQL.
        """
        rows, self._later = self._later, {}
        return await self.number(add_rows_along(statement, describe_shape(rows)), {**values, **write_rows(rows)})

    async def upsert(self, table: Table, values: Values, keys: Sequence[str]) -> None:
        """Add a row, or replace the one that has the same `keys`."""
        statement = self.insert(table).values(**values)
        replaced = {name: statement.excluded[name] for name in values if name not in keys}
        await self.run(statement.on_conflict_do_update(index_elements=list(keys), set_=replaced))

    async def add(self, table: Table, values: Values) -> bool:
        """Whether a row was added: not when a unique value of it was taken. The transaction goes on either way."""
        return await self.change(self.insert(table).values(**values).on_conflict_do_nothing()) == 1
