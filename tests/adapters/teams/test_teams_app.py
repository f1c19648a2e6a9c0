from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from structlog.testing import capture_logs

from adapters.teams.app import TeamsAdapter
from adapters.teams.proof import Secret
from adapters.teams.references import KEEP_SECONDS, KnownPlaces
from bot.domain.errors import PlatformUnavailable, StoreUnavailable, Undeliverable
from bot.domain.people import Platform
from bot.domain.places import Place
from storage.sql.store import SqlStore, SqlTransaction
from tests.adapters.slack.stage import RecordingGuard
from tests.adapters.teams.stage import Stage, ViewingRouter, know, make_reference, make_settings
from tests.builders import NOON
from tests.contracts.messenger import a_card
from tests.strict_teams import Status, StrictTeams

# --- who is let in ---


async def serve_open(adapter: TeamsAdapter) -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.add_routes(adapter.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}/api/messages"


async def test_without_a_proof_no_tokens_are_wanted(
    teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore
) -> None:
    adapter, router = TeamsAdapter(replace(make_settings(teams), proof=None), session, store), ViewingRouter()
    runner, address = await serve_open(adapter)
    with capture_logs() as logs:
        await adapter.start(router, RecordingGuard())
    sanne = teams.user("sanne")
    activity = sanne.activity("message", teams.chat("overleg", members=[sanne])) | {"text": "help"}
    for changed, status in (({}, 200), ({"channelId": "webchat"}, 401), ({"serviceUrl": None}, 401)):
        async with session.post(address, json=activity | changed) as answer:
            assert answer.status == status
    await adapter.stop()
    await runner.cleanup()
    assert len(router.handled) == 1
    assert "teams_open" in {line["event"] for line in logs}
    assert teams.server.seen == []
    assert await adapter.check() is None


async def test_tells_what_is_wrong_with_the_way_to_microsoft(
    teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore
) -> None:
    settings = make_settings(teams)
    assert await TeamsAdapter(settings, session, store).check() is None
    wrong = TeamsAdapter(replace(settings, proof=Secret("wrong")), session, store)
    assert await wrong.check() == "no token: invalid_client"
    teams.break_next("token", Status(503))
    assert await TeamsAdapter(settings, session, store).check() == "no token: HTTP 503"


# --- how conversations are reached ---


async def test_every_activity_tells_how_to_reach_its_conversation(stage: Stage) -> None:
    chat = stage.teams.chat("nieuw", members=[stage.staff], installed=False)
    await stage.teams.add_app(chat)
    await stage.adapter.messenger.send(stage.place_of(chat), a_card(), "k")
    assert len(chat.messages) == 1
    async with stage.store.reading() as tx:
        assert await tx.references.get(stage.place_of(chat)) == make_reference(stage.teams, chat)
    assert stage.router.handled == []


async def test_a_tenant_without_an_office_is_answered_and_not_kept(stage: Stage) -> None:
    stranger = stage.teams.user("vreemd", tenant="molen", app=True)
    chat = stage.teams.chat("molen", members=[stranger], tenant="molen")
    await stranger.command("help", chat)
    (asked,) = stage.router.handled
    assert asked.actor.office_tenant == stage.teams.tenant_id("molen")
    assert (await stage.adapter.directory.person(asked.actor)).active  # and so it can be asked who that is
    async with stage.store.reading() as tx:
        assert await tx.references.get(stage.place_of(chat)) is None


class BrokenStore(SqlStore):
    """A database that goes away."""

    is_away = False

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlTransaction]:
        if self.is_away:
            raise StoreUnavailable("away")
        async with super().reading() as tx:
            yield tx


@pytest_asyncio.fixture(loop_scope="session")
async def known(teams: StrictTeams, store: SqlStore) -> tuple[KnownPlaces, list[float]]:
    clock = [0.0]
    await know(store, teams)
    return KnownPlaces(store, lambda: clock[0], lambda: NOON), clock


async def test_what_an_activity_tells_is_written_once(
    teams: StrictTeams, store: SqlStore, known: tuple[KnownPlaces, list[float]]
) -> None:
    places, clock = known
    reference = make_reference(teams, teams.chat("overleg"))
    await places.keep(reference)
    async with store.transaction() as tx:
        await tx.references.save(replace(reference, bot="28:another"), NOON + timedelta(hours=1))
    await places.keep(reference)  # remembered, so nothing is written
    async with store.reading() as tx:
        assert (stored := await tx.references.get(reference.place))
        assert stored.bot == "28:another"
    assert (await places.find(reference.place)).bot == reference.bot
    clock[0] += KEEP_SECONDS
    assert (await places.find(reference.place)).bot == "28:another"
    moved = replace(reference, service_url="https://smba.trafficmanager.net/amer/")
    await places.keep(moved)
    async with store.reading() as tx:
        assert await tx.references.get(reference.place) == moved


async def test_a_thread_is_reached_like_its_channel(teams: StrictTeams, known: tuple[KnownPlaces, list[float]]) -> None:
    places, _ = known
    reference = make_reference(teams, teams.channel("bakkerij"))
    await places.keep(reference)
    assert await places.find(replace(reference.place, thread="17")) == reference
    assert await places.find_any(teams.tenant) == reference
    with pytest.raises(Undeliverable):
        await places.find_any("another")
    with pytest.raises(Undeliverable):
        await places.find(Place(Platform.TEAMS, "another", reference.place.channel))


async def test_while_the_database_is_away_memory_helps(
    teams: StrictTeams, store: SqlStore, known: tuple[KnownPlaces, list[float]], database: BrokenStore
) -> None:
    clock = known[1]
    places = KnownPlaces(database, lambda: clock[0], lambda: NOON)
    reference = make_reference(teams, teams.chat("overleg"))
    database.is_away = True
    await places.keep(reference)
    assert await places.find(reference.place) == reference
    assert await places.find_office(teams.tenant) is None
    with pytest.raises(PlatformUnavailable):
        await places.find(replace(reference.place, channel="19:x@thread.v2"))
    with pytest.raises(PlatformUnavailable):
        await places.find_any(teams.tenant)
    database.is_away = False
    await places.keep(reference)  # it was not written before
    async with store.reading() as tx:
        assert await tx.references.get(reference.place) == reference


@pytest_asyncio.fixture(loop_scope="session")
async def database(store: SqlStore, tmp_path: Path) -> AsyncIterator[BrokenStore]:
    opened = BrokenStore(f"sqlite:///{tmp_path}/paraaf.db")
    yield opened
    await opened.dispose()
