"""A process that has everything imported which sealing needs, and forks workers; see `warm`.

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
from contextlib import ExitStack, suppress
from typing import BinaryIO, NoReturn

from adapters.pdf.rehearsal import rehearse
from adapters.pdf.seal_apart import Failed, Worker, write_answer
from adapters.pdf.warm_words import ANSWER, BEGUN, FORK, JOB, READY

LONGEST = 300
"""Seconds of one job after which a worker ends itself, where nobody is left to end it."""
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
    """Forks workers, and ends those that nobody is connected to any more."""

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
                    message, files, _, _ = socket.recv_fds(self._control, len(FORK), 1)
                    if not message:
                        self._end_all()
                        return
                    self._fork(*files)
                elif number == self._ended:
                    os.read(self._ended, 1024)
                    self._reap()
                elif number in self._workers:
                    self._poll.unregister(number)  # hung up on: until it is reaped, that would be told again and again
                    os.kill(self._workers[number][0], signal.SIGKILL)

    def _fork(self, number: int) -> None:
        connection = socket.socket(fileno=number)
        worker = os.fork()
        if worker == 0:
            self._become_worker(connection)
        self._workers[number] = (worker, connection)
        self._poll.register(connection, 0)  # tells of nothing but that the other end is closed

    def _become_worker(self, connection: socket.socket) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for _, other in self._workers.values():
                other.close()
            self._control.close()
            _do_jobs(connection)
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


def _do_jobs(connection: socket.socket) -> None:
    worker = Worker()
    while not worker.is_done:
        said, numbers, _, _ = socket.recv_fds(connection, JOB.size, _MOST_FILES)
        if not said:
            return  # nobody has jobs any more
        signal.alarm(LONGEST)
        with ExitStack() as open_files:
            files = [open_files.enter_context(os.fdopen(each, "r+b")) for each in numbers]
            _do_job(worker, connection, JOB.unpack(said)[0], files)
        signal.alarm(0)


def _do_job(worker: Worker, connection: socket.socket, length: int, files: Sequence[BinaryIO]) -> None:
    job = pickle.loads(_receive(connection, length))  # noqa: S301 - by the process that started this one
    connection.sendall(BEGUN)
    try:
        written = write_answer(worker.work(job, *files))
    except Exception as error:  # noqa: BLE001 - whatever it is, who waits has to know
        worker.is_done = True
        written = write_answer(Failed(type(error).__name__))
    connection.sendall(ANSWER.pack(not worker.is_done, len(written)) + written)


def _receive(connection: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length and (piece := connection.recv(length - len(received))):
        received += piece
    return bytes(received)


if __name__ == "__main__":
    main()
