"""Attack 2: tokens that are not Teams', and what else knocks."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from adapters.teams.door import KEEP, LARGEST
from adapters.teams.signatures import LONGEST
from bot.conversation import Open, Press
from cards.model import Form, Plain, Text
from tests.adapters.teams.stage import Stage
from tests.contracts.messenger import a_card
from tests.strict_teams import Hold, Status
from tests.strict_teams.delivery import Received, Sent
from tests.strict_teams.facts import Json
from tests.strict_teams.login import make_key

FORM = Form("send", "Send", (Text((Plain("x"),)),), "Close")
Forge = Callable[[Stage, Json], Sent]


async def a_press(stage: Stage) -> Json:
    card = await stage.post(a_card())
    value = {"action": {"type": "Action.Execute", "verb": "approve", "data": {"action": "approve", "value": "e1"}}}
    about = {"name": "adaptiveCard/action", "value": value, "replyToId": card.id}
    return stage.client.activity("invoke", stage.room, thread=card.id) | about


async def send(stage: Stage, sent: Sent) -> Received:
    return await stage.teams.delivery.send(sent)


async def expect_refused(stage: Stage, sent: Sent) -> None:
    with capture_logs() as logs:
        answer = await send(stage, sent)
    assert (answer.status, answer.text) == (401, "")
    assert stage.router.handled == []
    assert stage.guard.keys == {}
    assert [line["event"] for line in logs] == ["teams_request_refused"]


async def test_lets_in_what_teams_signed(stage: Stage) -> None:
    activity = await a_press(stage)
    answer = await send(stage, stage.teams.delivery.sign(activity))
    assert answer.status == 200
    assert isinstance(stage.router.handled[0], Press)


async def test_a_slash_at_the_end_makes_no_other_service(stage: Stage) -> None:
    activity = await a_press(stage)
    url = activity["serviceUrl"].rstrip("/")
    sent = stage.teams.delivery.sign(activity, claims={"serviceurl": url})
    assert (await send(stage, sent)).status == 200


def forge(claims: Json | None = None, **changes: Any) -> Forge:  # noqa: ANN401 - whatever `sign` takes
    return lambda stage, activity: stage.teams.delivery.sign(activity, claims=claims, **changes)


def with_header(header: str | None) -> Forge:
    def change(stage: Stage, activity: Json) -> Sent:
        sent = stage.teams.delivery.sign(activity)
        others = {name: value for name, value in sent.headers.items() if name != "Authorization"}
        return Sent(sent.body, others if header is None else {**others, "Authorization": header})

    return change


def with_activity(**changes: object) -> Forge:
    """A good token, and an activity that it does not allow."""

    def change(stage: Stage, activity: Json) -> Sent:
        sent = stage.teams.delivery.sign(activity)
        changed = {name: value for name, value in {**activity, **changes}.items() if value is not None}
        return Sent(json.dumps(changed).encode(), sent.headers)

    return change


def with_body(body: bytes) -> Forge:
    return lambda stage, activity: Sent(body, stage.teams.delivery.sign(activity).headers)


def without_endorsement(stage: Stage, activity: Json) -> Sent:
    stage.teams.login.rotate()
    stage.teams.login.keys[stage.teams.login.signing] = ("webchat", "directline")
    assert stage.adapter._keys
    stage.adapter._keys._tried -= 61
    return stage.teams.delivery.sign(activity)


BAD: dict[str, Forge] = {
    "no header": with_header(None),
    "empty header": with_header(""),
    "no token": with_header("Bearer "),
    "another scheme": with_header("Basic dXNlcjpwYXNz"),
    "garbage": with_header("Bearer abc"),
    "dots": with_header("Bearer a.b.c"),
    "more dots": with_header("Bearer a.b.c.d"),
    "not ASCII": with_header("Bearer \u00e9.\u00e9.\u00e9"),
    "huge": with_header("Bearer " + "a" * (LONGEST + 1)),
    "a number for a head": with_header("Bearer MQ.MQ.MQ"),
    "alg none": forge(key=None, alg="none"),
    "alg none, signed": forge(alg="none"),
    "HS256": forge(key=b"x" * 64, alg="HS256"),
    "HS256 with no known key": forge(key=b"x" * 64, alg="HS256", head={"kid": "x"}),
    "RS512": forge(alg="RS512"),
    "alg a list": forge(head={"alg": ["RS256"]}),
    "another key": forge(key=make_key("mallory")),
    "no signature": forge(key=None),
    "no key id": forge(head={"kid": None}),
    "unknown key id": forge(head={"kid": "nobody"}),
    "key id a number": forge(head={"kid": 1}),
    "critical extension": forge(head={"crit": ["exp"]}),
    "another audience": forge({"aud": "another-app"}),
    "no audience": forge({"aud": None}),
    "audience a number": forge({"aud": 5}),
    "another issuer": forge({"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"}),
    "no issuer": forge({"iss": None}),
    "issuer a list": forge({"iss": ["https://api.botframework.com"]}),
    "expired": forge(age=3_600 + 301),
    "no expiry": forge({"exp": None}),
    "expiry a text": forge({"exp": "soon"}),
    "expiry true": forge({"exp": True}),
    "not valid yet": forge({"nbf": int(time.time()) + 3_000}),
    "begin a text": forge({"nbf": "now"}),
    "no service URL": forge({"serviceurl": None}),
    "empty service URL": forge({"serviceurl": ""}),
    "another service URL": forge({"serviceurl": "https://smba.trafficmanager.net/emea/"}),
    "service URL a list": forge({"serviceurl": ["https://smba.trafficmanager.net/emea/"]}),
    "activity for another service": with_activity(serviceUrl="https://evil.example/"),
    "activity without service": with_activity(serviceUrl=None),
    "activity with a number for a service": with_activity(serviceUrl=5),
    "web chat": with_activity(channelId="webchat"),
    "no channel": with_activity(channelId=None),
    "no tenant": with_activity(conversation={"id": "19:x@thread.v2"}, channelData={}),
    "tenant a number": with_activity(conversation={"id": "19:x@thread.v2", "tenantId": 5}, channelData=None),
    "an empty object": with_body(b"{}"),
    "not endorsed": without_endorsement,
}


@pytest.mark.parametrize("forgery", BAD.values(), ids=BAD)
async def test_refuses_what_is_not_from_teams(stage: Stage, forgery: Forge) -> None:
    await expect_refused(stage, forgery(stage, await a_press(stage)))


async def test_the_token_is_looked_at_before_the_body(stage: Stage) -> None:
    broken = b"{" * 100_000
    assert (await send(stage, Sent(broken, {}))).status == 401
    good = stage.teams.delivery.sign(await a_press(stage))
    assert (await send(stage, Sent(broken, good.headers))).status == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b'{"a":', b"[" * 100_000])
async def test_a_body_that_is_no_activity(stage: Stage, body: bytes) -> None:
    good = stage.teams.delivery.sign(await a_press(stage))
    assert (await send(stage, Sent(body, good.headers))).status == 400


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_large_body_is_not_taken(stage: Stage, session: aiohttp.ClientSession, *, is_told: bool) -> None:
    good = stage.teams.delivery.sign(await a_press(stage))

    async def write() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 1024 + 1):
            yield b" " * 1024

    body = BytesIO(b" " * (LARGEST + 1)) if is_told else write()
    async with session.post(stage.teams.delivery.address, data=body, headers=good.headers) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(
    "odd",
    [
        {"value": {"action": 5}},
        {"value": {"action": {"data": {"action": "command", "value": "{"}}}},
        {"value": {"action": {"data": {"action": "command", "value": "[]"}}}},
        {"from": None},
        {"from": "29:1"},
        {"name": "application/search", "value": {"queryText": "x"}},
        {"type": "message", "value": None, "entities": 5},
    ],
)
async def test_an_odd_activity_of_teams_is_no_failure(stage: Stage, odd: Json) -> None:
    answer = await send(stage, stage.teams.delivery.sign({**await a_press(stage), **odd}))
    assert answer.status == 400
    assert stage.router.handled == []


@pytest.mark.parametrize(
    "other",
    [
        {"type": "messageReaction"},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt"},
        {"type": "typing"},
        {"type": "of tomorrow"},
        {"name": "fileConsent/invoke", "value": {"type": "fileUpload"}},
        {"name": "of/tomorrow", "value": {}},
        {"name": "adaptiveCard/action", "value": {"action": {"type": "Action.Execute", "verb": "x", "data": {}}}},
        {"name": "task/fetch", "value": None},
        {"type": 5},
    ],
)
async def test_what_nobody_waits_for_is_acknowledged(stage: Stage, other: Json) -> None:
    answer = await send(stage, stage.teams.delivery.sign({**await a_press(stage), **other}))
    assert (answer.status, answer.text) == (200, "")
    assert stage.router.handled == []


# --- once ---


async def test_a_replay_is_refused_and_not_handled(stage: Stage) -> None:
    sent = stage.teams.delivery.sign(await a_press(stage))
    first, again = await send(stage, sent), await send(stage, sent)
    assert first.read()["statusCode"] == 200
    assert (again.status, again.text) == (409, "")  # 200 would close a form, whatever became of the first
    assert len([each for each in stage.router.handled if isinstance(each, Press) and each.action == "approve"]) == 1
    assert set(stage.guard.keys.values()) == {KEEP}


async def test_the_same_activity_with_another_token_is_a_replay(stage: Stage) -> None:
    activity = await a_press(stage)
    sent = [stage.teams.delivery.sign(activity, age=age) for age in (0, 60)]
    assert [(await send(stage, each)).status for each in sent] == [200, 409]
    assert len(stage.guard.keys) == 1


async def test_a_failed_request_may_come_again(stage: Stage) -> None:
    stage.router.mistake = ZeroDivisionError("secret words")
    sent = stage.teams.delivery.sign(await a_press(stage))
    assert [(await send(stage, sent)).status for _ in range(2)] == [200, 200]
    assert len(stage.router.handled) == 2
    assert len(stage.guard.forgotten) == 2


async def test_a_broken_guard_lets_everything_in(stage: Stage) -> None:
    stage.guard.broken = True
    stage.router.answer = Open(FORM)
    sent = stage.teams.delivery.sign(await a_press(stage))
    for _ in range(2):
        assert (await send(stage, sent)).read()
    assert len(stage.router.handled) == 2


# --- the keys of the Bot Framework ---


async def test_a_new_key_works_at_once_when_the_old_were_fetched_long_ago(stage: Stage) -> None:
    keys = stage.adapter._keys
    assert keys
    assert (await send(stage, stage.teams.delivery.sign(await a_press(stage)))).status == 200
    stage.teams.login.rotate(keep_old=False)
    keys._tried -= 61
    assert (await send(stage, stage.teams.delivery.sign(await a_press(stage)))).status == 200


async def test_without_any_key_nothing_can_be_told(stage: Stage) -> None:
    # A second stand-in's adapter would start clean; this one has not been asked anything yet.
    keys = stage.adapter._keys
    assert keys
    if keys._fetching:
        await keys._fetching
    keys._keys, keys._tried = {}, float("-inf")
    stage.teams.break_always("metadata", Status(503))
    answer = await send(stage, stage.teams.delivery.sign(await a_press(stage)))
    assert answer.status == 503
    assert stage.router.handled == []


async def test_slow_metadata_hold_up_nobody_else(stage: Stage) -> None:
    keys = stage.adapter._keys
    assert keys
    good = stage.teams.delivery.sign(await a_press(stage))
    assert (await send(stage, good)).status == 200
    gate_open = asyncio.Event()
    stage.teams.break_next("keys", Hold(gate_open))
    keys._tried -= 61
    unknown = [stage.teams.delivery.sign(await a_press(stage), head={"kid": f"new-{number}"}) for number in range(20)]
    waiting = [asyncio.create_task(send(stage, sent)) for sent in unknown]
    await stage.teams.until(lambda: stage.teams.server.seen.count("keys") == 2)
    others = [await send(stage, stage.teams.delivery.sign(await a_press(stage))) for _ in range(5)]
    assert {answer.status for answer in others} == {200}
    assert not any(task.done() for task in waiting)
    gate_open.set()
    assert {answer.status for answer in await asyncio.gather(*waiting)} == {401}
    assert stage.teams.server.seen.count("keys") == 2


async def test_closed_until_started_and_after_the_end(stage: Stage) -> None:
    await stage.adapter.stop()
    assert (await send(stage, stage.teams.delivery.sign(stage.client.activity("invoke", stage.room)))).status == 503
