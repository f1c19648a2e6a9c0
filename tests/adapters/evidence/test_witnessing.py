"""Cosignatures of a strict witness, which refuses forks and rollbacks."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from adapters.evidence.witnessing import SIZE_TYPE, Witness, Witnesses, read_witnesses
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.cosignatures import CosignatureShelf, read_time
from storage.evidence.entry import Entry
from storage.evidence.note import Note, parse_key
from storage.evidence.verify import Check, Outcome, verify_proof
from tests.adapters.evidence.following import Waits, grow, open_archive
from tests.evidence.making import HOST, OFFICE, ORIGIN, an_entry
from tests.evidence.strict_witness import NAME, TIME, StrictWitness, serve_witness


class Stage:
    def __init__(self, archive: Archive, witness: StrictWitness, session: aiohttp.ClientSession) -> None:
        self.archive, self.witness, self.waits = archive, witness, Waits()
        self.key = parse_key(witness.vkey)
        self.witnesses = Witnesses(archive, session, [Witness(self.key, witness.url)], wait=self.waits)

    @property
    def shelf(self) -> CosignatureShelf:
        return self.archive.cosignatures(OFFICE, [self.key])

    def newest(self) -> Note:
        found = self.shelf.find()
        assert found
        return found

    async def introduce(self) -> None:
        log = await self.archive.log(OFFICE)
        self.witness.logs[ORIGIN] = (log.keys[-1].public, log.keys[-1].id)

    async def grow(self, count: int = 1) -> None:
        await grow(self.archive, count)
        await self.tell()

    async def tell(self) -> None:
        """Offer the newest checkpoint, and wait until that has ended."""
        number = len(self.waits.asked) + 1
        await self.waits.go()
        await self.witnesses.checkpoint_grew(OFFICE)
        await self.waits.reached(number)


@pytest.fixture
async def witness() -> AsyncIterator[StrictWitness]:
    async with serve_witness(StrictWitness()) as served:
        yield served


@pytest.fixture
async def stage(tmp_path: Path, witness: StrictWitness) -> AsyncIterator[Stage]:
    async with open_archive(tmp_path / "evidence") as archive, aiohttp.ClientSession() as session:
        made = Stage(archive, witness, session)
        await made.introduce()
        yield made
        await made.witnesses.stop()


async def test_every_growth_is_cosigned(stage: Stage) -> None:
    for size, count in ((1, 1), (2, 1), (7, 5), (300, 293), (301, 1)):
        await stage.grow(count)
        note = stage.newest()
        assert read_checkpoint(note).size == size
    note = stage.newest()
    assert stage.witness.answered == [200] * 5
    log = await stage.archive.log(OFFICE)
    proof = await log.proof(42, note)
    report = verify_proof(str(proof).encode(), [*log.keys, stage.key])
    found = report.find(Check.WITNESSES)
    assert found
    assert found.outcome is Outcome.HELD
    assert int(read_time(note.signatures[-1]).timestamp()) == TIME


async def test_what_the_witness_has_seen_already_is_learnt_from_it(stage: Stage, tmp_path: Path) -> None:
    await stage.grow(5)
    shutil.rmtree(tmp_path / "evidence" / "witnessed")
    await stage.grow(4)
    assert stage.witness.answered == [200, 409, 200]
    note = stage.shelf.find()
    assert note
    assert read_checkpoint(note).size == 9


async def test_a_checkpoint_is_offered_once(stage: Stage) -> None:
    await stage.grow()
    await stage.tell()
    assert stage.witness.answered == [200]


async def test_a_fork_is_refused_and_told(stage: Stage, tmp_path: Path) -> None:
    await stage.grow(5)
    origin_key = stage.witness.logs[ORIGIN]
    for count, answers in ((5, [409]), (8, [409, 422]), (3, [409])):
        stage.witness.answered.clear()
        async with open_archive(tmp_path / f"fork-{count}") as archive, aiohttp.ClientSession() as session:
            fork = Stage(archive, stage.witness, session)
            log = await archive.log(OFFICE)
            stage.witness.logs[ORIGIN] = (log.keys[-1].public, log.keys[-1].id)
            await log.append(_another())
            await grow(archive, count - 1)
            await fork.tell()
            assert stage.witness.answered[: len(answers)] == answers
            assert fork.witnesses.accusing == {(OFFICE, NAME)}
            assert fork.shelf.find() is None
            await fork.witnesses.stop()
    stage.witness.logs[ORIGIN] = origin_key
    assert stage.witness.seen[ORIGIN][0] == 5


def _another() -> Entry:
    return an_entry(999)


@pytest.mark.parametrize("how", ["outage", "nobody", "wrong", "old-time", "garbage", "liar", "redirect"])
async def test_what_is_no_cosignature_is_not_kept(stage: Stage, how: str) -> None:
    await grow(stage.archive, 2)
    text = (await stage.archive.log(OFFICE)).checkpoint.text
    stage.witness.fault = {
        "outage": web.Response(status=503),
        "nobody": web.Response(body="— somebody.example/x AAAAAAAAAAAAAAAA\n".encode()),
        "wrong": web.Response(body=stage.witness.cosign(text.replace("\n2\n", "\n3\n"))),
        "old-time": web.Response(body=stage.witness.cosign(text, time=0)),
        "garbage": web.Response(body=b"\xff\x00"),
        "liar": web.Response(status=409, text="many", content_type=SIZE_TYPE),
        "redirect": web.Response(status=307, headers={"Location": f"{stage.witness.url}/add-checkpoint"}),
    }[how]
    await stage.tell()
    assert (stage.shelf.find(), stage.witnesses.owed) == (None, 1)
    await stage.waits.go()
    await stage.waits.reached(2)
    assert stage.shelf.find()
    assert stage.witnesses.owed == 0


async def test_a_witness_that_knows_us_not_is_asked_again(stage: Stage) -> None:
    stage.witness.logs.clear()
    await stage.grow()
    assert (stage.witness.answered, stage.witnesses.owed) == ([404], 1)
    assert not stage.witnesses.accusing


async def test_an_empty_log_is_offered_to_nobody(stage: Stage) -> None:
    await stage.tell()
    assert stage.witness.answered == []


def test_witnesses_are_named_in_a_file(tmp_path: Path) -> None:
    witness = StrictWitness()
    file = tmp_path / "witnesses"
    file.write_text(f"# ours\n\n{witness.vkey} https://witness.example/w/ # the first\n")
    assert read_witnesses(file) == (Witness(parse_key(witness.vkey), "https://witness.example/w"),)
    log_key = f"{HOST}+00000000+AAAA"
    for line in (f"{witness.vkey}", f"{log_key} https://x.example", f"{witness.vkey} ftp://x.example"):
        file.write_text(line)
        with pytest.raises(ValueError, match="line 1"):
            read_witnesses(file)
