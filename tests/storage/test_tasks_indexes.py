"""No list of tasks looks through a whole table, whatever the number of envelopes: as each database plans it."""

import re
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.envelope import EnvelopeState
from bot.domain.people import Platform
from bot.domain.tasks import TaskScope, Turn
from storage.sql import tasks
from storage.sql.engine import connect
from storage.sql.store import SqlStore
from storage.sql.tables import envelope_signers, envelopes
from tests.builders import CLIENT, CONTACT, OFFICE, a_place, a_staff_account, at

NUMBER = 6_000
SENDER, PLACE = a_staff_account("U0STAFF7"), a_place("C0CLIENT7")
SCOPES = (TaskScope(OFFICE, SENDER), TaskScope(OFFICE, SENDER, PLACE), TaskScope(OFFICE, SENDER, PLACE, sees_all=True))


def make_envelope(number: int) -> dict[str, Any]:
    """One of many, of 60 senders in 200 conversations; one in ten is open."""
    is_open = number % 10 == 0
    closed_by = dict.fromkeys(("closed_by_platform", "closed_by_tenant", "closed_by_user_id", "closed_by_name"), "x")
    return {
        "id": f"e{number:05}", "office_id": OFFICE, "client_id": CLIENT, "request_key": str(number), "revision": 0,
        "platform": Platform.SLACK, "tenant": PLACE.tenant, "channel": f"C0CLIENT{number % 200}",
        "sender_platform": Platform.SLACK, "sender_tenant": SENDER.tenant, "sender_user_id": f"U0STAFF{number % 60}",
        "sender_name": "Sanne", "sent_at": at(number), "message": "", "due": None, "remind": True,
        "state": EnvelopeState.OPEN if is_open else EnvelopeState.WITHDRAWN,
        "closed_at": None if is_open else at(number), **closed_by,
    }  # fmt: skip


def make_signer(number: int) -> dict[str, Any]:
    account = {"platform": Platform.SLACK, "tenant": SENDER.tenant, "user_id": f"U0STAFF{number % 400}"}
    answered = (
        {"answer": "approved", "answered_at": at(number)} if number % 3 else {"answer": None, "answered_at": None}
    )
    told = {"envelope_id": f"e{number:05}", "position": 0, "name": "Karim", "contact_id": CONTACT}
    return {**told, **account, **answered}


def fill(connection: Connection) -> None:
    connection.execute(envelopes.insert(), [make_envelope(number) for number in range(NUMBER)])
    connection.execute(envelope_signers.insert(), [make_signer(number) for number in range(NUMBER)])
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))


def explain(connection: Connection, scope: TaskScope, turn: Turn) -> str:
    statement = tasks._page(turn, **tasks._describe(scope))
    values = {**tasks._write(scope), "start": 0, "limit": 5}
    is_postgresql = connection.dialect.name == "postgresql"
    dialect = postgresql.dialect() if is_postgresql else sqlite.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's
    written = statement.params(values).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    command = "EXPLAIN" if is_postgresql else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{command} {written}"))


def expect_indexes(scope: TaskScope, turn: Turn) -> set[str]:
    """Which indexes find a list."""
    if scope.within:
        return {"ix_envelopes_of_conversation"}
    by_sender = set() if turn is Turn.MINE else {"ix_envelopes_of_sender"}
    return {"ix_envelope_signers_of_account", *by_sender}


async def test_each_list_is_found_by_its_indexes(database_url: str, office_store: SqlStore) -> None:
    engines = connect(database_url)
    async with engines.writing.begin() as connection:
        await connection.run_sync(fill)
    async with engines.reading.begin() as connection:
        for scope in SCOPES:
            for turn in Turn:
                plan = await connection.run_sync(explain, scope, turn)
                assert {index for index in expect_indexes(scope, turn) if index not in plan} == set(), plan
                assert not re.search(r"Seq Scan|SCAN envelope", plan), f"{scope} {turn}\n{plan}"
    await engines.dispose()
    for scope in SCOPES:
        async with office_store.reading() as transaction:
            assert set((await transaction.tasks.count(scope)).values()) != {0}  # so the plans were about something
