"""Many callers at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.disk import Disk
from storage.evidence.entry import Event
from storage.evidence.errors import EntryDiffers, EvidenceError, Locked, Malformed, WrongSecret
from storage.evidence.fsck import audit_log
from storage.evidence.log import EvidenceLog
from storage.evidence.vault import Vault
from storage.evidence.verify import Verdict, verify_proof
from tests.evidence.making import HOST, OFFICE, ORIGIN, SECRET, an_entry, make_archive

CALLERS = 64


class Counting(Disk):
    """Counts how often the checkpoint was replaced."""

    def __init__(self) -> None:
        self.published = 0

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.published += target.name == "checkpoint"


@pytest.fixture
def disk() -> Counting:
    return Counting()


@pytest.fixture
async def archive(tmp_path: Path, disk: Counting) -> AsyncIterator[Archive]:
    archive = make_archive(tmp_path, disk=disk)
    yield archive
    await archive.close()


@pytest.fixture
async def log(archive: Archive) -> EvidenceLog:
    return await archive.log(OFFICE)


async def test_those_who_wait_together_share_a_flush(log: EvidenceLog, disk: Counting, tmp_path: Path) -> None:
    receipts = await asyncio.gather(*(log.append(an_entry(number)) for number in range(CALLERS)))
    assert sorted(receipt.index for receipt in receipts) == list(range(CALLERS))
    assert disk.published < CALLERS / 4
    for receipt in receipts:
        assert read_checkpoint(receipt.checkpoint).size > receipt.index
    audit = audit_log(tmp_path / "logs" / OFFICE)
    assert (audit.size, audit.faults, audit.leftovers) == (CALLERS, (), ())


async def test_the_same_decision_from_many_callers_is_one_entry(log: EvidenceLog) -> None:
    receipts = await asyncio.gather(*(log.append(an_entry(number % 5)) for number in range(CALLERS)))
    assert {receipt.index for receipt in receipts} == set(range(5))
    assert read_checkpoint(log.checkpoint).size == 5
    assert [await log.find(f"decision-{number}") for number in (0, 5)] == [0, None]


async def test_every_receipt_can_be_proven(log: EvidenceLog) -> None:
    receipts = await asyncio.gather(*(log.append(an_entry(number)) for number in range(300)))
    key = log.keys[-1]
    for receipt in receipts[::37]:
        report = verify_proof(str(await log.proof(receipt.index)).encode(), [key])
        assert report.verdict is Verdict.HOLDS
        assert (report.entry_hash, report.checkpoint) == (receipt.entry_hash, read_checkpoint(log.checkpoint))
        assert receipt.origin == log.origin == ORIGIN


async def test_one_wrong_entry_harms_no_other(log: EvidenceLog) -> None:
    await log.append(an_entry(1))
    wrong = (an_entry(1, event=Event.REJECTED), an_entry(3, envelope=""), an_entry(4, office="another"))
    answers = await asyncio.gather(*(log.append(each) for each in (an_entry(2), *wrong)), return_exceptions=True)
    assert [type(answer) for answer in answers[1:]] == [EntryDiffers, Malformed, Malformed]
    assert read_checkpoint(log.checkpoint).size == 2


async def test_a_caller_that_goes_away_takes_nobody_along(log: EvidenceLog) -> None:
    tasks = [asyncio.create_task(log.append(an_entry(number))) for number in range(10)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(answer, asyncio.CancelledError) for answer in answers) == 1
    assert (await log.append(an_entry(3))).index in range(10)
    assert read_checkpoint(log.checkpoint).size == 10


async def test_what_fails_is_told_to_all_who_wait(log: EvidenceLog, tmp_path: Path) -> None:
    (tmp_path / "logs" / OFFICE / "checkpoint").write_bytes(b"something else")
    answers = await asyncio.gather(*(log.append(an_entry(number)) for number in range(3)), return_exceptions=True)
    assert all(isinstance(answer, EvidenceError) for answer in answers)


async def test_offices_have_logs_and_keys_of_their_own(archive: Archive, log: EvidenceLog) -> None:
    other = await archive.log("another")
    assert await archive.log(OFFICE) is log
    ours, theirs = await log.append(an_entry(1)), await other.append(an_entry(1, office="another"))
    assert (ours.index, theirs.index) == (0, 0)
    assert ours.origin != theirs.origin
    proof = str(await other.proof(0)).encode()
    assert verify_proof(proof, log.keys).verdict is Verdict.FAILS
    assert verify_proof(proof, other.keys).verdict is Verdict.HOLDS


async def test_closing_finishes_what_waits_and_lets_go(archive: Archive, log: EvidenceLog, tmp_path: Path) -> None:
    second = Archive(tmp_path, SECRET, HOST)
    with pytest.raises(Locked):
        await second.log(OFFICE)
    tasks = [asyncio.create_task(log.append(an_entry(number))) for number in range(10)]
    await asyncio.sleep(0)
    await archive.close()
    assert {(await task).index for task in tasks} == set(range(10))
    assert (await (await second.log(OFFICE)).append(an_entry(3))).repeated
    await second.close()


@pytest.mark.parametrize("office", ["", ".", "..", "a/b", "a b", "-a", "a" * 65, "\N{LATIN SMALL LETTER E WITH ACUTE}"])
async def test_no_id_leads_out_of_the_folder(archive: Archive, office: str) -> None:
    with pytest.raises(Malformed):
        await archive.log(office)
    with pytest.raises(Malformed):
        archive.payloads(office)
    with pytest.raises(Malformed):
        archive.timestamps(office, [])


def test_another_secret_opens_nothing(tmp_path: Path) -> None:
    Archive(tmp_path, SECRET, HOST)
    Archive(tmp_path, SECRET, HOST)
    with pytest.raises(WrongSecret):
        Archive(tmp_path, SECRET + b"!", HOST)
    with pytest.raises(EvidenceError, match="16 bytes"):
        Archive(tmp_path, b"short", HOST)


def test_guessing_a_secret_costs_what_it_must_unless_told_otherwise(tmp_path: Path) -> None:
    Archive(tmp_path, SECRET, HOST)
    kept = (tmp_path / "vault").read_bytes()
    key = Scrypt(salt=kept[:16], length=32, n=1 << 15, r=8, p=3).derive(SECRET)
    assert Vault(key).open("vault", kept[16:]) == b""


def test_a_vault_says_what_it_was_made_at_and_no_other_cost_opens_it(tmp_path: Path) -> None:
    make_archive(tmp_path)
    file = tmp_path / "vault"
    made = file.read_bytes()
    Archive(tmp_path, SECRET, HOST)  # goes by the file
    assert made.startswith(b"scrypt N=2^1\n")
    for changed in (made.replace(b"2^1", b"2^2"), made.replace(b"2^1", b"2^15"), made.partition(b"\n")[2]):
        file.write_bytes(changed)
        with pytest.raises(WrongSecret):
            Archive(tmp_path, SECRET, HOST)
    with pytest.raises(WrongSecret):
        make_archive(tmp_path, SECRET + b"!")
