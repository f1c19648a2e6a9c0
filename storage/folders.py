"""Folders on a disk that may lose power."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be durable, which its files' own contents do not take care of."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
