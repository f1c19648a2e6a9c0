"""What a process of Paraaf is put together from: the database, the documents, and the ports over them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, make_url

from adapters.pdf.layout import PdfLayoutReader
from adapters.pdf.page_count import PdfPageCounter
from adapters.settings import Settings
from bot.domain.people import Platform
from bot.ports import Blobs, Directory, DuplicateGuard, Evidence, Geography, Messenger, Pace, Ports
from storage.blobs import open_blobs
from storage.sql.engine import connect
from storage.sql.migrations import configure, migrate
from storage.sql.store import SqlStore
from storage.sql.troubles import TROUBLES, translate
from storage.vault import Vault, read_vault


class SystemClock:
    """Keeps `bot.ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@asynccontextmanager
async def open_store(settings: Settings, vault: Vault | None = None) -> AsyncIterator[SqlStore]:
    """The database, brought up to date, until the end of the block. Raises `StoreUnavailable`.

    Only with a vault it keeps signatures.
    """
    await migrate(settings.database_url)
    store = SqlStore(settings.database_url, vault=vault)
    try:
        yield store
    finally:
        await store.dispose()


async def check_key(settings: Settings, *, has_tables: bool) -> None:
    """Raise `KeyRefused` when the key of personal data cannot be read, or is not that of what the tables hold."""
    vault = await asyncio.to_thread(read_vault, settings.personal_key)
    if has_tables:
        async with open_store(settings, vault) as store:
            await store.require_key()


async def read_schema(settings: Settings) -> tuple[str | None, str | None]:
    """The step that the database's tables are at, None where there are none yet, and the newest step there is.

    Changes nothing. Raises `StoreUnavailable`.
    """
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - slow, and for the doctor only
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    url = make_url(settings.database_url)
    if url.drivername.startswith("sqlite") and not await asyncio.to_thread(Path(url.database or "").exists):
        return None, None  # connecting would make the file
    engines = connect(settings.database_url)

    def read(connection: Connection) -> tuple[str | None, str | None]:
        newest = ScriptDirectory.from_config(configure(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision(), newest

    try:
        async with engines.reading.connect() as opened:
            return await opened.run_sync(read)
    except TROUBLES as error:
        raise translate(error) from error
    finally:
        await engines.dispose()


def choose_blobs(settings: Settings) -> Blobs:
    """Where the documents lie: the bucket that is set, else a folder in the data directory. Raises `ValueError`."""
    if settings.blobs is not None:
        return open_blobs(settings.blobs.get_secret_value())
    return open_blobs(settings.data_dir / "blobs")


def build_ports(
    settings: Settings,
    store: SqlStore,
    messengers: Mapping[Platform, Messenger] | None = None,
    directories: Mapping[Platform, Directory] | None = None,
    geography: Geography | None = None,
    evidence: Evidence | None = None,
) -> Ports:
    """Everything that the use cases need; without platforms for commands that reach none."""
    return Ports(
        store=store,
        blobs=choose_blobs(settings),
        pages=PdfPageCounter(),
        clock=SystemClock(),
        messengers=messengers or {},
        directories=directories or {},
        public_url=settings.public_url,
        geography=geography,
        evidence=evidence,
        layouts=PdfLayoutReader(),
    )


@asynccontextmanager
async def open_pace(settings: Settings) -> AsyncIterator[Pace]:
    """What keeps deliveries within the platforms' rates: shared in Redis where it is set, else this process's."""
    from storage.redis.pace import open_redis_pace  # noqa: PLC0415 - slow, and for platforms only
    from storage.redis.process_pace import ProcessPace  # noqa: PLC0415 - as above

    if settings.redis is None:
        yield ProcessPace()
        return
    pace = open_redis_pace(settings.redis.get_secret_value())
    try:
        yield pace
    finally:
        await pace.close()


@asynccontextmanager
async def open_guard(settings: Settings) -> AsyncIterator[DuplicateGuard]:
    """What remembers repeated requests: Redis where it is set, else this process."""
    from storage.redis.guard import ProcessDuplicateGuard, open_redis_guard  # noqa: PLC0415 - slow, and for platforms only

    if settings.redis is None:
        yield ProcessDuplicateGuard()
        return
    guard = open_redis_guard(settings.redis.get_secret_value())
    try:
        yield guard
    finally:
        await guard.close()
