"""The evidence log: appends under many decisions at once, beside the bare writing of the same bytes; proofs; growth."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.disk import Disk
from storage.evidence.entry import Document, Entry, Event, Personal, encode_entry
from storage.evidence.keys import KeyFile
from storage.evidence.log import EvidenceLog
from storage.evidence.recorder import Recorder
from storage.evidence.vault import Vault
from storage.evidence.verify import verify_proof
from tests.bench.measuring import Effort, Timed, alternate, middle_ratio, time_each
from tests.bench.rows import Bound, Row
from tests.bench.stage import make_folder

SECTION = "The evidence log: an entry that lasts, 64 decisions at once; beside it, the same bytes written and flushed"
OFFICE, HOST = "kantoor", "paraaf.example"
AT_ONCE = 64
SMALL = 1_000
_BATCH = 256
_HASH = "0123456789abcdef" * 4


class Careless(Disk):
    """Waits for nothing: for filling a log that only speed is measured on."""

    def sync(self, path: Path) -> None:
        return

    def sync_folder(self, path: Path) -> None:
        return


def make_entry(number: int) -> Entry:
    """An entry as an approval makes it."""
    name = f"0192f3c4-7d1e-7000-8000-{number:012x}"
    commitments = dict.fromkeys((Personal.WHO, Personal.PLACE, Personal.NETWORK), _HASH)
    document = Document(name, name, _HASH)
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    return Entry(OFFICE, name, Event.APPROVED, name, at, (document,), "akkoord-1", commitments)


async def measure_evidence(effort: Effort) -> list[Row]:
    """Entries per second in a small and a large log, and milliseconds for checking a proof."""
    with make_folder() as folder:
        fill_log(folder / "small", SMALL)
        fill_log(folder / "large", effort.entries)
        small = await _open(folder / "small")
        large = await _open(folder / "large")
        rows = [
            await _measure_appends(small, folder / "bare", effort),
            await _measure_growth(small, large, effort),
            await _measure_proofs(large),
        ]
        await small.close()
        await large.close()
    return rows


def fill_log(folder: Path, size: int) -> None:
    """A log of so many entries, through the same code, but without waiting for the disk."""
    keys = KeyFile(folder / "keys" / OFFICE, _vault(), f"{HOST}/evidence/{OFFICE}")
    recorder = Recorder(OFFICE, folder / "logs" / OFFICE, folder / "index" / f"{OFFICE}.db", keys, Careless())
    for start in range(0, size, _BATCH):
        recorder.record([make_entry(number) for number in range(start, min(size, start + _BATCH))])
    recorder.close()


def _vault() -> Vault:
    return Vault(bytes(32))


async def _open(folder: Path) -> EvidenceLog:
    keys = KeyFile(folder / "keys" / OFFICE, _vault(), f"{HOST}/evidence/{OFFICE}")
    return await EvidenceLog.open(OFFICE, folder / "logs" / OFFICE, folder / "index" / f"{OFFICE}.db", keys)


class _Numbers:
    """New entries, over and over."""

    def __init__(self) -> None:
        self.last = 1 << 32

    def take(self, count: int) -> list[Entry]:
        self.last += count
        return [make_entry(number) for number in range(self.last - count, self.last)]


async def _measure_appends(log: EvidenceLog, bare: Path, effort: Effort) -> Row:
    numbers = _Numbers()

    async def ours() -> Timed:
        return await _append(log, numbers.take(effort.requests))

    async def other() -> Timed:
        return await time_each([partial(_write_bare, bare, numbers.take(AT_ONCE))] * (effort.requests // AT_ONCE or 1))

    ours_timed, other_timed = await alternate(effort.rounds, ours, other)
    rates, bare_rates = [each.rate for each in ours_timed], [each.rate * AT_ONCE for each in other_timed]
    row = Row(SECTION, f"{SMALL:,} entries to begin with", "/s", median(rates), median(bare_rates))
    row = Row(row.section, row.what, row.unit, row.figure, row.other, middle_ratio(rates, bare_rates))
    return row.aim(Bound(">= 1,000 /s", least=1_000))


async def _write_bare(path: Path, entries: list[Entry]) -> None:
    """What a plain journal would do for a batch of all who wait: write it and flush it."""
    content = b"".join(map(encode_entry, entries))

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            file.write(content)
            os.fsync(file.fileno())

    await asyncio.to_thread(write)


async def _append(log: EvidenceLog, entries: list[Entry]) -> Timed:
    works: list[Callable[[], Awaitable[object]]] = [partial(log.append, entry) for entry in entries]
    return await time_each(works, AT_ONCE)


async def _measure_growth(small: EvidenceLog, large: EvidenceLog, effort: Effort) -> Row:
    numbers = _Numbers()
    numbers.last <<= 1
    sizes = read_checkpoint(large.checkpoint).size

    async def in_large() -> Timed:
        return await _append(large, numbers.take(effort.requests))

    async def in_small() -> Timed:
        return await _append(small, numbers.take(effort.requests))

    larges, smalls = await alternate(effort.rounds, in_large, in_small)
    rates, others = [each.rate for each in larges], [each.rate for each in smalls]
    ratio = middle_ratio(rates, others)
    row = Row(SECTION, f"{sizes:,} entries; beside it, the small log", "/s", median(rates), median(others), ratio)
    return row.aim(Bound(">= 0.8", least=0.8), of_ratio=True)


async def _measure_proofs(log: EvidenceLog) -> Row:
    size = read_checkpoint(log.checkpoint).size
    proofs = [str(await log.proof(size * number // 50)).encode() for number in range(50)]
    taken = []
    for proof in proofs:
        begun = perf_counter()
        verify_proof(proof, log.keys, _HASH)
        taken.append(perf_counter() - begun)
    row = Row(SECTION, f"checking a proof from {size:,} entries: p50", "ms", median(taken) * 1000)
    return row.aim(Bound("< 2 ms", below=2))
