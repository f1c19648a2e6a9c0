"""An office with three requests in the evidence: one approved with a drawing, one rejected, one to be passed on."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from adapters.evidence.local import LocalEvidence
from adapters.evidence.opening import name_person, open_archive
from adapters.parts import build_ports, choose_blobs, open_store
from adapters.settings import Settings, load_settings
from bot.domain.envelope import Envelope, EnvelopeId, Party
from bot.domain.log import Happening, LogLine
from bot.domain.people import Office, OfficeId
from bot.domain.signature import DrawnSignature
from bot.ports import Transaction
from bot.use_cases.record_evidence import Recorder
from storage.evidence.archive import Archive
from storage.evidence.entry import Personal
from storage.vault import open_vault
from tests import builders as a
from tests.evidence.making import SECRET, make_archive
from tests.pictures import make_drawing

APPROVED, REJECTED, PASSED_ON = EnvelopeId("approved"), EnvelopeId("rejected"), EnvelopeId("passed-on")
KARIM, SANNE = a.a_party("Karim Haddad", a.an_account()), a.a_party()
DRAWN = DrawnSignature(make_drawing(), (((1.0, 2.0), (3.0, 4.0)),))
OTHER_DRAWING = DrawnSignature(make_drawing(width=200), DRAWN.strokes)
LINES = 8
"""That are about a request, and so in the evidence; their entries have the indexes from 0."""


@dataclass(frozen=True)
class Checked:
    """The office in the working directory, and what a forger can do to it."""

    settings: Settings

    def sql(self, statement: str, *values: object) -> None:
        """Change the database behind Paraaf's back, and behind that of its foreign keys."""
        with closing(sqlite3.connect(self.settings.data_dir / "paraaf.db")) as opened:
            changed = opened.execute(statement, values).rowcount
            opened.commit()
        assert changed > 0, statement

    def change_fact(self, happening: Happening, name: str, value: str | None) -> None:
        """Write another particular on a line; None takes it away."""
        if value is None:
            self.sql("UPDATE log SET facts = json_remove(facts, ?) WHERE happening = ?", f"$.{name}", happening)
        else:
            self.sql("UPDATE log SET facts = json_set(facts, ?, ?) WHERE happening = ?", f"$.{name}", value, happening)

    def kept_of(self, happening: Happening) -> dict[Personal, bytes]:
        """What the evidence keeps of Karim about a line of his."""
        kept = self._open().payloads(a.OFFICE).open(name_person(KARIM.account), self._key_of(happening))
        return {each.what: each.value for each in kept}

    def keep(self, happening: Happening, values: Mapping[Personal, bytes]) -> None:
        """Put other values in its place, sealed with his key."""
        self._open().payloads(a.OFFICE).keep(name_person(KARIM.account), self._key_of(happening), values)

    def payload(self, happening: Happening) -> Path:
        """The file with it."""
        folder, name = (
            sha256(each.encode()).hexdigest() for each in (name_person(KARIM.account), self._key_of(happening))
        )
        return self.settings.evidence_dir / "people" / a.OFFICE / "sealed" / folder / name

    def _key_of(self, happening: Happening) -> str:
        return str(self._ask("SELECT key FROM log WHERE happening = ?", happening))

    def _open(self) -> Archive:
        """The archive, as somebody who has its secret opens it."""
        return open_archive(self.settings)

    def number_of(self, happening: Happening) -> int:
        """The number of a line."""
        return int(str(self._ask("SELECT id FROM log WHERE happening = ?", happening)))

    def _ask(self, query: str, *values: object) -> object:
        with closing(sqlite3.connect(self.settings.data_dir / "paraaf.db")) as opened:
            return opened.execute(query, values).fetchone()[0]

    def write(self, *lines: LogLine) -> None:
        """Let Paraaf write lines, and not record them yet."""
        asyncio.run(self._write(lines))

    def record(self) -> None:
        """Let Paraaf record what is owed."""
        asyncio.run(self.record_all())

    def owe_again(self, happening: Happening) -> None:
        """Take the receipt from a line, as if the entry were still to be made."""
        self.sql(
            "INSERT INTO evidence_owed (key, office_id, due_at, attempts) "
            "SELECT key, office_id, '2026-03-02 12:00:00.000000', 0 FROM log WHERE happening = ?",
            happening,
        )
        self.sql("DELETE FROM evidence_receipts WHERE key = (SELECT key FROM log WHERE happening = ?)", happening)

    def add_office(self, office: str, name: str) -> None:
        """Add an office of which nothing was recorded."""
        asyncio.run(self._add_office(a.an_office(id=OfficeId(office), name=name)))

    def sign(self, drawing: DrawnSignature) -> None:
        """Seal another drawing in place of Karim's, with the key of this deployment."""
        self.sql("DELETE FROM signatures")
        asyncio.run(self._sign(drawing))

    async def furnish(self) -> None:
        """Fill it."""
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.settings.evidence_secret.write_bytes(SECRET)
        make_archive(self.settings.evidence_dir, SECRET)
        content = await choose_blobs(self.settings).put(b"%PDF-1.7 Aangifte")
        item = replace(a.an_item(), version=replace(a.a_version(), content=content))
        async with open_store(self.settings, open_vault(self.settings.personal_key)) as store:
            async with store.transaction() as tx:
                await tx.offices.save(a.an_office())
                await tx.people.save_client(a.a_client())
                await tx.people.save_contact(a.a_contact())
                await tx.people.confirm(KARIM.account, a.CONTACT, SANNE.account, a.NOON)
                await tx.dossiers.add(item)
                for envelope in (APPROVED, REJECTED, PASSED_ON):
                    await tx.envelopes.add(replace(a.an_envelope(envelope), documents=(a.a_document(item),)))
            for act in (_approve, _reject, _pass_on):
                async with store.transaction() as tx:
                    await act(tx)
                await self.record_all()  # which keeps no order between requests

    async def _write(self, lines: Sequence[LogLine]) -> None:
        async with open_store(self.settings) as store, store.transaction() as tx:
            await tx.log.add(lines)

    async def record_all(self) -> None:
        """As `record`."""
        archive = await asyncio.to_thread(open_archive, self.settings)
        async with open_store(self.settings, open_vault(self.settings.personal_key)) as store:
            ports = build_ports(self.settings, store, evidence=LocalEvidence(archive))
            while await Recorder(ports).record_due():
                pass
        await archive.close()

    async def _add_office(self, office: Office) -> None:
        async with open_store(self.settings) as store, store.transaction() as tx:
            await tx.offices.save(office)

    async def _sign(self, drawing: DrawnSignature) -> None:
        async with (
            open_store(self.settings, open_vault(self.settings.personal_key)) as store,
            store.transaction() as tx,
        ):
            await tx.signatures.add(await _read(tx, APPROVED), KARIM.account, drawing)


async def _approve(tx: Transaction) -> None:
    envelope = await _read(tx, APPROVED)
    document = envelope.documents[0]
    seen = {"document": document.name, "sha256": document.sha256}
    told: dict[str, str] = {"place": "Utrecht", "derived_place": "Amersfoort", "consent": "1/nl", "signature": "drawn"}
    await tx.log.add(
        [
            a_line(Happening.LINKED, 0, None),
            a_line(Happening.SENT, 0, APPROVED, documents=document.sha256),
            a_line(Happening.VIEWED, 1, APPROVED, **seen, by=KARIM),
            a_line(Happening.PAGES_OPENED, 2, APPROVED, pages="1-3", **seen, by=KARIM),
            a_line(Happening.APPROVED, 30, APPROVED, documents=document.sha256, **told, by=KARIM),
        ]
    )
    await tx.signatures.add(envelope, KARIM.account, DRAWN)
    await tx.envelopes.save(envelope.answer(KARIM.account, a.an_approval()))


async def _reject(tx: Transaction) -> None:
    envelope = await _read(tx, REJECTED)
    await tx.envelopes.save(envelope.answer(KARIM.account, a.a_rejection()))
    await tx.log.add([a_line(Happening.REJECTED, 30, REJECTED, reason="Klopt niet", by=KARIM)])


async def _pass_on(tx: Transaction) -> None:
    asked = a.a_delegation()
    told = {
        "from": asked.signer.name,
        "from_account": asked.signer.account.user,
        "to": asked.taker.name,
        "to_account": asked.taker.account.user,
    }
    await tx.delegations.add(await _read(tx, PASSED_ON), asked)
    await tx.log.add(
        [
            a_line(Happening.DELEGATION_ASKED, 40, PASSED_ON, note=asked.note, **told, by=KARIM),
            a_line(Happening.DELEGATION_REFUSED, 41, PASSED_ON, reason="Liever niet", **told, by=SANNE),
            a_line(Happening.WITHDRAWN, 42, PASSED_ON),
        ]
    )


def a_line(
    happening: Happening, minute: float, envelope: EnvelopeId | None, by: Party = SANNE, **facts: str
) -> LogLine:
    """A line, by default of Sanne."""
    return a.a_log_line(happening, by=by, at=a.at(minute), envelope=envelope, facts=facts)


async def _read(tx: Transaction, envelope: EnvelopeId) -> Envelope:
    found = await tx.envelopes.get(OfficeId(a.OFFICE), envelope)
    assert found
    return found


def furnish(folder: Path) -> None:
    """Fill the working directory, which is this folder."""
    assert folder == Path.cwd()
    asyncio.run(Checked(load_settings()).furnish())
