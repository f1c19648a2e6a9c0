"""What every test of the evidence may ask for."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


@pytest.fixture
def fast_path() -> Iterator[Path]:
    """A folder in memory, where there is such a thing: for many crashes that are played, and need no disk."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None, ignore_cleanup_errors=True) as made:
        yield Path(made)
