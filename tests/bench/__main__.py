"""Measure everything and print one table. A target that is missed is told and fails nothing."""

import argparse
import os
import platform
from collections.abc import AsyncIterator
from time import perf_counter

from adapters.commands.running import run
from tests.bench.crowded import measure_crowd
from tests.bench.decision import measure_on_postgres, measure_on_sqlite
from tests.bench.door import measure_door
from tests.bench.evidence import measure_evidence
from tests.bench.flush import measure_flush
from tests.bench.measuring import FULL, QUICK, Effort
from tests.bench.outbox import measure_outbox, measure_search
from tests.bench.pacing import measure_pacing
from tests.bench.rows import Row, render_table
from tests.bench.sealing import measure_sealing
from tests.bench.stage import furnish_postgres, furnish_sqlite, log_as_served, make_folder
from tests.bench.start import measure_start
from tests.bench.teams import measure_teams


async def measure(effort: Effort) -> AsyncIterator[list[Row]]:
    """The rows of one part after the other."""
    with make_folder() as compiled:
        yield await measure_start(effort, compiled)
        yield await measure_door(effort, compiled)
        yield await measure_teams(effort, compiled)
    # The decisions come late, since what they ask of the outbox is delivered by nobody here; the crowd throws it away.
    async with furnish_sqlite() as stage:
        yield await measure_outbox(stage, "SQLite", effort)
        yield await measure_search(stage, "SQLite", effort)
        yield await measure_on_sqlite(stage, effort)
    async with furnish_postgres() as stage:
        yield await measure_outbox(stage, "PostgreSQL", effort)
        yield await measure_search(stage, "PostgreSQL", effort)
        yield await measure_on_postgres(stage, effort)
        yield await measure_crowd(stage, effort)
        yield await measure_pacing(stage.ports, effort)
    yield await measure_evidence(effort)
    yield measure_flush()
    yield await measure_sealing(effort)


async def _measure_and_tell(effort: Effort) -> None:
    log_as_served()
    begun, load = perf_counter(), os.getloadavg()[0]
    rows: list[Row] = []
    async for measured in measure(effort):
        rows += measured
        print(f"measured: {measured[-1].section.partition(':')[0]}", flush=True)
    sections = list(dict.fromkeys(row.section for row in rows))
    machine = f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores"
    print(f"\n{machine}; {load:.1f} programs were busy with other things when this began\n")
    print(render_table(sorted(rows, key=lambda row: sections.index(row.section))))
    missed = [f"{row.section.partition(':')[0]}, {row.what}" for row in rows if row.verdict == "MISSED"]
    print(f"\n{len(missed)} targets missed in this run, after {perf_counter() - begun:.0f} s", *missed, sep="\n  ")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only whether it runs; the figures mean nothing")
    run(_measure_and_tell(QUICK if parser.parse_args().quick else FULL))


if __name__ == "__main__":
    main()
