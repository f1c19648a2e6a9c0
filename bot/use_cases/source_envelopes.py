"""What a source package may read of the envelopes that came of its own deliveries, and of no others."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.domain.delivery import Delivery, SourceId
from bot.domain.dossier import Document
from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.errors import EvidenceUnavailable
from bot.domain.evidence import PROOF_SUFFIX
from bot.domain.people import OfficeId
from bot.ports import Ports
from bot.use_cases.describe_envelope import Json, describe_envelope
from bot.use_cases.tell_source import find_delivery


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof to keep, and what to call it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """A document with its bytes, which are checked before the first piece comes: see `bot.ports.Blobs.read`."""

    document: Document
    pieces: AsyncIterator[bytes]


async def read_envelope(ports: Ports, office: OfficeId, source: SourceId, id_: EnvelopeId) -> Json | None:
    """An envelope as a webhook tells of it; None for what came of no delivery of this source."""
    found = await _find(ports, office, source, id_)
    return describe_envelope(*found, ports.public_url) if found else None


async def read_proof(ports: Ports, office: OfficeId, source: SourceId, id_: EnvelopeId) -> Proof | None:
    """The proof of the state it is in; None also where nothing is proved yet. Raises `EvidenceUnavailable`."""
    found = await _find(ports, office, source, id_)
    if found is None or found[0].evidence is None or ports.evidence is None:
        return None
    envelope, receipt = found[0], found[0].evidence
    try:
        content = await ports.evidence.prove(office, receipt.index)
    except KeyError:
        raise EvidenceUnavailable("entry-missing") from None
    return Proof(envelope.documents[0].name + PROOF_SUFFIX, content)


async def read_document(ports: Ports, office: OfficeId, source: SourceId, id_: EnvelopeId) -> Content | None:
    """The sealed PDF, else the document that was delivered, or that took its place in a corrected version."""
    found = await _find(ports, office, source, id_)
    if found is None:
        return None
    envelope, delivery = found
    shown = envelope.newest_documents
    document = next((each for each in shown if each.sha256 == delivery.content.sha256), shown[0])
    return Content(document, ports.blobs.read(document.sha256))


async def _find(ports: Ports, office: OfficeId, source: SourceId, id_: EnvelopeId) -> tuple[Envelope, Delivery] | None:
    async with ports.store.reading() as tx:
        envelope = await tx.envelopes.get(office, id_)
        delivery = await find_delivery(tx, envelope) if envelope else None
    if envelope is None or delivery is None or delivery.source != source:
        return None
    return envelope, delivery
