"""Private channels that Paraaf makes in Slack."""

import asyncio

import aiohttp
import pytest

from adapters.slack import rooms as rooms_module
from adapters.slack.api import Api
from adapters.slack.rooms import RoomMaker, spell_name
from bot.domain.errors import DeliveryUnclear, PlatformUnavailable, Undeliverable
from bot.domain.people import Account, Platform
from bot.domain.places import Place
from tests.strict_slack import SCOPES, Drop, Refuse, StrictSlack

NEAR = Place(Platform.SLACK, "T0OFFICE", "C0INTAKE")
NAME = "1001 Haddad Bouw B.V."


@pytest.fixture
def maker(slack: StrictSlack, session: aiohttp.ClientSession) -> RoomMaker:
    return RoomMaker(Api(slack.bot_token, slack.api_url, session))


def account(user: str) -> Account:
    return Account(Platform.SLACK, "T0OFFICE", user)


@pytest.mark.parametrize(
    ("name", "number", "spelled"),
    [
        (NAME, 1, "1001-haddad-bouw-b-v"),
        (NAME, 2, "1001-haddad-bouw-b-v-2"),
        ("7 Café “Zoë” & Søn", 1, "7-cafe-zoe-sn"),
        ("8 日本", 1, "8"),
        ("...", 1, "paraaf"),
        ("9 " + "x" * 200, 1, "9-" + "x" * 78),
        ("9 " + "x" * 200, 12, "9-" + "x" * 75 + "-12"),
    ],
)
def test_spells_names_as_slack_takes_them(name: str, number: int, spelled: str) -> None:
    assert spell_name(name, number) == spelled


async def test_makes_a_private_channel(slack: StrictSlack, maker: RoomMaker) -> None:
    place = await maker.make(NEAR, NAME)
    room = slack.room(place.channel)
    assert (room.kind, room.name, room.members) == ("group", "1001-haddad-bouw-b-v", [slack.workspace.bot_user])
    assert (place.tenant, place.thread) == ("T0OFFICE", None)


async def test_a_name_that_people_took_gets_a_number(slack: StrictSlack, maker: RoomMaker) -> None:
    slack.channel("C0THEIRS", "1001-haddad-bouw-b-v", private=True)
    slack.channel("C0UNSEEN", "1001-haddad-bouw-b-v-2", private=True, bot=False)
    place = await maker.make(NEAR, NAME)
    assert slack.room(place.channel).name == "1001-haddad-bouw-b-v-3"


async def test_an_archived_channel_is_not_used_again(slack: StrictSlack, maker: RoomMaker) -> None:
    old = await maker.make(NEAR, NAME)
    slack.room(old.channel).archived = True
    assert slack.room((await maker.make(NEAR, NAME)).channel).name == "1001-haddad-bouw-b-v-2"


async def test_who_asks_again_after_a_lost_answer_gets_the_channel_that_was_made(
    slack: StrictSlack, maker: RoomMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms_module, "PAGE", 2)
    for number in range(5):
        slack.channel(f"C0OTHER{number}", private=True)
    slack.break_next("conversations.create", Drop(done=True))
    with pytest.raises(DeliveryUnclear):
        await maker.make(NEAR, NAME)
    place = await maker.make(NEAR, NAME)
    assert [room.id for room in slack.workspace.rooms.values() if room.creator] == [place.channel]


async def test_many_at_once_get_one_channel(slack: StrictSlack, maker: RoomMaker) -> None:
    places = await asyncio.gather(*(maker.make(NEAR, NAME) for _ in range(5)))
    assert len(set(places)) == 1
    assert len([room for room in slack.workspace.rooms.values() if room.creator]) == 1


async def test_gives_up_when_every_name_is_taken(slack: StrictSlack, maker: RoomMaker) -> None:
    slack.break_next("conversations.create", *[Refuse("name_taken")] * rooms_module.TRIES)
    with pytest.raises(Undeliverable) as refused:
        await maker.make(NEAR, NAME)
    assert refused.value.reason == "name_taken"


@pytest.mark.parametrize("code", ["restricted_action", "missing_scope"])
async def test_what_slack_does_not_allow_is_told(slack: StrictSlack, maker: RoomMaker, code: str) -> None:
    slack.break_next("conversations.create", Refuse(code))
    with pytest.raises(Undeliverable) as refused:
        await maker.make(NEAR, NAME)
    assert refused.value.reason == code


async def test_an_app_that_was_installed_before_lacks_the_scope(session: aiohttp.ClientSession) -> None:
    async with StrictSlack(scopes=SCOPES - {"groups:write"}) as slack:
        with pytest.raises(Undeliverable, match="missing_scope"):
            await RoomMaker(Api(slack.bot_token, slack.api_url, session)).make(NEAR, NAME)


async def test_who_cannot_come_keeps_nobody_else_away(slack: StrictSlack, maker: RoomMaker) -> None:
    slack.user("U0SANNE", "Sanne")
    slack.user("U0GONE", "Weg", deleted=True)
    slack.user("U0OTHER", "Karim", team="T0CLIENT")
    slack.user("U0GUEST", "Gast").account.single_channel_guest = True
    slack.user("U0LAST", "Laatste")
    place = await maker.make(NEAR, NAME)
    bot = slack.workspace.bot_user
    users = ("U0GONE", "U0OTHER", bot, "U0GUEST", "U0NOBODY", "U0SANNE", "U0LAST", "U0SANNE")
    refused = await maker.invite(place, [account(user) for user in users])
    assert {each.user: why for each, why in refused.items()} == {
        "U0GONE": "user_not_found",
        "U0OTHER": "not_in_team",
        "U0GUEST": "user_is_restricted",
        "U0NOBODY": "user_not_found",
    }
    assert slack.room(place.channel).members == [bot, "U0SANNE", "U0LAST"]


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "not_in_channel", "missing_scope"])
async def test_what_is_wrong_with_the_channel_is_nobodys_refusal(
    slack: StrictSlack, maker: RoomMaker, code: str
) -> None:
    place = await maker.make(NEAR, NAME)
    slack.break_next("conversations.invite", Refuse(code))
    with pytest.raises(Undeliverable) as refused:
        await maker.invite(place, [account("U0SANNE")])
    assert refused.value.reason == code


async def test_an_outage_is_told_as_one(slack: StrictSlack, maker: RoomMaker) -> None:
    slack.break_next("conversations.create", Refuse("service_unavailable"))
    with pytest.raises(PlatformUnavailable):
        await maker.make(NEAR, NAME)
