"""Writers and disks that each do one thing wrong; a test that does not notice them tests nothing."""

from collections.abc import Sequence
from pathlib import Path

from storage.evidence.disk import Disk
from storage.evidence.note import Note, Signer
from storage.evidence.recorder import Recorder
from storage.evidence.tail import grow
from storage.evidence.tiles import Tile
from storage.evidence.writer import CHECKPOINT, Writer, sign_checkpoint


class CheckpointFirst(Writer):
    """Puts the checkpoint in place before what is under it."""

    def append(self, entries: Sequence[bytes], successor: Signer | None = None) -> Note:
        self.refresh()
        tail, files = grow(self._tail, entries)
        checkpoint = sign_checkpoint(tail, self._keys.current)
        self._publish(checkpoint)
        self._write(files)
        self._remember(tail, checkpoint)
        self._drop_narrower(files)
        return checkpoint


class DropsFirst(Writer):
    """Removes what the old checkpoint needs before the new one is in place."""

    def _write(self, files: dict[Tile, bytes]) -> None:
        self._drop_narrower(files)
        super()._write(files)


class InPlace(Writer):
    """Writes over the checkpoint instead of replacing it at one stroke."""

    def _publish(self, checkpoint: Note) -> None:
        self._disk.write(self.folder / CHECKPOINT, str(checkpoint).encode())
        self._disk.sync(self.folder / CHECKPOINT)
        self._disk.sync_folder(self.folder)


class TellsFirst(Writer):
    """Tells of entries whose checkpoint would come later."""

    def _publish(self, checkpoint: Note) -> None:
        if not (self.folder / CHECKPOINT).exists():
            super()._publish(checkpoint)


class TrustsThePage(Writer):
    """Takes a checkpoint for lasting that a dead process has put there."""

    def _await_last(self) -> None:
        return


class TrustsFolders(Writer):
    """Takes a folder for lasting because it is there."""

    def _make_way(self, folder: Path) -> set[Path]:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            self._disk.make_folder(each)
        return {folder, *(each.parent for each in missing)}


WRITERS: dict[str, type[Writer]] = {
    "right": Writer,
    "checkpoint-first": CheckpointFirst,
    "drops-first": DropsFirst,
    "in-place": InPlace,
    "tells-first": TellsFirst,
    "trusts-the-page": TrustsThePage,
    "trusts-folders": TrustsFolders,
}


def recorder_of(name: str) -> type[Recorder]:
    """A recorder that writes with one of them."""
    return type("VariantRecorder", (Recorder,), {"open_writer": WRITERS[name]})


class Died(Exception):
    """The process came to its end here."""


class CountingDisk(Disk):
    """Counts what is done to it, and calls `die` when it comes to number `last`."""

    def __init__(self, last: int | None = None) -> None:
        self.last = last
        self.done = 0

    def die(self) -> None:
        raise Died

    def _count(self) -> bool:
        self.done += 1
        return self.done == self.last

    def make_folder(self, path: Path) -> None:
        if self._count():
            self.die()
        super().make_folder(path)

    def write(self, path: Path, content: bytes) -> None:
        if self._count():
            super().write(path, content[: len(content) // 2])
            self.die()
        super().write(path, content)

    def sync(self, path: Path) -> None:
        # Only counted: a killed process loses nothing for want of it, and a power cut is played by LosingDisk.
        if self._count():
            self.die()

    def sync_folder(self, path: Path) -> None:
        if self._count():
            self.die()

    def rename(self, source: Path, target: Path) -> None:
        if self._count():
            self.die()
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        if self._count():
            self.die()
        super().remove(path)

    def remove_folder(self, path: Path) -> None:
        if self._count():
            self.die()
        super().remove_folder(path)
