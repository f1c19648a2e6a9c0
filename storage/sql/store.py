"""The database as the core knows it: transactions with every repository in them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any, TypeVar

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.errors import KeyRefused
from bot.ports import (
    Conversations,
    Delegations,
    Deliveries,
    Dossiers,
    Envelopes,
    Links,
    Log,
    LogLinks,
    Offices,
    Outbox,
    OwedEvidence,
    People,
    PlacedFields,
    PlacingLinks,
    References,
    Reminders,
    Signatures,
    Sources,
    Tasks,
    UploadPages,
    Waits,
    WebhookCalls,
    Webhooks,
    WorkflowTemplates,
)
from storage.sql.archives import SqlArchives
from storage.sql.audited import SqlAuditedLines
from storage.sql.conversations import SqlConversations
from storage.sql.delegations import SqlDelegations
from storage.sql.deliveries import SqlDeliveries
from storage.sql.dossiers import SqlDossiers
from storage.sql.engine import IDLE_SECONDS, connect
from storage.sql.envelopes import SqlEnvelopes
from storage.sql.links import SqlLinks
from storage.sql.log import SqlLog
from storage.sql.log_links import SqlLogLinks
from storage.sql.offices import SqlOffices
from storage.sql.outbox import SqlOutbox
from storage.sql.owed_evidence import SqlOwedEvidence
from storage.sql.patience import MOMENT, at_most, waiting
from storage.sql.people import SqlPeople
from storage.sql.placed_fields import SqlPlacedFields
from storage.sql.placing_links import SqlPlacingLinks
from storage.sql.references import SqlReferences
from storage.sql.reminders import SqlReminders
from storage.sql.session import Session
from storage.sql.sharing import Sharing
from storage.sql.signatures import SqlSignatures
from storage.sql.sources import SqlSources
from storage.sql.tables import personal_keys
from storage.sql.tasks import SqlTasks
from storage.sql.troubles import TROUBLES, translate
from storage.sql.upload_pages import SqlUploadPages
from storage.sql.waits import SqlWaits
from storage.sql.webhooks import SqlWebhookCalls, SqlWebhooks
from storage.sql.workflow_templates import SqlWorkflowTemplates
from storage.vault import Vault

Result = TypeVar("Result")
_FOREIGN_KEY = select(personal_keys.c.master).where(personal_keys.c.master != bindparam("name")).limit(1)


class SqlTransaction:
    """Keeps `bot.ports.Transaction` on one open connection."""

    def __init__(self, session: Session, vault: Vault | None) -> None:
        self.offices: Offices = SqlOffices(session)
        self.people: People = SqlPeople(session)
        self.dossiers: Dossiers = SqlDossiers(session)
        self.conversations: Conversations = SqlConversations(session)
        self.envelopes: Envelopes = SqlEnvelopes(session)
        self.delegations: Delegations = SqlDelegations(session)
        self.tasks: Tasks = SqlTasks(session)
        self.log: Log = SqlLog(session)
        self.log_links: LogLinks = SqlLogLinks(session)
        self.links: Links = SqlLinks(session)
        self.upload_pages: UploadPages = SqlUploadPages(session)
        self.placed_fields: PlacedFields = SqlPlacedFields(session)
        self.placing_links: PlacingLinks = SqlPlacingLinks(session)
        self.references: References = SqlReferences(session)
        self.sources: Sources = SqlSources(session)
        self.deliveries: Deliveries = SqlDeliveries(session, vault)
        self.signatures: Signatures = SqlSignatures(session, vault)
        self.owed_evidence: OwedEvidence = SqlOwedEvidence(session)
        self.reminders: Reminders = SqlReminders(session)
        self.outbox: Outbox = SqlOutbox(session)
        self.webhooks: Webhooks = SqlWebhooks(session)
        self.webhook_calls: WebhookCalls = SqlWebhookCalls(session)
        self.waits: Waits = SqlWaits(session)
        self.workflow_templates: WorkflowTemplates = SqlWorkflowTemplates(session)
        self.archives = SqlArchives(session)
        self.audited = SqlAuditedLines(session)


class SqlStore:
    """Keeps `bot.ports.Store` on SQLite or PostgreSQL.

    On SQLite one transaction writes at a time and the others wait their turn: wait for nothing but the database in one.
    A task that begins a second transaction inside its first is told so with `RuntimeError`, since it would wait for
    itself. Every use raises `StoreUnavailable` when the database does not answer.
    """

    def __init__(self, url: str, *, vault: Vault | None = None, ask_after: float = IDLE_SECONDS) -> None:
        """A store at a `sqlite:///FILE` or `postgresql://…` URL; connects at first use. Raises `ValueError`.

        A connection that lay idle for `ask_after` seconds is asked whether it still works before it is used. Without a
        vault it keeps no signatures.
        """
        self._engines = connect(url, ask_after=ask_after)
        self._vault = vault
        self._turn = asyncio.Lock()
        self._sharing = Sharing(self.transaction)
        self._writers: set[asyncio.Task[object] | None] = set()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        """Begin a transaction that may write; see `bot.ports.Store`."""
        task = self._require_none_open()
        self._writers.add(task)
        try:
            async with self._wait_for_turn(), _open(self._engines.writing) as session:
                yield SqlTransaction(session, self._vault)
        finally:
            self._writers.discard(task)

    async def share(self, work: Callable[[SqlTransaction], Awaitable[object]]) -> None:
        """Do this in a transaction with others; see `bot.ports.Store`."""
        self._require_none_open()
        await self._sharing.do(work)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlTransaction]:
        """Begin a transaction that sees one state of the database throughout and cannot write."""
        async with _open(self._engines.reading) as session:
            yield SqlTransaction(session, self._vault)

    @asynccontextmanager
    async def single_query(self) -> AsyncIterator[SqlTransaction]:
        """Read by one query; see `bot.ports.Store`."""
        async with _open(self._engines.querying) as session:
            yield SqlTransaction(session, self._vault)

    async def ping(self) -> None:
        """Return when the database answers. Raises `StoreUnavailable`."""
        async with _open(self._engines.reading) as session:
            await session.run(select(text("1")))

    async def require_key(self) -> None:
        """Raise `KeyRefused` when the vault cannot open what is kept here, since another master key sealed it."""
        name = self._vault.name if self._vault else ""
        async with _open(self._engines.reading) as session:
            if await session.one(_FOREIGN_KEY, {"name": name}):
                raise KeyRefused(
                    "the database holds signatures that another personal.key sealed; put that file back in the data "
                    "directory, from a backup or from the other copies of Paraaf on this database"
                )

    async def dispose(self) -> None:
        """Close every connection; the store can be used again afterwards."""
        await self._engines.dispose()

    def _require_none_open(self) -> asyncio.Task[object] | None:
        task = asyncio.current_task()
        if task in self._writers:
            raise RuntimeError("this task has a transaction open already")
        return task

    def _wait_for_turn(self) -> AbstractAsyncContextManager[object]:
        return self._turn if self._engines.queues_writers else nullcontext()


@asynccontextmanager
async def _open(engine: AsyncEngine) -> AsyncIterator[Session]:
    connection = await _tell_trouble(_connect(engine))
    end = _find_end(connection)
    try:
        session = Session(connection, end)
        yield session
        await session.flush()
        await _tell_trouble(_commit(connection, session), at_commit=True)
    finally:
        # Rolls back what was not committed, as the server does by itself where it cannot be told, and gives the
        # connection back to the pool, unless it broke.
        with at_most(MOMENT, end), suppress(*TROUBLES):
            await connection.close()


async def _connect(engine: AsyncEngine) -> AsyncConnection:
    """Wait for one that is free, or for a new one."""
    timeout = asyncio.timeout(None)
    with waiting(lambda: timeout.reschedule(0)):
        async with timeout:
            return await engine.connect()


async def _commit(connection: AsyncConnection, session: Session) -> None:
    with waiting(session.end):
        await connection.commit()


def _find_end(connection: AsyncConnection) -> Callable[[], None]:
    """What ends a connection at once. SQLite's are left: a file answers, or tells by itself that it is busy."""
    if connection.dialect.name != "postgresql" or connection.sync_connection is None:
        return lambda: None
    # Not through the asynchronous connection, which takes thirty times as long to tell.
    driver: Any = connection.sync_connection.connection.driver_connection
    return lambda: driver.terminate()  # noqa: PLW0108 - whose type is not known


async def _tell_trouble(work: Awaitable[Result], *, at_commit: bool = False) -> Result:
    try:
        return await work
    except TROUBLES as error:
        raise translate(error, at_commit=at_commit) from error
