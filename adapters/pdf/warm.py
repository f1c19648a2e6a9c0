"""Workers for documents, each a process of its own that is there at once.

Importing what sealing needs takes longer than sealing. So one process does that once, and forks workers. It is not
`multiprocessing`'s server of forks: that one inherits the environment, with the secrets in it, and what its workers
answer is unpickled, where a hostile file could have taken over the worker. Ours has an empty environment, and what
comes back is bytes.

Whoever has a worker has a socket to it. Closing it ends the worker, and so does the end of Paraaf, however sudden.
Files are handed over open, so that they need no name that would have to be taken away.
"""

import asyncio
import pickle
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Final

from adapters.pdf.apart import command_apart, pick_environment
from adapters.pdf.warm_words import ANSWER, BEGUN, FORK, JOB

AT_ONCE: Final = 2
"""Workers that work at the same time: each may keep a core busy, and take a gigabyte."""
START_PATIENCE: Final = 60.0
"""Seconds for the imports, which take less than 1 on a machine with nothing else to do."""
MOST_ANSWER: Final = 8 * 1024 * 1024
"""Bytes of an answer; that about 1,000 pages full of fields has fewer."""
_NEEDED: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where a system has the authorities of https elsewhere."""


@dataclass(frozen=True, slots=True)
class _Forge:
    """The process that forks, and our end of its socket."""

    process: Process
    control: socket.socket


class WarmWorkers:
    """Has jobs done by a `seal_apart.Worker`; the process that forks is started at the first one."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._starting = asyncio.Lock()
        self._forge: _Forge | None = None
        self._idle: list[socket.socket] = []
        """Our ends of the sockets to workers that stayed, each of which may have been ended meanwhile."""

    async def run(self, job: object, files: Sequence[BinaryIO], patience: float, *, is_fresh: bool) -> bytes:
        """What the worker answered; nothing where it took more than `patience` seconds, or was ended.

        Only a worker that has done nothing yet is given a job that `is_fresh`. Raises `OSError` where no worker can be
        had.
        """
        async with self._slots:
            while self._idle and not is_fresh:
                answer = await self._give(self._idle.pop(), job, files, patience)
                if answer is not None:
                    return answer
            for _ in range(2):  # the process that forks may have ended unseen
                answer = await self._try(job, files, patience)
                if answer is not None:
                    return answer
        raise OSError("no worker began")

    async def close(self) -> None:
        """End every worker, and the process that forks them."""
        async with self._starting:
            while self._idle:
                self._idle.pop().close()
            if self._forge:
                await _end(self._forge)
                self._forge = None

    async def _try(self, job: object, files: Sequence[BinaryIO], patience: float) -> bytes | None:
        """The answer of a new worker, or None where none began."""
        forge = await self._have_forge()
        ours, theirs = socket.socketpair()
        ours.settimeout(0)  # as an event loop wants it
        with theirs:
            try:
                socket.send_fds(forge.control, [FORK], [theirs.fileno()])
            except OSError:
                ours.close()
                await self._drop(forge)
                return None
        answer = await self._give(ours, job, files, patience)
        if answer is None:
            await self._drop(forge)
        return answer

    async def _give(
        self, worker: socket.socket, job: object, files: Sequence[BinaryIO], patience: float
    ) -> bytes | None:
        """The answer of a worker, which is ended unless it stays; None where it did not begin."""
        told = _Told()
        try:
            with suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(patience):
                    await _exchange(worker, job, files, told)
        finally:
            if told.stays:
                self._idle.append(worker)
            else:
                worker.close()
        return told.answer if told.has_begun else None

    async def _have_forge(self) -> _Forge:
        async with self._starting:
            if self._forge is None or self._forge.process.returncode is not None:
                if self._forge:
                    self._forge.control.close()
                self._forge = await _start()
            return self._forge

    async def _drop(self, forge: _Forge) -> None:
        async with self._starting:
            if self._forge is forge:
                await _end(forge)
                self._forge = None


@dataclass(slots=True)
class _Told:
    """What a worker told so far."""

    has_begun: bool = False
    stays: bool = False
    answer: bytes = b""


async def _exchange(worker: socket.socket, job: object, files: Sequence[BinaryIO], told: _Told) -> None:
    """Give a job and its files, and hear what comes back. Raises `ConnectionError` where the worker ends before."""
    loop, written = asyncio.get_running_loop(), pickle.dumps(job)
    try:
        socket.send_fds(worker, [JOB.pack(len(written))], [file.fileno() for file in files])
    except OSError as error:
        raise ConnectionError from error
    await loop.sock_sendall(worker, written)
    await _receive(worker, len(BEGUN))
    told.has_begun = True
    stays, length = ANSWER.unpack(await _receive(worker, ANSWER.size))
    if length <= MOST_ANSWER:
        told.answer = await _receive(worker, length)
        told.stays = stays


async def _receive(worker: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        piece = await asyncio.get_running_loop().sock_recv(worker, min(length - len(received), 65_536))
        if not piece:
            raise ConnectionError
        received += piece
    return bytes(received)


async def _start() -> _Forge:
    """Raises `OSError`."""
    ours, theirs = socket.socketpair()
    try:
        process = await _run(theirs)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    forge = _Forge(process, ours)
    ours.settimeout(0)  # as an event loop wants it
    try:
        async with asyncio.timeout(START_PATIENCE):
            is_ready = await asyncio.get_running_loop().sock_recv(ours, 1)
    except BaseException:
        await _end(forge)
        raise
    if not is_ready:
        await _end(forge)
        raise OSError(f"the process that forks workers ended ({forge.process.returncode})")
    return forge


async def _run(control: socket.socket) -> Process:
    return await asyncio.create_subprocess_exec(
        *command_apart("adapters.pdf.warm_apart", str(control.fileno())),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        env=pick_environment(*_NEEDED),
        pass_fds=(control.fileno(),),
        start_new_session=True,  # what a terminal sends to all of a group is not for it
    )


async def _end(forge: _Forge) -> None:
    forge.control.close()  # ends its workers as well
    try:
        async with asyncio.timeout(5):
            await forge.process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            forge.process.kill()
        await forge.process.wait()
