"""What docs/evidence.md tells anyone to do without us, done."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.making import a_signer, make_log, open_recorder

DESCRIBED = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_log(tmp_path, 20)
    recorder = open_recorder(tmp_path)
    (tmp_path / "7.tlog-proof").write_text(str(recorder.prove(7)), encoding="utf-8")
    recorder.close()
    (tmp_path / "jaarrekening.pdf").write_text("document 7")
    (tmp_path / "another.pdf").write_text("document 8")
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_lines_of_python(folder: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", DESCRIBED, re.DOTALL)
    (folder / "check.py").write_text(program)

    def check(document: str, key: object = a_signer().key, proof: str = "7.tlog-proof") -> int:
        return run(folder, sys.executable, "check.py", proof, document, str(key)).returncode

    assert check("jaarrekening.pdf") == 0
    assert check("another.pdf") != 0
    assert check("jaarrekening.pdf", a_signer(2).key) != 0
    proof = (folder / "7.tlog-proof").read_text(encoding="utf-8")
    (folder / "changed").write_text(proof.replace("index 7", "index 6"), encoding="utf-8")
    assert check("jaarrekening.pdf", proof="changed") != 0


def test_the_lines_for_a_shell(folder: Path) -> None:
    lines = re.search(r"    awk .*?\n\n", DESCRIBED, re.DOTALL)
    assert lines
    commands = lines[0].replace(
        "AZ\N{HORIZONTAL ELLIPSIS}the last part of the key", str(a_signer().key).split("+", 2)[2]
    )
    assert "Signature Verified Successfully" in run(folder, "bash", "-ec", commands).stdout
    proof = folder / "7.tlog-proof"
    proof.write_text(proof.read_text(encoding="utf-8").replace("\n20\n", "\n21\n"), encoding="utf-8")
    assert run(folder, "bash", "-ec", commands).returncode != 0
