"""`make chaos`: two hundred deaths, and every mutant. `--seed N` draws the faults of an earlier run again."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.faults import HARSH
from tests.chaos.history import find_broken_promises
from tests.chaos.mutants import VARIANTS
from tests.chaos.run import Wish, run_chaos
from tests.servers import fresh_database, run_postgres, run_redis

MUTANT_KILLS = 12
MUTANT_PATIENCE = 20.0
"""Seconds until what a mutant has not done counts as not done."""


async def _run(wish: Wish) -> list[str]:
    with run_postgres() as server, run_redis() as redis, tempfile.TemporaryDirectory(prefix="paraaf-chaos-") as folder:
        async with fresh_database(server) as url:
            outcome = await run_chaos(wish, Path(folder), url.render_as_string(hide_password=False), redis)
    broken = find_broken_promises(outcome.history)
    kept = len(outcome.history.kept)
    print(f"{wish.variant}: {outcome.kills} kills, {outcome.accepted} accepted, {kept} requests, {len(broken)} broken")
    print("\n".join(f"  {each}" for each in broken[:20]), flush=True)
    return broken


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
        right = Wish(asked.seed, asked.kills)
        mutant = Wish(asked.seed, MUTANT_KILLS, variant=variant, patience=MUTANT_PATIENCE, calls=HARSH)
        broken = asyncio.run(_run(right if variant == "right" else mutant))
        wrong |= bool(broken) is (variant == "right")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
