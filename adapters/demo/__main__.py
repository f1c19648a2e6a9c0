"""`python -m adapters.demo`, which is what `make demo` runs."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from adapters.demo.children import ChildError
from adapters.demo.run import PARAAF_PORT, SLACK_PORT, TEAMS_PORT, Choices, Demo, find_clients, run_demo
from adapters.demo.story import tell_story

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the demo until Ctrl-C, which is a good end; a part that ends by itself is a bad one."""
    choices = _read_choices()
    try:
        return asyncio.run(_run(choices))
    except ChildError as error:
        print(f"\nDe demo is gestopt / The demo stopped.\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0  # before anything was started that has to be stopped


def _read_choices() -> Choices:
    parser = argparse.ArgumentParser(
        prog="python -m adapters.demo", description="Paraaf with an invented office, a Slack client and one for Teams."
    )
    parser.add_argument(
        "--folder", type=Path, default=Path(".demo"), help="keeps the clients, and the office of this run"
    )
    parser.add_argument("--slack-port", type=int, default=SLACK_PORT, help="of the Slack client; 0 for any")
    parser.add_argument(
        "--teams-port",
        type=int,
        default=TEAMS_PORT,
        help="of the Teams client, the next one is its second page; 0 for any",
    )
    parser.add_argument("--paraaf-port", type=int, default=PARAAF_PORT, help="of Paraaf; 0 for any")
    parser.add_argument(
        "--socket-mode", action="store_true", help="let Paraaf call Slack instead of being called by it"
    )
    given = parser.parse_args()
    ports = (given.slack_port, given.teams_port, given.paraaf_port)
    return Choices(given.folder, *ports, socket_mode=given.socket_mode)


async def _run(choices: Choices) -> int:
    stop = asyncio.Event()
    for each in _STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    running = asyncio.create_task(_show(choices))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        print("\nStopt … / Stopping …", flush=True)
        running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        return 0
    return 1


async def _show(choices: Choices) -> None:
    print("De demo start … / Starting the demo …", flush=True)
    clients = await asyncio.to_thread(find_clients, choices.folder)
    async with run_demo(choices, clients) as demo:
        print(f"\n{tell_story(demo)}\n", flush=True)
        raise await _first_to_end(demo)


async def _first_to_end(demo: Demo) -> ChildError:
    watching = [asyncio.create_task(child.watch()) for child in demo.children]
    try:
        done, _ = await asyncio.wait(watching, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in watching:
            task.cancel()
    return done.pop().result()


if __name__ == "__main__":
    sys.exit(main())
