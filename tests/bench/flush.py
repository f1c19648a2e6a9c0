"""What the disk itself takes for a commit: without this figure the others cannot be compared between machines."""

import os
from statistics import median
from time import perf_counter

from tests.bench.rows import Row
from tests.bench.stage import make_folder

SECTION = "This machine"
_PAGE = b"x" * 4096


def measure_flush(times: int = 100) -> list[Row]:
    """The p50 in milliseconds of writing a page and flushing it to the disk."""
    taken = []
    with make_folder() as folder, (folder / "pages").open("wb", buffering=0) as file:
        for _ in range(times):
            begun = perf_counter()
            file.write(_PAGE)
            os.fsync(file.fileno())
            taken.append(perf_counter() - begun)
    return [Row(SECTION, "writing 4 kB and flushing it to the disk: p50", "ms", median(taken) * 1000)]
