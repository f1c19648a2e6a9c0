"""The bundle of a request, checked as its own instructions say, with nothing of Paraaf."""

import asyncio
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.evidence.local import LocalEvidence
from adapters.parts import choose_blobs, open_store
from bot.domain.certified import Sealed, SealLevel
from bot.domain.envelope import EnvelopeId
from bot.domain.evidence import EvidenceFact, find_facts
from bot.domain.log import Happening
from storage.evidence.proof import SUFFIX
from tests import builders as a
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.evidence_office import PDF, Desk, furnish
from tests.evidence.authority import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "own", chain=True)


@pytest.fixture
def desk(folder: Path, authority: Authority) -> Desk:
    return furnish(folder, authority)


@pytest.fixture
def unpacked(paraaf: Run, desk: Desk, folder: Path, authority: Authority) -> Path:
    roots = authority.folder / "root.pem"
    result = paraaf("evidence", "export", "envelope-1", "--output", "bundle.zip", "--authority", roots)
    assert (result.exit_code, result.stdout) == (0, "bundle.zip\n")
    assert (folder / "bundle.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(folder / "bundle.zip") as bundle:
        bundle.extractall(folder / "bundle")
    return folder / "bundle"


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As an expert runs it: any folder, no package of ours."""
    command = [sys.executable, "-I", "-S", "check.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_holds_what_it_promises(unpacked: Path) -> None:
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert names == {
        "LEESMIJ.txt",
        "authorities.pem",
        "check.py",
        "checkpoint.txt",
        "documents/Aangifte IB 2025.pdf",
        "key.txt",
        "report.html",
        "report.txt",
        *(
            f"entries/{name}{end}"
            for name in ("001-sent", "002-approved")
            for end in (SUFFIX, ".tsr", ".openings.json")
        ),
    }
    report = (unpacked / "report.txt").read_text()
    for words in ("Bewijs van verzoek envelope-1", "Karim Haddad", "Utrecht", "goedgekeurd"):
        assert words in report


def test_a_timestamp_is_only_to_come_where_one_is_asked_for(
    paraaf: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(folder)
    for number, (address, words) in enumerate((("", "Tijdstempel: geen"), ("http://tsa.test", "Tijdstempel: volgt"))):
        monkeypatch.setenv("PARAAF_TSA_URL", address)
        name = f"{number}.zip"
        result = paraaf("evidence", "export", "envelope-1", "--output", name)
        assert result.exit_code == 0, result.stderr
        with zipfile.ZipFile(folder / name) as bundle:
            assert words in bundle.read("report.txt").decode().splitlines()


def test_its_program_says_that_everything_held(unpacked: Path, folder: Path) -> None:
    (folder / "KEY.txt").write_bytes((unpacked / "key.txt").read_bytes())
    result = check(unpacked, str(folder / "KEY.txt"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "EVERYTHING HELD."
    assert "who: Karim Haddad" in result.stdout
    assert check(unpacked).stdout.splitlines()[-1].endswith("compare it.")


def _flip(path: Path, behind: bytes = b"") -> None:
    """Change a byte in the middle, or the first one behind some others: in a timestamp, of the hash that it is of."""
    content = bytearray(path.read_bytes())
    content[content.index(behind) + len(behind) if behind else len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda at: _flip(at / "documents" / "Aangifte IB 2025.pdf"),
        lambda at: _flip(at / "entries" / "002-approved.tsr", b"\x04\x20"),
        lambda at: _flip(at / "entries" / f"002-approved{SUFFIX}"),
        lambda at: (at / "key.txt").write_text((at / "key.txt").read_text().replace("office-1", "office-2")),
        lambda at: _swap(at / "entries" / "002-approved.openings.json", "S2FyaW0gSGFkZGFk", "U2FubmUgSGFkZGFk"),
        lambda at: (at / "documents" / "erbij.pdf").write_text("another"),
        lambda at: (at / "documents" / "Aangifte IB 2025.pdf").unlink(),
    ],
)
def test_its_program_notices_what_was_changed(unpacked: Path, spoil: Callable[[Path], object]) -> None:
    spoil(unpacked)
    result = check(unpacked)
    assert result.returncode != 0
    assert "EVERYTHING HELD" not in result.stdout


def _swap(path: Path, old: str, new: str) -> None:
    written = path.read_text()
    assert old in written
    path.write_text(written.replace(old, new))


def test_its_instructions_can_be_followed_by_hand(unpacked: Path) -> None:
    lines = [each.strip() for each in (unpacked / "LEESMIJ.txt").read_text().splitlines() if re.match(r" {4}\S", each)]
    commands = [each.replace("FILE", "entries/002-approved") for each in lines if not each.startswith("python3")]
    assert len(commands) == 7
    script = "set -eu\n" + "\n".join(commands)
    result = subprocess.run(["bash", "-c", script], cwd=unpacked, capture_output=True, text=True, check=False)  # noqa: S607 - the reader's own
    assert result.returncode == 0, result.stderr
    assert "Signature Verified Successfully" in result.stdout
    assert '"event":"approved"' in result.stdout
    assert "Verification: OK" in result.stdout + result.stderr
    _flip(unpacked / "entries" / f"002-approved{SUFFIX}")
    again = subprocess.run(["bash", "-c", script], cwd=unpacked, capture_output=True, text=True, check=False)  # noqa: S607 - as above
    assert again.stdout != result.stdout or again.returncode != 0


def test_after_an_erasure_everything_still_holds_without_the_name(
    paraaf: Run, desk: Desk, folder: Path, authority: Authority
) -> None:
    assert paraaf("erase", "Karim Haddad", "--yes").exit_code == 0
    roots = authority.folder / "root.pem"
    assert paraaf("evidence", "export", "envelope-1", "--output", "b.zip", "--authority", roots).exit_code == 0
    with zipfile.ZipFile(folder / "b.zip") as bundle:
        bundle.extractall(folder / "b")
    assert "Wie het was, is gewist; het bewijs klopt nog." in (folder / "b" / "report.txt").read_text()
    assert check(folder / "b").returncode == 0
    assert not any("Karim" in each.read_text() for each in (folder / "b" / "entries").glob("*.json"))


def test_what_cannot_be_exported_is_told(paraaf: Run, desk: Desk, folder: Path) -> None:
    (folder / "there.zip").write_text("precious")
    for arguments, words in (
        (("envelope-2", "--output", "x.zip"), "has no request"),
        (("envelope-1", "--output", "there.zip"), "there.zip"),
        (("envelope-1", "--output", "x.zip", "--evidence-dir", "none"), "holds no evidence"),
    ):
        result = paraaf("evidence", "export", *arguments)
        assert result.exit_code == 1
        assert words in result.stderr
    assert (folder / "there.zip").read_text() == "precious"
    assert not (folder / "x.zip").exists()


def test_whom_a_task_was_passed_on_to_comes_along_and_can_be_erased(paraaf: Run, desk: Desk, folder: Path) -> None:
    delegation = a.a_delegation()

    async def pass_on() -> None:
        async with open_store(desk.settings) as store, store.transaction() as tx:
            await tx.delegations.add(a.an_envelope("envelope-1"), delegation)
        archive = desk.open()
        party, others = delegation.signer, {"taker": delegation.taker}
        await LocalEvidence(archive).record(
            EvidenceFact(
                a.OFFICE,
                a.CLIENT,
                EnvelopeId("envelope-1"),
                Happening.DELEGATION_ASKED,
                "passed-on",
                a.at(5),
                (),
                None,
                party.account,
                {"who": party.name},
                others,
            )
        )
        await archive.close()

    asyncio.run(pass_on())
    assert _read_bundle(paraaf, folder / "before.zip").count("Mila Haddad") == 1
    taker = delegation.taker.account
    told = paraaf("erase", f"{taker.platform}:{taker.tenant}:{taker.user}", "--yes")
    assert told.exit_code == 0, told.stderr
    after = _read_bundle(paraaf, folder / "after.zip")
    assert "Mila" not in after
    assert "Karim Haddad" in after


def test_the_sealed_pdf_lies_in_it_as_soon_as_its_entry_is_there(paraaf: Run, folder: Path) -> None:
    desk = furnish(folder)
    asyncio.run(_seal(desk))
    assert _list_documents(paraaf, folder / "early") == ["Aangifte IB 2025.pdf"]
    asyncio.run(_record_seal(desk))
    assert _list_documents(paraaf, folder / "late") == ["Aangifte IB 2025 (2).pdf", "Aangifte IB 2025.pdf"]
    result = check(folder / "late")
    assert result.returncode == 0, result.stderr


SEALED = b"%PDF-1.7 Aangifte, sealed"


async def _seal(desk: Desk) -> None:
    content = await choose_blobs(desk.settings).put(SEALED)
    document = a.a_document(version=2, name="Aangifte IB 2025.pdf", size=content.size, sha256=content.sha256)
    before = a.a_content(PDF).sha256
    facts = {"documents": before, "after": content.sha256, "level": "B-B"}
    async with open_store(desk.settings) as store, store.transaction() as tx:
        await tx.envelopes.sealed(EnvelopeId("envelope-1"), Sealed(document, SealLevel.B_B, a.at(9)))
        await tx.log.add([a.a_log_line(Happening.SEALED, at=a.at(9), facts=facts)])


async def _record_seal(desk: Desk) -> None:
    archive = desk.open()
    async with open_store(desk.settings) as store, store.transaction() as tx:
        [owed] = await tx.owed_evidence.claim(a.at(60), timedelta(minutes=1), 10)
        envelope = await tx.envelopes.get(a.OFFICE, EnvelopeId("envelope-1"))
        assert envelope
        receipt = await LocalEvidence(archive).record(find_facts(owed, envelope, None))
        await tx.owed_evidence.recorded(owed, receipt, a.at(60))
    await archive.close()


def _list_documents(paraaf: Run, to: Path) -> list[str]:
    file = to.with_suffix(".zip")
    result = paraaf("evidence", "export", "envelope-1", "--output", file)
    assert result.exit_code == 0, result.stderr
    with zipfile.ZipFile(file) as bundle:
        bundle.extractall(to)
    return sorted(path.name for path in (to / "documents").iterdir())


def _read_bundle(paraaf: Run, file: Path) -> str:
    """Its report."""
    assert paraaf("evidence", "export", "envelope-1", "--output", file).exit_code == 0
    with zipfile.ZipFile(file) as bundle:
        return bundle.read("report.txt").decode()
