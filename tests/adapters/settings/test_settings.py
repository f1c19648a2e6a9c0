"""What an operator sets, and what is said about it."""

import os
from pathlib import Path

import pytest

from adapters.settings import Settings, SettingsError, find_misspelt, known_settings, load_settings

APP, TENANT = "0a1b2c3d-0000-4000-8000-0123456789ab", "0a1b2c3d-0000-4000-8000-ba9876543210"
TEAMS = {"MICROSOFT_APP_ID": APP, "MICROSOFT_APP_TENANT_ID": TENANT, "MICROSOFT_APP_PASSWORD": "hunter2"}
OPEN = {
    "MICROSOFT_APP_ID": APP,
    "PARAAF_TEAMS_OPEN": "1",
    "PARAAF_TEAMS_SERVICE_URL": "http://127.0.0.1:56150/_connector",
}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("PARAAF_", "SLACK_", "MICROSOFT_")):
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


def test_half_a_platform_is_named_beside_a_wrong_value(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as raised:
        settings_of(monkeypatch, PARAAF_DATABASE_URL="mysql://h/x", SLACK_BOT_TOKEN="xoxb-1")
    assert raised.value.faults.keys() == {"PARAAF_DATABASE_URL", "SLACK_SIGNING_SECRET"}


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


def test_without_an_app_teams_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().teams is None
    assert settings_of(monkeypatch, MICROSOFT_APP_TYPE="multitenant").teams is None


def test_an_app_of_one_tenant_asks_that_tenant_for_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(monkeypatch, **{**TEAMS, "MICROSOFT_APP_ID": APP.upper()})
    assert settings.teams
    assert (settings.teams.app_id, settings.teams.authority) == (APP, TENANT)
    assert (settings.teams.is_open, settings.teams.service_url) == (False, None)
    assert settings.teams.login_url == "https://login.microsoftonline.com"
    assert "hunter2" not in repr(settings) + repr(settings.teams)


def test_an_app_of_many_tenants_asks_the_bot_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    several = {**TEAMS, "MICROSOFT_APP_TYPE": "MultiTenant", "MICROSOFT_APP_TENANT_ID": ""}
    settings = settings_of(monkeypatch, **several)
    assert settings.teams
    assert (settings.teams.authority, settings.teams.tenant) == ("botframework.com", None)


def test_a_certificate_is_as_good_as_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text("x")
    given = {**TEAMS, "MICROSOFT_APP_PASSWORD": "", "MICROSOFT_APP_CERTIFICATE": "app.pem"}
    settings = settings_of(monkeypatch, **given)
    assert settings.teams
    assert (settings.teams.certificate, settings.teams.private_key) == (tmp_path / "app.pem", None)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"MICROSOFT_APP_PASSWORD": "hunter2"}, {"MICROSOFT_APP_ID"}),
        ({"MICROSOFT_APP_TENANT_ID": TENANT}, {"MICROSOFT_APP_ID"}),
        ({"PARAAF_TEAMS_OPEN": "1"}, {"MICROSOFT_APP_ID"}),
        ({"MICROSOFT_APP_ID": APP}, {"MICROSOFT_APP_TENANT_ID", "MICROSOFT_APP_PASSWORD"}),
        ({"MICROSOFT_APP_ID": APP, "MICROSOFT_APP_TYPE": "MultiTenant"}, {"MICROSOFT_APP_PASSWORD"}),
        ({**TEAMS, "MICROSOFT_APP_TENANT_ID": ""}, {"MICROSOFT_APP_TENANT_ID"}),
        ({**TEAMS, "MICROSOFT_APP_ID": "paraaf"}, {"MICROSOFT_APP_ID"}),
        ({**TEAMS, "MICROSOFT_APP_TYPE": "UserAssignedMSI"}, {"MICROSOFT_APP_TYPE"}),
        ({**TEAMS, "MICROSOFT_APP_CERTIFICATE": "missing.pem"}, {"MICROSOFT_APP_CERTIFICATE"}),
        ({**TEAMS, "MICROSOFT_APP_CERTIFICATE": "here.pem"}, {"MICROSOFT_APP_PASSWORD"}),
        ({**TEAMS, "MICROSOFT_APP_PRIVATE_KEY": "here.pem"}, {"MICROSOFT_APP_CERTIFICATE"}),
        ({**TEAMS, "MICROSOFT_LOGIN_URL": "http://login.example"}, {"MICROSOFT_LOGIN_URL"}),
        ({**TEAMS, "PARAAF_TEAMS_SERVICE_URL": "https://smba.example"}, {"PARAAF_TEAMS_SERVICE_URL"}),
        (
            {**TEAMS, "SLACK_APP_TOKEN": "xapp-1", "MICROSOFT_APP_PASSWORD": ""},
            {"SLACK_BOT_TOKEN", "MICROSOFT_APP_PASSWORD"},
        ),
    ],
)
def test_half_of_teams_is_an_error(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: set[str]
) -> None:
    Path("here.pem").write_text("x")
    faults = faults_of(monkeypatch, **environment)
    assert faults.keys() == named
    assert "hunter2" not in str(faults)


@pytest.mark.parametrize("here", ["127.0.0.1", "::1", "localhost", "127.8.0.1"])
def test_authentication_is_off_for_a_client_on_this_machine(monkeypatch: pytest.MonkeyPatch, here: str) -> None:
    teams = settings_of(monkeypatch, **OPEN, PARAAF_HOST=here).teams
    assert teams
    assert teams.is_open


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"PARAAF_HOST": "10.0.0.1"}, {"PARAAF_HOST", "PARAAF_PUBLIC_URL"}),
        ({"PARAAF_HOST": "::"}, {"PARAAF_HOST", "PARAAF_PUBLIC_URL"}),
        ({"PARAAF_HOST": "192.168.1.2", "PARAAF_PUBLIC_URL": "http://127.0.0.1:8080"}, {"PARAAF_HOST"}),
        ({"PARAAF_HOST": "127.0.0.1.example"}, {"PARAAF_HOST", "PARAAF_PUBLIC_URL"}),
        ({"PARAAF_PUBLIC_URL": "https://paraaf.example"}, {"PARAAF_PUBLIC_URL"}),
        ({"PARAAF_TEAMS_SERVICE_URL": ""}, {"PARAAF_TEAMS_SERVICE_URL"}),
        ({"PARAAF_TEAMS_SERVICE_URL": "http://10.0.0.1/_connector"}, {"PARAAF_TEAMS_SERVICE_URL"}),
        ({"PARAAF_TEAMS_SERVICE_URL": "http://localhost.example/"}, {"PARAAF_TEAMS_SERVICE_URL"}),
        ({"PARAAF_TEAMS_TABS": "1"}, {"PARAAF_TEAMS_TABS"}),
        ({"MICROSOFT_APP_PASSWORD": "hunter2"}, {"PARAAF_TEAMS_OPEN"}),
        ({"MICROSOFT_APP_CERTIFICATE": "here.pem"}, {"PARAAF_TEAMS_OPEN"}),
    ],
)
def test_authentication_is_off_for_nobody_else(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], named: set[str]
) -> None:
    Path("here.pem").write_text("x")
    assert faults_of(monkeypatch, **{**OPEN, **changes}).keys() == named


def test_a_misspelt_setting_is_found() -> None:
    found = find_misspelt(["PARAAF_DATABSE_URL", "PARAAF_TEST_REDIS_URL", "PARAAF_ZZZ", "PARAAF_PORT", "HOME"])
    assert found == {"PARAAF_DATABSE_URL": "PARAAF_DATABASE_URL", "PARAAF_ZZZ": ""}


def test_the_example_names_every_setting_and_no_other() -> None:
    example = Path(__file__).parents[3] / ".env.example"
    lines = example.read_text().splitlines()
    assert sorted(line.partition("=")[0] for line in lines if line and line[0] != "#") == sorted(known_settings())
    assert load_settings(example) == load_settings(None)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("127.0.0.1", ["127.0.0.1/32"]),
        ("127.0.0.1, 10.0.0.0/8,::1", ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]),
        (" ", []),
        ("", []),
    ],
)
def test_proxies_are_networks(monkeypatch: pytest.MonkeyPatch, given: str, used: list[str]) -> None:
    assert list(map(str, settings_of(monkeypatch, PARAAF_PROXIES=given).proxies)) == used


@pytest.mark.parametrize("given", ["proxy.example", "10.0.0.0/33", "10.0.0.1/8", "0.0.0.0/0", "::/0", "127.0.0.1;::1"])
def test_what_is_no_network_or_every_network_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    assert list(faults_of(monkeypatch, PARAAF_PROXIES=given)) == ["PARAAF_PROXIES"]


def test_a_database_of_places_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert faults_of(monkeypatch, PARAAF_GEOIP_DB="places.mmdb") == {"PARAAF_GEOIP_DB": "there is no such file"}
    (tmp_path / "places.mmdb").touch()
    assert settings_of(monkeypatch).geoip == tmp_path / "places.mmdb"
