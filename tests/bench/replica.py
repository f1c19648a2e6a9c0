"""One replica that delivers to a platform that takes so many seconds: `python -m tests.bench.replica URL SECONDS`.

It says that it is ready, delivers from the first line that it is told to the second, and says how many it delivered.
"""

import asyncio
import sys

from adapters.commands.running import run
from bot.domain.outgoing import Errand
from bot.use_cases.deliver import Courier, Outcome
from storage.sql.store import SqlStore
from tests.bench.stage import build_ports, log_as_served, make_folder


async def _deliver(url: str, seconds: float) -> None:
    delivered = 0

    def count(_errand: Errand, outcome: Outcome) -> None:
        nonlocal delivered
        delivered += outcome is Outcome.DELIVERED

    with make_folder() as folder:
        store = SqlStore(url)
        courier = Courier(build_ports(store, folder, seconds), count)
        await courier.deliver_due()  # connections are opened and statements compiled
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        stop = asyncio.Event()
        running = asyncio.create_task(courier.run(stop))
        await asyncio.to_thread(sys.stdin.readline)
        stop.set()
        await running
        await store.dispose()
    print(delivered, flush=True)


if __name__ == "__main__":
    log_as_served()
    run(_deliver(sys.argv[1], float(sys.argv[2])))
