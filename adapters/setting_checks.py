"""What single settings may hold; what is wrong is said in the `ValueError`."""

import re
from pathlib import Path

from pydantic import SecretStr
from yarl import URL

from adapters.teams_settings import is_loopback

_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")


def check_database(value: SecretStr) -> SecretStr:
    """A URL of PostgreSQL or SQLite, with the driver that Paraaf uses. Raises `ValueError`, as all of these."""
    scheme, separator, rest = value.get_secret_value().partition("://")
    if not separator:
        raise ValueError("write a URL, such as postgresql://user:password@host/name")
    driver = _DRIVERS.get(scheme)
    if driver is None:
        raise ValueError(f"{scheme} is no database of Paraaf; use postgresql:// or sqlite:///")
    if not rest.partition("?")[0].partition("/")[2]:
        raise ValueError("name the database at the end of the URL")
    return SecretStr(f"{driver}://{rest}")


def check_redis(value: SecretStr) -> SecretStr:
    """A URL of Redis."""
    if not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("write redis://host:port/number, or rediss:// for TLS")
    return value


def check_blobs(value: SecretStr) -> SecretStr:
    """A URL of a bucket."""
    if "://" not in value.get_secret_value():
        raise ValueError("write a URL, such as s3://bucket/folder; for a folder use PARAAF_DATA_DIR")
    return value


def check_address(value: str) -> str:
    """An http address without anything but a path, and without a slash behind. Raises `ValueError`."""
    try:
        url = URL(value)
    except ValueError:
        raise ValueError("write an address, such as https://paraaf.example") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("write an address that begins with https://")
    if url.query_string or url.fragment or url.user:
        raise ValueError("leave out everything from ? or # on, and any user name")
    return str(url).rstrip("/")


def check_host(value: str) -> str:
    """A host name, and nothing else."""
    if not _HOST.fullmatch(value):
        raise ValueError("write a host name, such as paraaf.example")
    return value


def check_service(value: str) -> str:
    """As `check_address`, and safe to send secrets to."""
    url = URL(check_address(value))
    if url.scheme == "http" and not is_loopback(url.host or ""):
        raise ValueError("use https:// here: what is secret or believed travels along with the requests")
    return str(url).rstrip("/")


def check_api(value: str) -> str:
    """As `check_service`, with a slash behind."""
    return f"{check_service(value)}/"


def find_file(value: Path) -> Path:
    """The absolute path of a file that is there."""
    path = value.expanduser().absolute()
    if not path.is_file():
        raise ValueError("there is no such file")
    return path
