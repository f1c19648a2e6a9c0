"""The same decision in plain SQL, without anything of Paraaf's between it and the driver."""

import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import make_url

from bot.domain.envelope import EnvelopeId
from tests import builders as a
from tests.bench.stage import SIGNER, TENANT, name_channel

_OUTBOX = """INSERT INTO outbox (office_id, platform, tenant, channel, conversation, errand, subject, facts, key, state,
    due_at, attempts, unclear, created_at)
    VALUES (:office, 'slack', :tenant, :channel, :conversation, {errand}, :envelope, '{{}}', {key}, 'pending',
    :now, 0, false, :now)"""
STATEMENTS = (
    "SELECT * FROM envelopes WHERE office_id = :office AND id = :envelope",
    """UPDATE envelopes SET state = 'completed', closed_at = :now, closed_by_platform = 'slack',
    closed_by_tenant = :signer_tenant, closed_by_user_id = :signer, closed_by_name = :name, revision = 1,
    evidence_follows = true WHERE id = :envelope AND revision = 0""",
    """UPDATE envelope_signers SET answer = 'approved', answered_at = :now, place = 'Utrecht', consent = '1/nl'
    WHERE envelope_id = :envelope AND position = 0 AND answer IS NULL""",
    """INSERT INTO log (office_id, happening, by_platform, by_tenant, by_user_id, by_name, at, client_id, envelope_id,
    facts, key) VALUES (:office, 'approved', 'slack', :signer_tenant, :signer, :name, :now, :client, :envelope, :facts,
    :line_key)""",
    """INSERT INTO evidence_owed (key, office_id, due_at, attempts, refused)
    VALUES (:line_key, :office, :now, 0, false)""",
    _OUTBOX.format(errand="'show card'", key=":first_key"),
    _OUTBOX.format(errand="'note completion'", key=":second_key"),
)
"""What is read and written, one round trip each, between BEGIN and COMMIT."""


class BareSqlite:
    """The `sqlite3` of the standard library, set up as durably as Paraaf sets up its own."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def approve(self, envelope: EnvelopeId) -> None:
        """Decide; nothing else runs meanwhile."""
        values = _fill(envelope)
        values["now"] = values["now"].strftime("%Y-%m-%d %H:%M:%S.%f")
        self._connection.execute("BEGIN IMMEDIATE")
        for statement in STATEMENTS:
            self._connection.execute(statement, values).fetchone()
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class BarePostgres:
    """asyncpg, with as many connections as are used at once."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool
        self._statements = [_number(statement) for statement in STATEMENTS]

    @classmethod
    async def connect(cls, url: str, at_once: int) -> "BarePostgres":
        """Open the connections."""
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return cls(await asyncpg.create_pool(address, min_size=at_once, max_size=at_once, reset=_leave_as_it_is))

    async def approve(self, envelope: EnvelopeId) -> None:
        """Decide."""
        values = _fill(envelope)
        async with self._pool.acquire() as connection, connection.transaction():
            for statement, names in self._statements:
                await connection.fetchrow(statement, *(values[name] for name in names))

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()


async def _leave_as_it_is(_connection: object) -> None:
    """Instead of a round trip that undoes settings nobody changed; Paraaf's pool makes none either."""


def _number(statement: str) -> tuple[str, list[str]]:
    """A statement with `$1` for the first of the returned names, and so on."""
    names = list(dict.fromkeys(re.findall(r":(\w+)", statement)))
    return re.sub(r":(\w+)", lambda found: f"${names.index(found[1]) + 1}", statement), names


def _fill(envelope: EnvelopeId) -> dict[str, Any]:
    facts: Mapping[str, str] = {"place": "Utrecht", "consent": "1/nl", "documents": a.a_content().sha256}
    channel = name_channel(envelope)
    return {
        "office": a.OFFICE,
        "client": a.CLIENT,
        "envelope": envelope,
        "tenant": TENANT,
        "channel": channel,
        "conversation": f"slack\n{TENANT}\n{channel}",
        "signer_tenant": SIGNER.tenant,
        "signer": SIGNER.user,
        "name": "Karim Haddad",
        "now": datetime.now(UTC),
        "facts": json.dumps(facts),
        "line_key": str(uuid4()),
        "first_key": str(uuid4()),
        "second_key": str(uuid4()),
    }
