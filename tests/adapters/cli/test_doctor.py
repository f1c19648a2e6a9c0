"""What the doctor finds."""

from pathlib import Path

import pytest

from adapters.commands.doctor import Finding, Verdict, check_scopes, examine
from adapters.main import open_store
from adapters.settings import load_settings
from bot.domain.people import Platform
from bot.use_cases.offices import add_office, map_tenant
from manifest.slack import bot_scopes
from tests.adapters.cli.conftest import Run
from tests.strict_slack import StrictSlack


async def findings() -> dict[str, Finding]:
    return {each.subject: each async for each in examine(load_settings())}


def verdicts(found: dict[str, Finding]) -> dict[str, str]:
    return {subject: finding.verdict.value for subject, finding in found.items()}


def set_slack(monkeypatch: pytest.MonkeyPatch, slack: StrictSlack, **changes: str) -> None:
    told = {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }
    for name, value in (told | changes).items():
        monkeypatch.setenv(name, value)


def test_a_fresh_folder_is_fine(paraaf: Run, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PARAAF_DATABSE_URL", "x")
    result = paraaf("doctor")
    assert result.exit_code == 0
    assert "did you mean PARAAF_DATABASE_URL?" in result.stdout
    assert "without tables yet" in result.stdout
    assert "no https" in result.stdout
    assert "slack: off" in result.stdout
    assert not (folder / "var" / "paraaf.db").exists()


def test_something_broken_ends_with_1(paraaf: Run, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("PARAAF_DATA_DIR", "file")
    result = paraaf("doctor")
    assert result.exit_code == 1
    assert "broken  data folder" in result.stdout
    assert "broken  documents" in result.stdout


async def test_tables_that_are_up_to_date_are_recognised(used_url: str) -> None:
    assert verdicts(await findings())["database"] == "note"
    async with open_store(load_settings()):
        pass
    assert "up to date" in (await findings())["database"].words


@pytest.fixture(params=["sqlite", "postgresql"])
def used_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    url = f"sqlite:///{folder}/x.db" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    monkeypatch.setenv("PARAAF_DATABASE_URL", url)
    return url


async def test_what_does_not_answer_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/x")
    monkeypatch.setenv("PARAAF_REDIS_URL", "redis://:hunter2@127.0.0.1:1/0")
    found = await findings()
    assert (found["database"].verdict, found["redis"].verdict) == (Verdict.BROKEN, Verdict.NOTE)
    assert "hunter2" not in str(found)


async def test_redis_that_answers_is_told(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    monkeypatch.setenv("PARAAF_REDIS_URL", redis_url)
    assert verdicts(await findings())["redis"] == "ok"


async def test_slack_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StrictSlack() as slack:
        set_slack(monkeypatch, slack, SLACK_APP_TOKEN=slack.app_token)
        settings = load_settings()
        async with open_store(settings) as store:
            before = await findings()
            await map_tenant(store, await add_office(store, "De Linde"), Platform.SLACK, "T0OFFICE")
        after = await findings()
    assert before["slack"].words == "workspace Kantoor Vermeer (T0OFFICE)"
    assert before["slack requests"].words == "in Socket Mode"
    assert "none for T0OFFICE yet" in before["office"].words
    assert "without clients" in after["office"].words


async def test_a_token_that_slack_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StrictSlack() as slack:
        set_slack(monkeypatch, slack, SLACK_BOT_TOKEN="xoxb-wrong", SLACK_APP_TOKEN=slack.app_token)
        wrong_bot = await findings()
        set_slack(monkeypatch, slack, SLACK_APP_TOKEN="xapp-wrong")
        wrong_app = await findings()
    assert "SLACK_BOT_TOKEN (invalid_auth)" in wrong_bot["slack"].words
    assert "SLACK_APP_TOKEN (invalid_auth)" in wrong_app["slack requests"].words
    assert (wrong_bot["slack"].verdict, wrong_app["slack requests"].verdict) == (Verdict.BROKEN, Verdict.BROKEN)


async def test_slack_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StrictSlack() as slack:
        set_slack(monkeypatch, slack, SLACK_API_URL="http://127.0.0.1:1/api/")
        found = await findings()
    assert found["slack"].verdict is Verdict.BROKEN
    assert "does not answer" in found["slack"].words


def test_the_scopes_are_compared_with_the_manifest() -> None:
    assert check_scopes({"X-OAuth-Scopes": ", ".join(bot_scopes())}).verdict is Verdict.OK
    assert check_scopes({}).verdict is Verdict.NOTE
    lacking = check_scopes({"x-oauth-scopes": ",".join(bot_scopes() - {"files:read"})})
    assert (lacking.verdict, "missing: files:read" in lacking.words) == (Verdict.BROKEN, True)
