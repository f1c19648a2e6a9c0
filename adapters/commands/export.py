"""`paraaf evidence export`."""

import asyncio
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

from adapters.evidence.bundling import Case, bundle
from adapters.evidence.opening import name_person, open_existing
from adapters.parts import choose_blobs, open_store
from adapters.settings import Settings, SettingsError
from adapters.web.receiving import tell_apart
from bot.domain.dossier import Document
from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.log import Happening
from bot.ports import Blobs, Transaction
from bot.texts import texts_for
from bot.use_cases.offices import pick_office


async def export(
    settings: Settings, envelope: str, output: Path, office: str | None, folder: Path | None, roots: Path | None
) -> str:
    """Write the bundle of an envelope. Raises `OfficeRefused`, `SettingsError`, `StoreUnavailable`, `OSError`."""
    archive = await asyncio.to_thread(open_existing, settings, folder)
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        async with store.reading() as tx:
            found = await tx.envelopes.get(chosen.id, EnvelopeId(envelope))
            if found is None:
                raise SettingsError({"ENVELOPE": f"{chosen.name} has no request {envelope}"})
            people = await _list_people(tx, found)
            listed = await _list_documents(tx, found)
    documents = await _read_documents(choose_blobs(settings), listed)
    case = Case(chosen.id, chosen.name, found.id, people, awaits_stamps=settings.tsa_url is not None)
    authorities = await asyncio.to_thread(roots.read_bytes) if roots else b""
    texts = texts_for(chosen.locale)
    try:
        bundled = await asyncio.to_thread(bundle, archive, case, documents, authorities, texts)
    except KeyError:
        raise SettingsError({"ENVELOPE": f"nothing of request {envelope} is in the evidence yet"}) from None
    await asyncio.to_thread(_write, output, bundled)
    return str(output)


async def _list_people(tx: Transaction, envelope: Envelope) -> list[str]:
    """The archive's ids of everybody that the log names, and of whom it is about."""
    lines = await tx.log.of_envelope(envelope.office, envelope.id)
    accounts = [line.by.account for line in lines] + [each.account for each in envelope.signers]
    accounts.append(envelope.sender.account)
    accounts += [party.account for each in envelope.delegations for party in (each.signer, each.taker)]
    return list(dict.fromkeys(map(name_person, accounts)))


async def _list_documents(tx: Transaction, envelope: Envelope) -> tuple[Document, ...]:
    """What was sent and, once its entry is there, what it became."""
    lines = await tx.log.of_envelope(envelope.office, envelope.id)
    is_proven = any(line.receipt for line in lines if line.happening is Happening.SEALED)
    return (*envelope.documents, *(envelope.newest_documents if is_proven else ()))


async def _read_documents(blobs: Blobs, documents: Sequence[Document]) -> dict[str, bytes]:
    names = tell_apart(each.name for each in documents)
    try:
        return {
            name: b"".join([piece async for piece in blobs.read(document.sha256)])
            for name, document in zip(names, documents, strict=True)
        }
    except (KeyError, ValueError):
        raise SettingsError({"ENVELOPE": "a document of it is missing or damaged; see paraaf doctor"}) from None


def _write(output: Path, bundled: dict[str, bytes]) -> None:
    # What is personal lies in it: readable to its owner alone, and never in place of something else.
    opened = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in bundled.items():
            archive.writestr(name, content)
