"""How fast the platforms let Paraaf go: which calls each of them counts together, and how many of those it takes.

Slack counts each method in each workspace, and messages in each channel. It promises at least so many a minute: 50 for
methods of tier 3 and 100 for those of tier 4, one message a second in a channel, and "several hundred" messages a
minute in a workspace, which are taken for 300 (https://docs.slack.dev/apis/web-api/rate-limits
and the page of each method). Teams counts what a bot does in one conversation and in one tenant
(https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit). Either may take more or less at times: a
429 says so, and is obeyed beside these numbers.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from bot.domain.people import Platform
from bot.domain.places import Place


class Call(StrEnum):
    """What is asked of a platform's `Messenger` or `Directory`."""

    SEND = "send"
    UPDATE = "update"
    WHISPER = "whisper"
    OPEN_CHAT = "open chat"
    POST_FILE = "post file"
    FIND = "find"
    FETCH = "fetch"
    LOOK = "look"
    """Ask who somebody is, or who takes part."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` within any `seconds` on end."""

    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What a platform counts together: a name that nothing else has, and all the rates it keeps to.

    Without rates nothing is known but what the platform says when it is too much.
    """

    name: str
    rates: tuple[Rate, ...] = ()


_TIER_3, _TIER_4 = (Rate(50, 60),), (Rate(100, 60),)
_IN_CHANNEL: Final = (Rate(1, 1),)
_IN_WORKSPACE: Final = (Rate(10, 2),)
_OF_SLACK: Final = {
    Call.SEND: _IN_WORKSPACE,
    Call.UPDATE: _TIER_3,
    Call.WHISPER: _TIER_4,
    Call.OPEN_CHAT: _TIER_3,
    Call.POST_FILE: _TIER_3,  # it begins by listing files, which is the slowest of its steps
    Call.FIND: (),  # after unclear failures alone, and between 1 and 50 a minute, depending on how the app came there
    Call.FETCH: (),
    Call.LOOK: (),  # some are answered from memory, others take several calls
}
_SHOWN_IN_CHANNEL: Final = (Call.SEND, Call.POST_FILE)
_IN_CONVERSATION: Final = (Rate(7, 1), Rate(8, 2), Rate(60, 30), Rate(1_800, 3_600))
_IN_TENANT: Final = (Rate(50, 1),)
_IN_ONE_CONVERSATION: Final = (Call.SEND, Call.UPDATE, Call.WHISPER)


def find_limits(call: Call, place: Place) -> tuple[Limit, ...]:
    """Everything that a call counts for; the first is what a platform means that answers it with 429."""
    match place.platform:
        case Platform.SLACK:
            return _limit_slack(call, place)
        case Platform.TEAMS:
            return _limit_teams(call, place)
        case _:
            assert_never(place.platform)


def _limit_slack(call: Call, place: Place) -> tuple[Limit, ...]:
    method = Limit(_name(place, call), _OF_SLACK[call])
    if call in _SHOWN_IN_CHANNEL:
        return method, Limit(_name(place, "messages", place.channel), _IN_CHANNEL)
    return (method,)


def _limit_teams(call: Call, place: Place) -> tuple[Limit, ...]:
    tenant = Limit(_name(place), _IN_TENANT)
    if call in _IN_ONE_CONVERSATION:
        return Limit(_name(place, "messages", place.channel), _IN_CONVERSATION), tenant
    return Limit(_name(place, call)), tenant


def _name(place: Place, *parts: str) -> str:
    return "\n".join((place.platform, place.tenant, *parts))  # a line break is in no platform's ids
