"""Which requests come from Microsoft Teams: the rules for tokens of the Bot Framework, and two of our own.

Microsoft's rules: "Authentication with the Bot Connector API", steps 1 to 7. Ours: RS256 alone, and Teams' own channel
alone, since whoever writes through Web Chat or Direct Line of the same bot chooses by themselves who the sender is.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from adapters.teams.keys import SigningKeys
from adapters.teams.signatures import SKEW_SECONDS, BadToken, check_signature, check_times, read_bearer
from adapters.teams.wire import Json

ISSUER: Final = "https://api.botframework.com"
CHANNEL: Final = "msteams"
REMEMBERED: Final = 512
"""Tokens that are remembered as good. Teams sends the same one for about an hour."""


class Pass(Protocol):
    """What a good token allows."""

    def match(self, activity: Json) -> None:
        """Raises `BadToken` unless the token allows this activity."""


class Gate(Protocol):
    """Decides who may come in."""

    async def verify(self, header: str | None) -> Pass:
        """Check the `Authorization` header, before anything looks into the body.

        Raises `BadToken`, or `KeysUnavailable` when it can't be told.
        """


@dataclass(frozen=True, slots=True)
class TokenPass:
    """What a token of the Bot Framework says; `expires` is in seconds since 1970."""

    service_url: str
    expires: float
    endorsements: frozenset[str]

    def match(self, activity: Json) -> None:
        url = activity.get("serviceUrl")
        if not isinstance(url, str) or url.rstrip("/") != self.service_url.rstrip("/"):
            raise BadToken("another service URL")
        if CHANNEL not in self.endorsements:
            raise BadToken("a key that may not speak for Teams")
        _require_teams(activity)


class TokenGate:
    """Lets in what carries a token that the Bot Framework made for this app. `now` tells seconds since 1970.

    A token that was found good is remembered until it expires or the keys change: checking its signature costs more
    than everything else here. What depends on the activity is checked every time.
    """

    def __init__(self, app_id: str, keys: SigningKeys, now: Callable[[], float] = time.time) -> None:
        self._app_id = app_id
        self._keys = keys
        self._now = now
        self._good: dict[str, TokenPass] = {}
        self._generation = keys.generation

    async def verify(self, header: str | None) -> TokenPass:
        token = read_bearer(header)
        if self._generation != self._keys.generation:
            self._good.clear()
            self._generation = self._keys.generation
        if known := self._good.get(token):
            if known.expires + SKEW_SECONDS > self._now():
                return known
            del self._good[token]
        checked = await self._check(token)
        if len(self._good) >= REMEMBERED:
            del self._good[next(iter(self._good))]
        self._good[token] = checked
        return checked

    async def _check(self, token: str) -> TokenPass:
        claims, key = await check_signature(token, self._keys, audience=self._app_id, issuer=ISSUER)
        expires = check_times(claims, self._now())
        url = claims.get("serviceurl")
        if not isinstance(url, str) or not url:
            raise BadToken("no service URL")
        return TokenPass(url, expires, key.endorsements)


class OpenGate:
    """Lets everybody in: for a local client that has no tokens. Whoever uses it listens on this machine alone."""

    async def verify(self, header: str | None) -> Pass:  # noqa: ARG002 - the gate that asks nothing
        return _OpenPass()


class _OpenPass:
    def match(self, activity: Json) -> None:
        if not isinstance(activity.get("serviceUrl"), str):
            raise BadToken("no service URL")
        _require_teams(activity)


def find_tenant(activity: Json) -> str:
    """The tenant in which Paraaf is installed, empty when the activity names none.

    In a channel that organisations share, the conversation is the host's and `channelData` names the person's tenant.
    """
    told = (activity.get("conversation"), "tenantId"), (_look(activity.get("channelData"), "tenant"), "id")
    return next((tenant for part, name in told if isinstance(tenant := _look(part, name), str) and tenant), "")


def _require_teams(activity: Json) -> None:
    if activity.get("channelId") != CHANNEL:
        raise BadToken("not from Teams")
    if not find_tenant(activity):
        raise BadToken("no tenant")


def _look(part: object, name: str) -> object:
    return part.get(name) if isinstance(part, dict) else None
