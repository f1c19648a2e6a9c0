"""Make the sealed PDF of an envelope that everybody signed, and file it as the next version of its document."""

from dataclasses import asdict, replace

from bot.domain.certified import Sealed, SealLevel
from bot.domain.dossier import DossierItem, freeze
from bot.domain.envelope import Envelope, Party, Signer
from bot.domain.errors import Conflict, SealingUnavailable, Undeliverable
from bot.domain.evidence import Receipt
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.sealing import CannotBeSealed, Mark, SealedPdf, SealOrder
from bot.domain.signature import Signature
from bot.ports import Ports, Sealer, Transaction
from bot.texts import OFFICE_ZONE, Texts, texts_for
from bot.use_cases.filing import PDF, UPLOADS_FOLDER, StoredFile, add_version, file_document
from bot.use_cases.read_certificate import read_certificate
from bot.use_cases.settle import settle

FILED_BY = "Paraaf"


async def seal(ports: Ports, envelope: Envelope) -> None:
    """Do the errand; may be repeated after a crash at any line, and by another process meanwhile.

    Raises `Undeliverable` for a document that cannot be sealed, `SealingUnavailable`, `StoreUnavailable`.
    """
    if not envelope.is_being_sealed:
        return
    if ports.sealer is None or envelope.evidence is None:
        raise SealingUnavailable("sealing is not set up" if envelope.evidence else "the evidence is not there yet")
    try:
        made = await _make(ports, ports.sealer, envelope, envelope.evidence)
    except CannotBeSealed as refusal:
        raise Undeliverable(refusal.obstacle) from refusal
    await settle(lambda: _keep(ports, envelope, made))


async def _make(ports: Ports, sealer: Sealer, envelope: Envelope, receipt: Receipt) -> SealedPdf:
    """The PDF whose pages name the level of its seal: made again for each level that could not be reached."""
    made = await sealer.seal(await _order(ports, envelope, receipt, sealer.level))
    shortfall, named = made.shortfall, sealer.level
    while made.level is not named:
        named = made.level
        made = await sealer.seal(await _order(ports, envelope, receipt, named))
    return replace(made, shortfall=shortfall)


async def _order(ports: Ports, envelope: Envelope, receipt: Receipt, level: SealLevel) -> SealOrder:
    async with ports.store.reading() as tx:
        office = await tx.offices.get(envelope.office)
        client = await tx.people.client(envelope.office, envelope.client)
        texts = texts_for(office.locale)
        marks = [
            _mark(number, signer, await _read_signature(tx, envelope, signer), texts)
            for number, signer in enumerate(envelope.signers)
        ]
    certificate = await read_certificate(ports, office, client, envelope, receipt, level)
    document = envelope.documents[0]
    return SealOrder(
        original=document.sha256,
        name=document.name,
        marks=tuple(marks),
        fields=envelope.fields,
        title=texts.say("Signatures"),
        certificate=asdict(certificate),
        extent=texts.say("Pages {first} to {last} are the transaction certificate", first="%(first)s", last="%(last)s"),
        level=level,
    )


def _mark(number: int, signer: Signer, signature: Signature | None, texts: Texts) -> Mark:
    if signer.decision is None:
        message = "what is sealed was signed by everybody"
        raise AssertionError(message)
    day = texts.day(signer.decision.at.astimezone(OFFICE_ZONE).date())
    return Mark(number, signer.name, day, signer.decision.texts, signature)


async def _read_signature(tx: Transaction, envelope: Envelope, signer: Signer) -> Signature | None:
    try:
        return await tx.signatures.get(envelope, signer.account)
    except ValueError:  # erased meanwhile: the name stands alone
        return None


async def _keep(ports: Ports, envelope: Envelope, made: SealedPdf) -> None:
    now, before = ports.clock.now(), envelope.documents[0]
    async with ports.store.transaction() as tx:
        current = await tx.envelopes.get(envelope.office, envelope.id)
        if current is None or current.sealed:
            return  # another process was first
        item = await _file(tx, ports, envelope, made)
        document = freeze(item)
        if not await tx.envelopes.sealed(envelope.id, Sealed(document, made.level, now, made.shortfall)):
            raise Conflict("another process was first")
        by = Party(envelope.sender.account, FILED_BY)
        facts = {"documents": before.sha256, "after": document.sha256, "level": made.level.value}
        facts |= {"shortfall": made.shortfall} if made.shortfall else {}
        await tx.log.add([LogLine(envelope.office, Happening.SEALED, by, now, envelope.client, envelope.id, facts)])
        posting = (Errand.POST_SEALED,) if ports.messengers[envelope.conversation.platform].posts_files else ()
        for errand in (Errand.SHOW_CARD, Errand.NOTE_SEALED, *posting):
            await tx.outbox.put(Outgoing(envelope.office, envelope.conversation, errand, envelope.id), now)


async def _file(tx: Transaction, ports: Ports, envelope: Envelope, made: SealedPdf) -> DossierItem:
    """The document with its new version; where it is in the dossier no more, a new one of that name."""
    document, now = envelope.documents[0], ports.clock.now()
    file = StoredFile(document.name, made.content, PDF, made.pages)
    found = await tx.dossiers.items(envelope.client, [document.item])
    if found:
        return await add_version(tx, found[0], file, FILED_BY, now)
    return await file_document(tx, envelope.client, UPLOADS_FOLDER, file, FILED_BY, now)
