"""How long `paraaf serve` takes from its start until it is ready."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.bench.measuring import Effort
from tests.bench.programs import Program, run_paraaf
from tests.bench.rows import Bound, Row
from tests.bench.stage import furnish, make_folder
from tests.strict_slack import StrictSlack

SECTION = "paraaf serve from its start until GET /readyz answers 200, SQLite"
SOON = Bound("< 2 s", below=2)
SMALL = Bound("< 200 MB", below=200)


async def measure_start(effort: Effort, compiled: Path) -> list[Row]:
    """The very first start, which fills `compiled`; starts on a new and on a known database; and those with Slack."""
    first, new, known, memory = await _start_alone(effort, compiled)
    connected = await _start_with_slack(effort, compiled)
    return [
        Row(SECTION, "the very first, Python compiles every module", "s", first.ready_after),
        _tell("no platform, tables to be made", new).aim(SOON),
        _tell("no platform, tables there", known).aim(SOON),
        _tell("Slack, tables there", connected).aim(SOON),
        *_tell_processor_time(connected),
        Row(SECTION, "no platform: resident memory", "MB", median(memory)).aim(SMALL),
    ]


async def _start_alone(effort: Effort, compiled: Path) -> tuple[Program, list[Program], list[Program], list[float]]:
    new, known, memory = [], [], []
    for _ in range(effort.starts + 1):
        with make_folder() as folder:
            async with run_paraaf(folder, compiled) as paraaf:
                new.append(paraaf)
            async with run_paraaf(folder, compiled) as paraaf:
                known.append(paraaf)
                memory.append(paraaf.read_memory())
    return new[0], new[1:], known[1:], memory[1:]


async def _start_with_slack(effort: Effort, compiled: Path) -> list[Program]:
    connected = []
    for _ in range(effort.starts + 1):  # one more than counts, since Slack's libraries are compiled in it
        with make_folder() as folder:
            async with (
                furnish(f"sqlite:///{folder}/paraaf.db", folder),
                StrictSlack() as slack,
                run_paraaf(folder, compiled, slack) as paraaf,
            ):
                connected.append(paraaf)
    return connected[1:]


def _tell(what: str, programs: Sequence[Program]) -> Row:
    return Row(SECTION, what, "s", median(each.ready_after for each in programs))


def _tell_processor_time(programs: Sequence[Program]) -> list[Row]:
    used = [each.used for each in programs if each.used is not None]
    return [Row(SECTION, "Slack, tables there: processor time of it", "s", median(used))] if used else []
