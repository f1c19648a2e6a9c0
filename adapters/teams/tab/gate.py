"""Who looks at a tab: the rules for tokens that Entra makes for people, and one of our own: only tenants of offices.

Microsoft's rules: "Secure applications and APIs by validating claims".
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import aiohttp
import jwt

from adapters.teams.hosts import LOGIN
from adapters.teams.keys import SigningKeys
from adapters.teams.signatures import BadToken, check_signature, check_times, read_bearer
from adapters.teams.wire import Json
from bot.domain.people import Platform
from bot.ports import Store

SCOPE: Final = "access_as_user"
"""What Teams asks for in a person's name; the app registration exposes it."""

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ANY_TENANT: Final = "{tenantid}"
"""How Entra writes the issuer of a key that serves every tenant."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person as Entra knows them. A guest has an `object_id` of their own in the tenant that they are a guest of."""

    tenant: str
    object_id: str


class UserGate:
    """Lets in people of tenants that belong to an office. `now` tells seconds since 1970."""

    def __init__(
        self,
        app_id: str,
        session: aiohttp.ClientSession,
        store: Store,
        login: str = LOGIN,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._app_id = app_id
        self._session = session
        self._store = store
        self._login = login.rstrip("/")
        self._now = now
        self._keys: dict[str, SigningKeys] = {}

    async def verify(self, header: str | None) -> Visitor:
        """Check the `Authorization` header.

        Raises `BadToken`, or `KeysUnavailable` or `StoreUnavailable` when it can't be told.
        """
        token = read_bearer(header)
        tenant = _read_tenant(token)
        # Before anything is fetched in its name: whoever writes a token chooses the tenant in it.
        await self._require_office(tenant)
        issuer = f"{self._login}/{tenant}/v2.0"
        claims, key = await check_signature(token, self._find_keys(tenant), self._app_id, issuer)
        if key.issuer and key.issuer.replace(_ANY_TENANT, tenant) != issuer:
            raise BadToken("a key for another issuer")
        check_times(claims, self._now())
        return _read_visitor(claims, tenant)

    async def close(self) -> None:
        """Give up what is being fetched."""
        for keys in self._keys.values():
            await keys.close()

    async def _require_office(self, tenant: str) -> None:
        async with self._store.reading() as tx:
            if await tx.offices.by_tenant(Platform.TEAMS, tenant) is None:
                raise BadToken("a tenant of no office")

    def _find_keys(self, tenant: str) -> SigningKeys:
        if tenant not in self._keys:
            metadata = f"{self._login}/{tenant}/v2.0/.well-known/openid-configuration"
            self._keys[tenant] = SigningKeys(self._session, metadata)
        return self._keys[tenant]


def _read_tenant(token: str) -> str:
    """The tenant that a token names, believed only once its signature was checked."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise BadToken(type(error).__name__) from None
    if claims.get("ver") != "2.0":
        raise BadToken("not of version 2.0: set requestedAccessTokenVersion to 2 in the manifest of the registration")
    return _read_guid(claims, "tid")


def _read_visitor(claims: Json, tenant: str) -> Visitor:
    if SCOPE not in str(claims.get("scp") or "").split():
        raise BadToken("another scope, or no person")
    return Visitor(tenant, _read_guid(claims, "oid"))


def _read_guid(claims: Json, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _GUID.fullmatch(value):
        raise BadToken(f"no {name}")
    return value
