"""Appends to a log in a folder, so that a crash or a power cut at any line leaves a log that can be trusted.

The order is the argument. First entries and tiles are written where no checkpoint looks yet, and waited for until they
last; then the checkpoint is replaced at one stroke, and waited for; only then anybody is told. Whatever stops this
before the stroke leaves the old checkpoint, under which nothing has changed; whatever stops it after leaves the new
one, with everything under it in place.
"""

import fcntl
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from storage.evidence.checkpoint import Checkpoint, read_checkpoint
from storage.evidence.disk import Disk, make_folders, write_safely
from storage.evidence.errors import BadSignature, Damaged, Locked, Malformed
from storage.evidence.keys import LogKeys
from storage.evidence.merkle import hash_leaf
from storage.evidence.note import Note, Signer, parse_note
from storage.evidence.tail import Tail, grow, read_tail
from storage.evidence.tiles import ENTRIES, WIDTH, Tile, find_edge

CHECKPOINT = "checkpoint"
MAX_BATCH = WIDTH
"""Entries in one append: with more, an append that a crash cut off could leave more behind than `_sweep` looks for."""


class Writer:
    """The one that appends to the log in a folder, for as long as it is open. Not for two threads at a time."""

    def __init__(self, folder: Path, keys: LogKeys, disk: Disk) -> None:
        """Raises `Locked`, and `Damaged` where there is no log of these keys, or only a part of one."""
        self.folder = folder
        self._disk = disk
        self._keys = keys
        self._lasting: set[Path] = set()
        make_folders(disk, folder)
        self._lock = lock_folder(folder)
        try:
            if not (folder / CHECKPOINT).exists():
                self._begin()
            self._load()
            self._sweep()
        except BaseException:
            self.close()
            raise

    @property
    def tail(self) -> Tail:
        """What the log ends in."""
        return self._tail

    @property
    def checkpoint(self) -> Note:
        """The newest checkpoint that lasts."""
        return self._checkpoint

    def close(self) -> None:
        """Let another process append."""
        os.close(self._lock)

    @property
    def keys(self) -> LogKeys:
        """What it signs with now."""
        return self._keys

    def refresh(self) -> None:
        """Look again if an append failed. Raises `Damaged` where somebody else wrote, or put back an old state."""
        path = self.folder / CHECKPOINT
        if not self._known:
            self._load()
            self._sweep()
        elif not path.exists() or path.read_bytes() != self._known:
            raise Damaged(path, "changed-by-another")

    def append(self, entries: Sequence[bytes], successor: Signer | None = None) -> Note:
        """Append entries, at most `MAX_BATCH`, and give back the checkpoint that they are under; all of it lasts.

        A `successor` signs it too, and alone signs whatever comes after. Raises `Damaged` as `refresh` does, and
        `OSError` where the disk fails: then the entries may be in the log or not.
        """
        self.refresh()
        if successor:
            self._keys = replace(self._keys, coming=successor)
        tail, files = grow(self._tail, entries)
        checkpoint = sign_checkpoint(tail, self._keys.current, *([successor] if successor else []))
        # Whether an append that fails got past the stroke is for the disk to say, not for what is remembered here.
        self._known = b""
        self._write(files)
        self._publish(checkpoint)
        self._remember(tail, checkpoint)
        if successor:
            self._keys = self._keys.promote()
        self._drop_narrower(files)
        return checkpoint

    def _write(self, files: dict[Tile, bytes]) -> None:
        """Entries and tiles, of which nothing that is under a checkpoint already is ever written again."""
        folders: set[Path] = set()
        for tile, content in files.items():
            path = self.folder / tile.path
            folders |= self._make_way(path.parent)
            self._disk.write(path, content)
            self._disk.sync(path)
        # A file that lasts in a folder that does not know its name is lost all the same.
        for folder in sorted(folders, reverse=True):
            self._disk.sync_folder(folder)
        self._lasting |= folders

    def _make_way(self, folder: Path) -> set[Path]:
        """Make a folder; which folders have got a new name in them, or one that nobody here has waited for."""
        changed = {folder}
        while folder not in self._lasting and folder != self.folder:
            changed.add(folder.parent)
            folder = folder.parent
        for each in sorted(changed):
            self._disk.make_folder(each)
        return changed

    def _publish(self, checkpoint: Note) -> None:
        write_safely(self._disk, self.folder / CHECKPOINT, str(checkpoint).encode())

    def _remember(self, tail: Tail, checkpoint: Note) -> None:
        self._tail, self._checkpoint, self._known = tail, checkpoint, str(checkpoint).encode()

    def _begin(self) -> None:
        if (self.folder / "tile").exists():
            raise Damaged(self.folder / CHECKPOINT, "missing")
        self._publish(sign_checkpoint(Tail(), self._keys.current))

    def _await_last(self) -> None:
        # The checkpoint may have been put there by a process that died before it could wait for it.
        self._disk.sync_folder(self.folder)

    def _load(self) -> None:
        """Read the log's end, and refuse to append to one that is not whole or not ours."""
        path = self.folder / CHECKPOINT
        self._await_last()
        try:
            note = parse_note(path.read_bytes())
            head = read_checkpoint(note)
            signers = note.find_signers(self._keys.trusted)
        except (Malformed, BadSignature) as error:
            raise Damaged(path, error.reason) from error
        tail = read_tail(self.folder, head.size)
        leaves = tail.levels[0] if tail.levels else ()
        if tuple(map(hash_leaf, tail.entries)) != leaves:
            raise Damaged(self.folder / _first_edge(head.size), "entries-and-hashes-differ")
        if Checkpoint(self._keys.current.key.name, tail.size, tail.root) != head:
            raise Damaged(path, "other-root")
        if self._keys.coming and self._keys.coming.key in signers:
            self._keys = self._keys.promote()
        self._remember(tail, note)

    def _drop_narrower(self, files: dict[Tile, bytes]) -> None:
        """Remove partial tiles that wider ones begin with. Not waited for: what a crash leaves of them does no harm."""
        for tile in files:
            self._remove_partials(tile)

    def _remove_partials(self, kept: Tile) -> None:
        full = self.folder / Tile(kept.level, kept.index).path
        partials = full.with_name(f"{full.name}.p")
        if not partials.is_dir():
            return
        for path in partials.iterdir():
            if path.name != str(kept.width):
                self._disk.remove(path)
        if kept.width == WIDTH:
            self._disk.remove_folder(partials)
            self._lasting.discard(partials)

    def _sweep(self) -> None:
        """Remove what an append that was cut off has left: it is under no checkpoint, and nobody was told of it."""
        self._disk.remove(self.folder / f"{CHECKPOINT}.new")
        size = self._tail.size
        edge = {tile.level: tile for tile in find_edge(size)}
        for level in range(ENTRIES, max(edge, default=0) + 2):
            first = size >> 8 * (max(level, 0) + 1)
            if kept := edge.get(level):
                self._remove_partials(kept)
            for index in (first, first + 1):
                self._remove_beyond(Tile(level, index), keep_partials=index == first and level in edge)
            if first:
                self._remove_partials(Tile(level, first - 1))

    def _remove_beyond(self, tile: Tile, *, keep_partials: bool) -> None:
        self._disk.remove(self.folder / tile.path)
        if not keep_partials:
            self._remove_partials(tile)


def sign_checkpoint(tail: Tail, *signers: Signer) -> Note:
    """The checkpoint of a log that ends so; its origin is the name of who signs it."""
    text = str(Checkpoint(signers[0].key.name, tail.size, tail.root))
    return Note(text, tuple(signer.sign(text) for signer in signers))


def _first_edge(size: int) -> str:
    return next(tile.path for tile in find_edge(size))


def lock_folder(folder: Path) -> int:
    """Lock the folder itself, which leaves nothing in it, and ends with the process however that ends.

    Closing the descriptor that is given back unlocks it. Raises `Locked`.
    """
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        raise Locked(f"{folder}: another process appends here") from None
    return opened
