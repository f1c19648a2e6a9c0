"""What code can do with a PostgreSQL database, and what a change of the schema would take from older code."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from storage.sql.leftovers import LEFTOVERS

_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'NO' AS required,
       column_default IS NOT NULL OR is_identity = 'YES' AS filled
FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name
"""
# Also unique indexes, which may have a condition. That a column is required stands with the column.
_RULES = """
SELECT conrelid::regclass::text AS table_name, pg_get_constraintdef(oid) AS rule,
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)) AS columns
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL
SELECT indrelid::regclass::text, regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\S+ ', 'INDEX '),
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey))
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indisunique AND relnamespace = 'public'::regnamespace
"""
_WORD = re.compile(r"'([^']*)'")

Schema = dict[str, dict[str, Any]]
"""By table: its `columns` by name, each with `type`, `required` and `filled` (by default); its `rules` with columns."""


@dataclass(frozen=True)
class _Rule:
    """A constraint. Words in quotes are what a column may hold, `frame` is the rest."""

    frame: str
    words: frozenset[str]

    @classmethod
    def read(cls, definition: str) -> "_Rule":
        return cls(re.sub(r"[\s,]|::text", "", _WORD.sub("", definition)), frozenset(_WORD.findall(definition)))

    def allows(self, other: "_Rule") -> bool:
        """Whether what `other` allows is allowed here as well: the same, or more words."""
        return self.frame == other.frame and self.words >= other.words


def read_schema(connection: Connection) -> Schema:
    """Every table of the schema `public` but Alembic's own, without what the code does not use."""
    schema: Schema = {}
    for row in connection.execute(text(_COLUMNS)):
        if row.table_name == "alembic_version" or f"{row.table_name}.{row.column_name}" in LEFTOVERS:
            continue
        table = schema.setdefault(row.table_name, {"columns": {}, "rules": {}})
        column = {"type": row.data_type, "required": row.required, "filled": row.filled}
        table["columns"][row.column_name] = column
    for row in connection.execute(text(_RULES)):
        if row.table_name in schema:
            schema[row.table_name]["rules"][row.rule] = sorted(row.columns)
    return schema


def find_breaks(old: Schema, new: Schema) -> list[str]:
    """What code that was written for `old` cannot do any more on `new`, in words; a renamed thing is a missing one."""
    breaks = []
    for name, table in old.items():
        if name not in new:
            breaks.append(f"{name} is missing")
            continue
        breaks += [f"{name}.{each}" for each in _find_in_columns(table["columns"], new[name]["columns"])]
        breaks += [f"{name}: {each}" for each in _find_in_rules(table, new[name])]
    return breaks


def _find_in_columns(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    breaks = []
    for name, column in old.items():
        now = new.get(name)
        if now is None:
            breaks.append(f"{name} is missing")
        elif now["type"] != column["type"]:
            breaks.append(f"{name} was {column['type']} and is {now['type']}")
        elif now["required"] and not column["required"]:
            breaks.append(f"{name} may be NULL no more")
        elif column["filled"] and now["required"] and not now["filled"]:
            breaks.append(f"{name} is filled by no default any more")
    new_ones = (name for name in new if name not in old)
    breaks += [f"{name} is new, required, and has no default" for name in new_ones if _must_be_given(new[name])]
    return breaks


def _find_in_rules(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    kept = [_Rule.read(definition) for definition in old["rules"]]
    breaks = []
    for definition, columns in new["rules"].items():
        if any(_Rule.read(definition).allows(rule) for rule in kept):
            continue
        added = [name for name in columns if name not in old["columns"]]
        if definition.startswith("CHECK"):
            # A row that leaves new columns out has in them what every row got when they came, and so breaks no rule
            # that is about them alone.
            is_harmless = len(added) == len(columns)
        else:  # NULL equals nothing
            is_harmless = any(not new["columns"][name]["filled"] for name in added)
        if not is_harmless:
            breaks.append(f"new: {definition}")
    return breaks


def _must_be_given(column: dict[str, Any]) -> bool:
    return bool(column["required"] and not column["filled"])
