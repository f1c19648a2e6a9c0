"""The tokens that Paraaf shows to Microsoft's services."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import aiohttp
import orjson

from adapters.teams.hosts import LOGIN
from adapters.teams.proof import Proof
from adapters.teams.wire import Json, TooLargeError, quote_part, read_limited
from bot.domain.errors import PlatformUnavailable

CONNECTOR_SCOPE: Final = "https://api.botframework.com/.default"
LEGACY_AUTHORITY: Final = "botframework.com"
"""Who hands out tokens to an app of several tenants; to one of a single tenant that tenant does."""
EARLY_SECONDS: Final = 300.0
"""A token is replaced so long before it expires."""
PATIENCE: Final = aiohttp.ClientTimeout(total=10, sock_connect=3)

_LARGEST: Final = 100_000
_CODE: Final = re.compile(r"[a-z_]{1,60}")
_OK: Final = 200


@dataclass(eq=False)
class TokenRefused(PlatformUnavailable):
    """Microsoft's login refuses the app; an operator can mend it, so everything waits."""


class Tokens(Protocol):
    """Where tokens come from."""

    async def get(self, scope: str = CONNECTOR_SCOPE, authority: str | None = None) -> str | None:
        """A token that is good for minutes, None where none is wanted. Raises `PlatformUnavailable`."""

    def forget(self, token: str) -> None:
        """This token was refused."""


class NoTokens:
    """For a local client, which wants none."""

    async def get(self, scope: str = CONNECTOR_SCOPE, authority: str | None = None) -> str | None:  # noqa: ARG002 - as said
        return None

    def forget(self, token: str) -> None:
        """Nothing to forget."""


@dataclass(slots=True)
class _Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str = ""
    good_until: float = 0.0


class EntraTokens:
    """Tokens by client credentials. One request for a token runs at a time, and the rest wait for its answer.

    `monotonic` tells seconds.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        client: str,
        proof: Proof,
        authority: str = LEGACY_AUTHORITY,
        *,
        login: str = LOGIN,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._client = client
        self._proof = proof
        self._authority = authority
        self._login = login.rstrip("/")
        self._monotonic = monotonic
        self._kept: dict[tuple[str, str], _Kept] = {}

    async def get(self, scope: str = CONNECTOR_SCOPE, authority: str | None = None) -> str:
        authority = authority or self._authority
        kept = self._kept.setdefault((authority, scope), _Kept())
        if self._monotonic() >= kept.good_until:
            async with kept.lock:
                if self._monotonic() >= kept.good_until:
                    await self._renew(kept, scope, authority)
        return kept.token

    def forget(self, token: str) -> None:
        for kept in self._kept.values():
            if kept.token == token:
                kept.good_until = 0.0

    async def _renew(self, kept: _Kept, scope: str, authority: str) -> None:
        address = f"{self._login}/{quote_part(authority)}/oauth2/v2.0/token"
        form = {"grant_type": "client_credentials", "client_id": self._client, "scope": scope}
        form |= self._proof.write(self._client, address)
        began = self._monotonic()
        try:
            async with self._session.post(address, data=form, timeout=PATIENCE, allow_redirects=False) as answer:
                status, told = answer.status, _read(await read_limited(answer.content, _LARGEST))
        except (aiohttp.ClientError, TimeoutError, OSError, TooLargeError) as error:
            raise PlatformUnavailable(f"no token: {type(error).__name__}") from error
        token, life = told.get("access_token"), told.get("expires_in", 3600)
        if status != _OK or not isinstance(token, str) or not token:
            raise _refuse(status, told)
        life = float(life) if str(life).isdigit() else 0.0
        kept.token, kept.good_until = token, began + max(life - EARLY_SECONDS, life / 2)


def _read(raw: bytes) -> Json:
    try:
        told = orjson.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refuse(status: int, told: Json) -> PlatformUnavailable:
    code = str(told.get("error", ""))
    if _CODE.fullmatch(code):
        return TokenRefused(f"no token: {code}")
    return PlatformUnavailable(f"no token: HTTP {status}")
