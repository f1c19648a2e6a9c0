"""Read a log behind a personal link: who may, which lines, and all of them for an export."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.domain.envelope import Envelope, EnvelopeId, Party
from bot.domain.errors import LinkRefused, LinkTrouble
from bot.domain.log import (
    LOG_READING_TIME,
    DossierLog,
    EnvelopeLog,
    LogFilter,
    LogLine,
    LogLink,
    LogPosition,
    LogScope,
    SignerLog,
    Subject,
)
from bot.domain.people import Client, Office
from bot.ports import Ports, Transaction
from bot.texts import Texts
from bot.use_cases.secrets import hash_secret, new_secret
from bot.views.log_forms import PEOPLE_OFFERED
from bot.views.log_words import Entry, describe_line

BATCH = 1_000
"""Lines that are read at once for an export."""


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """A log that somebody may read: `client` is whose dossier it is of, `envelope` the one that it is about."""

    link: LogLink
    office: Office
    client: Client | None
    envelope: Envelope | None


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines, newest first, with what they are about, and whether there are `older` ones."""

    lines: Sequence[LogLine]
    subjects: Mapping[EnvelopeId, Subject]
    older: bool

    def describe(self, texts: Texts) -> list[Entry]:
        """The lines in words."""
        subjects = self.subjects
        return [
            describe_line(line, subjects.get(line.envelope) if line.envelope else None, texts) for line in self.lines
        ]


async def offer_log_page(
    ports: Ports, tx: Transaction, office: Office, scope: LogScope, viewer: Party, *, as_staff: bool
) -> str:
    """The address of a page with this log, for this person."""
    secret, expires_at = new_secret(), ports.clock.now() + LOG_READING_TIME
    await tx.log_links.add(LogLink(hash_secret(secret), office.id, scope, viewer, as_staff, expires_at))
    return f"{ports.public_url}/logs/{secret}"


async def open_log(ports: Ports, secret: str) -> OpenedLog:
    """What a link opens, which does not use it up. Raises `LinkRefused`."""
    async with ports.store.reading() as tx:
        link = await tx.log_links.get(hash_secret(secret))
        if link is None or link.expires_at <= ports.clock.now():
            raise LinkRefused(LinkTrouble.EXPIRED if link else LinkTrouble.UNKNOWN)
        office = await tx.offices.get(link.office)
        match link.scope:
            case EnvelopeLog(id_):
                envelope = await tx.envelopes.get(link.office, id_)
                if envelope is None or not (link.as_staff or envelope.signer(link.viewer.account)):
                    raise LinkRefused(LinkTrouble.UNKNOWN)
                client = await tx.people.client(link.office, envelope.client)
                return OpenedLog(link, office, client, envelope)
            case DossierLog(id_):
                return OpenedLog(link, office, await tx.people.client(link.office, id_), None)
            case SignerLog():
                return OpenedLog(link, office, None, None)
            case _:
                assert_never(link.scope)


async def read_lines(
    tx: Transaction, office: Office, scope: LogScope, wanted: LogFilter, before: LogPosition | None, limit: int
) -> Lines:
    """At most `limit` lines with what they are about."""
    found = await tx.log.find(office.id, scope, wanted, before, limit + 1)
    lines = found[:limit]
    subjects = await tx.log.subjects(office.id, {line.envelope for line in lines if line.envelope})
    return Lines(lines, subjects, older=len(found) > limit)


async def read_page(
    ports: Ports, opened: OpenedLog, wanted: LogFilter, before: LogPosition | None, limit: int
) -> Lines:
    """The lines for one page."""
    async with ports.store.reading() as tx:
        return await read_lines(tx, opened.office, opened.link.scope, wanted, before, limit)


async def read_people(ports: Ports, opened: OpenedLog) -> tuple[Party, ...]:
    """Whom the lines of a dossier can be filtered by; nobody where there is no filter."""
    if not isinstance(opened.link.scope, DossierLog):
        return ()
    async with ports.store.reading() as tx:
        return await tx.log.people(opened.office.id, opened.link.scope.client, PEOPLE_OFFERED)


async def read_all(ports: Ports, opened: OpenedLog, wanted: LogFilter) -> AsyncIterator[Lines]:
    """Every line in batches, however many; no transaction stays open while one of them is on its way."""
    before: LogPosition | None = None
    while True:
        batch = await read_page(ports, opened, wanted, before, BATCH)
        yield batch
        if not batch.older:
            return
        before = batch.lines[-1].position
