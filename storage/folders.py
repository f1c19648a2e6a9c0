"""Folders on a disk that may lose power."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be durable, which its files' own contents do not take care of."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_first(file: Path, content: bytes) -> bool:
    """Write a file that only its owner can read, whole or not at all; False where there is one already, which counts.

    Makes the folder. Several processes may do so at once. Raises `OSError`.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    # Readable to this user alone from its first byte on, and never seen half written.
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as new:
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
    try:
        os.link(new.name, file)
    except FileExistsError:
        return False
    finally:
        Path(new.name).unlink()
    sync_folder(file.parent)
    return True
