"""Adding rows to several tables in one round trip, which only PostgreSQL can.

The rows of each table travel as one JSON value, so that the statement is the same whatever their number. Measured with
the database on the same machine, a decision took a fifth less time than with a statement for each row; over a network
it saves two round trips.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Table, TextClause, bindparam, text

from storage.sql.types import require_zone

Values = Mapping[str, Any]


@lru_cache
def build_insert(shape: tuple[tuple[Table, tuple[str, ...]], ...]) -> TextClause:
    """The statement that adds rows to these tables, in these columns; its parameters bear the tables' names."""
    parts = [_insert_into(table, columns) for table, columns in shape]
    parameters = [bindparam(table.name, type_=JSON()) for table, _ in shape]
    return text(f"WITH {', '.join(parts)} SELECT 1").bindparams(*parameters)


def describe_shape(rows: Mapping[Table, Sequence[Values]]) -> tuple[tuple[Table, tuple[str, ...]], ...]:
    """The tables with the columns that their rows fill; every row of a table fills the same."""
    return tuple((table, tuple(added[0])) for table, added in rows.items())


def write_rows(rows: Mapping[Table, Sequence[Values]]) -> dict[str, list[dict[str, Any]]]:
    """The parameters of the statement."""
    return {table.name: [_write_row(values) for values in added] for table, added in rows.items()}


def _insert_into(table: Table, columns: tuple[str, ...]) -> str:
    # Names of our own tables and columns, never anything from outside; rows come out in the order they go in.
    names = ", ".join(columns)
    source = f"json_populate_recordset(NULL::{table.name}, :{table.name})"
    return f"added_to_{table.name} AS (INSERT INTO {table.name} ({names}) SELECT {names} FROM {source})"  # noqa: S608


def _write_row(values: Values) -> dict[str, Any]:
    return {name: require_zone(value) if isinstance(value, datetime) else value for name, value in values.items()}
