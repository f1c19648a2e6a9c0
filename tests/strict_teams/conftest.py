from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.strict_teams import Room, StrictTeams, User
from tests.strict_teams.trying import Api, Bot


@pytest.fixture
async def teams() -> AsyncIterator[StrictTeams]:
    async with StrictTeams() as teams:
        yield teams


@pytest.fixture
async def api(teams: StrictTeams) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(teams, session)


@pytest.fixture
async def bot(teams: StrictTeams) -> AsyncIterator[Bot]:
    bot = Bot()
    server = web.Application()
    server.router.add_post("/api/messages", bot.serve)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    teams.connect(f"http://{host}:{port}/api/messages")
    yield bot
    await runner.cleanup()


@pytest.fixture
def sanne(teams: StrictTeams) -> User:
    return teams.user("sanne", "Sanne de Vries")


@pytest.fixture
def karim(teams: StrictTeams) -> User:
    return teams.user("karim", "Karim Haddad", tenant="bakker")


@pytest.fixture
def room(teams: StrictTeams, sanne: User, karim: User) -> Room:
    return teams.channel("bakker", members=[sanne, karim], shared=True)
