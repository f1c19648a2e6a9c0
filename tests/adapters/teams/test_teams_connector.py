"""What the connector's answers mean, and to whom the token goes."""

import json
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from yarl import URL

from adapters.teams.connector import Connector
from adapters.teams.errors import Refused, find_code, translate_answer
from adapters.teams.hosts import Hosts
from adapters.teams.proof import Secret
from adapters.teams.tokens import EntraTokens
from bot.domain.errors import DeliveryUnclear, PlatformUnavailable, RateLimited, Undeliverable
from tests.strict_teams import Drop, RateLimit, Refuse, Room, Status, StrictTeams

MESSAGE = {"type": "message", "text": "hoi"}
BLOCKED = json.dumps(
    {"errorCode": 209, "message": json.dumps({"subCode": "MessageWritesBlocked", "details": "x"}, indent=1)}
).encode()


@pytest.fixture
def room(teams: StrictTeams) -> Room:
    return teams.channel("bakkerij", members=[teams.user("sanne")])


@pytest.fixture
def connector(teams: StrictTeams, session: aiohttp.ClientSession) -> Connector:
    tokens = EntraTokens(session, teams.app_id, Secret(teams.password), login=teams.login_url)
    return Connector(session, tokens, Hosts(frozenset({URL(f"http://{teams.host}")})))


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (Refuse(400, "BadArgument"), Undeliverable),
        (Refuse(403, "BotDisabledByAdmin"), Undeliverable),
        (Refuse(403, "MessageWritesBlocked"), Undeliverable),
        (Refuse(404, "ConversationNotFound"), Undeliverable),
        (Status(404), Undeliverable),
        (Status(405), Undeliverable),
        (Refuse(412, "PreconditionFailed"), PlatformUnavailable),
        (Refuse(413, "MessageSizeTooBig"), Undeliverable),
        (Status(413), Undeliverable),
        (RateLimit(17), RateLimited),
        (Status(429), RateLimited),
        (Status(302), PlatformUnavailable),
        (Refuse(500, "ServiceError"), DeliveryUnclear),
        (Status(501), Undeliverable),
        (Status(502), DeliveryUnclear),
        (Status(502, done=True), DeliveryUnclear),
        (Status(503), PlatformUnavailable),
        (Status(504), DeliveryUnclear),
        (Drop(done=False), DeliveryUnclear),
        (Drop(done=True), DeliveryUnclear),
        (Status(200), DeliveryUnclear),
    ],
)
async def test_a_post_that_failed(
    teams: StrictTeams, connector: Connector, room: Room, fault: Status | Refuse, failure: type[Exception]
) -> None:
    teams.break_next("post", fault)
    with pytest.raises(failure) as failed:
        await connector.post(teams.service_url, room.id, MESSAGE)
    assert type(failed.value) in {failure, Refused}


@pytest.mark.parametrize(
    "fault", [Refuse(412, "PreconditionFailed"), *map(Status, (500, 502, 503, 504)), Drop(done=True)]
)
async def test_reading_and_updating_can_be_repeated(
    teams: StrictTeams, connector: Connector, room: Room, fault: Status
) -> None:
    message = await connector.post(teams.service_url, room.id, MESSAGE)
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "update": lambda: connector.update(teams.service_url, room.id, message, MESSAGE),
        "member": lambda: connector.member(teams.service_url, room.id, room.members[0]),
    }
    for name, call in calls.items():
        # aiohttp repeats a reading request by itself when the connection breaks, once
        teams.break_next(name, fault, *([fault] if isinstance(fault, Drop) else []))
        with pytest.raises(PlatformUnavailable):
            await call()
        await call()


async def test_nothing_is_done_where_nobody_listens(connector: Connector, teams: StrictTeams) -> None:
    await teams.server.stop()
    with pytest.raises(PlatformUnavailable):
        await connector.post(teams.service_url, "19:x@thread.v2", MESSAGE)


async def test_waits_as_long_as_it_is_told(teams: StrictTeams, connector: Connector, room: Room) -> None:
    teams.break_next("post", RateLimit(17))
    with pytest.raises(RateLimited) as limited:
        await connector.post(teams.service_url, room.id, MESSAGE)
    assert limited.value.retry_after.total_seconds() == 17


@pytest.mark.parametrize(("told", "seconds"), [("", 10), ("soon", 10), ("-5", 10), ("99999", 3600), ("²", 10)])
def test_waits_a_while_when_it_is_told_nothing_useful(told: str, seconds: int) -> None:
    limited = translate_answer(429, {"Retry-After": told}, b"", posts=True)
    assert isinstance(limited, RateLimited)
    assert limited.retry_after.total_seconds() == seconds


async def test_a_refused_token_is_replaced_once(teams: StrictTeams, connector: Connector, room: Room) -> None:
    await connector.post(teams.service_url, room.id, MESSAGE)
    teams.revoke_tokens()
    await connector.post(teams.service_url, room.id, MESSAGE)
    assert (teams.server.seen.count("token"), len(room.messages)) == (2, 2)
    teams.break_always("post", Status(401))
    with pytest.raises(PlatformUnavailable):
        await connector.post(teams.service_url, room.id, MESSAGE)
    assert teams.server.seen.count("post") == 5


async def test_a_token_that_is_not_to_be_had_posts_nothing(
    teams: StrictTeams, connector: Connector, room: Room
) -> None:
    teams.break_next("token", Status(503))
    with pytest.raises(PlatformUnavailable):
        await connector.post(teams.service_url, room.id, MESSAGE)
    assert room.messages == []


@pytest.mark.parametrize(
    "service",
    [
        "https://evil.example/",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net:8443/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evil.example/smba.trafficmanager.net/",
        "https://evil.trafficmanager.net/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://user@smba.trafficmanager.net/",
        "https://evil.example#smba.trafficmanager.net/",
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "//smba.trafficmanager.net/",
        "file:///etc/passwd",
        "http://[",
        "https://:443/",
        "emea",
        "",
    ],
)
async def test_calls_no_other_host(teams: StrictTeams, connector: Connector, service: str) -> None:
    with pytest.raises(Undeliverable):
        await connector.post(service, "19:x@thread.v2", MESSAGE)
    assert teams.server.seen == []  # not even a token was asked for


@pytest.mark.parametrize("host", ["smba.trafficmanager.net", "smba.infra.gov.teams.microsoft.us"])
def test_microsofts_hosts(host: str) -> None:
    assert Hosts().is_connector(URL(f"https://{host}/emea/v3/conversations"))


async def test_ids_stay_inside_their_part_of_the_path(teams: StrictTeams, connector: Connector) -> None:
    with pytest.raises(Undeliverable):
        await connector.post(teams.service_url, "../../v3/conversations?x=#", MESSAGE)
    assert [call.name for call in teams.calls] == ["post"]


def test_a_code_is_found_wherever_it_stands() -> None:
    assert find_code(BLOCKED) == "MessageWritesBlocked"
    assert find_code(b'{"error":{"code":"OfTomorrow","message":"woorden van iemand"}}') == "OfTomorrow"
    for nothing in (b"", b"<html>", b"[]", b'{"error":5}', b'{"error":{"code":"een zin van iemand"}}', b"\xff"):
        assert find_code(nothing) == ""


def test_a_refusal_says_what_it_means_and_quotes_nothing() -> None:
    blocked = translate_answer(403, {}, BLOCKED, posts=True)
    assert isinstance(blocked, Refused)
    assert (blocked.reason, blocked.code) == ("the app was blocked; MessageWritesBlocked", "MessageWritesBlocked")
    unknown = translate_answer(403, {}, b'{"message":"woorden van iemand"}', posts=True)
    assert isinstance(unknown, Refused)
    assert unknown.reason == "HTTP 403"


def test_a_bot_that_nobody_registered_stays_unknown() -> None:
    failed = translate_answer(401, {}, b'{"error":{"code":"BotNotRegistered"}}', posts=True)
    assert isinstance(failed, Refused)


async def test_somebody_who_is_not_there(teams: StrictTeams, connector: Connector, room: Room) -> None:
    assert await connector.member(teams.service_url, room.id, room.members[0])
    assert await connector.member(teams.service_url, room.id, teams.user("weg").id) is None
    with pytest.raises(Undeliverable):
        await connector.member(teams.service_url, "19:weg@thread.v2", room.members[0])
    room.installed = False
    with pytest.raises(Undeliverable):
        await connector.member(teams.service_url, room.id, room.members[0])


async def test_a_roster_over_all_pages(teams: StrictTeams, connector: Connector) -> None:
    users = [teams.user(f"u{number}") for number in range(1_100)]
    room = teams.channel("vol", members=users)
    pages = [page async for page in connector.members(teams.service_url, room.id)]
    assert [len(page) for page in pages] == [500, 500, 100]
    assert {member["id"] for page in pages for member in page} == {user.id for user in users}
