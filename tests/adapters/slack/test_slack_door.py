"""Attack 1: wrong, missing and old signatures, a changed body, replays; and what else knocks."""

import json
from collections.abc import Callable
from urllib.parse import quote

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier

from adapters.slack.door import KEEP, LARGEST
from bot.conversation import Open, Submission
from cards.model import Form, Plain, Text
from tests.adapters.slack.stage import Stage
from tests.contracts.messenger import a_card
from tests.strict_slack import StrictSlack
from tests.strict_slack.delivery import Received, Sent
from tests.strict_slack.facts import Json

FORM = Form("send", "Send", (Text((Plain("x"),)),), "Close")


async def a_press(stage: Stage) -> Json:
    return stage.client.press_payload(await stage.post(a_card()), "approve")


def an_event(event_id: str = "Ev1", **event: object) -> Json:
    inner = {"type": "message", "channel": "C0CLIENT", "user": "U0CLIENT", "text": "hoi", "ts": "1.1", **event}
    return {"type": "event_callback", "team_id": "T0OFFICE", "event_id": event_id, "event": inner}


async def test_lets_in_what_slack_signed(stage: Stage) -> None:
    answer = await stage.slack.delivery.send(stage.slack.delivery.sign(await a_press(stage)))
    assert (answer.status, answer.text) == (200, "")
    assert len(stage.router.handled) == 1


@pytest.mark.parametrize("age", [301, -301, 86_400])
async def test_refuses_an_old_or_future_signature(stage: Stage, age: float) -> None:
    sent = stage.slack.delivery.sign(await a_press(stage), age=age)
    await expect_refused(stage, sent)


async def test_refuses_a_signature_with_another_secret(stage: Stage) -> None:
    await expect_refused(stage, stage.slack.delivery.sign(await a_press(stage), secret="guessed"))


def change_body(sent: Sent) -> Sent:
    return Sent(sent.body.replace(b"U0CLIENT", b"U0MALLET"), sent.headers)


def change_one(name: str, value: str) -> Callable[[Sent], Sent]:
    return lambda sent: Sent(sent.body, {**sent.headers, name: value})


def leave_out(name: str) -> Callable[[Sent], Sent]:
    return lambda sent: Sent(sent.body, {key: value for key, value in sent.headers.items() if key != name})


@pytest.mark.parametrize(
    "tamper",
    [
        change_body,
        leave_out("X-Slack-Signature"),
        leave_out("X-Slack-Request-Timestamp"),
        change_one("X-Slack-Signature", ""),
        change_one("X-Slack-Signature", "v0="),
        change_one("X-Slack-Signature", "v0=" + "0" * 64),
        change_one("X-Slack-Signature", "v0=é"),
        change_one("X-Slack-Request-Timestamp", "soon"),
        change_one("X-Slack-Request-Timestamp", "1e9"),
        change_one("X-Slack-Request-Timestamp", "9" * 400),
        lambda sent: Sent(b"\xff\xfe", sent.headers),
        lambda sent: Sent(b"payload={broken", sent.headers),
        lambda sent: Sent(b"", sent.headers),
        lambda sent: Sent(b"ssl_check=1&token=x", sent.headers),
    ],
)
async def test_refuses_what_was_tampered_with(stage: Stage, tamper: Callable[[Sent], Sent]) -> None:
    await expect_refused(stage, tamper(stage.slack.delivery.sign(await a_press(stage))))


async def expect_refused(stage: Stage, sent: Sent) -> None:
    answer = await stage.slack.delivery.send(sent)
    assert answer.status == 401
    assert stage.router.handled == []
    assert stage.guard.keys == {}


async def send_twice(stage: Stage, sent: Sent) -> list[Received]:
    return [await stage.slack.delivery.send(sent) for _ in range(2)]


async def test_a_replay_is_answered_and_not_handled(stage: Stage) -> None:
    answers = await send_twice(stage, stage.slack.delivery.sign(await a_press(stage)))
    assert [(answer.status, answer.text) for answer in answers] == [(200, ""), (200, "")]
    assert len(stage.router.handled) == 1
    assert set(stage.guard.keys.values()) == {KEEP}


async def test_a_replayed_submission_shows_nothing_again_and_is_not_acknowledged(stage: Stage) -> None:
    stage.router.answer = Open(FORM)
    await stage.staff.command("/sign", stage.room)
    view = await stage.staff.view("send")
    first, again = await send_twice(
        stage, stage.slack.delivery.sign(stage.staff.view_payload("view_submission", view, {}))
    )
    assert json.loads(first.text)["response_action"] == "update"
    assert (again.status, again.text) == (409, "")  # 200 would close the form, whatever became of the first
    assert len([each for each in stage.router.handled if isinstance(each, Submission)]) == 1


async def test_two_presses_are_two(stage: Stage) -> None:
    card = await stage.post(a_card())
    await stage.client.press(card, "approve")
    await stage.client.press(card, "approve")
    assert len(stage.router.handled) == 2


async def test_a_failed_request_may_come_again(stage: Stage) -> None:
    stage.router.mistake = ZeroDivisionError("secret words")
    sent = stage.slack.delivery.sign(await a_press(stage))
    assert [answer.status for answer in await send_twice(stage, sent)] == [200, 200]
    assert len(stage.router.handled) == 2
    assert len(stage.guard.forgotten) == 2


async def test_an_event_is_known_by_its_id_however_often_it_is_delivered(stage: Stage) -> None:
    for age in (0, 60, 200):
        sent = stage.slack.delivery.sign(an_event("Ev7"), age=age)
        retry = Sent(sent.body, {**sent.headers, "X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"})
        assert (await stage.slack.delivery.send(retry)).status == 200
    assert list(stage.guard.keys) == ["slack:Ev7"]


async def test_a_broken_guard_lets_everything_in(stage: Stage) -> None:
    stage.guard.broken = True
    await send_twice(stage, stage.slack.delivery.sign(await a_press(stage)))
    assert len(stage.router.handled) == 2


@pytest.mark.parametrize("kind", ["app_home_opened", "message", "file_shared", "app_mention", "tokens_revoked", "new"])
async def test_events_are_acknowledged_and_ignored(stage: Stage, kind: str) -> None:
    assert await stage.slack.delivery.deliver(an_event(type=kind), form=False) == {}
    assert stage.router.handled == []


async def test_answers_the_check_of_the_address(stage: Stage) -> None:
    sent = stage.slack.delivery.sign({"type": "url_verification", "challenge": "c4ll"})
    answer = await stage.slack.delivery.send(sent)
    assert (answer.status, json.loads(answer.text)) == (200, {"challenge": "c4ll"})


@pytest.mark.parametrize("body", [b"{broken", b"payload=%5B%5D", b"payload=%7Bbroken"])
async def test_what_is_signed_and_unreadable_is_a_bad_request(stage: Stage, body: bytes) -> None:
    answer = await stage.slack.delivery.send(sign_raw(stage, body))
    assert answer.status == 400
    assert stage.router.handled == []


async def test_a_payload_without_its_parts_is_our_failure_and_may_come_again(stage: Stage) -> None:
    body = b"payload=" + quote(json.dumps({"type": "view_submission", "view": {"callback_id": "send"}})).encode()
    assert (await stage.slack.delivery.send(sign_raw(stage, body))).status == 500
    assert len(stage.guard.forgotten) == 1


async def test_a_huge_body_is_not_read(stage: Stage) -> None:
    answer = await stage.slack.delivery.send(Sent(b"x" * (LARGEST + 1), {"Content-Type": "application/json"}))
    assert answer.status == 413


def sign_raw(stage: Stage, body: bytes) -> Sent:
    signed = stage.slack.delivery.sign({})
    timestamp = signed.headers["X-Slack-Request-Timestamp"]
    signature = SignatureVerifier(stage.slack.signing_secret).generate_signature(timestamp=timestamp, body=body)
    return Sent(body, {**signed.headers, "X-Slack-Signature": signature or ""})


async def test_only_post_is_served(stage: Stage, slack: StrictSlack, session: aiohttp.ClientSession) -> None:
    async with session.get(slack.delivery.address or "") as answer:
        assert answer.status == 405
