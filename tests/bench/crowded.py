"""A morning on which much is due in a large database: claiming and finishing, alone and by two replicas."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.domain.outgoing import Errand, Outgoing
from tests import builders as a
from tests.bench.measuring import Effort, middle_ratio
from tests.bench.rows import Bound, Row
from tests.bench.stage import Stage, name_channel

SECTION = "A crowded morning on PostgreSQL"
BATCH, CLAIMERS = 500, 2
LEASE = timedelta(minutes=2)
ROUNDS = 3
MESSAGE_SECONDS = 0.3
"""What Slack and Teams take for a message, by the time of day between 0.1 and 0.5 s."""
LOOK_SECONDS = 0.05
WAVES = 3
"""Times as many cards as in other measurements, so that the first and the last moments count for little."""
CLAIMS = 40
"""Claims of reminders that one round of the due scan takes."""
_COMMAND = (sys.executable, "-m", "tests.bench.replica")

_ENVELOPES = """
INSERT INTO envelopes (id, office_id, client_id, platform, tenant, channel, sender_platform, sender_tenant,
    sender_user_id, sender_name, sent_at, request_key, message, remind, state, revision)
SELECT 'many-' || n, :office, :client, 'slack', 'T0OFFICE', 'C' || n, 'slack', 'T0OFFICE', 'U' || n, 'Sanne', now(),
    'many-' || n, '', true, 'open', 1
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n
"""
_REMINDERS = """
INSERT INTO reminders (office_id, envelope_id, platform, tenant, user_id, since, due_at)
SELECT :office, 'many-' || n, 'slack', 'T0OFFICE', 'U' || n, now(),
    now() + CASE WHEN n <= :due THEN -interval '1 hour' ELSE interval '1 day' END + n * interval '1 ms'
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n
"""
_OUTBOX = """
INSERT INTO outbox (office_id, platform, tenant, channel, conversation, errand, subject, facts, key, state, due_at,
    attempts, unclear, created_at)
SELECT :office, 'slack', 'T0OFFICE', 'C' || n, 'line ' || n, 'remind', 'many-' || n, '{"tenant": "T0", "user": "U0"}',
    gen_random_uuid(), 'pending', now() - interval '1 hour' + n * interval '1 ms', 0, false, now()
FROM generate_series(1, CAST(:due AS bigint)) AS n
"""


async def measure_crowd(stage: Stage, effort: Effort) -> list[Row]:
    """The due scan before and after the table grew tenfold, the outbox then, and replicas."""
    most = effort.envelopes
    await _grow(stage, 1, most // 10, due=most // 10)
    small = await _scan(stage, effort)
    await _grow(stage, most // 10 + 1, most, due=most // 10)
    large = await _scan(stage, effort)
    flat = Row(
        SECTION, f"claiming reminders: {most:,} beside {most // 10:,}, as many due", "/s", median(large), median(small)
    )
    rows = [_with_ratio(flat, large, small).aim(Bound(">= 0.8 of the small one", least=0.8), of_ratio=True)]
    return [*rows, *await _measure_finishing(stage, most // 10, effort), *await _measure_replicas(stage, effort)]


async def _grow(stage: Stage, first: int, last: int, due: int) -> None:
    values = {"office": a.OFFICE, "client": a.CLIENT, "first": first, "last": last}
    await _run(stage, _ENVELOPES, values)
    await _run(stage, _REMINDERS, {**values, "due": due})
    await stage.gather_statistics()


async def _scan(stage: Stage, effort: Effort) -> list[float]:
    """Reminders claimed a second, in so many rounds; then all is as before."""
    rates = []
    for _ in range(effort.rounds):
        claimed, begun = 0, perf_counter()
        for _ in range(CLAIMS):
            async with stage.store.transaction() as tx:
                claimed += len(await tx.reminders.claim(stage.ports.clock.now(), LEASE, 100))
        rates.append(claimed / (perf_counter() - begun))
    await _run(stage, "UPDATE reminders SET lease_until = NULL WHERE lease_until IS NOT NULL")
    await _run(stage, "VACUUM reminders", alone=True)
    return rates


async def _measure_finishing(stage: Stage, due: int, effort: Effort) -> list[Row]:
    rates, own = [], []
    for _ in range(min(effort.rounds, ROUNDS)):
        await _run(stage, "TRUNCATE outbox")
        await _run(stage, _OUTBOX, {"office": a.OFFICE, "due": due})
        await stage.gather_statistics()
        begun, used = perf_counter(), process_time()
        await asyncio.gather(*(_finish_all(stage) for _ in range(CLAIMERS)))
        rates.append(due / (perf_counter() - begun))
        own.append(due / (process_time() - used))
    what = f"claimed and finished, {due:,} due, {BATCH} at a time"
    return [
        Row(SECTION, what, "/s", median(rates)).aim(Bound(">= 20,000 /s", least=20_000)),
        Row(SECTION, "… in a second of Python's own time", "/s", median(own)),
    ]


async def _finish_all(stage: Stage) -> None:
    while True:
        async with stage.store.transaction() as tx:
            rows = await tx.outbox.claim(stage.ports.clock.now(), LEASE, BATCH)
        if not rows:
            return
        async with stage.store.transaction() as tx:
            await tx.outbox.done(*rows)


async def _measure_replicas(stage: Stage, effort: Effort) -> list[Row]:
    """With a platform as quick as real ones are; and with one that takes no time, where the cores are what counts."""
    real, null = [await _compare_replicas(stage, effort, seconds) for seconds in (MESSAGE_SECONDS, 0.0)]
    return [real.aim(Bound(">= 1.7 of one", least=1.7), of_ratio=True), null]


async def _compare_replicas(stage: Stage, effort: Effort, seconds: float) -> Row:
    one, two = [], []
    for _ in range(min(effort.rounds, ROUNDS)):
        one.append(await _deliver(stage, WAVES * effort.deliveries, seconds, replicas=1))
        two.append(await _deliver(stage, WAVES * effort.deliveries, seconds, replicas=2))
    what = f"cards delivered by two replicas beside one, {seconds} s a message"
    return _with_ratio(Row(SECTION, what, "/s", median(two), median(one)), two, one)


async def _deliver(stage: Stage, count: int, seconds: float, replicas: int) -> float:
    """Cards a second, from the word to all until none waits any more."""
    async with AsyncExitStack() as running:
        started = [await _start(stage.url, seconds, running) for _ in range(replicas)]
        await stage.add_envelopes(count)
        now = stage.ports.clock.now()
        async with stage.store.transaction() as tx:
            for each in stage.take(count):
                await tx.outbox.put(Outgoing(a.OFFICE, a.a_place(name_channel(each)), Errand.SHOW_CARD, each), now)
        begun = perf_counter()
        await _tell(started)
        while await _count_waiting(stage):  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(LOOK_SECONDS)
        elapsed = perf_counter() - begun
        await _tell(started)
        delivered = sum([await _count_delivered(each) for each in started])
    assert delivered == count, f"{delivered} of {count}"
    return count / elapsed


async def _start(url: str, seconds: float, running: AsyncExitStack) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*_COMMAND, url, str(seconds), stdin=pipe, stdout=pipe)
    running.push_async_callback(process.wait)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def _tell(processes: Sequence[asyncio.subprocess.Process]) -> None:
    for each in processes:
        assert each.stdin is not None
        each.stdin.write(b"\n")
        await each.stdin.drain()


async def _count_waiting(stage: Stage) -> int:
    async with stage.store.single_query() as tx:
        return await tx.outbox.depth()


async def _count_delivered(process: asyncio.subprocess.Process) -> int:
    told, _ = await process.communicate()
    return int(told)


def _with_ratio(row: Row, ours: Sequence[float], other: Sequence[float]) -> Row:
    return Row(row.section, row.what, row.unit, row.figure, row.other, middle_ratio(ours, other))


async def _run(stage: Stage, statement: str, values: dict[str, object] | None = None, *, alone: bool = False) -> None:
    engine = create_async_engine(stage.url)  # without the patience that Paraaf has with a statement
    async with engine.connect() as connection:
        opened = await connection.execution_options(isolation_level="AUTOCOMMIT") if alone else connection
        await opened.execute(text(statement), values)
        await opened.commit()
    await engine.dispose()
