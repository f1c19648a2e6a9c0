"""What the Web API's failures mean to the core.

Nothing here quotes a failed answer: its text may hold what people wrote.
"""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.domain.errors import DeliveryUnclear, PlatformError, PlatformUnavailable, RateLimited, Undeliverable

SERVER_TROUBLE = 500
"""HTTP states from here on tell of the server's trouble, not of the request's."""

TOKEN_REFUSED = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""Codes by which Slack refuses a token (https://docs.slack.dev/reference/methods/auth.test)."""

NOT_IN_CONVERSATION = frozenset({"channel_not_found", "not_in_channel"})
"""Codes by which Slack says that Paraaf is not there; a private channel is not even found then."""

_HALFWAY = frozenset({"fatal_error", "internal_error"})
# Slack's reference says of both that some of the work may have been done before they were raised.

_LATER = frozenset(
    {
        "accesslimited",
        "invalid_auth",
        "missing_scope",
        "not_authed",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "token_expired",
    }
)
# Nothing was done, and it can succeed unchanged later: an outage, or a token or scope that an operator will mend.

_BUSY = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})

_WAIT_UNTOLD = 30
# Seconds, where Slack does not say how long; slack_sdk waits as long for the only method that may leave it out.


class TokenRefused(Exception):
    """Slack refuses the token that a setting gives; `setting` and Slack's `reason`."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"Slack refuses the token of {setting}: {reason}")
        self.setting, self.reason = setting, reason


def translate(error: Exception, *, changes: bool) -> PlatformError:
    """The failure of a call in the core's words; `changes` tells whether the call changes anything.

    A code that is not known here counts as a refusal for good: Slack answered, so nothing was done, and a row that is
    reported for people to look at is better than one that blocks its conversation for ever.
    """
    if isinstance(error, SlackApiError):
        return _translate_answer(error, changes=changes)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL):
        return PlatformUnavailable(f"no connection: {type(error).__name__}")
    return _lost(type(error).__name__, changes=changes)


def read_wait(headers: Mapping[str, str]) -> timedelta:
    """How long an answer with 429 asks to wait."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return timedelta(seconds=int(told) if told.isascii() and told.isdigit() else _WAIT_UNTOLD)


def _translate_answer(error: SlackApiError, *, changes: bool) -> PlatformError:
    status, code, headers = _look_into(error.response)
    if status == 429 or code in _BUSY:  # noqa: PLR2004 - HTTP's own number for too many requests
        return RateLimited(read_wait(headers))
    if code in _HALFWAY or status >= SERVER_TROUBLE:
        return _lost(code or f"HTTP {status}", changes=changes)
    if code in _LATER:
        return PlatformUnavailable(code)
    if code:
        return Undeliverable(code, absent=code in NOT_IN_CONVERSATION)
    if status == 200:  # noqa: PLR2004 - an answer that is not Slack's JSON, from something in between
        return _lost("not an answer of Slack", changes=changes)
    return PlatformUnavailable(f"HTTP {status}")


def _look_into(response: object) -> tuple[int, str, Mapping[str, str]]:
    # slack_sdk hands over its own answer, or aiohttp's where the body could not be read as JSON.
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    body = getattr(response, "data", None)
    code = body.get("error", "") if isinstance(body, dict) else ""
    return status, str(code), getattr(response, "headers", {})


def _lost(why: str, *, changes: bool) -> PlatformError:
    return DeliveryUnclear(why) if changes else PlatformUnavailable(why)
