"""A whole Paraaf: how it starts, what it tells about itself, and how it stops."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from structlog.testing import LogCapture

from adapters.evidence.opening import open_archive
from adapters.main import Paraaf
from adapters.parts import open_store
from adapters.settings import SettingsError, load_settings
from adapters.slack.errors import TokenRefused
from bot.domain.errors import KeyRefused
from bot.domain.people import Platform
from bot.domain.signature import TypedSignature
from bot.use_cases.offices import OfficeRefused, add_office, map_tenant
from bot.use_cases.sources import add_source
from storage.vault import Vault, open_vault
from tests import builders as a
from tests.adapters.cli.conftest import point_to_teams
from tests.documents import make_pdf
from tests.strict_slack import Hold, Status, StrictSlack
from tests.strict_teams import StrictTeams

PATIENCE = 20.0


@pytest.fixture(autouse=True)
def any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_PORT", "0")


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StrictSlack]:
    async with StrictSlack() as slack:
        monkeypatch.setenv("SLACK_API_URL", slack.api_url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", slack.bot_token)
        monkeypatch.setenv("SLACK_SIGNING_SECRET", slack.signing_secret)
        yield slack


@pytest.fixture
async def teams(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StrictTeams]:
    async with StrictTeams() as teams:
        point_to_teams(monkeypatch, teams)
        yield teams


@pytest.fixture
def log() -> Iterator[LogCapture]:
    capture = LogCapture()
    structlog.configure(processors=[capture])
    yield capture
    structlog.reset_defaults()


@asynccontextmanager
async def running() -> AsyncIterator[Paraaf]:
    paraaf = Paraaf(load_settings())
    await paraaf.start()
    try:
        yield paraaf
    finally:
        await paraaf.stop()


async def test_source_packages_deliver_over_http_and_into_folders(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAF_INBOX", "inbox")
    async with open_store(load_settings()) as store:
        source, token = await add_source(store, await add_office(store, "Van Dijk"), "twinfield")
    async with running() as paraaf, aiohttp.ClientSession() as http:
        parts = aiohttp.FormData({"metadata": '{"kind": "ob", "client": "1001", "period": "2025-Q3"}'})
        parts.add_field("file", make_pdf(3), filename="a.pdf")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
        async with http.post(f"{paraaf.address}/api/v1/deliveries", data=parts, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            assert (await answer.json())["file"]["pages"] == 3
        assert (await ready(paraaf))[1]["inbox"] == "ok"
    assert (folder / "inbox" / source.office / "twinfield" / "failed").is_dir()


async def get(address: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(address, headers=headers) as answer:
        return answer.status, await answer.text()


async def ready(paraaf: Paraaf) -> tuple[int, dict[str, str]]:
    status, body = await get(f"{paraaf.address}/readyz")
    checks: dict[str, str] = json.loads(body)["checks"]
    return status, checks


async def test_without_a_platform_it_serves_its_pages(log: LogCapture) -> None:
    async with running() as paraaf:
        assert await get(f"{paraaf.address}/healthz") == (200, "alive\n")
        assert await ready(paraaf) == (200, {"database": "ok", "evidence": "ok"})
        assert (await get(paraaf.address))[0] == 200
        for path in ("/slack/events", "/api/messages"):
            assert (await get(f"{paraaf.address}{path}"))[0] == 404
        assert (await get(f"{paraaf.address}/uploads/x"))[0] == 404
        async with aiohttp.ClientSession() as http, http.get(f"{paraaf.address}/signing/x?in=teams") as answer:
            assert answer.status == 404
            assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
            [style] = re.findall(r'href="(/assets/[^"]+\.css)"', await answer.text())
        assert (await get(f"{paraaf.address}{style}"))[0] == 200
        async with aiohttp.ClientSession() as http, http.get(f"{paraaf.address}/nothing") as answer:
            assert (answer.status, answer.headers["Server"]) == (404, "Paraaf")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_request_is_logged_without_its_secret_or_its_sender(log: LogCapture) -> None:
    async with running() as paraaf:
        await get(f"{paraaf.address}/signing/s3cret-of-a-link/documents/1", **{"User-Agent": "curl of Karim"})
        await get(f"{paraaf.address}/uploads/s3cret-of-a-page")
        await get(f"{paraaf.address}/healthz")
        await get(f"{paraaf.address}/elsewhere?email=karim@haddad.example")
    lines = [entry for entry in log.entries if entry["event"] == "request"]
    assert [(line["route"], line["status"]) for line in lines] == [
        ("/signing/{secret}/documents/{number}", 404),
        ("/uploads/{secret}", 404),
        ("unknown", 404),
    ]
    told = str(log.entries)
    assert not any(part in told for part in ("s3cret", "Karim", "haddad", "127.0.0.1:1"))


async def test_a_workspace_without_an_office_gets_one(slack: StrictSlack, log: LogCapture) -> None:
    async with running() as paraaf:
        assert await ready(paraaf) == (200, {"database": "ok", "slack": "ok", "deliveries": "ok", "evidence": "ok"})
    (told,) = [entry for entry in log.entries if entry["event"] == "workspace_mapped"]
    assert (told["workspace"], told["office"]) == ("T0OFFICE", "Kantoor Vermeer")
    log.entries.clear()
    async with running():
        pass
    assert not [entry for entry in log.entries if entry["event"] == "workspace_mapped"]


async def test_the_only_office_without_a_workspace_gets_it(slack: StrictSlack) -> None:
    async with open_store(load_settings()) as store:
        await map_tenant(store, await add_office(store, "Elders"), Platform.SLACK, "T0ELDERS")
        office = await add_office(store, "De Linde")
        async with running():
            pass
        async with store.reading() as tx:
            assert await tx.offices.by_tenant(Platform.SLACK, "T0OFFICE") == office


async def test_with_several_offices_somebody_must_say_which(slack: StrictSlack) -> None:
    async with open_store(load_settings()) as store:
        await add_office(store, "De Linde")
        await add_office(store, "De Eik")
    with pytest.raises(OfficeRefused, match=r"paraaf offices map OFFICE --slack T0OFFICE.*De Eik, De Linde"):
        await Paraaf(load_settings()).start()


async def test_a_refused_token_ends_the_start(slack: StrictSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
    with pytest.raises(TokenRefused, match="SLACK_BOT_TOKEN: invalid_auth"):
        await Paraaf(load_settings()).start()


async def test_slack_that_is_away_is_tried_again(
    slack: StrictSlack, monkeypatch: pytest.MonkeyPatch, log: LogCapture
) -> None:
    monkeypatch.setattr("adapters.links.FIRST_WAIT", 0.05)
    slack.break_next("auth.test", Status(503), Status(503))
    async with running() as paraaf:
        status, checks = await ready(paraaf)
        assert status == 503
        assert "does not answer" in checks["slack"]
        async with asyncio.timeout(PATIENCE):
            while (await ready(paraaf))[0] != 200:  # noqa: ASYNC110 - asked over HTTP, as a watcher does
                await asyncio.sleep(0.02)


async def test_signed_requests_are_answered_and_counted(slack: StrictSlack) -> None:
    async with running() as paraaf:
        slack.connect(f"{paraaf.address}/slack/events")
        sanne = slack.user("U0SANNE", "Sanne de Vries")
        await sanne.command("/sign help", slack.channel("C0BAKKER", members=[sanne]))
        await sanne.told("/sign koppel")
        status, text = await get(f"{paraaf.address}/metrics")
    assert status == 200
    assert 'paraaf_acknowledgement_seconds_count{platform="slack"} 1.0' in text
    assert 'paraaf_decisions_total{answer="approved"} 0.0' in text
    assert "paraaf_outbox_depth 0.0" in text


async def test_in_socket_mode_nobody_can_knock_at_the_door(slack: StrictSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    monkeypatch.setenv("SLACK_APP_TOKEN", slack.app_token)
    async with running() as paraaf:
        assert (await ready(paraaf))[0] == 200
        sanne = slack.user("U0SANNE", "Sanne de Vries")
        await sanne.command("/sign help", slack.channel("C0BAKKER", members=[sanne]))
        await sanne.told("/sign koppel")
        async with aiohttp.ClientSession() as http, http.post(f"{paraaf.address}/slack/events", data="x") as answer:
            assert answer.status == 404


async def test_the_only_office_gets_the_tenant_of_the_app(teams: StrictTeams, log: LogCapture) -> None:
    async with open_store(load_settings()) as store:
        office = await add_office(store, "De Linde")
        async with running() as paraaf:
            assert await ready(paraaf) == (200, {"database": "ok", "teams": "ok", "deliveries": "ok", "evidence": "ok"})
        async with store.reading() as tx:
            assert await tx.offices.by_tenant(Platform.TEAMS, teams.tenant) == office
    (told,) = [entry for entry in log.entries if entry["event"] == "tenant_mapped"]
    assert (told["tenant"], told["office"]) == (teams.tenant, "De Linde")


async def test_no_office_is_guessed_to_have_the_tenant(teams: StrictTeams, log: LogCapture) -> None:
    async with open_store(load_settings()) as store:
        for name in ("De Linde", "De Eik"):
            await add_office(store, name)
        async with running() as paraaf:
            assert (await ready(paraaf))[0] == 200
        async with store.reading() as tx:
            assert await tx.offices.by_tenant(Platform.TEAMS, teams.tenant) is None
    (told,) = [entry for entry in log.entries if entry["event"] == "tenant_of_no_office"]
    assert told["todo"] == f"paraaf offices map OFFICE --teams {teams.tenant}"


async def test_an_office_that_is_in_teams_gets_no_second_tenant(teams: StrictTeams) -> None:
    async with open_store(load_settings()) as store:
        office = await add_office(store, "De Linde")
        await map_tenant(store, office, Platform.TEAMS, teams.tenant_id("elders"))
        async with running():
            pass
        async with store.reading() as tx:
            assert await tx.offices.tenants(office.id) == ((Platform.TEAMS, teams.tenant_id("elders")),)


@pytest.mark.parametrize(("tabs", "status"), [("1", 401), ("", 404)])
async def test_tabs_are_served_where_they_are_set_up(
    teams: StrictTeams, monkeypatch: pytest.MonkeyPatch, tabs: str, status: int
) -> None:
    monkeypatch.setenv("PARAAF_TEAMS_TABS", tabs)
    async with running() as paraaf, aiohttp.ClientSession() as session:
        async with session.post(f"{paraaf.address}/teams/tab/tasks", json={}) as answer:
            assert answer.status == status
        async with session.get(f"{paraaf.address}/teams/tab") as answer:
            assert (answer.status == 200) is bool(tabs)


async def test_both_platforms_at_once(slack: StrictSlack, teams: StrictTeams, log: LogCapture) -> None:
    async with running() as paraaf:
        assert await ready(paraaf) == (
            200,
            {"database": "ok", "slack": "ok", "teams": "ok", "deliveries": "ok", "evidence": "ok"},
        )
        slack.connect(f"{paraaf.address}/slack/events")
        teams.connect(f"{paraaf.address}/api/messages")
        sanne = teams.user("sanne", "Sanne de Vries")
        room = teams.channel("bakker", members=[sanne])
        await teams.add_app(room)
        await sanne.command("help", room)
        await sanne.told("@Paraaf koppel")
        there = slack.user("U0SANNE", "Sanne de Vries")
        await there.command("/sign help", slack.channel("C0BAKKER", members=[there]))
        await there.told("/sign koppel")
        _, text = await get(f"{paraaf.address}/metrics")
    assert 'paraaf_acknowledgement_seconds_count{platform="slack"} 1.0' in text
    assert set(re.findall(r'acknowledgement_seconds_count\{platform="(\w+)"\}', text)) == {"slack", "teams"}
    (started,) = [entry for entry in log.entries if entry["event"] == "started"]
    assert started["platforms"] == ["slack", "teams"]


async def test_a_tenant_without_an_office_is_told_so(teams: StrictTeams) -> None:
    async with open_store(load_settings()) as store:
        await add_office(store, "De Linde")
        async with running() as paraaf:
            teams.connect(f"{paraaf.address}/api/messages")
            outsider = teams.user("outsider", "Olga Smit", tenant="molen")
            room = teams.channel("molen", tenant="molen", members=[outsider])
            await outsider.command("sign", room)
            await outsider.told("nog geen kantoor")
        async with store.reading() as tx:
            assert await tx.offices.by_tenant(Platform.TEAMS, teams.tenant_id("molen")) is None


async def test_a_microsoft_that_refuses_the_app_is_seen_from_outside(
    teams: StrictTeams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROSOFT_APP_PASSWORD", "hunter2")
    async with running() as paraaf:
        status, checks = await ready(paraaf)
    assert (status, checks["teams"]) == (503, "no token: invalid_client")


async def test_a_certificate_that_is_none_ends_the_start(
    teams: StrictTeams, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    (folder / "app.pem").write_text("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n")
    monkeypatch.setenv("MICROSOFT_APP_PASSWORD", "")
    monkeypatch.setenv("MICROSOFT_APP_CERTIFICATE", "app.pem")
    with pytest.raises(SettingsError, match="MICROSOFT_APP_CERTIFICATE: it cannot be read") as raised:
        await Paraaf(load_settings()).start()
    assert "hunter2" not in str(raised.value)


async def test_a_request_under_way_is_finished_before_it_stops(slack: StrictSlack) -> None:
    let_go = asyncio.Event()
    sanne = slack.user("U0SANNE", "Sanne de Vries")
    room = slack.channel("C0BAKKER", members=[sanne])
    paraaf = Paraaf(load_settings())
    await paraaf.start()
    slack.connect(f"{paraaf.address}/slack/events")
    slack.break_next("users.info", Hold(let_go))
    asked = asyncio.create_task(sanne.command("/sign help", room))
    async with asyncio.timeout(PATIENCE):
        while slack.server.faults["users.info"]:  # noqa: ASYNC110 - used up once Paraaf asked, which is what it waits for
            await asyncio.sleep(0.01)
    stopping = asyncio.create_task(paraaf.stop())
    await asyncio.wait([stopping], timeout=0.1)
    assert not stopping.done()
    let_go.set()
    await asked
    await stopping
    await sanne.told("/sign koppel")


async def test_the_first_start_makes_a_key_and_asks_to_keep_it(log: LogCapture, folder: Path) -> None:
    key = folder / "var" / "personal.key"
    async with running():
        content = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    async with running():
        assert key.read_bytes() == content
    (made,) = [entry for entry in log.entries if entry["event"] == "personal_key_made"]
    assert (made["log_level"], made["file"]) == ("warning", str(key))
    assert "back it up" in made["advice"]
    assert content.decode().strip() not in str(log.entries)


async def test_a_key_that_is_not_the_databases_ends_the_start(folder: Path) -> None:
    async with open_store(load_settings(), Vault(bytes(32))) as store, store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(a.an_item())
        await tx.envelopes.add(a.an_envelope())
        await tx.signatures.add(a.an_envelope(), a.an_account(), TypedSignature("Karim Haddad"))
    with pytest.raises(KeyRefused, match="put that file back"):
        await Paraaf(load_settings()).start()
    (folder / "var" / "personal.key").write_text("AA==")
    with pytest.raises(KeyRefused, match=r"personal\.key: this is no key"):
        await Paraaf(load_settings()).start()


async def test_a_file_that_is_no_database_of_places_ends_the_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "places.mmdb").write_text("no")
    monkeypatch.setenv("PARAAF_GEOIP_DB", "places.mmdb")
    with pytest.raises(SettingsError, match=r"PARAAF_GEOIP_DB: .*is no database of places"):
        await Paraaf(load_settings()).start()


def make_secrets() -> None:
    """What the first start would tell of."""
    settings = load_settings()
    open_vault(settings.personal_key)
    open_archive(settings)


async def test_the_process_starts_and_stops_when_it_is_told_to(folder: Path) -> None:
    make_secrets()
    for number in (signal.SIGTERM, signal.SIGINT):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "adapters.cli",
            "serve",
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stderr
            async with asyncio.timeout(PATIENCE):
                started: dict[str, Any] = json.loads(await process.stderr.readline())
                assert await get(f"{started['address']}/healthz") == (200, "alive\n")
                process.send_signal(number)
                rest = await process.stderr.read()
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert [json.loads(line)["event"] for line in rest.splitlines()] == ["stopping"]


async def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    make_secrets()
    taken = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "adapters.cli",
        "serve",
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PARAAF_PORT": str(port)},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        _, told = await process.communicate()
    taken.close()
    assert process.returncode == 1
    assert told == b"paraaf: the port is taken; choose another with PARAAF_PORT.\n"
