import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from yarl import URL

from adapters.teams import directory as directory_module
from adapters.teams.connector import Connector
from adapters.teams.directory import TeamsDirectory, read_person
from adapters.teams.hosts import Hosts
from adapters.teams.proof import Secret
from adapters.teams.references import KnownPlaces
from adapters.teams.roster import KEEP_SECONDS, Roster
from adapters.teams.tokens import EntraTokens
from bot.conversation import Actor
from bot.domain.errors import PlatformUnavailable, Undeliverable
from bot.domain.people import Account, Platform, Standing
from bot.domain.places import Place
from storage.sql.store import SqlStore
from tests.adapters.teams.stage import know
from tests.contracts.directory import DirectoryContract, DirectoryStage
from tests.strict_teams import Hold, Status, StrictTeams, User
from tests.strict_teams.facts import Json


@dataclass
class TeamsStage:
    teams: StrictTeams
    directory: TeamsDirectory
    clock: list[float] = field(default_factory=lambda: [0.0])

    def __post_init__(self) -> None:
        self.room = self.teams.channel("bakkerij", shared=True)
        self.place = Place(Platform.TEAMS, self.teams.tenant, self.room.id)

    def user(self, name: str, standing: Standing, email: str | None = None) -> User:
        key = f"u{self.teams.world.number()}"
        tenant = "bakker" if standing is Standing.EXTERNAL else None
        guest, bot = standing is Standing.GUEST, standing is Standing.BOT
        return self.teams.user(key, name, tenant=tenant, email=email, guest=guest, bot=bot)

    def add(self, name: str, standing: Standing, *, email: str | None = None, joins: bool = True) -> Account:
        user = self.user(name, standing, email)
        if joins:
            self.room.members.append(user.id)
        return Account(Platform.TEAMS, self.teams.tenant_id(user.account.tenant), user.id)

    def add_with_unconfirmed_email(self, name: str, email: str) -> Account:
        return self.add(name, Standing.GUEST, email=email)

    def leave(self, account: Account) -> None:
        self.room.members.remove(account.user)

    def deactivate(self, account: Account) -> None:
        self.teams.world.accounts[account.user].deleted = True

    def make_group(self, group: str, *members: Account) -> None:
        """Teams tells bots of no groups."""

    def stop(self) -> None:
        self.teams.break_always("member", Status(503))

    def actor(self, account: Account) -> Actor:
        return Actor(account, self.teams.tenant, "Naam", self.place, "nl-NL")


@pytest_asyncio.fixture(loop_scope="session")
async def stage(teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore) -> AsyncIterator[TeamsStage]:
    clock = [0.0]
    tokens = EntraTokens(session, teams.app_id, Secret(teams.password), login=teams.login_url)
    connector = Connector(session, tokens, Hosts(frozenset({URL(f"http://{teams.host}")})))
    roster = Roster(connector, KnownPlaces(store), lambda: clock[0])
    stage = TeamsStage(teams, TeamsDirectory(roster), clock)
    await know(store, teams, stage.room)
    yield stage
    teams.repair()


class TestTeamsDirectory(DirectoryContract):
    """Bots are in no roster of Teams, and it tells a bot of no groups."""

    @pytest.mark.parametrize("standing", [Standing.MEMBER, Standing.GUEST, Standing.EXTERNAL])
    async def test_tells_what_someone_is(self, stage: DirectoryStage, standing: Standing) -> None:
        await super().test_tells_what_someone_is(stage, standing)

    async def test_lists_everybody_over_all_pages(self, stage: DirectoryStage) -> None:
        standings = (Standing.MEMBER, Standing.GUEST, Standing.EXTERNAL)
        added = [stage.add(f"Deelnemer {number}", standings[number % 3]) for number in range(1_050)]
        bot = stage.add("Een andere bot", Standing.BOT)
        people = await stage.directory.participants(stage.place)
        assert [person.account for person in people] == added
        assert {person.standing for person in people} == set(standings)
        assert not await stage.directory.takes_part(stage.place, bot)

    async def test_knows_a_group(self, stage: DirectoryStage) -> None:
        account = stage.add("In", Standing.MEMBER)
        stage.make_group("S0STAFF", account)
        assert not await stage.directory.is_in_group(stage.place.tenant, account, "S0STAFF")

    async def test_an_unknown_group_is_no_answer(self, stage: DirectoryStage) -> None:
        with capture_logs() as logs:
            await self.test_knows_a_group(stage)
        assert [line["event"] for line in logs] == ["teams_has_no_groups"]


async def test_what_people_are_is_remembered_for_a_minute(stage: TeamsStage) -> None:
    account = stage.add("Sanne", Standing.MEMBER)
    await stage.directory.person(stage.actor(account))
    stage.deactivate(account)
    stage.clock[0] += KEEP_SECONDS - 1
    assert (await stage.directory.person(stage.actor(account))).active
    stage.clock[0] += 1
    assert not (await stage.directory.person(stage.actor(account))).active


async def test_a_roster_that_was_read_spares_a_call_for_each_person(stage: TeamsStage) -> None:
    accounts = [stage.add(f"Deelnemer {number}", Standing.MEMBER) for number in range(60)]
    await stage.directory.participants(stage.place)
    for account in accounts:
        assert (await stage.directory.person(stage.actor(account))).active
    assert stage.teams.server.seen.count("member") == 0


async def test_whoever_was_seen_to_leave_is_forgotten_at_once(stage: TeamsStage) -> None:
    account = stage.add("Karim", Standing.EXTERNAL)
    await stage.directory.participants(stage.place)
    stage.leave(account)
    assert not await stage.directory.takes_part(stage.place, account)
    person = await stage.directory.person(stage.actor(account))
    assert (person.active, person.standing, person.account, person.name) == (False, Standing.EXTERNAL, account, "Naam")


async def test_a_place_where_paraaf_is_not(stage: TeamsStage) -> None:
    account = stage.add("Sanne", Standing.MEMBER)
    stage.room.installed = False
    elsewhere = replace(stage.place, channel="19:elders@thread.v2")
    for place in (stage.place, elsewhere):
        with pytest.raises(Undeliverable):
            await stage.directory.participants(place)
        with pytest.raises(Undeliverable):
            await stage.directory.takes_part(place, account)
        with pytest.raises(Undeliverable):
            await stage.directory.person(replace(stage.actor(account), place=place))
    with pytest.raises(Undeliverable):
        await stage.directory.person(replace(stage.actor(account), place=None))


async def test_a_slow_roster_is_no_answer(stage: TeamsStage, monkeypatch: pytest.MonkeyPatch) -> None:
    account = stage.add("Sanne", Standing.MEMBER)
    monkeypatch.setattr(directory_module, "PATIENCE", 0.05)
    go_on = asyncio.Event()
    stage.teams.break_next("members", Hold(go_on))
    stage.teams.break_next("member", Hold(go_on))
    with pytest.raises(PlatformUnavailable):
        await stage.directory.participants(stage.place)
    with pytest.raises(PlatformUnavailable):
        await stage.directory.takes_part(stage.place, account)
    go_on.set()


MEMBER: Json = {
    "userPrincipalName": "n@t.example",
    "id": "29:1",
    "name": "Noor",
    "tenantId": "t",
    "objectId": "o",
    "userRole": "user",
    "email": "n@t.example",
}


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"userRole": "owner"}, Standing.MEMBER),
        ({"userRole": None, "objectId": None, "aadObjectId": "o"}, Standing.MEMBER),
        ({"userRole": "guest"}, Standing.GUEST),
        ({"userRole": "Guest"}, Standing.GUEST),
        ({"userPrincipalName": "noor_gmail.com#EXT#@t.example"}, Standing.GUEST),
        ({"userPrincipalName": "noor_gmail.com#ext#@t.example"}, Standing.GUEST),
        ({"userPrincipalName": None}, Standing.GUEST),
        ({"userRole": "anonymous"}, Standing.EXTERNAL),
        ({"objectId": None}, Standing.EXTERNAL),
        ({"tenantId": None}, Standing.EXTERNAL),
        ({"tenantId": "other"}, Standing.EXTERNAL),
        ({"tenantId": "other", "userRole": "guest"}, Standing.EXTERNAL),
        ({"id": "28:1"}, Standing.BOT),
    ],
)
def test_who_is_who(told: Json, standing: Standing) -> None:
    person = read_person({**MEMBER, **told}, "t")
    assert person.standing is standing
    assert person.email == ("n@t.example" if standing is Standing.MEMBER else None)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({}, "Noor"),
        ({"name": None, "givenName": "Noor", "surname": "El"}, "Noor El"),
        ({"name": "", "surname": "El"}, "El"),
        ({"name": None, "userPrincipalName": "noor@t.example"}, "noor@t.example"),
        ({"name": None, "userPrincipalName": None}, "29:1"),
    ],
)
def test_everybody_has_a_name(told: Json, name: str) -> None:
    assert read_person({**MEMBER, **told}, "t").name == name
