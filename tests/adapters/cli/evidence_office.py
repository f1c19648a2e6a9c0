"""An office whose client approved one request, with its evidence beside the database, in the working directory."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.x509 import Certificate

from adapters.evidence.opening import name_person
from adapters.parts import choose_blobs, open_store
from adapters.settings import Settings, load_settings
from bot.domain.dossier import Version
from bot.domain.people import Account
from bot.domain.signature import TypedSignature
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.entry import Document, Entry, Event, Personal
from storage.evidence.timestamps import make_request
from storage.vault import open_vault
from tests import builders as a
from tests.evidence.authority import Authority
from tests.evidence.making import make_archive

ENVELOPE, PDF = "envelope-1", b"%PDF-1.7 Aangifte"
KARIM, SANNE = a.an_account(), a.a_staff_account()
TOLD = {Personal.WHO: b"Karim Haddad", Personal.PLACE: b"Utrecht"}


@dataclass(frozen=True)
class Desk:
    settings: Settings
    root: Path

    def open(self) -> Archive:
        return make_archive(self.root, (self.root.parent / "evidence.secret").read_bytes().strip())


def furnish(folder: Path, authority: Authority | None = None, document: str = "Aangifte IB 2025.pdf") -> Desk:
    desk = Desk(load_settings(), folder / "var" / "evidence")
    desk.root.mkdir(parents=True)
    (desk.root.parent / "evidence.secret").write_text("a secret of the tests\n")
    asyncio.run(_fill_database(desk.settings, document))
    asyncio.run(_fill_evidence(desk, authority))
    return desk


async def _fill_database(settings: Settings, name: str) -> None:
    content = await choose_blobs(settings).put(PDF)
    vault = open_vault(settings.personal_key)
    version: Version = replace(a.a_version(), content=content)
    item = replace(a.an_item(), version=version, name=name)
    envelope = replace(a.an_envelope(ENVELOPE), documents=(a.a_document(item),))
    async with open_store(settings, vault) as store, store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.people.confirm(KARIM, a.CONTACT, SANNE, a.NOON)
        await tx.dossiers.add(item)
        await tx.envelopes.add(envelope)
        await tx.signatures.add(envelope, KARIM, TypedSignature("Karim"))


async def _fill_evidence(desk: Desk, authority: Authority | None) -> None:
    archive = desk.open()
    log, digest = await archive.log(a.OFFICE), a.a_content(PDF).sha256
    done: list[tuple[Event, Account, dict[Personal, bytes], str]] = [
        (Event.SENT, SANNE, {Personal.WHO: b"Sanne de Vries"}, ENVELOPE),
        (Event.SENT, SANNE, {Personal.WHO: b"Sanne de Vries"}, f"{ENVELOPE}0"),
        (Event.APPROVED, KARIM, TOLD, ENVELOPE),
    ]
    for number, (event, who, told, envelope) in enumerate(done):
        made = archive.payloads(a.OFFICE).keep(name_person(who), f"decision-{number}", told)
        documents = (Document(a.CLIENT, a.ITEM, digest),)
        await log.append(
            Entry(a.OFFICE, envelope, event, f"decision-{number}", a.at(number), documents, commitments=made)
        )
    if authority:
        roots: list[Certificate] = [authority.root]
        shelf = archive.timestamps(a.OFFICE, roots)
        shelf.owe(log.checkpoint)
        shelf.settle(log.checkpoint, authority.answer(make_request(log.checkpoint.text).body))
        assert read_checkpoint(log.checkpoint).size == shelf.stamped_size()
    await archive.close()
