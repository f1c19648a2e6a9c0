import asyncio
from dataclasses import dataclass
from itertools import count

import aiohttp
import pytest

from adapters.slack import directory as directory_module
from adapters.slack.api import Api
from adapters.slack.directory import SlackDirectory, read_person
from bot.conversation import Actor
from bot.domain.errors import PlatformUnavailable, RateLimited, Undeliverable
from bot.domain.people import Account, Platform, Standing
from bot.domain.places import Place
from tests.adapters.slack.messenger_stage import a_free_port
from tests.contracts.directory import DirectoryContract
from tests.strict_slack import Hold, RateLimit, StrictSlack

TENANT = "T0OFFICE"


@dataclass
class SlackStage:
    slack: StrictSlack
    api: Api
    now: float = 0.0

    def __post_init__(self) -> None:
        self.directory = SlackDirectory(self.api, lambda: self.now)
        self.room = self.slack.channel("C0CLIENT", private=True)
        self.place = Place(Platform.SLACK, TENANT, "C0CLIENT")
        self._numbers = count(1)

    def add(self, name: str, standing: Standing, *, email: str | None = None, joins: bool = True) -> Account:
        user = self.slack.user(
            f"U{next(self._numbers):06d}",
            name,
            team="T0CLIENT" if standing is Standing.EXTERNAL else None,
            guest=standing is Standing.GUEST,
            bot=standing is Standing.BOT,
            email=email,
        )
        if joins:
            self.room.members.append(user.id)
        return Account(Platform.SLACK, user.account.team, user.id)

    def add_with_unconfirmed_email(self, name: str, email: str) -> Account:
        account = self.add(name, Standing.MEMBER, email=email)
        self.slack.workspace.accounts[account.user].email_confirmed = False
        return account

    def actor(self, account: Account) -> Actor:
        return Actor(account, TENANT, "", self.place)

    def leave(self, account: Account) -> None:
        self.room.members.remove(account.user)

    def deactivate(self, account: Account) -> None:
        self.slack.workspace.accounts[account.user].deleted = True

    def make_group(self, group: str, *members: Account) -> None:
        self.slack.group(group, [self.slack.user(each.user) for each in members])

    def stop(self) -> None:
        self.api.client.base_url = f"http://127.0.0.1:{a_free_port()}/api/"


@pytest.fixture
def stage(slack: StrictSlack, session: aiohttp.ClientSession) -> SlackStage:
    return SlackStage(slack, Api(slack.bot_token, slack.api_url, session))


class TestSlackDirectory(DirectoryContract):
    pass


async def test_people_are_remembered_for_five_minutes(stage: SlackStage) -> None:
    account = stage.add("Sanne", Standing.MEMBER)
    await stage.directory.person(stage.actor(account))
    stage.deactivate(account)
    stage.now = 299
    assert (await stage.directory.person(stage.actor(account))).active
    stage.now = 300
    assert not (await stage.directory.person(stage.actor(account))).active
    assert len(stage.slack.calls_of("users.info")) == 2


async def test_the_memory_of_people_is_bounded(stage: SlackStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_module, "_MOST_REMEMBERED", 2)
    accounts = [stage.add(f"P{number}", Standing.MEMBER) for number in range(3)]
    for account in [*accounts, accounts[2], accounts[0]]:
        await stage.directory.person(stage.actor(account))
    assert [call["user"] for call in stage.slack.calls_of("users.info")] == [
        accounts[0].user,
        accounts[1].user,
        accounts[2].user,
        accounts[0].user,
    ]


async def test_members_are_never_remembered(stage: SlackStage) -> None:
    account = stage.add("Sanne", Standing.MEMBER)
    await stage.directory.takes_part(stage.place, account)
    await stage.directory.takes_part(stage.place, account)
    assert len(stage.slack.calls_of("conversations.members")) == 2


async def test_a_slow_answer_is_given_up(stage: SlackStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_module, "PATIENCE", 0.05)
    account = stage.add("Sanne", Standing.MEMBER)
    held = asyncio.Event()
    stage.slack.break_next("users.info", Hold(held))
    with pytest.raises(PlatformUnavailable):
        await stage.directory.participants(stage.place)
    held.set()
    assert account.user in stage.room.members


async def test_one_stranger_does_not_hide_the_others(stage: SlackStage) -> None:
    known = stage.add("Sanne", Standing.MEMBER)
    stage.room.members.append("U0GONE")
    people = {person.account.user: person for person in await stage.directory.participants(stage.place)}
    assert people[known.user].active
    assert not people["U0GONE"].active
    assert people["U0GONE"].standing is Standing.EXTERNAL


async def test_a_rate_limit_among_many_is_told(stage: SlackStage) -> None:
    stage.add("Sanne", Standing.MEMBER)
    stage.slack.break_next("users.info", RateLimit(9), RateLimit(9))
    with pytest.raises(RateLimited):
        await stage.directory.participants(stage.place)


async def test_a_conversation_that_paraaf_is_not_in_is_told(stage: SlackStage) -> None:
    account = stage.add("Sanne", Standing.MEMBER)
    stage.room.members.remove(stage.slack.workspace.bot_user)
    with pytest.raises(Undeliverable) as refused:
        await stage.directory.participants(stage.place)
    assert refused.value.reason == "channel_not_found"
    with pytest.raises(Undeliverable):
        await stage.directory.takes_part(stage.place, account)


@pytest.mark.parametrize(
    ("user", "standing"),
    [
        ({"team_id": TENANT}, Standing.MEMBER),
        ({"team_id": TENANT, "is_bot": True}, Standing.BOT),
        ({"id": "USLACKBOT", "team_id": TENANT}, Standing.BOT),
        ({"team_id": TENANT, "is_restricted": True}, Standing.GUEST),
        ({"team_id": TENANT, "is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"team_id": "T0OTHER"}, Standing.EXTERNAL),
        ({"team_id": "T0OTHER", "is_restricted": True}, Standing.EXTERNAL),
        ({"team_id": TENANT, "is_stranger": True}, Standing.EXTERNAL),
        ({}, Standing.EXTERNAL),
        ({"team_id": "T0HOME", "enterprise_user": {"teams": ["T0HOME", TENANT]}}, Standing.MEMBER),
        ({"team_id": "T0HOME", "enterprise_user": {"teams": ["T0HOME"]}}, Standing.EXTERNAL),
    ],
)
def test_standing(user: dict[str, object], standing: Standing) -> None:
    assert read_person({"id": "U1", **user}, TENANT, trust_unflagged_email=False).standing is standing


@pytest.mark.parametrize(
    ("flag", "trust", "email"),
    [
        ({"is_email_confirmed": True}, False, "a@b.example"),
        ({"is_email_confirmed": False}, True, None),
        ({}, False, None),
        ({}, True, "a@b.example"),
    ],
)
def test_email(flag: dict[str, bool], trust: bool, email: str | None) -> None:  # noqa: FBT001 - a parameter
    user = {"id": "U1", "team_id": TENANT, "profile": {"email": "a@b.example"}, **flag}
    assert read_person(user, TENANT, trust_unflagged_email=trust).email == email


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"profile": {"real_name": "Sanne de Vries", "display_name": "sanne"}, "name": "s"}, "Sanne de Vries"),
        ({"profile": {"real_name": "", "display_name": "sanne"}, "name": "s"}, "sanne"),
        ({"name": "s"}, "s"),
        ({}, "U1"),
    ],
)
def test_name(user: dict[str, object], name: str) -> None:
    assert read_person({"id": "U1", "team_id": TENANT, **user}, TENANT, trust_unflagged_email=False).name == name
