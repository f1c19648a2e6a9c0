"""The right edge of a log, which is all that it takes to append to it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.evidence.merkle import hash_complete, hash_leaf, join_subtrees
from storage.evidence.tiles import ENTRIES, WIDTH, Tile, encode_bundle, find_edge, find_growth, read_tile


@dataclass(frozen=True, slots=True)
class Tail:
    """Of a log of `size` entries: those in its partial bundle, and for each level the hashes in its partial tile."""

    size: int = 0
    entries: tuple[bytes, ...] = ()
    levels: tuple[tuple[bytes, ...], ...] = ()

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        return join_subtrees([root for hashes in reversed(self.levels) for root in _find_subtrees(hashes)])


def _find_subtrees(hashes: Sequence[bytes]) -> list[bytes]:
    """The roots of the complete subtrees that neighbouring hashes make, from the largest on."""
    roots: list[bytes] = []
    start = 0
    for height in reversed(range(len(hashes).bit_length())):
        if len(hashes) & (width := 1 << height):
            roots.append(hash_complete(hashes[start : start + width]))
            start += width
    return roots


def grow(tail: Tail, entries: Sequence[bytes]) -> tuple[Tail, dict[Tile, bytes]]:
    """The tail after these entries, and what has to be written for it."""
    size = tail.size + len(entries)
    rows: list[list[bytes]] = [[*tail.entries, *entries]]
    added = [hash_leaf(entry) for entry in entries]
    for level in range(max(len(tail.levels), 1) + 1):
        hashes = [*(tail.levels[level] if level < len(tail.levels) else ()), *added]
        rows.append(hashes)
        full = range(0, len(hashes) - WIDTH + 1, WIDTH)
        added = [hash_complete(hashes[start : start + WIDTH]) for start in full]
    files = {tile: _encode(tile, rows[tile.level + 1], tail.size) for tile in find_growth(tail.size, size)}
    kept = [tuple(row[len(row) - len(row) % WIDTH :]) for row in rows]
    while kept and not kept[-1]:
        kept.pop()
    return Tail(size, kept[0] if kept else (), tuple(kept[1:])), files


def _encode(tile: Tile, row: Sequence[bytes], size: int) -> bytes:
    first = (size >> 8 * max(tile.level, 0)) // WIDTH
    start = (tile.index - first) * WIDTH
    members = row[start : start + tile.width]
    return encode_bundle(members) if tile.level == ENTRIES else b"".join(members)


def read_tail(folder: Path, size: int) -> Tail:
    """The tail of a log of this size that lies in a folder. Raises `Damaged` where it is not there."""
    rows = {tile.level: tuple(read_tile(folder, tile)) for tile in find_edge(size)}
    height = max(rows, default=ENTRIES) + 1
    return Tail(size, rows.get(ENTRIES, ()), tuple(rows.get(level, ()) for level in range(height)))
