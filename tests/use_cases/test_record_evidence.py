"""Every line of an envelope gets into the evidence once, in order, whatever dies or is away in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from adapters.evidence.local import LocalEvidence
from adapters.evidence.opening import name_person
from bot.domain.dossier import ItemId
from bot.domain.envelope import EnvelopeId, EnvelopeState
from bot.domain.errors import EvidenceRefused, EvidenceUnavailable, StoreUnavailable
from bot.domain.evidence import PROOF_SUFFIX, EvidenceFact, Lag, Receipt
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand
from bot.domain.people import OfficeId
from bot.domain.signature import TypedSignature
from bot.ports import Ports, Transaction
from bot.use_cases.record_evidence import LEASE, LOOK_AGAIN, Recorder
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.proof import parse_proof
from storage.evidence.verify import Verdict, verify_proof
from storage.sql.store import SqlStore
from tests import builders as a
from tests.evidence.making import make_archive
from tests.use_cases.conftest import SIGNER, World

KARIM = a.a_party("Karim Haddad", SIGNER)
FIRST, SECOND = EnvelopeId("envelope-1"), EnvelopeId("envelope-2")
NAMES = ("Karim", "Haddad", "Sanne", "Utrecht")


class Died(BaseException):
    """The process ended here."""


@dataclass
class Ending:
    """Raises `error` once, before or after the call of a name with this number, counted from 1."""

    name: str = ""
    number: int = 0
    after: bool = False
    error: BaseException = field(default_factory=Died)
    calls: dict[str, int] = field(default_factory=dict)

    def begin(self, name: str) -> None:
        self.calls[name] = self.calls.get(name, 0) + 1
        if not self.after:
            self._end(name)

    def finish(self, name: str) -> None:
        if self.after:
            self._end(name)

    def _end(self, name: str) -> None:
        if (name, self.calls[name]) == (self.name, self.number):
            self.name = ""
            raise self.error


@dataclass
class EndingEvidence:
    """Real evidence that ends at a call; `refused` are happenings that it does not take."""

    inner: LocalEvidence
    ending: Ending
    refused: set[Happening] = field(default_factory=set)
    away: dict[OfficeId, str] = field(default_factory=dict)
    recorded: list[EvidenceFact] = field(default_factory=list)

    async def record(self, fact: EvidenceFact) -> Receipt:
        if fact.office in self.away:
            raise EvidenceUnavailable(self.away[fact.office])
        if fact.happening in self.refused:
            raise EvidenceRefused("entry-differs-at-0")
        self.ending.begin("record")
        receipt = await self.inner.record(fact)
        self.recorded.append(fact)
        self.ending.finish("record")
        return receipt

    async def prove(self, office: OfficeId, index: int) -> bytes:
        self.ending.begin("prove")
        proof = await self.inner.prove(office, index)
        self.ending.finish("prove")
        return proof


@dataclass
class EndingStore:
    """A real database that ends in a transaction, before its commit, or after it."""

    inner: SqlStore
    ending: Ending

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self.inner.transaction() as tx:
            yield tx
            self.ending.begin("transaction")
        self.ending.finish("transaction")

    async def share(self, work: Callable[[Transaction], Awaitable[object]]) -> None:
        async with self.transaction() as tx:
            await work(tx)

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        return self.inner.reading()

    def single_query(self) -> AbstractAsyncContextManager[Transaction]:
        return self.inner.single_query()


@dataclass
class Scene:
    """A world with evidence."""

    world: World
    archive: Archive
    evidence: EndingEvidence

    @property
    def ports(self) -> Ports:
        store = EndingStore(self.world.store, self.evidence.ending)
        return replace(self.world.ports, store=store, evidence=self.evidence)

    def recorder(self) -> Recorder:
        return Recorder(self.ports)

    async def record_all(self, recorder: Recorder | None = None) -> Recorder:
        recorder = recorder or self.recorder()
        while await recorder.record_due():
            pass
        return recorder

    async def lag(self) -> Lag:
        async with self.world.store.reading() as tx:
            return await tx.owed_evidence.lag()

    async def lines(self, envelope: EnvelopeId = FIRST) -> tuple[LogLine, ...]:
        async with self.world.store.reading() as tx:
            return await tx.log.of_envelope(a.OFFICE, envelope)

    async def indexes(self, envelope: EnvelopeId = FIRST) -> list[int | None]:
        return [line.receipt.index if line.receipt else None for line in await self.lines(envelope)]

    async def size(self, office: str = a.OFFICE) -> int:
        return read_checkpoint((await self.archive.log(office)).checkpoint).size

    async def cards(self) -> int:
        async with self.world.store.transaction() as tx:
            rows = await tx.outbox.claim(self.world.clock.now(), timedelta(), 99)
        return sum(row.outgoing.errand is Errand.SHOW_CARD for row in rows)

    async def proof(self, name: str = a.an_item().name) -> bytes:
        async with self.world.store.reading() as tx:
            item = await tx.dossiers.by_name(a.CLIENT, a.an_item().folder, name + PROOF_SUFFIX)
        assert item
        return b"".join([piece async for piece in self.world.ports.blobs.read(item.version.content.sha256)])


@pytest.fixture
async def scene(world: World, tmp_path: Path) -> AsyncIterator[Scene]:
    world.clock.move(timedelta(hours=1))  # past everything that is written below
    archive = make_archive(tmp_path / "evidence")
    yield Scene(world, archive, EndingEvidence(LocalEvidence(archive), Ending()))
    await archive.close()


@pytest.fixture
def log() -> Iterator[LogCapture]:
    capture = LogCapture()
    structlog.configure(processors=[capture])
    yield capture
    structlog.reset_defaults()


async def send(scene: Scene, id_: EnvelopeId = FIRST, **changes: object) -> None:
    async with scene.world.store.transaction() as tx:
        envelope = a.an_envelope(id_, **changes)
        await tx.envelopes.add(envelope)
        await tx.log.add([a.a_log_line(envelope=id_)])


async def view(scene: Scene, id_: EnvelopeId = FIRST) -> None:
    async with scene.world.store.transaction() as tx:
        await tx.log.add([a.a_log_line(Happening.VIEWED, envelope=id_, by=KARIM, at=a.at(1))])


async def answer(scene: Scene, id_: EnvelopeId = FIRST, reason: str = "") -> None:
    async with scene.world.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, id_)
        assert envelope
        decision = a.a_rejection(reason) if reason else a.an_approval()
        happening = Happening.REJECTED if reason else Happening.APPROVED
        facts = {"reason": reason} if reason else {"place": "Utrecht", "consent": "1/nl"}
        await tx.envelopes.save(envelope.answer(SIGNER, decision))
        await tx.log.add([a.a_log_line(happening, envelope=id_, by=KARIM, at=decision.at, facts=facts)])


async def supersede(scene: Scene, successor: EnvelopeId) -> None:
    async with scene.world.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, FIRST)
        assert envelope
        await tx.envelopes.save(envelope.supersede(successor, a.a_party(), a.at(40)))
        await tx.log.add([a.a_log_line(Happening.SUPERSEDED, at=a.at(40))])


STEPS = {
    "before the claim is committed": Ending("transaction", 1),
    "after the claim": Ending("transaction", 1, after=True),
    "before the first record": Ending("record", 1),
    "after the first record": Ending("record", 1, after=True),
    "before the last record": Ending("record", 3),
    "after the last record": Ending("record", 3, after=True),
    "before the proof": Ending("prove", 1),
    "after the proof": Ending("prove", 1, after=True),
    "in the transaction that files": Ending("transaction", 2),
    "after the transaction that files": Ending("transaction", 2, after=True),
    "in the transaction that saves": Ending("transaction", 3),
    "after the transaction that saves": Ending("transaction", 3, after=True),
}


@pytest.mark.parametrize("error", [Died(), StoreUnavailable("gone"), EvidenceUnavailable("gone"), ValueError("oops")])
@pytest.mark.parametrize("step", STEPS)
async def test_wherever_it_ends_every_line_is_recorded_once(scene: Scene, step: str, error: BaseException) -> None:
    await send(scene)
    await view(scene)
    await answer(scene)
    scene.evidence.ending = replace(STEPS[step], error=error, calls={})
    with suppress(type(error)):
        await scene.record_all()
    assert not scene.evidence.ending.name  # it did end there
    scene.world.clock.move(max(LEASE, LOOK_AGAIN))
    recorder = await scene.record_all()
    # A mistake of ours about one line holds up no other, so that line may come last.
    assert sorted(each for each in await scene.indexes() if each is not None) == [0, 1, 2]
    if not isinstance(error, ValueError):
        assert await scene.indexes() == [0, 1, 2]
    assert await scene.size() == 3
    assert await scene.lag() == Lag()
    assert recorder.trouble is None
    (line,) = (line for line in await scene.lines() if line.happening is Happening.APPROVED)
    async with scene.world.store.reading() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, FIRST)
        item = await tx.dossiers.by_name(a.CLIENT, a.an_item().folder, a.an_item().name + PROOF_SUFFIX)
    assert envelope
    assert (envelope.evidence, envelope.evidence_follows) == (line.receipt, False)
    assert item
    assert item.version.number == 1
    assert await scene.cards() == 1


async def test_receipts_are_counted_once_by_who_saved_them(scene: Scene) -> None:
    await send(scene)
    await view(scene)
    await answer(scene)
    counted: list[int] = []
    await scene.record_all(Recorder(scene.ports, count=counted.append))
    assert sum(counted) == 3
    await scene.record_all(Recorder(scene.ports, count=counted.append))
    assert sum(counted) == 3


async def test_the_proof_beside_the_document_holds(scene: Scene) -> None:
    await send(scene)
    await answer(scene)
    await scene.record_all()
    keys = (await scene.archive.log(a.OFFICE)).keys
    assert verify_proof(await scene.proof(), keys, a.a_content().sha256).verdict is Verdict.HOLDS
    assert verify_proof(await scene.proof(), keys, "0" * 64).verdict is not Verdict.HOLDS


async def test_a_refused_line_stays_in_sight_and_holds_up_no_other(scene: Scene, log: LogCapture) -> None:
    scene.evidence.refused = {Happening.VIEWED}
    await send(scene)
    await view(scene)
    await answer(scene)
    recorder = await scene.record_all()
    assert await scene.indexes() == [0, None, 1]
    assert await scene.lag() == Lag(1, a.at(1), 1)
    assert recorder.trouble is None
    (told,) = [each for each in log.entries if each["event"] == "evidence.refused"]
    assert (told["reason"], told["log_level"]) == ("entry-differs-at-0", "error")
    assert told["incident"]
    assert not any(name in str(log.entries) for name in NAMES)
    scene.evidence.refused.clear()
    scene.world.clock.move(LOOK_AGAIN)
    await scene.record_all()
    assert await scene.indexes() == [0, 2, 1]
    assert await scene.lag() == Lag()


async def test_an_outage_is_told_once_and_then_caught_up_in_order(scene: Scene, log: LogCapture) -> None:
    await send(scene)
    scene.evidence.away = {a.OFFICE: "the disk is full"}
    recorder = scene.recorder()
    for _ in range(4):
        await view(scene)
        await scene.record_all(recorder)
        scene.world.clock.move(timedelta(minutes=5))
    assert recorder.trouble == "the disk is full"
    assert (await scene.lag()).owed == 5
    scene.evidence.away = {}
    await answer(scene)
    await scene.record_all(recorder)
    assert await scene.indexes() == [0, 1, 2, 3, 4, 5]
    told = [each["reason"] for each in log.entries if each["event"] == "evidence.trouble"]
    assert told == ["the disk is full", None]


async def test_one_broken_office_holds_up_no_other(scene: Scene) -> None:
    other = OfficeId("office-2")
    async with scene.world.store.transaction() as tx:
        await tx.offices.save(a.an_office(id=other, name="Other"))
        await tx.people.save_client(a.a_client(id="client-2", office=other))
        await tx.dossiers.add(a.an_item("item-2", client="client-2"))
        document = a.a_document(a.an_item("item-2", client="client-2"))
        theirs = a.an_envelope(SECOND, office=other, client="client-2", documents=(document,))
        await tx.envelopes.add(theirs)
        await tx.log.add([a.a_log_line(office=other, client="client-2", envelope=SECOND) for _ in range(200)])
    scene.evidence.away = {other: "its log is damaged"}
    await send(scene)
    recorder = await scene.record_all()
    assert await scene.indexes() == [0]
    await view(scene)
    await scene.record_all(recorder)
    assert await scene.indexes() == [0, 1]
    assert recorder.trouble == "its log is damaged"
    assert (await scene.lag()).owed == 200
    scene.evidence.away = {}
    scene.world.clock.move(timedelta(minutes=5))
    await scene.record_all(recorder)
    assert (await scene.size(other), await scene.lag()) == (200, Lag())


async def test_what_cannot_be_filed_is_refused_alone(scene: Scene, log: LogCapture) -> None:
    scene.evidence.ending = Ending("transaction", 2, error=ZeroDivisionError("Karim Haddad"))
    for id_ in (FIRST, SECOND):
        await send(scene, id_)
        await answer(scene, id_)
    await scene.record_all()
    filed = {id_: await scene.indexes(id_) for id_ in (FIRST, SECOND)}
    assert [each.count(None) for each in filed.values()] in ([1, 0], [0, 1])
    assert (await scene.lag()).refused == 1
    assert [each["reason"] for each in log.entries if each["event"] == "evidence.refused"] == ["not-filed"]
    assert not any(name in str(log.entries) for name in NAMES)
    scene.world.clock.move(LOOK_AGAIN)
    await scene.record_all()
    assert await scene.lag() == Lag()
    assert await scene.size() == 4


async def test_two_recorders_at_once_record_every_line_once(scene: Scene) -> None:
    for number in range(30):
        await send(scene, EnvelopeId(f"envelope-{number}"))
        await answer(scene, EnvelopeId(f"envelope-{number}"))
    async with asyncio.timeout(60):
        while (await scene.lag()).owed:
            await asyncio.gather(*(scene.recorder().record_due() for _ in range(2)))
    assert await scene.size() == 60
    for number in range(30):
        first, second = await scene.indexes(EnvelopeId(f"envelope-{number}"))
        assert first is not None
        assert second is not None
        assert first < second


async def test_a_rejection_that_was_superseded_keeps_its_proof_and_the_card_shows_the_newest(scene: Scene) -> None:
    await send(scene)
    await answer(scene, reason="Onjuist")
    await send(scene, SECOND)
    await supersede(scene, SECOND)
    await scene.record_all()
    async with scene.world.store.reading() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, FIRST)
    assert envelope
    assert envelope.state is EnvelopeState.SUPERSEDED
    lines = {line.happening: line.receipt for line in await scene.lines()}
    assert envelope.evidence == lines[Happening.SUPERSEDED]
    assert await scene.cards() == 1


async def test_a_second_request_about_a_document_leaves_the_first_proof_readable(scene: Scene) -> None:
    await send(scene)
    await answer(scene)
    await scene.record_all()
    first = await scene.proof()
    await send(scene, SECOND)
    await answer(scene, SECOND)
    await scene.record_all()
    second = await scene.proof()
    async with scene.world.store.reading() as tx:
        item = await tx.dossiers.by_name(a.CLIENT, a.an_item().folder, a.an_item().name + PROOF_SUFFIX)
    assert item
    assert item.version.number == 2
    keys = (await scene.archive.log(a.OFFICE)).keys
    for proof, envelope in ((first, FIRST), (second, SECOND)):
        assert verify_proof(proof, keys, a.a_content().sha256).verdict is Verdict.HOLDS
        assert f'"envelope":"{envelope}"'.encode() in parse_proof(proof).entry
        kept = await scene.world.ports.blobs.put(proof)
        assert b"".join([piece async for piece in scene.world.ports.blobs.read(kept.sha256)]) == proof


@pytest.mark.parametrize(
    "name", ["a" * 251 + ".pdf", "é" * 255, "🙂" * 127, "n" * 254 + "\N{ZERO WIDTH JOINER}", "x" * 250]
)
async def test_a_long_name_keeps_what_tells_that_it_is_a_proof(scene: Scene, name: str) -> None:
    item = a.an_item("item-9", name=name)
    async with scene.world.store.transaction() as tx:
        await tx.dossiers.add(item)
    await send(scene, documents=(a.a_document(item),))
    await answer(scene)
    await scene.record_all()
    async with scene.world.store.reading() as tx:
        assert {each.id for each in await tx.dossiers.recent(a.CLIENT, 9)} == {a.ITEM, ItemId("item-9")}
        assert await tx.dossiers.count(a.CLIENT) == 2
    assert (await scene.lag()) == Lag()


async def test_a_line_of_somebody_erased_is_recorded_without_their_signature(scene: Scene) -> None:
    await send(scene)
    async with scene.world.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, FIRST)
        assert envelope
        await tx.envelopes.save(envelope.answer(SIGNER, a.an_approval()))
        await tx.signatures.add(envelope, SIGNER, TypedSignature("Karim"))
        facts = {"signature": "typed"}
        await tx.log.add([a.a_log_line(Happening.APPROVED, by=KARIM, at=a.at(30), facts=facts)])
        await tx.signatures.forget(a.OFFICE, SIGNER)
    await scene.record_all()
    assert await scene.indexes() == [0, 1]
    assert "signature" not in scene.evidence.recorded[-1].personal


async def test_an_erased_person_changes_nothing_of_what_is_recorded_again(scene: Scene) -> None:
    await send(scene)
    await answer(scene)
    scene.evidence.ending = Ending("record", 2, after=True)
    with pytest.raises(Died):
        await scene.record_all()
    scene.archive.payloads(a.OFFICE).erase(name_person(SIGNER))
    scene.world.clock.move(LEASE)
    await scene.record_all()
    assert await scene.indexes() == [0, 1]
    line = (await scene.lines())[1]
    assert line.receipt
    assert not any(
        scene.archive.payloads(a.OFFICE).holds(name_person(SIGNER), fact.decision) for fact in scene.evidence.recorded
    )
