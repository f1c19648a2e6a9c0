"""The bench runs and fills its table; what it measures is nobody's test."""

import subprocess
import sys
from pathlib import Path

from tests.bench.rows import Bound, Row, render_table

ROOT = Path(__file__).parents[1]
PARTS = (
    "Acknowledging a link button's press",
    "A decision through the whole door",
    "Resident memory of paraaf serve",
    "paraaf serve from its start",
    "An invoke from Teams",
    "The outbox",
    "Search in one dossier",
    "A decision with its commit",
    "A crowded morning on PostgreSQL",
    "Reminders that are due at one moment",
    "The evidence log",
    "This machine",
)


def test_a_quick_run_measures_every_part() -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    for part in PARTS:
        heading = next(number for number, line in enumerate(lines) if line.startswith(part))
        assert lines[heading + 1].startswith("  "), done.stdout


def test_the_table_shows_figures_ratios_and_verdicts() -> None:
    half = Bound(">= 0.5", least=0.5)
    rows = [
        Row("Part", "fast", "/s", 1500, 2000, 0.75).aim(half, of_ratio=True),
        Row("Part", "slow", "/s", 500, 2000, 0.25).aim(half, of_ratio=True),
        Row("Other part", "start", "s", 2.5).aim(Bound("< 2 s", below=2)),
        Row("Other part", "plain", "ms", 12.34),
    ]
    assert render_table(rows).splitlines() == [
        "           Paraaf  beside it  ratio  target",
        "",
        "Part",
        "  fast   1,500 /s   2,000 /s   0.75  >= 0.5  met",
        "  slow     500 /s   2,000 /s   0.25  >= 0.5  MISSED",
        "",
        "Other part",
        "  start    2.50 s                    < 2 s   MISSED",
        "  plain   12.3 ms",
    ]
