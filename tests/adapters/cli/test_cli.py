"""What an administrator types."""

import json
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.adapters.cli.conftest import Run
from tests.documents import make_pdf

APP = "0a1b2c3d-0000-4000-8000-0123456789ab"
CLIENTS = "number;name;contact\n1001;Haddad Bouw B.V.;Karim Haddad\n"


@pytest.fixture
def office(paraaf: Run, folder: Path) -> str:
    """An office with one client."""
    (folder / "clients.csv").write_text(CLIENTS)
    assert paraaf("offices", "add", "De Linde").exit_code == 0
    assert paraaf("clients", "import", "clients.csv").exit_code == 0
    return "De Linde"


def test_the_version_is_told(paraaf: Run) -> None:
    assert paraaf("--version").stdout == f"paraaf {version('paraaf')}\n"


@pytest.mark.parametrize(
    "command",
    [(), ("serve",), ("clients", "import"), ("documents", "add"), ("offices", "staff"), ("manifest", "teams")],
)
def test_every_command_explains_itself(paraaf: Run, command: tuple[str, ...]) -> None:
    assert "Usage:" in paraaf(*command, "--help").stdout


def test_what_a_command_does_not_need_is_not_loaded() -> None:
    heavy = ("sqlalchemy", "aiohttp", "slack_bolt", "alembic", "pydantic", "babel", "rich")
    code = f"import sys; import adapters.cli; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_clients_are_imported(paraaf: Run, folder: Path, office: str) -> None:
    again = paraaf("clients", "import", folder / "clients.csv", "--office", office)
    assert "nothing changed; the file holds 1 clients." in again.stdout
    assert "1 clients; reminders: " in paraaf("offices", "list").stdout


def test_every_fault_of_a_file_is_told(paraaf: Run, folder: Path, office: str) -> None:
    (folder / "bad.csv").write_text("number;name\n;A\n2;\n")
    result = paraaf("clients", "import", "bad.csv", "--office", office)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "paraaf: nothing was imported:"
    assert [line.split(":")[0] for line in result.stderr.splitlines()[1:]] == ["  row 2", "  row 3"]


def test_documents_are_added_with_versions(paraaf: Run, folder: Path, office: str) -> None:
    file = folder / "Aangifte.pdf"
    add = ("documents", "add", "--client", "1001", "--folder", " /Aangiften// 2025/", "--office", office, file)
    file.write_bytes(make_pdf(pages=2))
    assert paraaf(*add).stdout == "added: Aangifte.pdf, version 1, 2 pages\n"
    assert paraaf(*add).stdout == "unchanged: Aangifte.pdf, version 1, 2 pages\n"
    file.write_bytes(make_pdf(pages=1))
    assert paraaf(*add).stdout == "new version: Aangifte.pdf, version 2, 1 pages\n"
    elsewhere = paraaf("documents", "add", "--client", "1001", file)
    assert elsewhere.stdout == "added: Aangifte.pdf, version 1, 1 pages\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("documents", "add", "--client", "9", "a.txt"), "has no client 9; import it first"),
        (("documents", "add", "--client", "1001", "empty.txt"), "empty.txt is empty"),
        (("documents", "add", "--client", "1001", "missing.txt"), "missing.txt: No such file"),
        (("documents", "add", "--client", "1001", "."), "is a folder"),
        (("documents", "add", "--client", "1001", "a.txt", "sub/a.txt"), "Two of the files are called a.txt"),
        (("clients", "import", "missing.csv"), "missing.csv: No such file"),
        (("clients", "import", "a.txt", "--office", "Elsewhere"), "There is no office “Elsewhere”"),
        (("offices", "add", "de  linde"), "an office “de linde” already"),
        (("offices", "add", " "), "Give the office a name"),
        (("offices", "add", "X", "--language", "fr"), "no language “fr”"),
        (("offices", "map", "De Linde", "--slack", "linde"), "no id of a Slack workspace"),
        (("offices", "staff", "De Linde", "--group", "@staff"), "no id of a Slack user group"),
        (("offices", "staff", "De Linde", "--account", "sanne"), "is no member"),
        (("offices", "map", "De Linde", "--teams", "linde.example"), "no id of a Microsoft tenant"),
        (("offices", "signing", "De Linde", "--drawing", "must"), "choose from: off, offered, required"),
        (("offices", "signing", "Elsewhere"), "There is no office “Elsewhere”"),
        (("offices", "reminders", "De Linde", "--every", "0"), "from 1 to 99"),
        (("offices", "reminders", "De Linde", "--most", "100"), "from 1 to 99"),
        (("offices", "map", "De Linde"), "--slack WORKSPACE, or --teams TENANT"),
        (("manifest", "teams", "--output", "app.zip"), "MICROSOFT_APP_ID: missing; set it, or give --app-id"),
        (("manifest", "teams", "--output", "app.zip", "--app-id", "x"), "--app-id: write an id such as"),
        (
            ("manifest", "teams", "--output", "app.zip", "--app-id", APP, "--url", "x.example"),
            "--url: write an address",
        ),
        (("manifest", "teams", "--output", "no/app.zip", "--app-id", APP), "no/app.zip: No such file or directory"),
        (("offices", "staff", "De Linde", "--everyone", "--account", "U0SANNE"), "Choose"),
    ],
)
def test_what_is_impossible_is_told_without_a_traceback(
    paraaf: Run, folder: Path, office: str, arguments: tuple[str, ...], words: str
) -> None:
    (folder / "sub").mkdir()
    for name, content in (("a.txt", "a"), ("sub/a.txt", "b"), ("empty.txt", "")):
        (folder / name).write_text(content)
    result = paraaf(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("paraaf: ")
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_commands_ask_for_an_office_first(paraaf: Run, folder: Path) -> None:
    (folder / "clients.csv").write_text(CLIENTS)
    result = paraaf("clients", "import", "clients.csv")
    assert result.exit_code == 1
    assert "paraaf offices add NAME" in result.stderr
    assert paraaf("offices", "list").stdout == "There is no office yet.\n"


def test_with_several_offices_one_must_be_named(paraaf: Run, folder: Path, office: str) -> None:
    paraaf("offices", "add", "Other")
    assert "name one with --office: De Linde, Other" in paraaf("clients", "import", "clients.csv").stderr
    assert paraaf("clients", "import", "clients.csv", "--office", "other").exit_code == 0


def test_staff_is_narrowed_and_widened(paraaf: Run, office: str) -> None:
    assert (
        "staff: group S0STAFF, U0BAS, U0SANNE"
        in paraaf("offices", "staff", office, "--group", "S0STAFF", "--account", "U0SANNE", "--account", "U0BAS").stdout
    )
    assert "U0SANNE; a sender may sign" in paraaf("offices", "staff", office, "--sender-may-sign").stdout
    widened = paraaf("offices", "staff", office, "--everyone").stdout
    assert widened.endswith("staff: every full member; a sender may sign; signature: offered, drawn or typed\n")
    assert "may sign" not in paraaf("offices", "staff", office, "--sender-may-not-sign").stdout


def test_an_office_asks_for_signatures_or_not(paraaf: Run, office: str) -> None:
    assert paraaf("offices", "list").stdout.endswith("; signature: offered, drawn or typed\n")
    asked = paraaf("offices", "signing", office, "--drawing", "required", "--no-typed").stdout
    assert asked.endswith("; signature: required, drawn\n")
    assert paraaf("offices", "signing", office, "--typed").stdout.endswith("; signature: required, drawn or typed\n")
    assert "signature: offered, drawn or typed" in paraaf("offices", "signing", office, "--drawing", "offered").stdout
    assert "signature: offered, drawn or typed" in paraaf("offices", "staff", office, "--everyone").stdout
    assert paraaf("offices", "signing", office, "--drawing", "off").stdout.endswith("; signature: none\n")


def test_an_office_reminds_as_often_as_it_likes(paraaf: Run, office: str) -> None:
    usual = "; reminders: after 3 working days, then every 3, every 2 when late, 5 times; staff: "
    assert usual in paraaf("offices", "list").stdout
    changed = paraaf("offices", "reminders", office, "--first", "1", "--every", "2", "--late-every", "4").stdout
    assert "after 1 working days, then every 2, every 4 when late, 5 times" in changed
    assert (
        "after 1 working days, then every 2, every 4 when late, 0 times"
        in paraaf("offices", "reminders", office, "--most", "0").stdout
    )


def test_a_workspace_is_mapped(paraaf: Run, office: str) -> None:
    assert "slack T0LINDE" in paraaf("offices", "map", office, "--slack", "T0LINDE").stdout
    paraaf("offices", "add", "Other")
    paraaf("offices", "map", "Other", "--slack", "T0LINDE")
    assert paraaf("offices", "list").stdout.splitlines()[0].startswith("De Linde (nl): no workspace yet")


def test_a_tenant_is_mapped_beside_a_workspace(paraaf: Run, office: str) -> None:
    told = paraaf("offices", "map", office, "--slack", "T0LINDE", "--teams", APP.upper()).stdout
    assert f"slack T0LINDE, teams {APP};" in told
    paraaf("offices", "add", "Other")
    assert f"Other (nl): teams {APP};" in paraaf("offices", "map", "Other", "--teams", APP).stdout
    assert "De Linde (nl): slack T0LINDE;" in paraaf("offices", "list").stdout


def test_staff_in_teams_are_named_by_their_id_there(paraaf: Run, office: str) -> None:
    person = "29:1bQyH7vJ3mW9aX2cL5kN8pR4sT6uV0wY"
    assert f"staff: {person}" in paraaf("offices", "staff", office, "--account", person).stdout


def test_an_app_package_is_written(paraaf: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = paraaf("manifest", "teams", "--output", "app.zip", "--app-id", APP.upper(), "--url", "https://x.example/")
    assert (told.stdout, told.stderr) == ("app.zip\n", "")
    with zipfile.ZipFile(folder / "app.zip") as package:
        manifest = json.loads(package.read("manifest.json"))
    assert (manifest["id"], manifest["validDomains"]) == (APP, ["x.example"])
    monkeypatch.setenv("MICROSOFT_APP_ID", APP)
    monkeypatch.setenv("MICROSOFT_APP_TENANT_ID", APP)
    monkeypatch.setenv("MICROSOFT_APP_PASSWORD", "secret")
    local = paraaf("manifest", "teams", "--output", folder / "local.zip")
    assert "only https" in local.stderr
    with zipfile.ZipFile(folder / "local.zip") as package:
        assert json.loads(package.read("manifest.json"))["validDomains"] == ["127.0.0.1:8080"]


def test_tabs_are_in_the_package_where_they_are_set_up(
    paraaf: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def has_tabs(*options: str) -> bool:
        told = paraaf(
            "manifest", "teams", "--output", "app.zip", "--url", "https://x.example", "--app-id", APP, *options
        )
        assert told.exit_code == 0
        with zipfile.ZipFile(folder / "app.zip") as package:
            return "staticTabs" in json.loads(package.read("manifest.json"))

    assert (has_tabs(), has_tabs("--tabs")) == (False, True)
    for name in ("MICROSOFT_APP_ID", "MICROSOFT_APP_TENANT_ID", "MICROSOFT_APP_PASSWORD"):
        monkeypatch.setenv(name, APP)
    monkeypatch.setenv("PARAAF_TEAMS_TABS", "1")
    assert (has_tabs(), has_tabs("--no-tabs")) == (True, False)


def test_a_manifest_is_printed(paraaf: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = json.loads(paraaf("manifest", "slack", "--url", "https://x.example").stdout)
    assert printed["settings"]["interactivity"]["request_url"] == "https://x.example/slack/events"
    local = paraaf("manifest", "slack")
    assert "only https" in local.stderr
    assert json.loads(local.stdout)
    monkeypatch.setenv("PARAAF_PUBLIC_URL", "https://y.example")
    assert "https://y.example/slack/events" in paraaf("manifest", "slack").stdout
    assert "://" not in paraaf("manifest", "slack", "--socket-mode").stdout


def test_wrong_settings_are_all_named(paraaf: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_PORT", "x")
    monkeypatch.setenv("PARAAF_REDIS_URL", "secret")
    result = paraaf("offices", "list")
    assert result.exit_code == 1
    assert "PARAAF_PORT" in result.stderr
    assert "PARAAF_REDIS_URL" in result.stderr
    assert "secret" not in result.stderr


def test_a_database_that_cannot_be_reached_is_told(paraaf: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/x")
    result = paraaf("offices", "list")
    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr
    assert "hunter2" not in result.stderr
