"""The tree, against the vectors of RFC 6962's reference implementation and against a tree that is built naively."""

from collections.abc import Sequence
from functools import cache
from random import Random

import pytest

from storage.evidence.merkle import (
    EMPTY_ROOT,
    find_root,
    hash_complete,
    hash_leaf,
    hash_node,
    is_consistent,
    is_included,
    prove_consistency,
    prove_inclusion,
)
from storage.evidence.tail import Tail, grow
from storage.evidence.tiles import ENTRIES, Tile, TiledTree, decode_hashes

SIZES = 700
VECTOR_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
VECTOR_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
ENTRIES_MADE = [f"entry {number}".encode() for number in range(SIZES)]


@cache
def naive_root(start: int, end: int) -> bytes:
    """MTH(D[start:end]) word for word as in RFC 6962, section 2.1."""
    if end - start <= 1:
        return hash_leaf(ENTRIES_MADE[start]) if end > start else EMPTY_ROOT
    split = 1
    while split * 2 < end - start:
        split *= 2
    return hash_node(naive_root(start, start + split), naive_root(start + split, end))


def naive_path(index: int, start: int, end: int) -> list[bytes]:
    """PATH(m, D[n]) word for word as in RFC 6962, section 2.1.1."""
    if end - start == 1:
        return []
    split = 1
    while split * 2 < end - start:
        split *= 2
    if index < split:
        return [*naive_path(index, start, start + split), naive_root(start + split, end)]
    return [*naive_path(index - split, start + split, end), naive_root(start, start + split)]


def read(level: int, index: int) -> bytes:
    start = index << level
    return hash_complete([hash_leaf(entry) for entry in ENTRIES_MADE[start : start + (1 << level)]])


@pytest.mark.parametrize("size", range(1, 9))
def test_the_vectors_of_the_reference_implementation(size: int) -> None:
    leaves = [hash_leaf(bytes.fromhex(each)) for each in VECTOR_LEAVES]
    root = find_root(lambda level, index: hash_complete(leaves[index << level : (index + 1) << level]), size)
    assert root.hex() == VECTOR_ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Tail().root == EMPTY_ROOT


def test_roots_and_paths_of_700_trees() -> None:
    tail, tree = Tail(), TiledTree(0, dict[Tile, Sequence[bytes]]().__getitem__)
    lying: dict[Tile, Sequence[bytes]] = {}
    chance = Random(6962)  # noqa: S311 - repeatable, not secret
    for size in range(1, SIZES + 1):
        tail, files = grow(tail, [ENTRIES_MADE[size - 1]])
        lying |= {tile: decode_hashes(content) for tile, content in files.items() if tile.level != ENTRIES}
        tree = TiledTree(size, lying.__getitem__)
        root = naive_root(0, size)
        assert tail.root == root == find_root(tree.read, size)
        for index in {0, size - 1, *(chance.randrange(size) for _ in range(3))}:
            path = prove_inclusion(tree.read, index, size)
            assert list(path) == naive_path(index, 0, size)
            assert is_included(hash_leaf(ENTRIES_MADE[index]), index, size, path, root)


def test_growth_between_700_trees() -> None:
    tail, files = grow(Tail(), ENTRIES_MADE)
    hashes = {tile: decode_hashes(content) for tile, content in files.items() if tile.level != ENTRIES}
    tree = TiledTree(tail.size, hashes.__getitem__)
    chance = Random(9162)  # noqa: S311 - repeatable, not secret
    for new in range(1, SIZES + 1):
        for old in {0, 1, new, new - 1, *(chance.randrange(new) for _ in range(3))}:
            path = prove_consistency(tree.read, old, new)
            assert is_consistent(old, naive_root(0, old), new, naive_root(0, new), path)
            assert not is_consistent(old, hash_leaf(b"other"), new, naive_root(0, new), path)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (3, 8), (6, 7), (300, 700)])
def test_a_path_proves_one_entry_at_one_place_only(index: int, size: int) -> None:
    path = prove_inclusion(read, index, size)
    leaf, root = hash_leaf(ENTRIES_MADE[index]), naive_root(0, size)
    assert is_included(leaf, index, size, path, root)
    assert not is_included(hash_leaf(b"other"), index, size, path, root)
    assert not is_included(leaf, index, size, path, hash_leaf(b"other"))
    assert not is_included(leaf, index, size, (*path, root), root)
    assert not is_included(leaf, -1, size, path, root)
    assert not any(is_included(leaf, other, size, path, root) for other in range(size) if other != index)
    for at in range(len(path)):
        assert not is_included(leaf, index, size, path[:at] + path[at + 1 :], root)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (4, 7), (6, 7), (256, 700), (257, 700)])
def test_growth_cannot_be_forged(old: int, new: int) -> None:
    path = prove_consistency(read, old, new)
    before, after = naive_root(0, old), naive_root(0, new)
    assert is_consistent(old, before, new, after, path)
    assert not is_consistent(old, before, new, hash_leaf(b"other"), path)
    assert not is_consistent(old, before, new, after, (*path, after))
    assert not is_consistent(old, before, new, after, ())
    assert not is_consistent(new, after, old, before, path)
    for at in range(len(path)):
        changed = (*path[:at], hash_leaf(path[at]), *path[at + 1 :])
        assert not is_consistent(old, before, new, after, changed)


def test_a_tree_without_such_a_leaf_proves_nothing() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(IndexError):
            prove_inclusion(read, index, size)
    for old, new in ((-1, 5), (6, 5)):
        with pytest.raises(IndexError):
            prove_consistency(read, old, new)
    assert is_consistent(0, EMPTY_ROOT, 5, naive_root(0, 5), ())
    assert not is_consistent(0, naive_root(0, 1), 5, naive_root(0, 5), ())


@pytest.mark.parametrize("batch", [1, 7, 255, 256, 257, 700])
def test_the_tiles_are_the_same_whatever_the_batches(batch: int) -> None:
    tail, files = Tail(), dict[Tile, bytes]()
    for start in range(0, SIZES, batch):
        tail, written = grow(tail, ENTRIES_MADE[start : start + batch])
        files |= written
    once, expected = grow(Tail(), ENTRIES_MADE)
    assert tail == once
    assert {tile: files[tile] for tile in expected} == expected
