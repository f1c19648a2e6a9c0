"""What is spared between tests really is: it stands on what libraries call private."""

import gc
import weakref
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler
from sqlalchemy import select, text

from storage.sql.engine import connect
from storage.sql.tables import offices
from tests.sparing import forget_applications


@web.middleware
async def pass_on(request: web.Request, handler: Handler) -> web.StreamResponse:
    return await handler(request)


async def serve_once() -> weakref.ref[web.Application]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response()

    application = web.Application(middlewares=[pass_on])
    application.router.add_get("/", answer)
    async with TestClient(TestServer(application)) as client:
        assert (await client.get("/")).status == 200
    return weakref.ref(application)


async def test_an_application_that_ended_is_let_go() -> None:
    ended = await serve_once()
    forget_applications()
    gc.collect()
    assert ended() is None


async def ask_once(file: Path) -> str:
    engines = connect(f"sqlite:///{file}")
    async with engines.writing.begin() as connection:
        await connection.execute(text("CREATE TABLE offices (name TEXT)"))
        found = await connection.execute(select(offices.c.name))
    await engines.dispose()
    return str(found.context.cache_hit.name)


async def test_a_statement_is_compiled_for_the_first_database_alone(tmp_path: Path) -> None:
    await ask_once(tmp_path / "one.db")
    assert await ask_once(tmp_path / "two.db") == "CACHE_HIT"
