"""Reads a log beside the one process that appends to it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.disk import Disk
from storage.evidence.entry import AnyEntry, parse_entry
from storage.evidence.keys import KeyFile
from storage.evidence.merkle import prove_inclusion
from storage.evidence.note import Note, VerifierKey, parse_note
from storage.evidence.proof import Proof
from storage.evidence.recorder import read_entries
from storage.evidence.tiles import ENTRIES, WIDTH, find_tile, open_tree, read_tile
from storage.evidence.writer import CHECKPOINT


class LogReader:
    """The log in a folder as it was when this was made. Works on the disk; raises `Damaged`, `Malformed`, `OSError`."""

    def __init__(self, folder: Path, keys: KeyFile, disk: Disk) -> None:
        self._folder = folder
        self._key_file = keys
        self.checkpoint = parse_note((folder / CHECKPOINT).read_bytes())
        # The one that appends may not have waited for it yet, and what is shown to others must not be lost.
        disk.sync_folder(folder)
        self._bundle: tuple[int, Sequence[bytes]] | None = None

    @property
    def size(self) -> int:
        """How many entries it has."""
        return read_checkpoint(self.checkpoint).size

    @property
    def keys(self) -> list[VerifierKey]:
        """The keys that it was signed with, the newest last. Raises `WrongSecret`."""
        keys = self._key_file.load()
        return [*keys.past, *keys.trusted]

    def find_entries(self, mentioned: str) -> Iterator[tuple[int, AnyEntry]]:
        """The entries in which an id is mentioned, with their indexes; every one where it is empty.

        Reads the whole log, about a million entries in a few seconds.
        """
        wanted = mentioned.encode()
        for index, encoded in read_entries(self._folder, 0, self.size):
            if wanted in encoded:
                yield index, parse_entry(encoded)

    def read(self, index: int) -> bytes:
        """The entry at an index, as it was hashed. Raises `IndexError`."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        return self._read_bundle(index // WIDTH)[index % WIDTH]

    def prove(self, index: int, checkpoint: Note | None = None) -> Proof:
        """The proof of an entry under its checkpoint, or an earlier one of this log. Raises `IndexError`."""
        checkpoint = checkpoint or self.checkpoint
        size = read_checkpoint(checkpoint).size
        path = prove_inclusion(open_tree(self._folder, size).read, index, size)
        return Proof(index, path, checkpoint, self.read(index))

    def _read_bundle(self, number: int) -> Sequence[bytes]:
        # The one that was read last, since entries are mostly wanted in order.
        if self._bundle is None or self._bundle[0] != number:
            self._bundle = number, read_tile(self._folder, find_tile(ENTRIES, number, self.size))
        return self._bundle[1]
