"""What the doctor finds."""

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter

from adapters.commands.doctor import check_scopes, examine
from adapters.commands.finding import Finding, Verdict
from adapters.parts import open_store
from adapters.settings import load_settings
from bot.domain.people import Platform
from bot.domain.signature import TypedSignature
from bot.use_cases.offices import add_office, map_tenant
from manifest.slack import bot_scopes
from storage.sql.store import SqlStore
from storage.vault import open_vault
from tests import builders as a
from tests.adapters.cli.conftest import Run, point_to_teams
from tests.strict_slack import StrictSlack
from tests.strict_teams import Status, StrictTeams


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
    assert "teams: off" in result.stdout
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


async def test_the_personal_key_is_looked_at(folder: Path) -> None:
    key = folder / "var" / "personal.key"
    assert (await findings())["personal key"].words.endswith("none yet; the next start makes it")
    assert not key.exists()
    vault = open_vault(key)
    assert verdicts(await findings())["personal key"] == "ok"
    key.chmod(0o640)
    assert "chmod 600" in (await findings())["personal key"].words
    async with open_store(load_settings(), vault) as store:
        await sign_something(store)
    key.chmod(0o600)
    assert verdicts(await findings())["personal key"] == "ok"
    key.unlink()
    lost = (await findings())["personal key"]
    assert (lost.verdict, "from a backup" in lost.words) == (Verdict.BROKEN, True)
    open_vault(key)
    assert verdicts(await findings())["personal key"] == "broken"
    key.write_text("no key")
    assert verdicts(await findings())["personal key"] == "broken"


async def sign_something(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(a.an_item())
        await tx.envelopes.add(a.an_envelope())
        await tx.signatures.add(a.an_envelope(), a.an_account(), TypedSignature("Karim Haddad"))


async def test_the_inbox_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "inbox" not in await findings()
    monkeypatch.setenv("PARAAF_INBOX", "inbox")
    assert verdicts(await findings())["inbox"] == "ok"
    monkeypatch.setenv("PARAAF_INBOX", "file")
    (folder / "file").write_text("")
    assert "PARAAF_INBOX" in (await findings())["inbox"].words


async def test_the_database_of_places_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no PARAAF_GEOIP_DB is set" in (await findings())["places"].words
    monkeypatch.setenv("PARAAF_GEOIP_DB", "places.mmdb")
    (folder / "places.mmdb").write_text("no")
    assert verdicts(await findings())["places"] == "broken"
    MMDBWriter(ip_version=4).to_db_file(str(folder / "places.mmdb"))
    assert "set PARAAF_PROXIES" in (await findings())["places"].words
    monkeypatch.setenv("PARAAF_PROXIES", "127.0.0.1")
    assert verdicts(await findings())["places"] == "ok"


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


async def test_teams_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StrictTeams() as teams:
        point_to_teams(monkeypatch, teams)
        settings = load_settings()
        async with open_store(settings) as store:
            nobody = await findings()
            office = await add_office(store, "De Linde")
            one = await findings()
            await map_tenant(store, office, Platform.TEAMS, teams.tenant)
            mapped = await findings()
    assert verdicts(nobody) | {"teams": "ok", "teams keys": "ok", "teams offices": "note"} == verdicts(nobody)
    assert nobody["teams"].words == f"app {teams.app_id}, as SingleTenant of {teams.tenant}"
    assert "everybody there is told so" in nobody["teams offices"].words
    assert f"takes {teams.tenant} to be De Linde" in one["teams offices"].words
    assert (mapped["teams offices"].verdict, mapped["teams offices"].words) == (Verdict.OK, "De Linde")
    # nothing but the public address, which is not told here
    assert {subject for subject, each in mapped.items() if each.verdict is Verdict.BROKEN} == {"teams requests"}


async def test_tabs_need_entras_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StrictTeams() as teams:
        point_to_teams(monkeypatch, teams, PARAAF_PUBLIC_URL="https://x.example")
        off = (await findings())["teams tabs"]
        monkeypatch.setenv("PARAAF_TEAMS_TABS", "1")
        on = (await findings())["teams tabs"]
        teams.break_next("tenant", Status(503))
        away = (await findings())["teams tabs"]
        teams.login.url = teams.entra.url = "http://127.0.0.1:1"
        moved = await findings()
    assert (off.verdict, on.verdict, away.verdict) == (Verdict.NOTE, Verdict.OK, Verdict.BROKEN)
    assert on.words.startswith(f"api://x.example/botid-{teams.app_id} is to be")
    assert "cannot be fetched (ClientResponseError), so tabs stay empty" in away.words
    assert "at another host" in moved["teams keys"].words
    assert "at another host" in moved["teams tabs"].words


async def test_an_app_that_microsoft_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StrictTeams() as teams:
        point_to_teams(monkeypatch, teams, MICROSOFT_APP_PASSWORD="hunter2")
        found = await findings()
    assert found["teams"].verdict is Verdict.BROKEN
    assert "refuses the app (no token: invalid_client)" in found["teams"].words
    assert "MICROSOFT_APP_PASSWORD" in found["teams"].words
    assert "hunter2" not in str(found)


async def test_a_certificate_proves_the_app(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    async with StrictTeams() as teams:
        (folder / "app.pem").write_text(teams.certificate)
        point_to_teams(monkeypatch, teams, MICROSOFT_APP_PASSWORD="", MICROSOFT_APP_CERTIFICATE="app.pem")
        assert (await findings())["teams"].verdict is Verdict.OK
        start = teams.certificate.index("-----BEGIN CERTIFICATE")
        (folder / "key.pem").write_text(teams.certificate[:start])
        (folder / "app.pem").write_text(teams.certificate[start:])
        alone = (await findings())["teams"]
        monkeypatch.setenv("MICROSOFT_APP_PRIVATE_KEY", "key.pem")
        assert (await findings())["teams"].verdict is Verdict.OK
    assert alone.verdict is Verdict.BROKEN
    assert alone.words.startswith("MICROSOFT_APP_CERTIFICATE: it cannot be read; write the certificate and its private")


async def test_a_microsoft_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StrictTeams() as teams:
        point_to_teams(monkeypatch, teams)
        teams.break_always("token", Status(503))
        teams.break_always("metadata", Status(503))
        found = await findings()
        teams.repair()
    assert "does not answer" in found["teams"].words
    assert "no request can be trusted" in found["teams keys"].words
    assert (found["teams"].verdict, found["teams keys"].verdict) == (Verdict.BROKEN, Verdict.BROKEN)


async def test_an_open_door_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSOFT_APP_ID", "0a1b2c3d-0000-4000-8000-0123456789ab")
    monkeypatch.setenv("PARAAF_TEAMS_OPEN", "1")
    monkeypatch.setenv("PARAAF_TEAMS_SERVICE_URL", "http://127.0.0.1:56150/_connector")
    found = await findings()
    assert found["teams"].verdict is Verdict.NOTE
    assert "are believed (http://127.0.0.1:56150/_connector)" in found["teams"].words
