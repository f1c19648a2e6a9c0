"""The log of one office, for one thread: each decision once, proofs, and the change of keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.disk import Disk
from storage.evidence.entry import AnyEntry, Entry, KeyChange, encode_entry, parse_entry
from storage.evidence.errors import Damaged, EntryDiffers, Malformed, RolledBack
from storage.evidence.index import Index
from storage.evidence.keys import KeyFile
from storage.evidence.merkle import find_root, hash_leaf, prove_consistency, prove_inclusion
from storage.evidence.note import Note, VerifierKey
from storage.evidence.proof import Proof
from storage.evidence.tiles import ENTRIES, WIDTH, find_tile, open_tree, read_tile
from storage.evidence.writer import Writer


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry is in the log `origin` at `index`, under `checkpoint`; `entry_hash` is its leaf hash in hexadecimal."""

    origin: str
    index: int
    entry_hash: str
    checkpoint: Note
    repeated: bool = False
    """Whether it was there already."""


class Recorder:
    """Records entries in the log in a folder. Its index may be deleted at any time when nobody has the log open."""

    open_writer = Writer

    def __init__(self, office: str, folder: Path, index: Path, keys: KeyFile, disk: Disk | None = None) -> None:
        """Raises `Locked`, `Damaged`, `RolledBack`, `WrongSecret`, `OSError`."""
        self.office = office
        self.folder = folder
        self.origin = keys.origin
        self._key_file = keys
        loaded = keys.load()
        self._writer = self.open_writer(folder, loaded, disk or Disk())
        try:
            if self._writer.keys is not loaded:
                # A change of keys got into the log, and then no further.
                keys.save(self._writer.keys)
            self._index_path = index
            self._index = Index(index)
            self._catch_up()
        except BaseException:
            self._writer.close()
            raise

    @property
    def checkpoint(self) -> Note:
        """The newest checkpoint that lasts."""
        return self._writer.checkpoint

    @property
    def keys(self) -> list[VerifierKey]:
        """The keys that the log was signed with, the newest last."""
        return [*self._writer.keys.past, self._writer.keys.current.key]

    def close(self) -> None:
        """Let another process open the log."""
        self._index.close()
        self._writer.close()

    def record(self, batch: Sequence[Entry]) -> list[Receipt | EntryDiffers]:
        """Append those whose decision is not in the log; for each its receipt, or that the log says otherwise."""
        self._refresh()
        positions = self._index.find([entry.decision for entry in batch])
        known = set(positions)
        fresh: dict[str, bytes] = {}
        for entry in batch:
            if entry.decision not in known:
                fresh.setdefault(entry.decision, encode_entry(entry))
        if fresh:
            positions |= self._append(fresh)
        return [self._receive(entry, positions[entry.decision], repeated=entry.decision in known) for entry in batch]

    def find(self, decision: str) -> int | None:
        """The index of a decision's entry."""
        self._refresh()
        return self._index.find([decision]).get(decision)

    def prove(self, index: int, checkpoint: Note | None = None) -> Proof:
        """The proof of an entry under the newest checkpoint, or an earlier one. Raises `IndexError`, `Damaged`."""
        checkpoint = checkpoint or self.checkpoint
        size = read_checkpoint(checkpoint).size
        path = prove_inclusion(open_tree(self.folder, size).read, index, size)
        return Proof(index, path, checkpoint, self._read_entry(index))

    def prove_growth(self, old: int, checkpoint: Note | None = None) -> tuple[bytes, ...]:
        """The consistency proof from a tree of `old` entries to the newest checkpoint's, or an earlier one's.

        Raises `IndexError`.
        """
        size = read_checkpoint(checkpoint or self.checkpoint).size
        return prove_consistency(open_tree(self.folder, size).read, old, size)

    def change_key(self, at: datetime) -> Receipt:
        """Sign with a new key from here on; the old one signs, as its last act, the entry that says so."""
        self._refresh()
        current = self._writer.keys.current
        coming = self._key_file.prepare(self._writer.keys)
        change = KeyChange(self.office, current.key, coming.key, at)
        change = replace(change, signature=current.sign(change.words).signature)
        encoded = encode_entry(change)
        position = self._writer.tail.size
        checkpoint = self._writer.append([encoded], coming)
        self._key_file.save(self._writer.keys)
        self._index.add({change.decision: position}, checkpoint)
        return Receipt(self.origin, position, hash_leaf(encoded).hex(), checkpoint)

    def _append(self, fresh: dict[str, bytes]) -> dict[str, int]:
        first = self._writer.tail.size
        checkpoint = self._writer.append(list(fresh.values()))
        positions = {decision: first + number for number, decision in enumerate(fresh)}
        self._index.add(positions, checkpoint)
        return positions

    def _receive(self, entry: Entry, position: int, *, repeated: bool) -> Receipt | EntryDiffers:
        encoded = self._read_entry(position) if repeated else encode_entry(entry)
        stored = parse_entry(encoded)
        if stored.decision != entry.decision:
            raise Damaged(self._index_path, "wrong-index")
        if not isinstance(stored, Entry) or not _says_the_same(stored, entry):
            return EntryDiffers(entry.decision, position)
        return Receipt(self.origin, position, hash_leaf(encoded).hex(), self.checkpoint, repeated)

    def _read_entry(self, position: int) -> bytes:
        tile = find_tile(ENTRIES, position // WIDTH, self._writer.tail.size)
        return read_tile(self.folder, tile)[position % WIDTH]

    def _refresh(self) -> None:
        self._writer.refresh()
        if self._index.seen is not self.checkpoint:
            self._catch_up()

    def _catch_up(self) -> None:
        """Bring the index up to the log, which may be ahead of it after a crash, but never behind it."""
        size, seen = self._writer.tail.size, 0
        if self._index.seen is not None:
            head = read_checkpoint(self._index.seen)
            seen = head.size
            if seen > size or find_root(open_tree(self.folder, size).read, seen) != head.root:
                raise RolledBack(self.folder, "older-or-other-than-acknowledged")
        self._index.add(dict(_find_decisions(self.folder, seen, size)), self.checkpoint)


def _says_the_same(stored: Entry, repeated: Entry) -> bool:
    # Commitments made again differ where the person was erased in between; the facts they stand beside do not.
    return replace(stored, commitments={}) == replace(repeated, commitments={})


def _find_decisions(folder: Path, start: int, size: int) -> Iterator[tuple[str, int]]:
    for position, encoded in read_entries(folder, start, size):
        try:
            yield _name_decision(parse_entry(encoded)), position
        except Malformed as error:
            raise Damaged(folder, f"entry-{position}-{error.reason}") from error


def _name_decision(entry: AnyEntry) -> str:
    return entry.decision


def read_entries(folder: Path, start: int, size: int) -> Iterator[tuple[int, bytes]]:
    """The entries from `start` on of a log of this size, with their indexes. Raises `Damaged`."""
    for number in range(start // WIDTH, -(-size // WIDTH)):
        for offset, entry in enumerate(read_tile(folder, find_tile(ENTRIES, number, size))):
            if (position := number * WIDTH + offset) >= start:
                yield position, entry
