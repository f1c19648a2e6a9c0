import asyncio
import contextlib
import socket
import subprocess
import sys
import time

import asyncpg
import pytest
from redis import Redis, RedisError
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.servers import fresh_database, read_database_url, run_redis

RUN_UNTIL_KILLED = """
import sys
from tests.servers import run_postgres, run_redis
with run_postgres() as postgres, run_redis() as redis:
    print(postgres.render_as_string(hide_password=False), redis, flush=True)
    sys.stdin.read()
"""


async def test_a_database_is_there_to_write_and_read(postgres_url: str) -> None:
    engine = create_async_engine(postgres_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE note (line text)"))
        await connection.execute(text("INSERT INTO note VALUES ('Müller 🖋')"))
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT line FROM note")) == "Müller 🖋"
    await engine.dispose()


async def test_each_database_is_empty_and_goes_when_it_is_left(postgres_server: URL) -> None:
    async with fresh_database(postgres_server) as first, fresh_database(postgres_server) as second:
        connection = await asyncpg.connect(_dsn(first))
        await connection.execute("CREATE TABLE note (line text)")
        await connection.close()
        other = await asyncpg.connect(_dsn(second))
        assert await other.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        await other.close()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(_dsn(first))


def test_a_named_database_is_reached_with_our_driver() -> None:
    assert str(read_database_url("postgresql://ann@127.0.0.1/x")) == "postgresql+asyncpg://ann@127.0.0.1/x"


@pytest.mark.parametrize("number", [1, 2])
def test_redis_keeps_what_is_set_and_starts_every_test_empty(redis_url: str, number: int) -> None:
    with Redis.from_url(redis_url) as connection:
        assert connection.keys() == []
        connection.set("word", number)
        assert connection.get("word") == str(number).encode()


def test_a_stranger_is_not_let_in_and_nothing_answers_afterwards() -> None:
    with run_redis() as url:
        port = make_url(url).port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=5) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(100).startswith(b"-NOAUTH")
    assert not _answers(port)


def test_the_servers_of_a_killed_run_stop_too() -> None:
    run = [sys.executable, "-W", "error", "-c", RUN_UNTIL_KILLED]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        postgres, redis = process.stdout.readline().split()
        assert _lets_in(postgres, redis) == [True, True]
        process.kill()
    deadline = time.monotonic() + 20
    # By their passwords: the ports may be those of other servers by then.
    while any(_lets_in(postgres, redis)):
        assert time.monotonic() < deadline, "still running"


def _lets_in(postgres: str, redis: str) -> list[bool]:
    let_in = [False, False]
    with contextlib.suppress(OSError, asyncpg.PostgresError):
        asyncio.run(_visit(postgres))
        let_in[0] = True
    with contextlib.suppress(RedisError), Redis.from_url(redis, socket_timeout=5) as connection:
        connection.ping()
        let_in[1] = True
    return let_in


async def _visit(postgres: str) -> None:
    await (await asyncpg.connect(_dsn(make_url(postgres)), timeout=5)).close()


def _answers(port: int) -> bool:
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
