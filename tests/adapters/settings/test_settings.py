"""What an operator sets, and what is said about it."""

import os
from pathlib import Path

import pytest

from adapters.settings import Settings, SettingsError, find_misspelt, known_settings, load_settings

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("PARAAF_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def settings_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def faults_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as raised:
        settings_of(monkeypatch, **environment)
    return raised.value.faults


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/var/paraaf.db"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.slack is None


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PARAAF_PORT=9000\nPARAAF_HOST=::1\nSLACK_BOT_TOKEN=\nSOMETHING_ELSE=1\n")
    settings = settings_of(monkeypatch, PARAAF_PORT="9001")
    assert settings.public_url == "http://[::1]:9001"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p%40@h/x?sslmode=require", "postgresql+asyncpg://u:p%40@h/x?sslmode=require"),
        ("postgres://u@h/x", "postgresql+asyncpg://u@h/x"),
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite:////tmp/x.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite:///x.db"),
    ],
)
def test_a_database_gets_its_driver(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    assert settings_of(monkeypatch, PARAAF_DATABASE_URL=given).database_url == used


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "PARAAF_DATABASE_URL": "postgresql://u:hunter2@h/x",
        "PARAAF_REDIS_URL": "redis://:hunter2@h/0",
        "SLACK_BOT_TOKEN": "xoxb-hunter2",
        "SLACK_SIGNING_SECRET": "hunter2",
    }
    settings = settings_of(monkeypatch, **secrets)
    assert "hunter2" not in repr(settings) + str(settings.slack)
    assert settings.slack
    assert settings.slack.bot_token.get_secret_value() == "xoxb-hunter2"


def test_every_wrong_setting_is_named_at_once_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "PARAAF_DATABASE_URL": "mysql://u:hunter2@h/x",
        "PARAAF_REDIS_URL": "hunter2:6379",
        "PARAAF_BLOBS_URL": "hunter2",
        "PARAAF_PUBLIC_URL": "paraaf.example",
        "PARAAF_PORT": "70000",
        "SLACK_API_URL": "http://slack.example/api",
    }
    with pytest.raises(SettingsError) as raised:
        settings_of(monkeypatch, **wrong)
    assert raised.value.faults.keys() == wrong.keys()
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["postgresql:h/x", "postgresql://u@h", "postgresql://u@h/", "sqlite://", "postgresql://u@h?dbname=x"]
)
def test_half_a_database_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert faults_of(monkeypatch, PARAAF_DATABASE_URL=url).keys() == {"PARAAF_DATABASE_URL"}


@pytest.mark.parametrize("url", ["ftp://x.example", "https://", "https://x.example/?a=b", "https://u:p@x.example"])
def test_what_is_no_public_address_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert faults_of(monkeypatch, PARAAF_PUBLIC_URL=url).keys() == {"PARAAF_PUBLIC_URL"}


def test_a_public_address_may_have_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(monkeypatch, PARAAF_PUBLIC_URL="https://x.example/p/").public_url == "https://x.example/p"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, {"SLACK_SIGNING_SECRET"}),
        ({"SLACK_SIGNING_SECRET": "s"}, {"SLACK_BOT_TOKEN"}),
        ({"SLACK_APP_TOKEN": "xapp-1"}, {"SLACK_BOT_TOKEN"}),
        ({**SLACK, "SLACK_BOT_TOKEN": "xapp-1"}, {"SLACK_BOT_TOKEN"}),
        ({**SLACK, "SLACK_APP_TOKEN": "xoxb-1"}, {"SLACK_APP_TOKEN"}),
    ],
)
def test_half_of_slack_is_an_error(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: set[str]
) -> None:
    assert faults_of(monkeypatch, **environment).keys() == named


def test_in_socket_mode_no_signing_secret_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    slack = settings_of(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1").slack
    assert slack
    assert slack.signing_secret is None
    assert slack.api_url == "https://slack.com/api/"


def test_a_stand_in_on_this_machine_may_do_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    slack = settings_of(monkeypatch, **SLACK, SLACK_API_URL="http://127.0.0.1:3010/api").slack
    assert slack
    assert slack.api_url == "http://127.0.0.1:3010/api/"


def test_a_misspelt_setting_is_found() -> None:
    found = find_misspelt(["PARAAF_DATABSE_URL", "PARAAF_TEST_REDIS_URL", "PARAAF_ZZZ", "PARAAF_PORT", "HOME"])
    assert found == {"PARAAF_DATABSE_URL": "PARAAF_DATABASE_URL", "PARAAF_ZZZ": ""}


def test_the_example_names_every_setting_and_no_other() -> None:
    example = Path(__file__).parents[3] / ".env.example"
    lines = example.read_text().splitlines()
    assert sorted(line.partition("=")[0] for line in lines if line and line[0] != "#") == sorted(known_settings())
    assert load_settings(example) == load_settings(None)
