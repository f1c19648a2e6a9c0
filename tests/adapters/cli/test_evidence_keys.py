"""Showing and changing the keys of logs, and what the doctor and the process itself tell of the evidence."""

import asyncio
from pathlib import Path

import pytest

from adapters.commands.evidence_doctor import describe_lag
from adapters.commands.finding import Verdict
from adapters.settings import load_settings
from bot.domain.evidence import Lag
from tests import builders as a
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.evidence_office import Desk, furnish
from tests.adapters.cli.test_doctor import findings


@pytest.fixture
def desk(folder: Path) -> Desk:
    return furnish(folder)


def keys(paraaf: Run, *arguments: str) -> list[str]:
    result = paraaf("evidence", "keys", *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


def test_the_keys_are_shown_with_where_to_publish_them(paraaf: Run, desk: Desk) -> None:
    assert "engagement letter" in paraaf("evidence", "keys").stderr
    (key,) = keys(paraaf, "--office", a.OFFICE)
    assert f"/evidence/{a.OFFICE}+" in key


def test_what_is_shown_is_a_file_of_keys(paraaf: Run, desk: Desk, folder: Path) -> None:
    assert paraaf("evidence", "rotate", a.OFFICE).exit_code == 0
    (folder / "key.txt").write_text(paraaf("evidence", "keys").stdout)
    result = paraaf("evidence", "fsck", desk.root / "logs" / a.OFFICE, "--key", "key.txt", "--language", "en")
    assert (result.exit_code, result.stdout) == (0, "4 entries, and all of them fit.\n")


def test_a_key_is_changed_and_the_old_one_stays_known(paraaf: Run, desk: Desk, folder: Path) -> None:
    (old,) = keys(paraaf)
    result = paraaf("evidence", "rotate", a.OFFICE)
    assert result.exit_code == 0, result.stderr
    assert keys(paraaf)[0] == old
    assert keys(paraaf)[1] in result.stdout
    assert "back up the evidence now" in result.stdout
    log = desk.root / "logs" / a.OFFICE
    # Who has only the old key follows the change.
    assert paraaf("evidence", "fsck", log, "--key", old).exit_code == 0


def test_a_log_that_is_open_elsewhere_is_left_alone(paraaf: Run, desk: Desk) -> None:
    before = keys(paraaf)

    async def hold() -> tuple[int, str]:
        archive = desk.open()
        await archive.log(a.OFFICE)
        try:
            result = await asyncio.to_thread(paraaf, "evidence", "rotate", a.OFFICE)
        finally:
            await archive.close()
        return result.exit_code, result.stderr

    code, told = asyncio.run(hold())
    assert code == 1
    assert "stop that one, and run this again" in told
    assert keys(paraaf) == before


@pytest.mark.parametrize("command", [("keys", "--office", "elsewhere"), ("rotate", "elsewhere")])
def test_an_unknown_office_is_said(paraaf: Run, desk: Desk, command: tuple[str, ...]) -> None:
    result = paraaf("evidence", *command)
    assert result.exit_code == 1
    assert f"there is no log of elsewhere; there is one of {a.OFFICE}" in result.stderr
    assert not (desk.root / "logs" / "elsewhere").exists()


def test_without_evidence_the_way_out_is_said(paraaf: Run, folder: Path) -> None:
    result = paraaf("evidence", "keys")
    assert result.exit_code == 1
    assert "holds no evidence" in result.stderr


async def test_the_doctor_tells_of_secret_and_logs(folder: Path) -> None:
    found = await findings()
    assert (found["evidence secret"].verdict, found["evidence"].verdict) == (Verdict.NOTE, Verdict.OK)
    assert "the next start makes it" in found["evidence secret"].words
    assert "evidence owed" not in found


def test_the_doctor_tells_of_each_log(desk: Desk) -> None:
    secret = load_settings().evidence_secret
    secret.chmod(0o644)
    found = asyncio.run(findings())
    assert "3 entries" in found[f"evidence of {a.OFFICE}"].words
    assert "chmod 600" in found["evidence secret"].words
    assert found["evidence owed"].words == "none"
    secret.chmod(0o600)
    assert asyncio.run(findings())["evidence secret"].verdict is Verdict.OK
    secret.unlink()
    assert asyncio.run(findings())["evidence secret"].verdict is Verdict.BROKEN


def test_a_secret_among_the_evidence_is_advised_against(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = load_settings().evidence_secret.rename(desk.root / "secret")
    inside.chmod(0o600)
    monkeypatch.setenv("PARAAF_EVIDENCE_SECRET_FILE", str(inside))
    found = asyncio.run(findings())["evidence secret"]
    assert (found.verdict, "keep it elsewhere" in found.words) == (Verdict.NOTE, True)


def test_a_secret_is_found_among_the_evidence_behind_a_link(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = load_settings().evidence_secret.rename(desk.root / "secret")
    inside.chmod(0o600)
    (folder / "elsewhere").symlink_to(desk.root)
    monkeypatch.setenv("PARAAF_EVIDENCE_SECRET_FILE", str(folder / "elsewhere" / "secret"))
    assert "keep it elsewhere" in asyncio.run(findings())["evidence secret"].words


def test_a_damaged_log_is_named(desk: Desk) -> None:
    (desk.root / "logs" / a.OFFICE / "checkpoint").write_bytes(b"nonsense")
    assert {each.verdict for each in asyncio.run(findings()).values() if "evidence" in each.subject} >= {Verdict.BROKEN}


def test_what_is_owed_is_told_with_what_to_do() -> None:
    assert describe_lag(Lag()) == "none"
    waiting = describe_lag(Lag(3, a.NOON, 0))
    assert waiting.startswith("3 events wait for their entry, the oldest since 20")
    assert "follow by themselves" in waiting
    assert "1 of them were refused: look for evidence.refused" in describe_lag(Lag(3, a.NOON, 1))
