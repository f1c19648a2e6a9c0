"""What differs between the databases, what they refuse by themselves, and how outages are told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.domain.envelope import Envelope, EnvelopeState
from bot.domain.errors import Conflict, StoreUnavailable
from bot.domain.outgoing import Errand
from bot.domain.people import ClientId, ContactId, OfficeId
from storage.sql.engine import connect
from storage.sql.migrations import migrate
from storage.sql.session import Session
from storage.sql.store import SqlStore, SqlTransaction
from tests.builders import (
    a_content,
    a_conversation,
    a_document,
    a_log_line,
    a_rejection,
    a_signer,
    a_version,
    an_account,
    an_approval,
    an_envelope,
    an_item,
    an_office,
    an_outgoing,
    at,
)


@pytest.fixture
async def postgres_store(postgres_url: str) -> AsyncIterator[SqlStore]:
    await migrate(postgres_url)
    opened = SqlStore(postgres_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'paraaf.db'}"
    await migrate(url)
    return url


def session_of(transaction: SqlTransaction) -> Session:
    return transaction.offices._session  # type: ignore[attr-defined, no-any-return] # behind the port


class TestRefusals:
    @pytest.mark.parametrize(
        "envelope",
        [
            an_envelope(client=ClientId("nobody")),
            an_envelope(office=OfficeId("office-2")),
            an_envelope(documents=(a_document(version=2),)),
            an_envelope(documents=(a_document(sha256=a_content(b"other").sha256),)),
            an_envelope(signers=(a_signer(contact=ContactId("nobody")),)),
            an_envelope(signers=(a_signer(decision=replace(a_rejection(), reason=None)),)),
            an_envelope(state=EnvelopeState.COMPLETED),
        ],
        ids=["no client", "another office", "no version", "other bytes", "no contact", "no reason", "no closing"],
    )
    async def test_an_envelope_that_fits_nothing_is_refused(self, office_store: SqlStore, envelope: Envelope) -> None:
        async with office_store.transaction() as transaction:
            await transaction.offices.save(an_office(id=OfficeId("office-2")))
        with pytest.raises(IntegrityError):
            await self.add(office_store, envelope)

    async def add(self, store: SqlStore, envelope: Envelope) -> None:
        async with store.transaction() as transaction:
            await transaction.envelopes.add(envelope)

    async def test_a_signer_is_asked_once(self, office_store: SqlStore) -> None:
        with pytest.raises(Conflict):
            await self.add(office_store, an_envelope(signers=(a_signer(), a_signer())))

    async def test_what_belongs_to_another_office_cannot_be_linked(self, office_store: SqlStore) -> None:
        async with office_store.transaction() as transaction:
            await transaction.offices.save(an_office(id=OfficeId("office-2")))
            await transaction.envelopes.add(an_envelope())
        with pytest.raises(IntegrityError):
            async with office_store.transaction() as transaction:
                await transaction.conversations.link(a_conversation(office=OfficeId("office-2")))
        with pytest.raises(IntegrityError):
            async with office_store.transaction() as transaction:
                await transaction.log.add([a_log_line(office=OfficeId("office-2"))])

    async def test_a_time_without_a_zone_is_refused(self, office_store: SqlStore) -> None:
        naive = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - what is refused
        with pytest.raises(ValueError, match="no time zone"):
            async with office_store.transaction() as transaction:
                await transaction.dossiers.add(an_item("item-2", name="b", version=a_version(added_at=naive)))
        with pytest.raises(ValueError, match="no time zone"):
            async with office_store.transaction() as transaction:
                await transaction.outbox.put(an_outgoing(), naive)

    async def test_a_time_elsewhere_is_kept_as_the_same_moment(self, office_store: SqlStore) -> None:
        there = datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
        item = an_item("item-2", name="b", version=a_version(added_at=there))
        async with office_store.transaction() as transaction:
            await transaction.dossiers.add(item)
            (found,) = await transaction.dossiers.items(item.client, [item.id])
            await transaction.envelopes.add(an_envelope(sent_at=there))
            await transaction.outbox.put(an_outgoing(), there)
            (claimed,) = await transaction.outbox.claim(at(), timedelta(minutes=1), 1)
        assert found.version.added_at == claimed.created_at == there
        assert found.version.added_at.tzinfo is claimed.created_at.tzinfo is UTC

    async def test_a_reading_transaction_cannot_write(self, office_store: SqlStore) -> None:
        with pytest.raises((DBAPIError, StoreUnavailable)):
            async with office_store.reading() as transaction:
                await transaction.offices.save(an_office(name="Other"))

    @pytest.mark.parametrize("url", ["mysql://localhost/paraaf", "sqlite://", "sqlite:///:memory:"])
    def test_a_database_that_cannot_keep_the_promises_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match="URL"):
            SqlStore(url)


class TestSqlite:
    async def test_what_is_committed_is_on_the_disk(self, sqlite_url: str) -> None:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000}
        engines = connect(sqlite_url)
        for engine in (engines.writing, engines.reading):
            async with engine.connect() as connection:
                for name, value in wanted.items():
                    assert (await connection.execute(text(f"PRAGMA {name}"))).scalar_one() == value
        await engines.dispose()

    async def test_two_stores_on_one_file_wait_for_each_other(self, sqlite_url: str) -> None:
        stores = [SqlStore(sqlite_url) for _ in range(2)]

        async def save(store: SqlStore, number: int) -> None:
            async with store.transaction() as transaction:
                await transaction.offices.save(an_office(id=OfficeId(str(number))))

        await asyncio.gather(*(save(stores[number % 2], number) for number in range(40)))
        async with stores[0].reading() as transaction:
            assert len(await transaction.offices.all()) == 40
        for store in stores:
            await store.dispose()

    async def test_a_search_of_a_large_dossier_follows_an_index(self, sqlite_url: str) -> None:
        store = SqlStore(sqlite_url)
        async with store.transaction() as transaction:
            session = session_of(transaction)
            plan = await session.all(
                text(
                    "EXPLAIN QUERY PLAN SELECT * FROM dossier_items WHERE client_id = 'c' AND name_folded LIKE '%x%'"
                    " ORDER BY changed_at DESC, id DESC LIMIT 100"
                )
            )
        await store.dispose()
        assert [row.detail for row in plan] == [
            "SEARCH dossier_items USING INDEX ix_dossier_items_recent (client_id=?)"
        ]


class TestOutages:
    async def test_a_server_that_is_not_there(self, unused_tcp_port: int) -> None:
        store = SqlStore(f"postgresql://paraaf@127.0.0.1:{unused_tcp_port}/paraaf")
        with pytest.raises(StoreUnavailable):
            await store.ping()
        with pytest.raises(StoreUnavailable):
            async with store.transaction() as transaction:
                await transaction.offices.all()
        await store.dispose()

    async def test_a_file_that_cannot_be_opened(self, tmp_path: Path) -> None:
        (tmp_path / "folder.db").mkdir()
        store = SqlStore(f"sqlite:///{tmp_path / 'folder.db'}")
        with pytest.raises(StoreUnavailable):
            await store.ping()
        await store.dispose()

    async def test_a_store_that_answers(self, store: SqlStore) -> None:
        await store.ping()

    async def test_a_connection_that_ends_within_a_transaction(self, postgres_store: SqlStore) -> None:
        async with postgres_store.transaction() as transaction:
            await transaction.offices.save(an_office())
        with pytest.raises(StoreUnavailable) as caught:
            await self.save_on_a_dying_connection(postgres_store)
        assert not caught.value.at_commit
        async with postgres_store.transaction() as transaction:
            assert await transaction.offices.all() == (an_office(),)

    async def save_on_a_dying_connection(self, store: SqlStore) -> None:
        async with store.transaction() as transaction:
            await transaction.offices.save(an_office(name="Lost"))
            await self.end_connection_of(transaction, store)
            await transaction.offices.save(an_office(name="Lost too"))

    async def test_a_connection_that_ends_before_the_commit(self, postgres_store: SqlStore) -> None:
        with pytest.raises(StoreUnavailable) as caught:
            await self.commit_on_a_dead_connection(postgres_store)
        assert caught.value.at_commit
        async with postgres_store.reading() as transaction:
            assert await transaction.offices.all() == ()

    async def commit_on_a_dead_connection(self, store: SqlStore) -> None:
        async with store.transaction() as transaction:
            await transaction.offices.save(an_office())
            await self.end_connection_of(transaction, store)

    async def end_connection_of(self, transaction: SqlTransaction, store: SqlStore) -> None:
        session = session_of(transaction)
        backend = await session.number(text("SELECT pg_backend_pid()"))
        # Another task, since one task has one transaction.
        await asyncio.create_task(self.end_backend(store, backend))

    async def end_backend(self, store: SqlStore, backend: int) -> None:
        async with store.transaction() as transaction:
            await session_of(transaction).run(text(f"SELECT pg_terminate_backend({backend}, 5000)"))

    async def test_a_connection_that_ended_while_idle_is_replaced(self, postgres_url: str) -> None:
        store, other = SqlStore(postgres_url, ask_after=0), SqlStore(postgres_url)
        async with store.transaction() as transaction:
            backend = await session_of(transaction).number(text("SELECT pg_backend_pid()"))
        await self.end_backend(other, backend)
        await store.ping()
        await store.dispose()
        await other.dispose()

    async def test_an_error_of_the_callers_own_stays_what_it_is(self, office_store: SqlStore) -> None:
        with pytest.raises(ConnectionResetError):
            async with office_store.transaction():
                raise ConnectionResetError


class TestRoundTrips:
    async def test_an_answer_takes_along_what_was_added_before_it(self, office_store: SqlStore) -> None:
        async with office_store.transaction() as transaction:
            await transaction.envelopes.add(an_envelope())
        async with office_store.transaction() as transaction:
            await transaction.log.add([a_log_line()])
            await transaction.outbox.put(an_outgoing(Errand.SHOW_CARD), at())
            await transaction.outbox.put(an_outgoing(Errand.NOTE_COMPLETION), at())
            await transaction.envelopes.save(an_envelope().answer(an_account(), an_approval()))
            # These queries, written here, do not flush: they see what is in the database already.
            session = session_of(transaction)
            assert await session.number(text("SELECT count(*) FROM log")) == 1
            errands = await session.all(text("SELECT errand FROM outbox ORDER BY id"))
        assert [row.errand for row in errands] == [Errand.SHOW_CARD, Errand.NOTE_COMPLETION]

    async def test_connections_that_a_rush_opened_are_there_for_the_next(self, postgres_store: SqlStore) -> None:
        assert await self.rush(postgres_store, 16) == await self.rush(postgres_store, 16)

    async def rush(self, store: SqlStore, size: int) -> set[int]:
        barrier = asyncio.Barrier(size)

        async def tell_backend() -> int:
            async with store.transaction() as transaction:
                backend = await session_of(transaction).number(text("SELECT pg_backend_pid()"))
                await barrier.wait()
                return backend

        return set(await asyncio.gather(*(tell_backend() for _ in range(size))))


class TestDeadlock:
    async def test_one_of_two_that_wait_for_each_other_gets_a_conflict(self, postgres_store: SqlStore) -> None:
        offices = [an_office(id=OfficeId(name)) for name in "ab"]
        async with postgres_store.transaction() as transaction:
            for office in offices:
                await transaction.offices.save(office)
        barrier = asyncio.Barrier(2)

        async def save_both(first: int) -> str:
            try:
                async with postgres_store.transaction() as transaction:
                    await transaction.offices.save(replace(offices[first], name=f"by {first}"))
                    await barrier.wait()
                    await transaction.offices.save(replace(offices[1 - first], name=f"by {first}"))
            except Conflict:
                return "conflict"
            return "saved"

        assert sorted(await asyncio.gather(save_both(0), save_both(1))) == ["conflict", "saved"]
