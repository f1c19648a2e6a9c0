"""`make chaos`: two hundred deaths, and every mutant. `--seed N` draws the faults of an earlier run again."""

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.chaos.faults import HARSH
from tests.chaos.history import count_twins, find_broken_promises
from tests.chaos.mutants import RIGHT, VARIANTS
from tests.chaos.run import Wish, run_chaos
from tests.servers import fresh_database, run_postgres, run_redis

MUTANT_KILLS, MUTANT_REQUESTS = 12, 2
"""Requests in each conversation at least, so that the mistake has its occasion."""
MUTANT_PATIENCE = 20.0
"""Seconds until what a mutant has not done counts as not done."""


async def _run(wish: Wish) -> list[str]:
    folder = Path(tempfile.mkdtemp(prefix="paraaf-chaos-"))
    begun = perf_counter()
    with run_postgres() as server, run_redis() as redis:
        async with fresh_database(server) as url:
            outcome = await run_chaos(wish, folder, url.render_as_string(hide_password=False), redis)
    broken = find_broken_promises(outcome.history)
    kept, seconds = len(outcome.history.kept), perf_counter() - begun
    print(
        f"{wish.variant}: {outcome.kills} and {outcome.keeper_kills} kills, {outcome.accepted} accepted, "
        f"{kept} requests, {count_twins(outcome.history)} twins, {len(broken)} broken, {seconds:.0f} s"
    )
    print("\n".join(f"  {each}" for each in broken[:20]), flush=True)
    if broken and wish.variant == RIGHT:
        print(f"  what the processes logged: {folder}", flush=True)
    else:
        shutil.rmtree(folder)
    return broken


def _wish(variant: str, seed: int, kills: int) -> Wish:
    if variant == RIGHT:
        return Wish(seed, kills)
    return Wish(seed, MUTANT_KILLS, requests=MUTANT_REQUESTS, variant=variant, patience=MUTANT_PATIENCE, calls=HARSH)


def main() -> int:
    """The exit code: 1 where a promise was broken, or a mutant was not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--variant", choices=list(VARIANTS))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    wrong = False
    for variant in [asked.variant] if asked.variant else VARIANTS:
        broken = asyncio.run(_run(_wish(variant, asked.seed, asked.kills)))
        wrong |= bool(broken) is (variant == RIGHT)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
