"""The wheel, in an environment that holds it and what the runtime lock names, and nothing else."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = ["uv", "build", "--quiet", "--offline", "--wheel", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([sys.executable, "-m", *command, "--out-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an interpreter in `bin`. The locked packages are linked from where they are installed already."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, symlinks=True, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / "runtime.txt").read_text(), re.MULTILINE)
    for name in locked:
        for part in find_parts(name):
            if part.suffix == ".dist-info":
                shutil.copytree(part, site / part.name)  # uv overlooks links among these
            elif not (site / part.name).exists():
                (site / part.name).symlink_to(part)
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*install, "--python", str(folder / "bin" / "python"), str(wheel)], check=True)
    return folder


def find_parts(name: str) -> Iterator[Path]:
    """The top-level files and folders of an installed package; none where the lock has it for another platform."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    tops = {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}
    yield from (Path(str(found.locate_file(top))) for top in sorted(tops))


def run(environment: Path, *command: str, folder: Path) -> str:
    # No PATH to another environment, no settings: what it needs, it has.
    done = subprocess.run(
        [str(environment / "bin" / command[0]), *command[1:]],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"adapters", "bot", "cards", "manifest", "storage"}
    static = "adapters/web/signing/static/"
    assert {f"{static}signing.mjs", f"{static}vendor/pdfjs/pdf.worker.min.mjs"} <= names
    assert {"bot/texts/nl.po", "manifest/slack.json", "storage/sql/migrations/versions/0001_foundation.py"} <= names
    source = {
        str(path.relative_to(ROOT))
        for top in tops
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".mo"} and "node_modules" not in path.parts
    }
    assert source <= names


def test_what_it_needs_is_what_the_lock_names(environment: Path) -> None:
    check = [sys.executable, "-m", "uv", "pip", "check", "--quiet", "--python", str(environment / "bin" / "python")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_its_commands_run(environment: Path, tmp_path: Path) -> None:
    assert run(environment, "paraaf", "--version", folder=tmp_path).startswith("paraaf ")
    manifest = json.loads(
        run(environment, "paraaf", "manifest", "slack", "--url", "https://x.example", folder=tmp_path)
    )
    assert manifest["features"]["slash_commands"][0]["url"] == "https://x.example/slack/events"
    assert "ok      documents" in run(environment, "paraaf", "doctor", folder=tmp_path)


def test_nothing_comes_from_elsewhere(environment: Path, tmp_path: Path) -> None:
    code = "import bot, adapters.main, adapters.slack_link; print(bot.__file__, adapters.__file__)"
    told = run(environment, "python", "-c", code, folder=tmp_path).split()
    assert all(path.startswith(str(environment)) for path in told)


def test_it_serves_from_an_empty_folder(environment: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(environment / "bin" / "paraaf"), "serve"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "PARAAF_PORT": "0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        key, secret, started = (json.loads(process.stderr.readline()) for _ in range(3))
        assert (key["event"], secret["event"]) == ("personal_key_made", "evidence_secret_made")
        for path in ("/healthz", "/readyz", "/"):
            with urllib.request.urlopen(started["address"] + path, timeout=PATIENCE) as answer:  # noqa: S310 - ours
                assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert (tmp_path / "var" / "paraaf.db").exists()
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
