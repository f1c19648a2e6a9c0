"""The evidence log of an office, for many callers at once: those who wait together share one flush of the disk."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

from storage.evidence.disk import Disk
from storage.evidence.entry import Entry, encode_entry
from storage.evidence.errors import EvidenceError, Malformed
from storage.evidence.keys import KeyFile
from storage.evidence.note import Note, VerifierKey
from storage.evidence.proof import Proof
from storage.evidence.recorder import Receipt, Recorder
from storage.evidence.writer import MAX_BATCH

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: Entry
    receipt: "asyncio.Future[Receipt]"


class EvidenceLog:
    """One office's log, open in this process and no other. Everything raises `OSError` and `Damaged`.

    All work is done in one thread of its own, in the order in which it was asked for.
    """

    def __init__(self, recorder: Recorder, worker: ThreadPoolExecutor) -> None:
        self._recorder = recorder
        self._worker = worker
        self._waiting: deque[_Waiting] = deque()
        self._appending: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, office: str, folder: Path, index: Path, keys: KeyFile, disk: Disk | None = None) -> Self:
        """Open the log in a folder, or begin one there. Raises `Locked`, `RolledBack`, `WrongSecret` too."""
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"evidence {office}")
        try:
            opening = asyncio.get_running_loop().run_in_executor(worker, Recorder, office, folder, index, keys, disk)
            return cls(await opening, worker)
        except BaseException:
            worker.shutdown(wait=False)
            raise

    @property
    def origin(self) -> str:
        """Its name in every proof."""
        return self._recorder.origin

    @property
    def folder(self) -> Path:
        """Where its tiles lie."""
        return self._recorder.folder

    @property
    def checkpoint(self) -> Note:
        """The newest checkpoint that lasts. Whoever shows the log to others shows this one, not the file's."""
        return self._recorder.checkpoint

    @property
    def keys(self) -> list[VerifierKey]:
        """The keys that it was signed with, the newest last; whoever verifies needs them from somewhere they trust."""
        return self._recorder.keys

    async def append(self, entry: Entry) -> Receipt:
        """Record an entry; it lasts when this returns. One whose decision is in the log already is found, not added.

        After any error, and when the caller is cancelled, the entry may be in the log or not: ask again, with the same
        facts. Raises `EntryDiffers` where the log says something else of this decision, and `Malformed` for an entry
        that cannot be recorded or belongs to another office.
        """
        if entry.office != self._recorder.office:
            raise Malformed("other-office")
        encode_entry(entry)  # raises here, for this caller, what would fail for all who wait with them
        waiting = _Waiting(entry, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._appending is None:
            self._appending = asyncio.create_task(self._append_waiting())
        return await waiting.receipt

    async def find(self, decision: str) -> int | None:
        """The index of a decision's entry, or None where it is not in the log."""
        return await self._run(self._recorder.find, decision)

    async def proof(self, index: int, checkpoint: Note | None = None) -> Proof:
        """The proof of an entry under the newest checkpoint, or an earlier one of this log. Raises `IndexError`."""
        return await self._run(self._recorder.prove, index, checkpoint)

    async def growth(self, old: int, checkpoint: Note | None = None) -> tuple[bytes, ...]:
        """The consistency proof from a tree of `old` entries to the newest checkpoint's, or an earlier one's.

        Raises `IndexError`.
        """
        return await self._run(self._recorder.prove_growth, old, checkpoint)

    async def change_key(self, at: datetime) -> Receipt:
        """Sign with a new key from here on. The proof of the entry that says so is signed by both."""
        return await self._run(self._recorder.change_key, at)

    async def close(self) -> None:
        """Finish what is waiting, and let another process open the log."""
        if self._appending is not None:
            await self._appending
        await self._run(self._recorder.close)
        self._worker.shutdown()

    async def _append_waiting(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
                await self._append_batch(batch)
        finally:
            self._appending = None

    async def _append_batch(self, batch: list[_Waiting]) -> None:
        try:
            answers = await self._run(self._recorder.record, [each.entry for each in batch])
        except (EvidenceError, OSError) as error:
            _answer(batch, [error] * len(batch))
        except BaseException:
            for each in batch:
                each.receipt.cancel()
            raise
        else:
            _answer(batch, answers)

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, partial(work, *args, **kwargs))


def _answer(batch: list[_Waiting], answers: Sequence[Receipt | Exception]) -> None:
    for each, answer in zip(batch, answers, strict=True):
        if each.receipt.done():  # its caller has gone
            continue
        if isinstance(answer, Receipt):
            each.receipt.set_result(answer)
        else:
            each.receipt.set_exception(answer)
