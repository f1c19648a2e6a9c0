"""Another implementation, Go's golang.org/x/mod/sumdb, agrees on roots, proofs, growth and notes."""

import json
import os
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.merkle import find_root
from storage.evidence.note import parse_key, parse_note
from storage.evidence.tiles import open_tree
from tests.evidence.making import ORIGIN, make_log, open_recorder

HERE = Path(__file__).parent
CACHE = HERE.parent / ".cache" / "go"
LIBRARIES = "/usr/share/gocode"
"""Where Debian's golang-golang-x-mod-dev puts it."""


@pytest.fixture(scope="module")
def independent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built without any network."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE.parent / ".gitignore").write_text("*\n")
    program = tmp_path_factory.mktemp("independent") / "independent"
    settings = {"GO111MODULE": "off", "GOPATH": LIBRARIES, "GOCACHE": str(CACHE), "GOFLAGS": "", "CGO_ENABLED": "0"}
    command = ["go", "build", "-o", str(program), str(HERE / "independent" / "main.go")]  # a package of Debian's
    done = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return program


def run(program: Path, *arguments: str, claims: object = None) -> list[str]:
    command = [str(program), *arguments]
    done = subprocess.run(command, input=json.dumps(claims), capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def make_claims(folder: Path) -> dict[str, list[dict[str, object]]]:
    """What Paraaf says of its log."""
    recorder = open_recorder(folder)
    size = read_checkpoint(recorder.checkpoint).size
    tree = open_tree(folder / "log", size)
    places = sorted({0, 1, size // 3, size // 2, size - 2, size - 1, *range(0, size, 97)})
    claims = {
        "Proofs": [{"Index": index, "Path": write(recorder.prove(index).path)} for index in places],
        "Growths": [
            {"Old": old, "Root": write([find_root(tree.read, old)])[0], "Path": write(recorder.prove_growth(old))}
            for old in places[1:]
        ],
    }
    recorder.close()
    return claims


def write(hashes: tuple[bytes, ...] | list[bytes]) -> list[str]:
    return [b64encode(each).decode() for each in hashes]


@pytest.mark.parametrize("size", [3, 255, 256, 257, 700, 1_025])
def test_it_agrees(independent: Path, fast_path: Path, size: int) -> None:
    key = make_log(fast_path, size, batch=250)
    claims = make_claims(fast_path)
    counted = f"checked {size} entries, {len(claims['Proofs'])} proofs, {len(claims['Growths'])} growths"
    assert run(independent, str(fast_path / "log"), str(key), claims=claims) == [counted]


def test_it_disagrees_with_what_is_false(independent: Path, fast_path: Path) -> None:
    key = make_log(fast_path, 300)
    claims = make_claims(fast_path)
    claims["Proofs"][0]["Path"], claims["Growths"][2]["Root"] = claims["Proofs"][1]["Path"], write([bytes(32)])[0]
    said = run(independent, str(fast_path / "log"), str(key), claims=claims)
    assert {"another path for 0", "no proof of 0"} < set(said)
    assert any(line.startswith("another root of") for line in said)


def test_its_notes_are_read(independent: Path) -> None:
    key, *note = run(independent, "sign", ORIGIN)
    parsed = parse_note("\n".join([*note, ""]).encode())
    assert parsed.find_signers([parse_key(key)]) == [parse_key(key)]
    assert str(parse_key(key)) == key
