import itertools

import pytest

from bot.domain.people import Platform
from bot.domain.places import Place
from bot.domain.rates import Call, Rate, find_limits
from tests.builders import a_place


def teams(channel: str = "19:1") -> Place:
    return Place(Platform.TEAMS, "tenant-1", channel)


def names(call: Call, place: Place) -> set[str]:
    return {limit.name for limit in find_limits(call, place)}


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("call", Call)
def test_nothing_of_one_tenant_counts_for_another(call: Call, platform: Platform) -> None:
    here, there = (Place(platform, tenant, "C1") for tenant in ("T1", "T2"))
    assert names(call, here).isdisjoint(names(call, there))


@pytest.mark.parametrize("platform", Platform)
def test_no_limit_is_asked_for_twice(platform: Platform) -> None:
    for call in Call:
        limits = find_limits(call, Place(platform, "T1", "C1"))
        assert len({limit.name for limit in limits}) == len(limits)


def test_slack_counts_messages_in_a_channel_and_each_method_in_a_workspace() -> None:
    method, channel = find_limits(Call.SEND, a_place("C1"))
    assert channel.rates == (Rate(1, 1),)
    assert find_limits(Call.SEND, a_place("C1", thread="1.2"))[1] == channel
    assert find_limits(Call.SEND, a_place("C2"))[0] == method
    assert find_limits(Call.SEND, a_place("C2"))[1] != channel
    assert find_limits(Call.POST_FILE, a_place("C1"))[1] == channel
    for one, other in itertools.combinations(Call, 2):
        assert find_limits(one, a_place("C1"))[0] != find_limits(other, a_place("C1"))[0]


def test_teams_counts_all_in_a_conversation_and_in_a_tenant() -> None:
    conversation, tenant = find_limits(Call.SEND, teams())
    assert conversation.rates == (Rate(7, 1), Rate(8, 2), Rate(60, 30), Rate(1_800, 3_600))
    assert tenant.rates == (Rate(50, 1),)
    for call in (Call.UPDATE, Call.WHISPER):
        assert find_limits(call, teams()) == (conversation, tenant)
    assert find_limits(Call.SEND, teams("19:2"))[0] != conversation
    assert all(tenant in find_limits(call, teams("19:2")) for call in Call)
