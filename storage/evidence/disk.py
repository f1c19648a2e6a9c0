"""The few things that are done to a disk. A class, so that a test can count them, lose them, or die at any of them."""

import os
from pathlib import Path


class Disk:
    """Nothing lasts until it is synced: what is in a file by `sync`, that a name is in a folder by `sync_folder`."""

    def make_folder(self, path: Path) -> None:
        """Make a folder, where there is none yet; the one above it is there."""
        path.mkdir(exist_ok=True)

    def write(self, path: Path, content: bytes) -> None:
        """Put these bytes in a file, in place of any that were there."""
        path.write_bytes(content)

    def sync(self, path: Path) -> None:
        """Wait until what is in a file lasts."""
        _sync(path)

    def sync_folder(self, path: Path) -> None:
        """Wait until the names in a folder last."""
        _sync(path)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file another name at one stroke, in place of any file that had it."""
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name. Raises `FileExistsError` where there is one of that name."""
        os.link(source, target)

    def remove(self, path: Path) -> None:
        """Remove a file, where there is one."""
        path.unlink(missing_ok=True)

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()


def write_safely(disk: Disk, path: Path, content: bytes) -> None:
    """Put bytes in place as a whole: after a crash there is what was there before or all of this, and then it lasts."""
    part = path.with_name(f"{path.name}.new")
    disk.write(part, content)
    # Before it gets its name: else a crash could leave the name with nothing in it.
    disk.sync(part)
    disk.rename(part, path)
    disk.sync_folder(path.parent)


def make_folders(disk: Disk, path: Path) -> None:
    """Make a folder and those above it, so that they last."""
    missing = [folder for folder in (path, *path.parents) if not folder.is_dir()]
    for folder in reversed(missing):
        disk.make_folder(folder)
        disk.sync_folder(folder.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
