"""Static tiles of 256 hashes and bundles of 256 entries, as in C2SP tlog-tiles, and where they lie in a folder."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storage.evidence.errors import Damaged, Malformed
from storage.evidence.merkle import HASH_SIZE, hash_complete

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = -1
"""The level of entry bundles, which lie beside the tiles of hashes."""
MAX_ENTRY = 0xFFFF
"""Bytes of one entry: a bundle tells each length in two bytes."""

_PATH = re.compile(r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """Neighbouring hashes, or entries: at `level`, from position `index * 256` on, `width` of them."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies, such as `tile/0/x001/067` or `tile/entries/000.p/17`."""
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else self.level
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{partial}"


def parse_path(path: str) -> Tile | None:
    """The tile that lies at a path, or None where none does."""
    if not (matched := _PATH.fullmatch(path)):
        return None
    level, groups, width = matched.groups()
    index = int(groups.replace("x", "").replace("/", ""))
    tile = Tile(ENTRIES if level == "entries" else int(level), index, int(width or WIDTH))
    return tile if tile.path == path else None


def find_growth(old: int, new: int) -> Iterator[Tile]:
    """The tiles and bundles that a tree needs when it grows from `old` to `new` leaves, the rest being there."""
    level = ENTRIES
    while (reached := _count(level, new)) > (before := _count(level, old)):
        for index in range(before // WIDTH, (reached - 1) // WIDTH + 1):
            yield Tile(level, index, min(WIDTH, reached - index * WIDTH))
        level += 1


def find_edge(size: int) -> Iterator[Tile]:
    """The partial tiles and the partial bundle at the right edge of a tree."""
    level = ENTRIES
    while reached := _count(level, size):
        if reached % WIDTH:
            yield Tile(level, reached // WIDTH, reached % WIDTH)
        level += 1


def find_tile(level: int, index: int, size: int) -> Tile:
    """The tile at a position, as wide as a tree of this size makes it. Raises `IndexError` where there is none."""
    width = min(WIDTH, _count(level, size) - index * WIDTH)
    if width <= 0:
        raise IndexError(index)
    return Tile(level, index, width)


def _count(level: int, size: int) -> int:
    return size >> HEIGHT * max(level, 0)


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one after the other, each behind its length as two big-endian bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises `Malformed`."""
    entries, rest = split_bundle(bundle)
    if rest:
        raise Malformed("cut-off-bundle")
    return entries


def split_bundle(bundle: bytes) -> tuple[list[bytes], bytes]:
    """The whole entries of a bundle, and what is left after them: nothing, unless it is cut off."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        start = at + 2
        end = start + int.from_bytes(bundle[at:start], "big")
        if end > len(bundle):
            break
        entries.append(bundle[start:end])
        at = end
    return entries, bundle[at:]


def decode_hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile. Raises `Malformed`."""
    if len(tile) % HASH_SIZE:
        raise Malformed("cut-off-tile")
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def read_tile(folder: Path, tile: Tile) -> list[bytes]:
    """Its hashes or entries. Raises `Damaged` where they are not there as a whole.

    What is narrower is the beginning of what is wider, so a tile that has grown since answers for an earlier tree.
    """
    for path in (folder / tile.path, *_find_wider(folder, tile)):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        try:
            members = decode_bundle(content) if tile.level == ENTRIES else decode_hashes(content)
        except Malformed as error:
            raise Damaged(path, error.reason) from error
        if len(members) < tile.width:
            raise Damaged(path, "too-few")
        return members[: tile.width]
    raise Damaged(folder / tile.path, "missing")


def _find_wider(folder: Path, tile: Tile) -> Iterator[Path]:
    full = folder / Tile(tile.level, tile.index).path
    yield full
    partials = full.with_name(f"{full.name}.p")
    if partials.is_dir():
        names = (path for path in partials.iterdir() if path.name.isdecimal())
        yield from sorted((path for path in names if int(path.name) > tile.width), key=lambda path: int(path.name))


@dataclass(slots=True)
class TiledTree:
    """A tree of `size` leaves by its tiles, each of which is read once: `tree.read` is a `ReadHash`."""

    size: int
    load: Callable[[Tile], Sequence[bytes]]
    _loaded: dict[Tile, Sequence[bytes]] = field(default_factory=dict)

    def read(self, level: int, index: int) -> bytes:
        """The root of a complete subtree. Raises `IndexError`, and what `load` raises."""
        tiled, inside = divmod(level, HEIGHT)
        number, offset = divmod(index << inside, WIDTH)
        tile = find_tile(tiled, number, self.size)
        if tile not in self._loaded:
            self._loaded[tile] = self.load(tile)
        return hash_complete(self._loaded[tile][offset : offset + (1 << inside)])


def open_tree(folder: Path, size: int) -> TiledTree:
    """The tree of this size that lies in a folder; what is missing there is found out when it is read."""
    return TiledTree(size, lambda tile: read_tile(folder, tile))
