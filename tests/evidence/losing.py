"""A disk that forgets, at a power cut, what nobody has waited for: as file systems may, in any order and by halves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.evidence.variants import CountingDisk


@dataclass(eq=False, slots=True)
class File:
    now: bytes
    lasting: bytes = b""


@dataclass(eq=False, slots=True)
class Folder:
    now: dict[str, "File | Folder"] = field(default_factory=dict)
    lasting: dict[str, "File | Folder"] = field(default_factory=dict)


class LosingDisk(CountingDisk):
    """Works on a real folder, which is what running programs see, and keeps beside it what would last."""

    def __init__(self, root: Path, last: int | None = None, *, syncs: bool = True, syncs_folders: bool = True) -> None:
        super().__init__(last)
        self._root = root
        self._syncs = syncs
        self._syncs_folders = syncs_folders
        self._top = _adopt(root)

    def make_folder(self, path: Path) -> None:
        super().make_folder(path)
        if path != self._root:
            self._folder(path.parent).now.setdefault(path.name, Folder())

    def write(self, path: Path, content: bytes) -> None:
        super().write(path, content)
        names = self._folder(path.parent).now
        # The same file as before, where there is one, so that its lasting content is what it had then.
        if isinstance(there := names.get(path.name), File):
            there.now = content
        else:
            names[path.name] = File(content)

    def sync(self, path: Path) -> None:
        super().sync(path)
        file = self._folder(path.parent).now[path.name]
        if isinstance(file, File) and self._syncs:
            file.lasting = file.now

    def sync_folder(self, path: Path) -> None:
        super().sync_folder(path)
        if self._syncs_folders and path.is_relative_to(self._root):
            folder = self._folder(path)
            folder.lasting = dict(folder.now)

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self._folder(target.parent).now[target.name] = self._folder(source.parent).now.pop(source.name)

    def remove(self, path: Path) -> None:
        super().remove(path)
        if path.parent.is_dir():
            self._folder(path.parent).now.pop(path.name, None)

    def remove_folder(self, path: Path) -> None:
        super().remove_folder(path)
        del self._folder(path.parent).now[path.name]

    def cut_power(self, chance: Random, target: Path) -> None:
        """What is found in `target` when the power is back."""
        target.mkdir()
        _restore(self._top, chance, target)

    def _folder(self, path: Path) -> Folder:
        found = self._top
        for name in path.relative_to(self._root).parts:
            below = found.now[name]
            assert isinstance(below, Folder)
            found = below
        return found


def _adopt(path: Path) -> Folder:
    """What was there before all lasts."""
    names: dict[str, File | Folder] = {}
    for each in path.iterdir():
        names[each.name] = _adopt(each) if each.is_dir() else File(each.read_bytes(), each.read_bytes())
    return Folder(names, dict(names))


def _restore(folder: Folder, chance: Random, target: Path) -> None:
    for name, found in _pick_names(folder, chance):
        if isinstance(found, Folder):
            (target / name).mkdir()
            _restore(found, chance, target / name)
        else:
            lost = (found.lasting, found.now, found.now[: len(found.now) // 2], bytes(len(found.now)))
            (target / name).write_bytes(found.lasting if found.lasting == found.now else chance.choice(lost))


def _pick_names(folder: Folder, chance: Random) -> Iterator[tuple[str, File | Folder]]:
    for name in sorted({*folder.now, *folder.lasting}):
        found = chance.choice((folder.now, folder.lasting)).get(name)
        if found is not None:
            yield name, found
