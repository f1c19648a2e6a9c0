"""What the connector's failures mean to the core.

Nothing here quotes a failed answer beyond its code: it may hold what people wrote. Codes:
https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability (status codes of bot
conversational APIs).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import aiohttp
import orjson

from bot.domain.errors import DeliveryUnclear, PlatformError, PlatformUnavailable, RateLimited, Undeliverable

WAIT_UNTOLD: Final = 10
"""Seconds to wait where Microsoft does not say how long; its limits count over 1 to 30 seconds."""
LONGEST_WAIT: Final = 3600

_MEANINGS: Final = {
    "BotNotInConversationRoster": "the app is not installed here",
    "ForbiddenOperationException": "the app is not installed for this person",
    "MessageWritesBlocked": "the app was blocked",
    "ConversationBlockedByUser": "the app was blocked",
    "BotDisabledByAdmin": "an administrator disabled the app",
    "BotNotRegistered": "the bot is not registered",
    "ConversationNotFound": "the conversation is gone",
    "ActivityNotFoundInConversation": "the message is gone",
    "MemberNotFoundInConversation": "the person is not in the conversation",
    "MessageSizeTooBig": "the message is too large",
    "NotEnoughPermissions": "the app lacks a permission",
}
"""Codes by which the connector refuses for good. Some stand in a JSON text inside a JSON text, so they are searched."""

_NOT_THERE: Final = frozenset({"BotNotInConversationRoster", "ConversationNotFound"})

_TOO_LARGE: Final = 413
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_SERVER_TROUBLE: Final = 500
_LATER: Final = frozenset({408, 412, 503})
# Nothing was done: 412 and 503 are Microsoft's own words for "try again".
_CODE: Final = re.compile(r"[A-Za-z]{3,60}")
_LOOKED_THROUGH: Final = 8_192


@dataclass(eq=False)
class Refused(Undeliverable):
    """The connector refuses for good, with this HTTP `status`, and a `code` where it gave one."""

    status: int = 0
    code: str = ""


def translate_answer(status: int, headers: Mapping[str, str], raw: bytes, *, posts: bool) -> PlatformError:
    """An answer that is no success; `posts` tells whether the call would do its work again when it is repeated."""
    code = find_code(raw)
    if status == _TOO_MANY:
        return RateLimited(timedelta(seconds=_read_wait(headers.get("Retry-After", ""))))
    if status in _LATER:
        return PlatformUnavailable(f"HTTP {status}")
    if status >= _SERVER_TROUBLE and status not in {501, 505}:
        return lost(f"HTTP {status}", posts=posts)
    if status == _UNAUTHORIZED and code != "BotNotRegistered":
        return PlatformUnavailable("the token is refused")  # an operator can mend that
    if status < 400:  # noqa: PLR2004 - a redirect, which no connector gives
        return PlatformUnavailable(f"HTTP {status}")
    if status == _TOO_LARGE:
        code = "MessageSizeTooBig"  # a proxy's page says so in no code at all
    return Refused(word_refusal(status, code), code in _NOT_THERE, status, code)


def translate_failure(error: Exception, *, posts: bool) -> PlatformError:
    """A call that got no answer."""
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL):
        return PlatformUnavailable(f"no connection: {type(error).__name__}")
    return lost(type(error).__name__, posts=posts)


def lost(why: str, *, posts: bool) -> PlatformError:
    """Nobody knows whether it was done; where it may be repeated that does not matter."""
    return DeliveryUnclear(why) if posts else PlatformUnavailable(why)


def word_refusal(status: int, code: str) -> str:
    """A refusal as the sender reads it: what it means, and the code to look it up by."""
    if meaning := _MEANINGS.get(code):
        return f"{meaning}; {code}"
    return code or f"HTTP {status}"


def find_code(raw: bytes) -> str:
    """The code in a refusal, empty when there is none."""
    text = raw[:_LOOKED_THROUGH].decode(errors="replace")
    if found := next((code for code in _MEANINGS if code in text), ""):
        return found
    try:
        told = orjson.loads(raw)
        code = told["error"]["code"]
    except (ValueError, LookupError, TypeError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _read_wait(told: str) -> int:
    return min(int(told), LONGEST_WAIT) if told.isascii() and told.isdigit() else WAIT_UNTOLD
