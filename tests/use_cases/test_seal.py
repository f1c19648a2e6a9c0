"""From the last signature to the sealed PDF in the dossier, whatever dies or is away in between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.evidence.local import LocalEvidence
from bot.domain.certified import SealLevel, Way
from bot.domain.dossier import DossierItem
from bot.domain.envelope import Envelope, EnvelopeState
from bot.domain.errors import SealingUnavailable
from bot.domain.evidence import PROOF_SUFFIX
from bot.domain.fields import Field, FieldKind
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand
from bot.domain.sealing import Obstacle
from bot.domain.signature import Drawing, TypedSignature
from bot.domain.webhooks import WebhookEvent
from bot.ports import Ports
from bot.use_cases.decide import Given, record_answer
from bot.use_cases.deliver import GIVE_UP_AFTER, LEAST_TRIES, Courier, Outcome
from bot.use_cases.describe_envelope import describe_event
from bot.use_cases.record_evidence import Recorder
from bot.use_cases.seal import seal
from bot.use_cases.sign_page import open_document
from storage.evidence.archive import Archive
from storage.evidence.verify import Check, Finding, verify_proof
from storage.evidence.verify import Outcome as Held
from tests import builders as a
from tests.delivering import a_delivery, a_webhook, deliver
from tests.evidence.making import make_archive
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER, World
from tests.use_cases.signing import Site

KARIM, OTHER = a.a_party("Karim Haddad", SIGNER), a.a_party("Vreemde", STRANGER)
CONTENT = b"%PDF-1.7 Overeenkomst"
FIELDS = (Field(FieldKind.TEXT, 1, 0, (1, 1, 90, 20), "Functie"), Field(FieldKind.SIGNATURE, 0, 0, (1, 30, 90, 40)))


class Scene:
    """An agreement that two people sign, in a world with evidence."""

    def __init__(self, world: World, archive: Archive) -> None:
        self.world, self.archive = world, archive
        self.ports: Ports = replace(world.ports, evidence=LocalEvidence(archive))
        self.done: list[tuple[Errand, Outcome]] = []

    async def send(self) -> Envelope:
        content = await self.world.ports.blobs.put(CONTENT)
        item = a.an_item("agreement", name="Overeenkomst.pdf", version=a.a_version(content=content))
        signers = (a.a_signer(), a.a_signer(STRANGER, name="Vreemde"))
        envelope = a.an_envelope(
            way=Way.CERTIFIED,
            signers=signers,
            documents=(a.a_document(item),),
            drawing=Drawing.REQUIRED,
            fields=FIELDS,
        )
        async with self.world.store.transaction() as tx:
            await tx.dossiers.add(item)
            await tx.envelopes.add(envelope)
        return envelope

    async def sign(self) -> Envelope:
        envelope = await self.send()
        for party, typed in ((KARIM, "K. Haddad"), (OTHER, "V. Reemde")):
            texts = ("Directeur",) if party is OTHER else ()
            given = Given(a.an_approval(texts=texts), TypedSignature(typed))
            envelope = await record_answer(self.ports, envelope, party, given)
        self.world.clock.move(a.at(60) - a.NOON)
        return envelope

    async def settle(self) -> None:
        """Record and deliver until nothing is due."""
        recorder = Recorder(self.ports)
        courier = Courier(self.ports, lambda errand, outcome: self.done.append((errand, outcome)))
        while await recorder.record_due() or await courier.deliver_due():
            pass

    async def envelope(self) -> Envelope:
        async with self.world.store.reading() as tx:
            found = await tx.envelopes.get(a.OFFICE, a.an_envelope().id)
        assert found
        return found

    async def item(self, name: str = "Overeenkomst.pdf") -> DossierItem:
        async with self.world.store.reading() as tx:
            found = await tx.dossiers.by_name(a.CLIENT, a.an_item().folder, name)
        assert found
        return found

    async def lines(self, happening: Happening) -> list[LogLine]:
        async with self.world.store.reading() as tx:
            lines = await tx.log.of_envelope(a.OFFICE, a.an_envelope().id)
        return [each for each in lines if each.happening is happening]

    async def read(self, sha256: str) -> bytes:
        return b"".join([piece async for piece in self.ports.blobs.read(sha256)])

    def count(self, errand: Errand, outcome: Outcome = Outcome.DELIVERED) -> int:
        return self.done.count((errand, outcome))


@pytest.fixture
async def scene(world: World, tmp_path: Path) -> AsyncIterator[Scene]:
    archive = make_archive(tmp_path / "evidence")
    yield Scene(world, archive)
    await archive.close()


async def test_what_everybody_signed_is_sealed_after_its_entry(scene: Scene) -> None:
    signed = await scene.sign()
    assert signed.is_being_sealed
    await scene.settle()
    envelope = await scene.envelope()
    assert envelope.sealed
    assert envelope.evidence
    assert not envelope.is_being_sealed
    [order] = scene.world.sealer.orders
    assert (order.original, order.name, order.level) == (signed.documents[0].sha256, "Overeenkomst.pdf", SealLevel.B_T)
    assert order.fields == FIELDS
    assert [(each.name, each.texts, each.signature) for each in order.marks] == [
        ("Karim Haddad", (), TypedSignature("K. Haddad")),
        ("Vreemde", ("Directeur",), TypedSignature("V. Reemde")),
    ]
    assert order.marks[0].day == "2 maart 2026"
    assert envelope.evidence.entry_hash in str(order.certificate)
    assert "B-T" in str(order.certificate)


async def test_the_source_package_is_told_when_the_sealed_pdf_is_there_and_not_before(scene: Scene) -> None:
    async with scene.world.store.transaction() as tx:
        await tx.webhooks.save(a_webhook())
    await scene.send()
    await deliver(scene.world.store, a.an_envelope().id)
    for party, typed in ((KARIM, "K. Haddad"), (OTHER, "V. Reemde")):
        given = Given(a.an_approval(texts=("Directeur",)), TypedSignature(typed))
        await record_answer(scene.ports, await scene.envelope(), party, given)
    async with scene.world.store.reading() as tx:
        assert await tx.webhook_calls.depth() == 0
    scene.world.clock.move(a.at(60) - a.NOON)
    await scene.settle()
    async with scene.world.store.reading() as tx:
        (told,) = await tx.webhook_calls.list_calls(a.OFFICE, buried_only=False, limit=9)
    assert told.call.event is WebhookEvent.COMPLETED
    body = describe_event(told.call, await scene.envelope(), a_delivery(), "https://paraaf.example")
    sealed = (await scene.envelope()).sealed
    assert sealed
    assert f"'sha256': '{sealed.document.sha256}'" in str(body)
    assert "/proof" in str(body)


async def test_it_is_the_next_version_of_its_document_with_its_proof_beside_it(scene: Scene) -> None:
    await scene.sign()
    await scene.settle()
    sealed, item = (await scene.envelope()).sealed, await scene.item()
    assert sealed
    assert (item.version.number, item.version.pages) == (2, 3)
    assert item.version.content.sha256 == sealed.document.sha256
    content = await scene.read(sealed.document.sha256)
    assert content.startswith(CONTENT)
    proof = await scene.item("Overeenkomst.pdf" + PROOF_SUFFIX)
    assert proof.version.number == 2  # the first one proves the last signature
    log = await scene.archive.log(a.OFFICE)
    written = await scene.read(proof.version.content.sha256)
    verdict = verify_proof(written, log.keys, sha256(content).hexdigest())
    assert Finding(Check.DOCUMENT_HASH, Held.HELD, "after") in verdict.findings
    [line] = await scene.lines(Happening.SEALED)
    assert line.receipt
    assert line.facts["after"] == sealed.document.sha256


async def test_everybody_is_told_with_the_file_in_the_thread(scene: Scene) -> None:
    await scene.sign()
    await scene.settle()
    card, *notes = scene.world.messenger.messages
    assert "Zegel" in str(card.cards[-1])
    told = notes[-1].cards[-1].summary
    assert "De verzegelde PDF staat in het dossier" in told
    assert all(name in told for name in ("Sanne", "Karim Haddad", "Vreemde"))
    [(place, name, content)] = scene.world.messenger.posted_files
    assert (place.thread, name) == (card.ref.id, "Overeenkomst.pdf")
    assert content.endswith(b"sealed B-T 1")


async def test_where_files_cannot_be_posted_people_open_it(scene: Scene) -> None:
    scene.world.messenger.posts_files = False
    await scene.sign()
    await scene.settle()
    assert scene.world.messenger.posted_files == []
    assert scene.count(Errand.NOTE_SEALED) == 1
    link = await Site(replace(scene.world, ports=scene.ports)).link()
    opened = await open_document(scene.ports, link, 1)
    content = b"".join([piece async for piece in opened.content])
    assert content.endswith(b"sealed B-T 1")


async def test_the_pages_name_the_level_that_was_reached(scene: Scene) -> None:
    scene.world.sealer.level = SealLevel.B_LTA
    await scene.sign()
    await scene.settle()
    assert [each.level for each in scene.world.sealer.orders] == [SealLevel.B_LTA, SealLevel.B_T]
    sealed = (await scene.envelope()).sealed
    assert sealed
    assert (sealed.level, sealed.shortfall) == (SealLevel.B_T, "B-LTA: nobody answers")
    [line] = await scene.lines(Happening.SEALED)
    assert (line.facts["level"], line.facts["shortfall"]) == ("B-T", "B-LTA: nobody answers")
    assert "B-T" in str(scene.world.sealer.orders[-1].certificate)
    assert "B-LTA" not in str(scene.world.sealer.orders[-1].certificate)


async def test_an_outage_is_waited_out_and_holds_up_nothing_in_the_conversation(scene: Scene) -> None:
    await scene.sign()
    scene.world.sealer.fail_next.append(SealingUnavailable("the certificate expired"))
    await scene.settle()
    assert scene.count(Errand.SEAL, Outcome.POSTPONED) == 1
    assert (await scene.envelope()).is_being_sealed
    async with scene.world.store.transaction() as tx:
        assert await tx.outbox.depth() == 1  # the card and its notes went
    scene.world.clock.move(timedelta(minutes=5))
    await scene.settle()
    assert (await scene.envelope()).sealed


async def test_what_cannot_be_sealed_is_told_to_who_sent_it(scene: Scene) -> None:
    scene.world.sealer.obstacle = Obstacle.TOO_HEAVY
    await scene.sign()
    await scene.settle()
    assert scene.count(Errand.SEAL, Outcome.BURIED) == 1
    [(_, account, card)] = scene.world.messenger.whispers
    assert account == STAFF
    assert "kon niet worden verzegeld (too-heavy" in card.summary
    [line] = await scene.lines(Happening.UNDELIVERABLE)
    assert line.facts["why"] == "too-heavy"
    assert (await scene.envelope()).state is EnvelopeState.COMPLETED


async def test_an_outage_that_lasts_a_day_is_told(scene: Scene) -> None:
    await scene.sign()
    for _ in range(LEAST_TRIES):
        assert not scene.world.messenger.whispers
        scene.world.sealer.fail_next.append(SealingUnavailable("the certificate expired"))
        await scene.settle()
        scene.world.clock.move(GIVE_UP_AFTER)
    await scene.settle()
    assert "the certificate expired" in scene.world.messenger.whispers[0][2].summary


async def test_two_who_seal_at_once_file_one_version(scene: Scene) -> None:
    await scene.sign()
    await Recorder(scene.ports).record_due()
    signed = await scene.envelope()
    await asyncio.gather(*(seal(scene.ports, signed) for _ in range(3)))
    assert len(scene.world.sealer.orders) == 3
    assert (await scene.item()).version.number == 2
    assert len(await scene.lines(Happening.SEALED)) == 1
    await seal(scene.ports, await scene.envelope())
    assert len(scene.world.sealer.orders) == 3


async def test_a_newer_version_in_the_dossier_stays_below_the_sealed_one(scene: Scene) -> None:
    await scene.sign()
    async with scene.world.store.transaction() as tx:
        content = await scene.ports.blobs.put(b"%PDF-1.7 another")
        await tx.dossiers.add_version((await scene.item()).id, a.a_version(2, content=content))
    await scene.settle()
    sealed = (await scene.envelope()).sealed
    assert sealed
    assert sealed.document.version == 3
    assert (await scene.read(sealed.document.sha256)).startswith(CONTENT)


async def test_an_approval_seals_nothing(scene: Scene) -> None:
    async with scene.world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
    await record_answer(scene.ports, a.an_envelope(), KARIM, Given(a.an_approval()))
    await scene.settle()
    assert scene.count(Errand.SEAL) == 0
    assert scene.world.sealer.orders == []
