"""Tiles, notes, checkpoints and proofs: the formats of C2SP, byte for byte, and nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.checkpoint import Checkpoint, read_checkpoint
from storage.evidence.errors import BadSignature, Malformed
from storage.evidence.merkle import hash_leaf
from storage.evidence.note import MAX_NOTE, Algorithm, Note, VerifierKey, parse_key, parse_note
from storage.evidence.proof import Proof, parse_proof
from storage.evidence.tiles import (
    ENTRIES,
    Tile,
    decode_bundle,
    decode_hashes,
    encode_bundle,
    find_edge,
    find_growth,
    parse_path,
)
from tests.evidence.making import ORIGIN, a_signer, unhurried

# The example of the specification, https://c2sp.org/signed-note
KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n\N{EM DASH} example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def a_note(text: str = str(Checkpoint(ORIGIN, 1, hash_leaf(b"entry")))) -> Note:
    return Note(text, (a_signer().sign(text),))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 67, 17), "tile/1/067.p/17"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(ENTRIES, 1_000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_where_a_tile_lies(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    ["tile/00/000", "tile/0/0000", "tile/0/x000/001", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000/", "tile/0/1"],
)
def test_where_none_lies(path: str) -> None:
    assert parse_path(path) is None


def test_the_tiles_of_the_specifications_example() -> None:
    tiles = list(find_growth(0, 70_000))
    count = {level: sum(tile.level == level for tile in tiles) for level in (ENTRIES, 0, 1, 2)}
    assert count == {ENTRIES: 274, 0: 274, 1: 2, 2: 1}
    assert sorted(find_edge(70_000)) == [Tile(ENTRIES, 273, 112), Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(find_edge(256)) == [Tile(1, 0, 1)]


@unhurried
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_come_back_as_they_were(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == entries


def test_what_is_cut_off_is_refused() -> None:
    bundle = encode_bundle([b"one", b"two"])
    for end in {*range(1, len(bundle))} - {5}:
        with pytest.raises(Malformed):
            decode_bundle(bundle[:end])
    with pytest.raises(Malformed):
        decode_hashes(bytes(33))


def test_the_note_of_the_specification() -> None:
    note = parse_note(NOTE.encode())
    key = parse_key(KEY)
    assert (str(note), str(key)) == (NOTE, KEY)
    assert note.find_signers([key]) == [key]


def test_a_note_by_nobody_known_is_refused() -> None:
    with pytest.raises(BadSignature, match="no-known-signature"):
        parse_note(NOTE.encode()).find_signers([a_signer().key])


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    text = "text\n"
    good, bad = a_signer(1).sign(text), a_signer(2).sign("other\n")
    with pytest.raises(BadSignature, match="wrong-signature"):
        Note(text, (good, bad)).find_signers([a_signer(1).key, a_signer(2).key])
    assert Note(text, (good, bad)).find_signers([a_signer(1).key]) == [a_signer(1).key]


def test_witnesses_sign_the_time_as_well() -> None:
    signer = a_signer(3, "witness.example/w1")
    witness = VerifierKey(signer.key.name, signer.key.public, Algorithm.COSIGNATURE)
    time, text = 1_679_315_147, "origin\n0\nroot\n"
    signature = signer.sign(f"cosignature/v1\ntime {time}\n{text}").signature
    witness.check(text, time.to_bytes(8, "big") + signature)
    for changed in ((time + 1).to_bytes(8, "big") + signature, signature, b""):
        with pytest.raises(BadSignature):
            witness.check(text, changed)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n\N{EM DASH} name AAAAAAA=",
        "text\n\n\N{EM DASH} name AAAAAAA=\n\n",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n\N{EM DASH} na+me AAAAAAA=\n",
        "text\n\n\N{EM DASH} name AAAAAA==\n",
        "text\n\n\N{EM DASH} name AAAAAAA\n",
        "text\n\n\N{EM DASH} name AAAAAAB=\n",
        "te\rxt\n\n\N{EM DASH} name AAAAAAA=\n",
        "te\txt\n\n\N{EM DASH} name AAAAAAA=\n",
    ],
)
def test_what_is_no_note(written: str) -> None:
    with pytest.raises(Malformed):
        parse_note(written.encode())


def test_a_note_has_an_end() -> None:
    with pytest.raises(Malformed, match="too-long"):
        parse_note(bytes(MAX_NOTE + 1))
    with pytest.raises(Malformed, match="not-utf8"):
        parse_note(b"\xff\n\n")


@pytest.mark.parametrize(
    "key",
    ["", "name", "name+00000000+AAAA", KEY.replace("530d", "531d"), KEY.replace("example", "exam ple"), f"{KEY}="],
)
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(Malformed):
        parse_key(key)


def test_checkpoints_come_back_as_they_were() -> None:
    head = Checkpoint("origin", 17, hash_leaf(b""), ("more", "lines"))
    assert read_checkpoint(Note(str(head), ())) == head


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "\n", "o\n1\n", f"\n1\n{ROOT}\n", f"o\n01\n{ROOT}\n", f"o\n-1\n{ROOT}\n", f"o\n1\n{ROOT[:-4]}\n",
        f"o\n1\n{ROOT}\n\n",
        f"o\n\N{ARABIC-INDIC DIGIT ONE}\n{ROOT}\n", f"o\n{10**30}\n{ROOT}\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(Malformed):
        read_checkpoint(Note(text, ()))


def test_proofs_come_back_as_they_were() -> None:
    for path in ((), (hash_leaf(b"a"), hash_leaf(b"b"))):
        proof = Proof(3, path, a_note(), b"entry")
        assert parse_proof(str(proof).encode()) == proof


def test_every_changed_byte_of_a_proof_changes_it_or_is_refused() -> None:
    proof = Proof(3, (hash_leaf(b"a"),), a_note(), b"entry")
    written = str(proof).encode()
    for at in range(len(written)):
        changed = bytes([*written[:at], written[at] ^ 1, *written[at + 1 :]])
        try:
            assert parse_proof(changed) != proof
        except Malformed:
            continue


@unhurried
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(written: bytes) -> None:
    for parse in (parse_proof, parse_note):
        with pytest.raises(Malformed):
            parse(written)


def test_a_proof_in_another_order_is_refused() -> None:
    lines = str(Proof(3, (), a_note(), b"entry")).split("\n")
    for wrong in (lines[1:], [lines[0], lines[2], lines[1], *lines[3:]], [lines[0], *lines[2:]]):
        with pytest.raises(Malformed):
            parse_proof("\n".join(wrong).encode())
