"""A process that has everything imported which sealing needs, and forks a worker for each job; see `warm`.

It does nothing else, so that it cannot be brought down by a file, and has no thread but one, so that it can fork. It
ends, and its workers with it, as soon as nobody holds the other end of its socket any more, however that came.
"""

import gc
import logging
import os
import pickle
import select
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from adapters.pdf.rehearsal import rehearse
from adapters.pdf.seal_apart import Failed, work, write_answer

READY, JOB, BEGUN = b"r", b"j", b"b"
"""What is said over the sockets: that workers can be forked, that there is a job, that a worker has read its job."""
LONGEST = 300
"""Seconds after which a worker ends itself, where nobody is left to end it."""
_MOST_FILES = 3


def main() -> None:
    """Serve the socket whose number is the last argument, until its other end is closed."""
    control = socket.socket(fileno=int(sys.argv[-1]))
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # sent to all of us when Paraaf is to stop, which then ends us itself
    logging.disable()
    rehearse()
    # What is here from before a fork is never garbage: looking for some in it would copy it for every worker.
    gc.collect()
    gc.freeze()
    control.sendall(READY)
    _Forge(control).serve()


class _Forge:
    """Forks a worker for each job, and ends those whose job nobody waits for any more."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._workers: dict[int, tuple[int, socket.socket]] = {}
        """Process and connection of each, by the number of that."""
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._ended, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._poll.register(self._ended, select.POLLIN)

    def serve(self) -> None:
        """Until nobody is there any more."""
        while True:
            for number, _ in self._poll.poll():
                if number == self._control.fileno():
                    message, files, _, _ = socket.recv_fds(self._control, len(JOB), _MOST_FILES)
                    if not message:
                        self._end_all()
                        return
                    self._fork(files)
                elif number == self._ended:
                    os.read(self._ended, 1024)
                    self._reap()
                elif number in self._workers:
                    self._poll.unregister(number)  # hung up on: until it is reaped, that would be told again and again
                    os.kill(self._workers[number][0], signal.SIGKILL)

    def _fork(self, files: Sequence[int]) -> None:
        connection = socket.socket(fileno=files[0])
        worker = os.fork()
        if worker == 0:
            self._become_worker(connection, files[1:])
        for file in files[1:]:
            os.close(file)
        self._workers[connection.fileno()] = (worker, connection)
        self._poll.register(connection, 0)  # tells of nothing but that the other end is closed

    def _become_worker(self, connection: socket.socket, files: Sequence[int]) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.alarm(LONGEST)
            for _, other in self._workers.values():
                other.close()
            self._control.close()
            _run_job(connection, files)
        finally:
            os._exit(0)  # what there is to say was said, and what is here belongs to the process before the fork

    def _reap(self) -> None:
        for number, (worker, connection) in list(self._workers.items()):
            if os.waitpid(worker, os.WNOHANG) != (0, 0):
                del self._workers[number]
                with suppress(KeyError):  # where it was hung up on before
                    self._poll.unregister(number)
                connection.close()

    def _end_all(self) -> None:
        for worker, _ in self._workers.values():
            os.kill(worker, signal.SIGKILL)


def _run_job(connection: socket.socket, files: Sequence[int]) -> None:
    with connection.makefile("rb") as said:
        job = pickle.load(said)  # noqa: S301 - by the process that started this one, not by a stranger
    connection.sendall(BEGUN)
    try:
        answer = work(job, *(os.fdopen(file, "r+b") for file in files))
        written = write_answer(answer)
    except Exception as error:  # noqa: BLE001 - whatever it is, who waits has to know
        written = write_answer(Failed(type(error).__name__))
    connection.sendall(written)


if __name__ == "__main__":
    main()
