"""Recompute a whole log from its bytes, without trusting any of them, and name the first that does not fit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from storage.evidence.checkpoint import Checkpoint, read_checkpoint
from storage.evidence.entry import KeyChange, parse_entry
from storage.evidence.errors import BadSignature, Damaged, Malformed
from storage.evidence.merkle import HASH_SIZE, hash_leaf
from storage.evidence.note import MAX_NOTE, Note, VerifierKey, parse_note
from storage.evidence.tail import Tail, grow
from storage.evidence.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    decode_hashes,
    encode_bundle,
    find_edge,
    find_tile,
    parse_path,
    read_tile,
    split_bundle,
)
from storage.evidence.verify import is_trusted_change
from storage.evidence.writer import CHECKPOINT


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit: the file, and from which entry on where that is known; `reason` is a machine word."""

    path: str
    reason: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """A log of `size` entries. Without the log's key only whether it fits together is known, not whose it is."""

    size: int
    faults: tuple[Fault, ...]
    leftovers: tuple[str, ...] = ()
    """Files of an append that was cut off; under no checkpoint, and removed when the log is opened next."""
    signed: bool = False
    """Whether the checkpoint's signature was checked, and held."""


@dataclass(slots=True)
class _Walk:
    """What is known so far of a log that is walked through from its first entry."""

    folder: Path
    head: Checkpoint
    keys: list[VerifierKey]
    tail: Tail = field(default_factory=Tail)
    faults: list[Fault] = field(default_factory=list)
    misfits: list[Fault] = field(default_factory=list)
    """Hashes in tiles that are not those of the entries: either may be wrong, which the root decides."""
    decisions: set[str] = field(default_factory=set)
    left: set[VerifierKey] = field(default_factory=set)
    """Keys that have named a successor, and cannot speak for the log any more."""


def audit_log(folder: Path, keys: Sequence[VerifierKey] = (), earlier: Sequence[Checkpoint] = ()) -> Audit:
    """Recompute the log in a folder. Raises `OSError`.

    `keys` are trusted, and those that they name their successors. `earlier` are checkpoints that somebody was given
    once: the log must still begin with what they stand for.
    """
    try:
        with (folder / CHECKPOINT).open("rb") as file:
            note = parse_note(file.read(MAX_NOTE + 1))
        head = read_checkpoint(note)
    except FileNotFoundError:
        return Audit(0, (Fault(CHECKPOINT, "missing"),))
    except Malformed as error:
        return Audit(0, (Fault(CHECKPOINT, error.reason),))
    walk = _Walk(folder, head, list(keys))
    strays, leftovers = _find_strays(folder, head.size)
    whole = _walk_entries(walk, sorted(earlier, key=lambda each: each.size))
    if whole:
        walk.faults += _judge_root(walk)
    signature = _check_signature(note, walk) if keys else None
    # First the signature: where that is wrong, the size and root that the rest was compared with may be, too.
    faults = (*([signature] if signature else []), *walk.faults, *strays)
    return Audit(head.size, faults, tuple(leftovers), signed=bool(keys) and signature is None)


def _walk_entries(walk: _Walk, earlier: Sequence[Checkpoint]) -> bool:
    """Go through all entries and tiles; whether all entries could be read."""
    waiting = [each for each in earlier if not _is_beyond(walk, each)]
    for number in range(-(-walk.head.size // WIDTH)):
        tile = find_tile(ENTRIES, number, walk.head.size)
        try:
            entries, rest = split_bundle(_read(walk.folder, tile))
        except Damaged as error:
            walk.faults.append(Fault(tile.path, error.reason, number * WIDTH))
            return False
        if rest or len(entries) != tile.width:
            walk.faults.append(_name_miscounted(walk, tile, entries))
            return False
        while waiting and waiting[0].size <= walk.tail.size + len(entries):
            _compare(walk, waiting.pop(0), entries)
        for offset, entry in enumerate(entries):
            _check_entry(walk, entry, Fault(tile.path, "", number * WIDTH + offset))
        walk.tail, expected = grow(walk.tail, entries)
        full = ((tile, made) for tile, made in expected.items() if tile.level != ENTRIES and tile.width == WIDTH)
        walk.misfits += _find_misfits(walk, full)
    walk.misfits += _find_misfits(walk, _make_edge(walk.tail))
    return True


def _name_miscounted(walk: _Walk, tile: Tile, entries: Sequence[bytes]) -> Fault:
    """A bundle with too many or too few entries: from the first on that is not the one in the tile of hashes."""
    try:
        hashes = decode_hashes(_read(walk.folder, Tile(0, tile.index, tile.width)))
    except (Damaged, Malformed):
        hashes = []
    pairs = zip(entries, hashes, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: hash_leaf(pair[0]) == pair[1], pairs))
    return Fault(tile.path, "wrong-count", tile.index * WIDTH + same)


def _is_beyond(walk: _Walk, earlier: Checkpoint) -> bool:
    if earlier.origin != walk.head.origin:
        walk.faults.append(Fault(CHECKPOINT, "other-origin"))
        return True
    if earlier.size > walk.head.size:
        walk.faults.append(Fault(CHECKPOINT, "rolled-back", walk.head.size))
        return True
    return False


def _compare(walk: _Walk, earlier: Checkpoint, entries: Sequence[bytes]) -> None:
    then, _ = grow(walk.tail, entries[: earlier.size - walk.tail.size])
    if then.root != earlier.root:
        walk.faults.append(Fault(CHECKPOINT, "forked", earlier.size))


def _check_entry(walk: _Walk, encoded: bytes, where: Fault) -> None:
    """An entry must be one that the log takes: else it was signed by someone who is not Paraaf, or by a faulty one."""
    try:
        entry = parse_entry(encoded)
    except Malformed as error:
        walk.misfits.append(Fault(where.path, error.reason, where.index))
        return
    reason = ""
    if entry.office != walk.head.origin.rpartition("/")[2]:
        reason = "other-office"
    elif entry.decision in walk.decisions:
        reason = "repeated-decision"
    elif isinstance(entry, KeyChange) and walk.keys:
        if is_trusted_change(entry, walk.keys):
            walk.keys.append(entry.new)
            walk.left.add(entry.old)
        else:
            reason = "not-by-known-key"
    walk.decisions.add(entry.decision)
    if reason:
        walk.faults.append(Fault(where.path, reason, where.index))


def _find_misfits(walk: _Walk, tiles: Iterable[tuple[Tile, bytes]]) -> Iterator[Fault]:
    """Where the tiles that the entries make differ from those that lie there."""
    for tile, content in tiles:
        try:
            found = _read(walk.folder, tile)
        except Damaged as error:
            walk.faults.append(Fault(tile.path, error.reason, (tile.index * WIDTH) << 8 * tile.level))
            continue
        if found != content:
            steps = range(0, max(len(found), len(content)), HASH_SIZE)
            offset = next(at for at in steps if found[at : at + HASH_SIZE] != content[at : at + HASH_SIZE])
            position = tile.index * WIDTH + offset // HASH_SIZE
            yield Fault(tile.path, "other-hash", position << 8 * tile.level)


def _make_edge(tail: Tail) -> Iterator[tuple[Tile, bytes]]:
    """The partial tiles in which a log ends."""
    for tile in find_edge(tail.size):
        if tile.level != ENTRIES:
            yield tile, b"".join(tail.levels[tile.level])


def _judge_root(walk: _Walk) -> list[Fault]:
    """Whose fault the misfits are: with the signed root over the entries, that of the tiles; else that of an entry."""
    if walk.tail.root == walk.head.root:
        return walk.misfits
    if not walk.misfits:
        return [Fault(CHECKPOINT, "other-root")]
    first = min(walk.misfits, key=_tell_precision)
    index = first.index or 0
    bundle = find_tile(ENTRIES, index // WIDTH, walk.head.size)
    reason = "other-entry" if first.reason == "other-hash" else first.reason
    return [Fault(bundle.path, reason, index)]


def _tell_precision(misfit: Fault) -> tuple[int, int, bool]:
    """The lower a tile, the fewer entries does each of its hashes stand for; an entry stands for itself."""
    tile = parse_path(misfit.path)
    return (max(tile.level, 0) if tile else 0, misfit.index or 0, misfit.reason == "other-hash")


def _check_signature(note: Note, walk: _Walk) -> Fault | None:
    try:
        signers = note.find_signers([key for key in walk.keys if key.name == walk.head.origin])
    except BadSignature as error:
        return Fault(CHECKPOINT, error.reason)
    return Fault(CHECKPOINT, "outdated-key") if walk.left.issuperset(signers) else None


def _find_strays(folder: Path, size: int) -> tuple[list[Fault], list[str]]:
    """Files that the tree does not need. A narrower tile is well if it says the same; one beyond is left over."""
    faults: list[Fault] = []
    leftovers: list[str] = []
    edge = set(find_edge(size))
    for path in sorted(each for each in folder.rglob("*") if not each.is_dir()):
        name = path.relative_to(folder).as_posix()
        tile = parse_path(name)
        if tile is None and name not in {CHECKPOINT, f"{CHECKPOINT}.new"}:
            faults.append(Fault(name, "unexpected-file"))
        elif name == f"{CHECKPOINT}.new" or (tile and _lies_beyond(tile, size)):
            leftovers.append(name)
        elif tile and tile.width < WIDTH and tile not in edge and not _is_beginning(folder, tile, size):
            faults.append(Fault(name, "other-beginning", (tile.index * WIDTH) << 8 * max(tile.level, 0)))
    return faults, leftovers


def _lies_beyond(tile: Tile, size: int) -> bool:
    return tile.index * WIDTH + tile.width > size >> 8 * max(tile.level, 0)


def _is_beginning(folder: Path, tile: Tile, size: int) -> bool:
    try:
        return _read(folder, find_tile(tile.level, tile.index, size)).startswith((folder / tile.path).read_bytes())
    except Damaged:
        return True  # the wider one is the fault, and is named


def _read(folder: Path, tile: Tile) -> bytes:
    """All bytes of a tile or bundle. Raises `Damaged`."""
    try:
        return (folder / tile.path).read_bytes()
    except FileNotFoundError:
        members = read_tile(folder, tile)  # it has grown while we look
        return encode_bundle(members) if tile.level == ENTRIES else b"".join(members)
