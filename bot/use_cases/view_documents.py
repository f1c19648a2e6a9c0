"""Look at the documents of an envelope: personal links that serve exactly the bytes that were sent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from bot.conversation import Answer, Open, Press
from bot.domain.envelope import Document, EnvelopeId, Party
from bot.domain.errors import LinkRefused, UnknownEnvelope
from bot.domain.links import VIEWING_TIME, ViewingLink
from bot.domain.log import Happening, LogLine
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import find_office, is_staff
from bot.use_cases.secrets import hash_secret, new_secret
from bot.views import forms


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document to serve: `content` are the bytes whose SHA-256 the envelope holds, `viewed` the line for the log."""

    document: Document
    content: AsyncIterator[bytes]
    viewed: LogLine


async def show_documents(ports: Ports, press: Press, texts: Texts) -> Answer:
    """A dialog with a personal link to each document. Raises `UnknownEnvelope` and `NotAllowedToView`."""
    actor = press.actor
    async with ports.store.reading() as tx:
        office = await find_office(tx, actor)
        envelope = await tx.envelopes.get(office.id, EnvelopeId(press.value))
    if envelope is None:
        raise UnknownEnvelope
    if envelope.signer(actor.account) is None:
        envelope.require_viewer(actor.account, is_staff=await is_staff(ports, office, actor))
    secret = new_secret()
    viewer = Party(actor.account, actor.name)
    expires_at = ports.clock.now() + VIEWING_TIME
    async with ports.store.transaction() as tx:
        await tx.links.add(ViewingLink(hash_secret(secret), office.id, envelope.id, viewer, expires_at))
    addresses = [f"{ports.public_url}/documents/{secret}/{number}" for number in range(1, len(envelope.documents) + 1)]
    return Open(forms.documents_form(envelope, addresses, VIEWING_TIME // timedelta(minutes=1), texts))


async def open_document(ports: Ports, secret: str, number: int) -> OpenedDocument:
    """Document `number`, from 1, behind a personal link; `record_viewing` it once its bytes turn out to be there.

    Raises `LinkRefused` when the link is unknown or expired, or has no such document.
    """
    now = ports.clock.now()
    async with ports.store.reading() as tx:
        link = await tx.links.get(hash_secret(secret))
        if link is None or link.expires_at <= now:
            raise LinkRefused(expired=link is not None)
        envelope = await tx.envelopes.get(link.office, link.envelope)
        if envelope is None or not 1 <= number <= len(envelope.documents):
            raise LinkRefused(expired=False)
        document = envelope.documents[number - 1]
    facts = {"document": document.name, "sha256": document.sha256}
    viewed = LogLine(link.office, Happening.VIEWED, link.viewer, now, envelope.client, envelope.id, facts)
    return OpenedDocument(document, ports.blobs.read(document.sha256), viewed)


async def record_viewing(ports: Ports, opened: OpenedDocument) -> None:
    """Log that the document is served, before the first byte of it leaves."""
    async with ports.store.transaction() as tx:
        await tx.log.add([opened.viewed])
