"""Workers for documents, each a process of its own that is there at once.

Importing what sealing needs takes longer than sealing. So one process does that once, and forks a worker for each job.
It is not `multiprocessing`'s server of forks: that one inherits the environment, with the secrets in it, and what its
workers answer is unpickled, where a hostile file could have taken over the worker. Ours has an empty environment, and
what comes back is bytes.

Whoever waits for a job has a socket to its worker. Closing it ends the worker, and so does the end of Paraaf, however
sudden. Files are handed over open, so that they need no name that would have to be taken away.
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

AT_ONCE: Final = 2
"""Workers at the same time: each may keep a core busy, and take a gigabyte."""
START_PATIENCE: Final = 60.0
"""Seconds for the imports, which take less than 1 on a machine with nothing else to do."""
MOST_ANSWER: Final = 8 * 1024 * 1024
"""Bytes of an answer; that about 1,000 pages full of fields has fewer."""
_JOB, _BEGUN = b"j", b"b"
_NEEDED: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where a system has the authorities of https elsewhere."""


@dataclass(frozen=True, slots=True)
class _Forge:
    """The process that forks, and our end of its socket."""

    process: Process
    control: socket.socket


class WarmWorkers:
    """Has jobs done by `adapters.pdf.seal_apart.work`; the process that forks is started at the first one."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._starting = asyncio.Lock()
        self._forge: _Forge | None = None

    async def run(self, job: object, files: Sequence[BinaryIO], patience: float) -> bytes:
        """What the worker answered; nothing where it took more than `patience` seconds, or was ended.

        Raises `OSError` where no worker can be had.
        """
        async with self._slots:
            for _ in range(2):  # the process that forks may have ended unseen
                answer = await self._try(job, files, patience)
                if answer is not None:
                    return answer
        raise OSError("no worker began")

    async def close(self) -> None:
        """End every worker, and the process that forks them."""
        async with self._starting:
            if self._forge:
                await _end(self._forge)
                self._forge = None

    async def _try(self, job: object, files: Sequence[BinaryIO], patience: float) -> bytes | None:
        """The answer, or None where no worker began."""
        forge = await self._have_forge()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(forge.control, [_JOB], [theirs.fileno(), *(file.fileno() for file in files)])
            except OSError:
                ours.close()
                await self._drop(forge)
                return None
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        answer = bytearray()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await _exchange(job, reader, writer, answer)
        finally:
            writer.close()
        if not answer:
            await self._drop(forge)
            return None
        return bytes(answer[len(_BEGUN) :])

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


async def _exchange(job: object, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytearray) -> None:
    """Give the job, and gather what comes back until the worker ends."""
    with suppress(ConnectionError):
        writer.write(pickle.dumps(job))
        await writer.drain()
        while len(answer) < MOST_ANSWER and (piece := await reader.read(65_536)):
            answer += piece


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
