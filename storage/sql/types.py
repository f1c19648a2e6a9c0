"""Column types: times that know their zone, JSON, and rows of another table as one JSON value."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import JSON, ColumnElement, DateTime
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """A moment: refuses a time without a zone with `ValueError`, gives back a time in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else require_zone(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else as_utc(value)


def require_zone(value: datetime) -> datetime:
    """The time in UTC. Raises `ValueError` when it does not say its zone."""
    if value.utcoffset() is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(UTC)


def as_utc(value: datetime) -> datetime:
    """A time as a database gave it, in UTC; SQLite keeps UTC without saying so."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def read_time(text: str) -> datetime:
    """A time as a database wrote it into JSON."""
    return as_utc(datetime.fromisoformat(text))


def to_json(value: object) -> str:
    """`value` as JSON text."""
    return orjson.dumps(value).decode()


def fold(text: str) -> str:
    """`text` as names are compared: without case, and an accented letter the same however it was composed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class JsonRows(FunctionElement[Any]):
    """Aggregate: the rows of a subquery as one JSON array of arrays, in no particular order."""

    type = JSON()
    name = "json_rows"
    inherit_cache = True

    def __init__(self, *columns: ColumnElement[Any]) -> None:
        super().__init__(*columns)


@compiles(JsonRows, "sqlite")
def _write_for_sqlite(element: JsonRows, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"


@compiles(JsonRows, "postgresql")
def _write_for_postgresql(element: JsonRows, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))"
