"""What every `Evidence` promises. An implementation's suite inherits `EvidenceContract` and gives a `stage`."""

# ruff: noqa: ANN401 - any field of a fact can be replaced, whatever its type

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from adapters.evidence.opening import name_person
from bot.domain.envelope import EnvelopeId, Party
from bot.domain.errors import EvidenceRefused, EvidenceUnavailable
from bot.domain.evidence import EvidenceFact
from bot.domain.log import Happening
from bot.domain.people import Account, OfficeId
from bot.ports import Evidence
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.entry import Entry, Personal
from storage.evidence.errors import Erased
from storage.evidence.merkle import hash_leaf
from storage.evidence.proof import parse_proof
from storage.evidence.verify import Verdict, verify_proof
from tests import builders as a

KARIM, SANNE, MILA = a.an_account(), a.a_staff_account(), a.an_account("U0MILA")
CALLERS = 64


class EvidenceStage(Protocol):
    """Evidence in an archive, and what a test has to see and break there."""

    evidence: Evidence
    archive: Archive
    root: Path
    """The folder of the archive."""

    def flushes(self) -> int:
        """How often the checkpoint of any log was replaced."""

    def fill_disk(self, *, full: bool) -> None:
        """Let every write fail for want of room, or no more."""


def a_fact(decision: str = "decision-1", **changes: Any) -> EvidenceFact:
    fact = EvidenceFact(
        a.OFFICE,
        a.CLIENT,
        EnvelopeId("envelope-1"),
        Happening.APPROVED,
        decision,
        a.at(30),
        (a.a_document(),),
        "1/nl",
        KARIM,
        {"who": "Karim Haddad", "place": "Utrecht"},
    )
    return replace(fact, **changes)


def passed_on(by: Account = SANNE, **others: Party) -> EvidenceFact:
    happening = Happening.DELEGATED
    return a_fact("passed-on", happening=happening, person=by, personal={"who": "Sanne"}, others=others)


def read_entry(proof: bytes) -> Entry:
    entry = verify_proof(proof, []).entry
    assert isinstance(entry, Entry)
    return entry


def opened(archive: Archive, account: Account, decision: str) -> Mapping[Personal, bytes]:
    return {each.what: each.value for each in archive.payloads(a.OFFICE).open(name_person(account), decision)}


class EvidenceContract:
    async def test_a_fact_is_recorded_once_however_often_it_is_asked(self, stage: EvidenceStage) -> None:
        first = await stage.evidence.record(a_fact())
        second = await stage.evidence.record(a_fact("decision-2"))
        assert await stage.evidence.record(a_fact()) == first
        assert (first.index, second.index) == (0, 1)
        assert first.origin.endswith(f"/evidence/{a.OFFICE}")

    async def test_one_decision_that_is_told_by_many_at_once_is_one_entry(self, stage: EvidenceStage) -> None:
        receipts = await asyncio.gather(*(stage.evidence.record(a_fact()) for _ in range(16)))
        assert len(set(receipts)) == 1
        log = await stage.archive.log(a.OFFICE)
        assert read_checkpoint(log.checkpoint).size == 1
        # The openings that are kept are those of the entry, not of a later call.
        entry = read_entry(await stage.evidence.prove(a.OFFICE, 0))
        assert all(each.fits(entry) for each in stage.archive.payloads(a.OFFICE).open(name_person(KARIM), "decision-1"))

    @pytest.mark.parametrize(
        "changes",
        [
            {"happening": Happening.REJECTED},
            {"at": a.at(31)},
            {"envelope": EnvelopeId("envelope-2")},
            {"documents": ()},
            {"consent": "2/nl"},
            {"client": "client-2"},
        ],
    )
    async def test_other_facts_of_a_decision_are_refused(self, stage: EvidenceStage, changes: dict[str, Any]) -> None:
        await stage.evidence.record(a_fact())
        with pytest.raises(EvidenceRefused, match="entry-differs-at-0"):
            await stage.evidence.record(a_fact(**changes))
        assert (await stage.evidence.record(a_fact("decision-2"))).index == 1

    @pytest.mark.parametrize("changes", [{"happening": Happening.LINKED}, {"decision": ""}, {"consent": "x" * 100_000}])
    async def test_what_cannot_be_said_is_refused(self, stage: EvidenceStage, changes: dict[str, Any]) -> None:
        with pytest.raises(EvidenceRefused):
            await stage.evidence.record(replace(a_fact(), **changes))
        assert (await stage.evidence.record(a_fact())).index == 0

    async def test_a_proof_holds_for_its_document_and_no_other(self, stage: EvidenceStage) -> None:
        receipts = [await stage.evidence.record(a_fact(f"decision-{number}")) for number in range(3)]
        keys = (await stage.archive.log(a.OFFICE)).keys
        for receipt in receipts:
            proof = await stage.evidence.prove(a.OFFICE, receipt.index)
            report = verify_proof(proof, keys, a.a_content().sha256)
            assert report.verdict is Verdict.HOLDS
            assert report.entry_hash == receipt.entry_hash == hash_leaf(parse_proof(proof).entry).hex()
            assert verify_proof(proof, keys, "0" * 64).verdict is Verdict.FAILS

    @pytest.mark.parametrize("index", [1, 255, 256, 10**9, -1])
    async def test_what_is_not_in_the_log_cannot_be_proved(self, stage: EvidenceStage, index: int) -> None:
        await stage.evidence.record(a_fact())
        with pytest.raises(KeyError):
            await stage.evidence.prove(a.OFFICE, index)

    async def test_offices_have_logs_of_their_own(self, stage: EvidenceStage) -> None:
        other = OfficeId("office-2")
        ours = await stage.evidence.record(a_fact())
        theirs = await stage.evidence.record(a_fact(office=other))
        assert (ours.index, theirs.index) == (0, 0)
        assert ours.origin != theirs.origin
        proof = await stage.evidence.prove(other, 0)
        assert verify_proof(proof, (await stage.archive.log(a.OFFICE)).keys).verdict is Verdict.FAILS

    async def test_those_who_wait_together_share_a_flush(self, stage: EvidenceStage) -> None:
        await stage.evidence.record(a_fact("the first one"))
        before = stage.flushes()
        facts = [a_fact(f"decision-{number}") for number in range(CALLERS)]
        receipts = await asyncio.gather(*map(stage.evidence.record, facts))
        assert sorted(each.index for each in receipts) == list(range(1, CALLERS + 1))
        assert stage.flushes() - before < CALLERS / 2

    async def test_a_full_disk_is_an_outage_and_ends(self, stage: EvidenceStage) -> None:
        await stage.evidence.record(a_fact())
        stage.fill_disk(full=True)
        with pytest.raises(EvidenceUnavailable) as told:
            await stage.evidence.record(a_fact("decision-2"))
        assert "No space left on device" in told.value.reason
        stage.fill_disk(full=False)
        assert (await stage.evidence.record(a_fact("decision-2"))).index == 1

    async def test_an_archive_that_is_away_is_an_outage_and_ends(self, stage: EvidenceStage) -> None:
        await stage.evidence.record(a_fact())
        logs, aside = stage.root / "logs", stage.root / "aside"
        logs.rename(aside)
        with pytest.raises(EvidenceUnavailable) as told:
            await stage.evidence.record(a_fact("decision-2"))
        assert str(stage.root) in told.value.reason
        with pytest.raises(EvidenceUnavailable):
            await stage.evidence.prove(a.OFFICE, 0)
        aside.rename(logs)
        assert (await stage.evidence.record(a_fact("decision-2"))).index == 1

    async def test_a_damaged_log_is_an_outage(self, stage: EvidenceStage) -> None:
        await stage.evidence.record(a_fact())
        await stage.archive.close()
        (stage.root / "logs" / a.OFFICE / "checkpoint").write_text("damaged")
        with pytest.raises(EvidenceUnavailable) as told:
            await stage.evidence.record(a_fact("decision-2"))
        assert "checkpoint" in told.value.reason

    async def test_a_damaged_key_of_a_person_refuses_what_is_theirs_only(self, stage: EvidenceStage) -> None:
        await stage.evidence.record(a_fact())
        (key,) = (stage.root / "people" / a.OFFICE / "keys").iterdir()
        key.write_bytes(b"damaged")
        with pytest.raises(EvidenceRefused) as told:
            await stage.evidence.record(a_fact("decision-2"))
        assert KARIM.user not in told.value.reason
        assert (await stage.evidence.record(a_fact("decision-3", person=SANNE))).index == 1

    async def test_everybody_is_committed_to_under_a_key_of_their_own(self, stage: EvidenceStage) -> None:
        signer, taker = a.a_party("Karim Haddad", KARIM), a.a_party("Mila Haddad", MILA)
        await stage.evidence.record(passed_on(signer=signer, taker=taker))
        entry = read_entry(await stage.evidence.prove(a.OFFICE, 0))
        payloads = stage.archive.payloads(a.OFFICE)
        named = {SANNE: {Personal.WHO, Personal.ACCOUNT}, KARIM: {Personal.SIGNER}, MILA: {Personal.TAKER}}
        for account, what in named.items():
            openings = payloads.open(name_person(account), "passed-on")
            assert {each.what for each in openings} == what
            assert all(each.fits(entry) for each in openings)
        payloads.erase(name_person(MILA))
        with pytest.raises(Erased):
            payloads.open(name_person(MILA), "passed-on")
        assert opened(stage.archive, KARIM, "passed-on") == {Personal.SIGNER: b"Karim Haddad"}
        assert opened(stage.archive, SANNE, "passed-on")[Personal.WHO] == b"Sanne"
        keys = (await stage.archive.log(a.OFFICE)).keys
        assert verify_proof(await stage.evidence.prove(a.OFFICE, 0), keys).verdict is Verdict.HOLDS

    async def test_nothing_personal_stands_in_a_proof(self, stage: EvidenceStage) -> None:
        await stage.evidence.record(a_fact())
        proof = await stage.evidence.prove(a.OFFICE, 0)
        entry = parse_proof(proof).entry
        for word in (b"Karim", b"Utrecht", KARIM.user.encode(), KARIM.tenant.encode()):
            assert word not in entry
            assert word not in proof
