"""A decision with its commit: the use case on a real database, beside the bare transaction."""

from collections.abc import Awaitable, Callable
from functools import partial
from statistics import median

from bot.domain.envelope import EnvelopeId
from bot.texts import load_texts
from bot.use_cases.decide import approve
from tests.bench.bare_sql import BarePostgres, BareSqlite
from tests.bench.measuring import Effort, Timed, alternate, middle_ratio, time_each
from tests.bench.rows import Bound, Row
from tests.bench.stage import Stage, approve_form_of

SECTION = "A decision with its commit: bot.use_cases.decide.approve beside the bare transaction"
QUICK_ENOUGH = Bound("< 10 ms", below=10)
HALF = Bound(">= 0.5 of bare", least=0.5)
AT_ONCE = (1, 16)

Decide = Callable[[EnvelopeId], Awaitable[object]]


async def measure_on_sqlite(stage: Stage, effort: Effort) -> list[Row]:
    """At concurrency 1, in milliseconds."""
    bare = BareSqlite(stage.url)
    try:
        ours, other = await _compare(stage, bare.approve, effort, at_once=1)
    finally:
        bare.close()
    middles, bare_middles = [each.middle for each in ours], [each.middle for each in other]
    slows, bare_slows = [each.slow for each in ours], [each.slow for each in other]
    where = "SQLite (sqlite3), 1 at a time"
    return [
        Row(
            SECTION,
            f"{where}: p50",
            "ms",
            median(middles),
            median(bare_middles),
            middle_ratio(bare_middles, middles),
        ).aim(QUICK_ENOUGH),
        Row(SECTION, f"{where}: p95", "ms", median(slows), median(bare_slows), middle_ratio(bare_slows, slows)),
    ]


async def measure_on_postgres(stage: Stage, effort: Effort) -> list[Row]:
    """At concurrency 1 and 16, as decisions per second."""
    rows = []
    for at_once in AT_ONCE:
        bare = await BarePostgres.connect(stage.url, at_once)
        try:
            ours, other = await _compare(stage, bare.approve, effort, at_once)
        finally:
            await bare.close()
        rates, bare_rates = [each.rate for each in ours], [each.rate for each in other]
        what = f"PostgreSQL (asyncpg), {at_once} at a time"
        row = Row(SECTION, what, "/s", median(rates), median(bare_rates), middle_ratio(rates, bare_rates))
        rows.append(row.aim(HALF, of_ratio=True))
    return rows


async def _compare(stage: Stage, bare: Decide, effort: Effort, at_once: int) -> tuple[list[Timed], list[Timed]]:
    texts = load_texts("nl")

    async def decide(envelope: EnvelopeId) -> None:
        await approve(stage.ports, approve_form_of(envelope), texts)

    async def run(one: Decide) -> Timed:
        return await time_each([partial(one, each) for each in stage.take(effort.decisions)], at_once)

    # One round more than counts: the first opens connections and compiles statements.
    await stage.add_envelopes((effort.rounds + 1) * effort.decisions * 2)
    await stage.gather_statistics()
    await run(decide)
    await run(bare)
    return await alternate(effort.rounds, partial(run, decide), partial(run, bare))
