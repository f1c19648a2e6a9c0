"""The Merkle tree of RFC 6962, section 2.1: hashes and proofs; and what checks those (RFC 9162, section 2.1)."""

from collections.abc import Callable, Sequence
from hashlib import sha256

ReadHash = Callable[[int, int], bytes]
"""`read(level, index)`: the root of the complete subtree of `2**level` leaves from leaf `index * 2**level` on."""

HASH_SIZE = 32
EMPTY_ROOT = sha256().digest()


def hash_leaf(entry: bytes) -> bytes:
    """The hash of an entry, which can never be mistaken for that of a node."""
    return sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def find_root(read: ReadHash, size: int) -> bytes:
    """The root of the tree over the first `size` leaves."""
    return _find_root(read, 0, size) if size else EMPTY_ROOT


def hash_complete(hashes: Sequence[bytes]) -> bytes:
    """The root over neighbouring subtrees of one height; their number is a power of two."""
    while len(hashes) > 1:
        hashes = [hash_node(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def join_subtrees(roots: Sequence[bytes]) -> bytes:
    """The root over complete subtrees from the largest, at the left, to the smallest."""
    if not roots:
        return EMPTY_ROOT
    joined = roots[-1]
    for left in reversed(roots[:-1]):
        joined = hash_node(left, joined)
    return joined


def prove_inclusion(read: ReadHash, index: int, size: int) -> tuple[bytes, ...]:
    """The path from a leaf's sibling up to the root's child. Raises `IndexError` where the tree has no such leaf."""
    if not 0 <= index < size:
        raise IndexError(index)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_find_root(read, middle, end))
            end = middle
        else:
            path.append(_find_root(read, start, middle))
            start = middle
    return tuple(reversed(path))


def prove_consistency(read: ReadHash, old: int, new: int) -> tuple[bytes, ...]:
    """What shows that the tree of `new` leaves begins with that of `old`. Raises `IndexError` where it cannot."""
    if not 0 <= old <= new:
        raise IndexError(old)
    path: list[bytes] = []
    start, end = 0, new
    while 0 < old < end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_find_root(read, middle, end))
            end = middle
        else:
            path.append(_find_root(read, start, middle))
            start = middle
    if start:  # else the old root itself is the first of the path, and whoever checks it knows that one
        path.append(_find_root(read, start, end))
    return tuple(reversed(path))


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from this leaf at this index to the root of the tree of this size."""
    if not 0 <= index < size:
        return False
    position, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = hash_node(sibling, found)
            position, last = _skip_lone(position, last)
        else:
            found = hash_node(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the new tree begins with the old one."""
    if not 0 < old < new:
        trivial = old_root == (EMPTY_ROOT if old == 0 else new_root)
        return 0 <= old <= new and trivial and not path
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    found_old = found_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            found_old, found_new = hash_node(step, found_old), hash_node(step, found_new)
            position, last = _skip_lone(position, last)
        else:
            found_new = hash_node(found_new, step)
        position, last = position >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _skip_lone(position: int, last: int) -> tuple[int, int]:
    """Go up past the levels on which a node at the right edge has no sibling."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _find_root(read: ReadHash, start: int, end: int) -> bytes:
    width = end - start
    if width & (width - 1) == 0:
        return read(width.bit_length() - 1, start // width)
    middle = start + _split(width)
    return hash_node(_find_root(read, start, middle), _find_root(read, middle, end))


def _split(width: int) -> int:
    """The largest power of two below a width of at least two."""
    return 1 << (width - 1).bit_length() - 1
