"""Read a log behind a personal link: who may, which lines, and all of them for an export."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.domain.envelope import Envelope, EnvelopeId, Party
from bot.domain.errors import EvidenceUnavailable, LinkRefused, LinkTrouble
from bot.domain.evidence import PROOF_SUFFIX
from bot.domain.log import (
    LOG_READING_TIME,
    DossierLog,
    EnvelopeLog,
    LogFilter,
    LoggedSignature,
    LogLine,
    LogLink,
    LogPosition,
    LogScope,
    SignerLog,
    Subject,
)
from bot.domain.people import Account, Client, Office
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

    @property
    def offers_proofs(self) -> bool:
        """Whether the proofs of its envelopes may be taken from it."""
        return self.link.as_staff


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as it lies in the dossier: the `name` of a document with what proofs end in, and the file."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines, newest first, with what they are about and were signed with, and whether there are `older` ones."""

    lines: Sequence[LogLine]
    subjects: Mapping[EnvelopeId, Subject]
    signatures: Mapping[tuple[EnvelopeId, Account], LoggedSignature]
    older: bool

    def describe(self, texts: Texts) -> list[Entry]:
        """The lines in words, and with what was signed with."""
        return [self._describe(line, texts) for line in self.lines]

    def _describe(self, line: LogLine, texts: Texts) -> Entry:
        if line.envelope is None:
            return describe_line(line, None, None, texts)
        signature = self.signatures.get((line.envelope, line.by.account)) if line.is_signed else None
        return describe_line(line, self.subjects.get(line.envelope), signature, texts)


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
                if envelope is None or not link.shows(envelope):
                    raise LinkRefused(LinkTrouble.UNKNOWN)
                client = await tx.people.client(link.office, envelope.client)
                return OpenedLog(link, office, client, envelope)
            case DossierLog(id_):
                return OpenedLog(link, office, await tx.people.client(link.office, id_), None)
            case SignerLog():
                return OpenedLog(link, office, None, None)
            case _:
                assert_never(link.scope)


async def open_signature(ports: Ports, secret: str, id_: EnvelopeId, number: int) -> bytes:
    """What signer `number`, from 1, of an envelope in the log behind a link drew, as PNG.

    Raises `LinkRefused`, also where that is no part of the log, nothing was drawn, or it cannot be read any more.
    """
    opened = await open_log(ports, secret)
    async with ports.store.reading() as tx:
        envelope = await tx.envelopes.get(opened.office.id, id_)
        found = (
            await tx.signatures.of_envelopes(opened.office.id, [id_])
            if envelope and opened.link.shows(envelope)
            else {}
        )
    for each in found.values():
        if each.number == number and isinstance(each.content, bytes):
            return each.content
    raise LinkRefused(LinkTrouble.UNKNOWN)


async def open_proof(ports: Ports, secret: str, id_: EnvelopeId) -> Proof:
    """The proof of the state of an envelope in the log behind a link.

    Raises `LinkRefused`, also to who is not staff and where nothing is proved yet, and `EvidenceUnavailable`.
    """
    opened = await open_log(ports, secret)
    async with ports.store.reading() as tx:
        envelope = await tx.envelopes.get(opened.office.id, id_)
    if not (envelope and envelope.evidence and ports.evidence and opened.offers_proofs and opened.link.shows(envelope)):
        raise LinkRefused(LinkTrouble.UNKNOWN)
    try:
        content = await ports.evidence.prove(envelope.office, envelope.evidence.index)
    except KeyError:
        raise EvidenceUnavailable("entry-missing") from None
    return Proof(envelope.documents[0].name + PROOF_SUFFIX, content)


async def read_lines(
    tx: Transaction, office: Office, scope: LogScope, wanted: LogFilter, before: LogPosition | None, limit: int
) -> Lines:
    """At most `limit` lines with what they are about."""
    found = await tx.log.find(office.id, scope, wanted, before, limit + 1)
    lines = found[:limit]
    subjects = await tx.log.subjects(office.id, {line.envelope for line in lines if line.envelope})
    signed = {line.envelope for line in lines if line.envelope and line.is_signed}
    signatures = await tx.signatures.of_envelopes(office.id, signed)
    return Lines(lines, subjects, signatures, older=len(found) > limit)


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
