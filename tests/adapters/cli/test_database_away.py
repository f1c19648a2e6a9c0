"""PostgreSQL is cut off, or hangs, and comes back: everybody is told in time, nothing is half done, nobody restarts."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.parts import open_store
from adapters.settings import load_settings
from bot.domain.people import Platform
from bot.use_cases.offices import add_office, map_tenant
from storage.sql.store import SqlStore
from tests.adapters.cli.test_roles import whisper_to
from tests.adapters.cli.test_serve import PATIENCE, any_port, get, ready, running, slack, teams
from tests.proxy import Proxy, Way, between
from tests.strict_slack import StrictSlack
from tests.strict_teams import StrictTeams

__all__ = ["any_port", "slack", "teams"]

PROBE = 5.0
"""Seconds that a probe waits, as the strict Teams does."""
AWAY = "De verbinding reageert op dit moment niet. Er is niets vastgelegd"


@pytest.fixture
async def way(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """Paraaf's own way to the database."""
    async with between(postgres_url) as proxy:
        monkeypatch.setenv("PARAAF_DATABASE_URL", proxy.reach(postgres_url))
        yield proxy


@pytest.fixture
async def store(way: Proxy, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqlStore]:
    """The same database, by a way that stays."""
    monkeypatch.setenv("PARAAF_DATABASE_URL", postgres_url)
    async with open_store(load_settings()) as store:
        monkeypatch.setenv("PARAAF_DATABASE_URL", way.reach(postgres_url))
        yield store


@pytest.mark.parametrize("away", [Way.CUT, Way.HANGING])
async def test_everybody_is_told_in_time_and_all_goes_on_afterwards(
    slack: StrictSlack, teams: StrictTeams, way: Proxy, store: SqlStore, away: Way
) -> None:
    office = await add_office(store, "De Linde")
    await map_tenant(store, office, Platform.SLACK, "T0OFFICE")
    await map_tenant(store, office, Platform.TEAMS, teams.tenant)
    async with running() as paraaf:
        slack.connect(f"{paraaf.address}/slack/events")
        teams.connect(f"{paraaf.address}/api/messages")
        sanne, bas = slack.user("U0SANNE", "Sanne de Vries"), teams.user("bas", "Bas Jansen")
        room, channel = slack.channel("C0CLIENT", members=[sanne]), teams.channel("bakker", members=[bas])
        await teams.add_app(channel)
        way.turn(away)

        # The strict platforms refuse what is acknowledged too late, and so does whoever watches over Paraaf.
        (status, checks), _, _ = await asyncio.gather(
            asyncio.wait_for(ready(paraaf), PROBE), sanne.command("/sign", room), bas.command("taken", channel)
        )
        assert (status, checks["database"]) == (503, "does not answer")
        await sanne.told(AWAY) if away is Way.CUT else await sanne.view(containing=AWAY)
        await bas.told(AWAY)
        assert (await get(f"{paraaf.address}/metrics"))[0] == 200

        await whisper_to(sanne, store)
        way.turn(Way.OPEN)
        await sanne.told("Niet gelukt")  # delivered, without anybody asking
        async with asyncio.timeout(PATIENCE):
            while (await ready(paraaf))[0] != 200:  # noqa: ASYNC110 - a page tells no event
                await asyncio.sleep(0.01)
        await sanne.command("/sign", room)
        await sanne.told("klanten")
        await bas.command("taken", channel)
        await teams.until(lambda: len(bas.ephemerals) > 1)
        assert AWAY not in bas.ephemerals[-1].words
