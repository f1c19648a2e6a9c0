"""Run one throwaway server: on a free port, in a folder of its own, and never longer than the process that wants it."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

START_SECONDS = 120.0
STOP_SECONDS = 10.0
START_ATTEMPTS = 5
POLL_SECONDS = 0.01


class ServerNotStartedError(RuntimeError):
    """A throwaway server ended, or was not ready within START_SECONDS. Carries the end of its log."""


class Account(NamedTuple):
    """Whom a server runs as; None stands for whoever runs the tests."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None

    def own(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


OURSELVES = Account(None, None, None)


@contextlib.contextmanager
def serve(
    folder: Path,
    command: Callable[[int], Sequence[str]],
    is_ready: Callable[[], bool],
    account: Account = OURSELVES,
) -> Iterator[int]:
    """Start the command on a free port and yield the port once it is ready; stop it afterwards."""
    for _ in range(START_ATTEMPTS):
        port = _free_port()
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                command(port),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=account.user,
                group=account.group,
                extra_groups=account.extra_groups,
            )
        with _stopped_afterwards(server, folder):
            if _wait_until_ready(server, is_ready):
                yield port
                return
        # Somebody else may have taken the port in between; then only another port helps.
        if "Address already in use" not in read_log(folder):
            break
    raise ServerNotStartedError(f"{command(0)[0]} did not start:\n{read_log(folder)[-2000:]}")


@contextlib.contextmanager
def _stopped_afterwards(server: subprocess.Popen[bytes], folder: Path) -> Iterator[None]:
    # The guard reads from a pipe that we hold open. If we are killed it reads its end, and stops the server for us.
    # Where somebody has the tests run in the background of a shell, everything below them ignores SIGQUIT.
    script = 'read -r _; kill -QUIT "$1"; sleep 1; kill -KILL "$1"; rm -rf -- "$2"'
    guard = subprocess.Popen(
        ["/bin/sh", "-c", script, "guard", str(server.pid), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.kill()
        guard.communicate()
        # SIGINT: PostgreSQL ends its sessions instead of waiting for them, Redis just ends.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_ready(server: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if is_ready():
            return True
        time.sleep(POLL_SECONDS)
    return False


@contextlib.contextmanager
def temporary_folder(name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"paraaf-test-{name}-") as folder:
        yield Path(folder)


def read_log(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
