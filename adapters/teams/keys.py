"""The keys by which Microsoft signs tokens, fetched and kept: the Bot Framework's, and those of a tenant in Entra."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import jwt
import orjson
import structlog
from yarl import URL

from adapters.teams.wire import Json, TooLargeError, read_limited
from bot.incidents import describe

METADATA: Final = "https://login.botframework.com/v1/.well-known/openidconfiguration"
"""Where Microsoft says where the keys are (Bot Framework, "Authentication with the Bot Connector API")."""
FRESH_SECONDS: Final = 24 * 3600.0
"""Microsoft asks to fetch the keys again every day."""
REFETCH_SECONDS: Final = 60.0
"""At most so often the keys are fetched because a token names one that is not known."""
FIRST_SECONDS: Final = 5.0
"""As long as no key is known at all, nothing works, so it is tried again this soon."""
FETCH_SECONDS: Final = 10.0

_LARGEST = 1_000_000
_log = structlog.get_logger(__name__)


class KeysUnavailable(Exception):
    """No signing keys could be fetched yet, so no token can be checked."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, with the channels for which it may speak (Bot Framework) or the issuer that it is for (Entra)."""

    key: Any
    endorsements: frozenset[str]
    issuer: str = ""


class SigningKeys:
    """The keys that `metadata` lead to: fetched once a day, and for an unknown id at most once a minute.

    A fetch that fails leaves the known keys in use. One fetch runs at a time, and nobody waits for it who need not.
    `generation` counts up whenever the keys change. `monotonic` tells seconds.
    """

    def __init__(
        self, session: aiohttp.ClientSession, metadata: str = METADATA, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._metadata = URL(metadata)
        self._monotonic = monotonic
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self.generation = 0

    def prepare(self) -> None:
        """Begin to fetch the keys, so that the first request need not wait for them."""
        self._start()

    async def find(self, key_id: str) -> SigningKey | None:
        """The key with this id, None when there is none. Raises `KeysUnavailable`."""
        known = self._keys.get(key_id)
        if known and self._monotonic() - self._fetched < FRESH_SECONDS:
            return known
        fetching = self._start()
        if known:
            return known  # old, and good until a fetch says otherwise
        if fetching:
            await asyncio.shield(fetching)
        if not self._keys:
            raise KeysUnavailable
        return self._keys.get(key_id)

    async def close(self) -> None:
        """Give up a fetch that is under way."""
        if self._fetching:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _start(self) -> asyncio.Task[None] | None:
        if self._fetching and not self._fetching.done():
            return self._fetching
        if self._monotonic() - self._tried < (REFETCH_SECONDS if self._keys else FIRST_SECONDS):
            return None
        self._tried = self._monotonic()
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                metadata = await self._read(self._metadata)
                address = _read_address(metadata, self._metadata)
                keys = dict(_read_keys((await self._read(address))["keys"]))
        except (aiohttp.ClientError, OSError, TimeoutError, TooLargeError, ValueError, LookupError, TypeError) as error:
            _log.warning("teams_keys_not_fetched", known=len(self._keys), **describe(error))
            return
        if not keys:
            _log.warning("teams_keys_not_fetched", known=len(self._keys), kind="no usable key")
            return
        self._fetched = self._monotonic()
        if keys.keys() != self._keys.keys() or any(_differ(keys[each], self._keys[each]) for each in keys):
            self._keys = keys
            self.generation += 1

    async def _read(self, address: URL) -> Json:
        async with self._session.get(address, allow_redirects=False) as answer:
            answer.raise_for_status()
            told = orjson.loads(await read_limited(answer.content, _LARGEST))
        if not isinstance(told, dict):
            raise TypeError("not an object")
        return told


def _read_address(metadata: Json, told_by: URL) -> URL:
    address = URL(str(metadata["jwks_uri"]))
    if address.origin() != told_by.origin():
        raise ValueError("The keys are said to be at another host.")
    return address


def _read_keys(listed: Iterable[object]) -> Iterable[tuple[str, SigningKey]]:
    """The keys that are for signing; one that can't be read does not spoil the others."""
    for each in listed:
        if not isinstance(each, dict) or each.get("kty") != "RSA" or each.get("use", "sig") != "sig":
            continue
        endorsements = each.get("endorsements")
        channels = (
            frozenset(str(channel) for channel in endorsements) if isinstance(endorsements, list) else frozenset()
        )
        try:
            yield str(each["kid"]), SigningKey(jwt.PyJWK(each, "RS256").key, channels, str(each.get("issuer") or ""))
        except (jwt.PyJWTError, ValueError, LookupError, TypeError) as error:
            _log.warning("teams_key_not_read", **describe(error))


def _differ(one: SigningKey, other: SigningKey) -> bool:
    if (one.endorsements, one.issuer) != (other.endorsements, other.issuer):
        return True
    return bool(one.key.public_numbers() != other.key.public_numbers())
