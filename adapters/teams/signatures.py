"""What every token from Microsoft is checked for, whoever made it: its signature, its audience, its times."""

from typing import Final

import jwt

from adapters.teams.keys import SigningKey, SigningKeys
from adapters.teams.wire import Json

SKEW_SECONDS: Final = 300
"""By how much clocks may differ; Microsoft's own number."""
LONGEST: Final = 8_000
"""Characters of a token; one of the Bot Framework has about 1,500, and a header line may have 8,190."""


class BadToken(Exception):
    """A request does not come from whom it should; the text says why, for the log alone."""


def read_bearer(header: str | None) -> str:
    """The token in an `Authorization` header. Raises `BadToken`."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST:
        raise BadToken("no bearer token")
    return token


async def check_signature(token: str, keys: SigningKeys, audience: str, issuer: str) -> tuple[Json, SigningKey]:
    """The claims of a token that was signed with RS256 for us, by a key of its maker's, and that key.

    Raises `BadToken`, or `KeysUnavailable` when it can't be told. Its times are not looked at.
    """
    try:
        head = jwt.get_unverified_header(token)
        key_id = head.get("kid")
        if head.get("alg") != "RS256" or not isinstance(key_id, str):
            raise BadToken("another algorithm, or no key named")
        key = await keys.find(key_id)
        if key is None:
            raise BadToken("unknown key")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=["RS256"],
            audience=audience,
            issuer=issuer,
            # Times are compared by `check_times`, with a clock that tests can set.
            options={"require": ["exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise BadToken(type(error).__name__) from None
    return claims, key


def check_times(claims: Json, now: float) -> float:
    """When a token expires, in seconds since 1970. Raises `BadToken` unless it is good `now`."""
    expires, begins = _read_time(claims.get("exp")), _read_time(claims.get("nbf", 0))
    if expires + SKEW_SECONDS <= now or begins - SKEW_SECONDS > now:
        raise BadToken("expired, or not valid yet")
    return expires


def _read_time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadToken("a time that is no number")
    return float(value)
