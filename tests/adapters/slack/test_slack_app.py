import logging

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.slack.api import Api, build_client, is_slack_host, open_session, quiet_logger
from adapters.slack.app import SlackAdapter, SlackSettings
from adapters.slack.errors import TokenRefused
from adapters.slack.installation import Installation, ask_installation
from adapters.slack.screens import make_screens
from bot.conversation import Open, Press
from bot.domain.errors import PlatformUnavailable
from bot.texts import load_texts
from tests.adapters.slack.messenger_stage import a_free_port
from tests.adapters.slack.stage import RecordingGuard, RecordingRouter, Stage, open_stage
from tests.adapters.slack.test_slack_answering import FORM, HELLO
from tests.contracts.messenger import a_card
from tests.strict_slack import StrictSlack

SCREENS = make_screens(load_texts("en"))


async def test_asks_slack_once_who_it_is(stage: Stage) -> None:
    for _ in range(3):
        await stage.staff.command("/sign", stage.room)
    assert len(stage.slack.calls_of("auth.test")) == 1


async def test_tells_where_it_is_installed(slack: StrictSlack, session: aiohttp.ClientSession) -> None:
    installation = await ask_installation(Api(slack.bot_token, slack.api_url, session))
    assert installation == Installation("T0OFFICE", "Kantoor Vermeer", "U0PARAAF", "B0PARAAF")


async def test_a_refused_bot_token_names_its_setting(slack: StrictSlack, session: aiohttp.ClientSession) -> None:
    adapter = SlackAdapter(SlackSettings(slack.signing_secret, "xoxb-wrong", api_url=slack.api_url), session)
    with pytest.raises(TokenRefused, match=r"SLACK_BOT_TOKEN: invalid_auth") as refused:
        await adapter.start(RecordingRouter(), RecordingGuard(), SCREENS)
    assert "xoxb" not in str(refused.value)


async def test_a_refused_app_token_names_its_setting(slack: StrictSlack, session: aiohttp.ClientSession) -> None:
    settings = SlackSettings(slack.signing_secret, slack.bot_token, "xapp-wrong", slack.api_url)
    with pytest.raises(TokenRefused, match=r"SLACK_APP_TOKEN: invalid_auth"):
        await SlackAdapter(settings, session).start(RecordingRouter(), RecordingGuard(), SCREENS)


async def test_slack_out_of_reach_is_told(session: aiohttp.ClientSession) -> None:
    settings = SlackSettings("s", "xoxb-1", api_url=f"http://127.0.0.1:{a_free_port()}/api/")
    with pytest.raises(PlatformUnavailable):
        await SlackAdapter(settings, session).start(RecordingRouter(), RecordingGuard(), SCREENS)


async def test_the_door_is_closed_until_the_start(slack: StrictSlack, session: aiohttp.ClientSession) -> None:
    adapter = SlackAdapter(SlackSettings(slack.signing_secret, slack.bot_token, api_url=slack.api_url), session)
    app = web.Application()
    app.add_routes(adapter.routes())
    async with TestClient(TestServer(app, host="127.0.0.1")) as client, client.post("/slack/events") as answer:
        assert answer.status == 503


# --- Socket Mode ---


async def test_the_same_over_a_socket(slack: StrictSlack, session: aiohttp.ClientSession) -> None:
    async with open_stage(slack, session, socket=True) as stage:
        await slack.until(lambda: slack.server.sockets)
        stage.router.answer = HELLO
        await stage.staff.command("/sign help", stage.room)
        await stage.staff.told("Alleen voor jou")
        stage.router.answer = Open(FORM)
        await stage.client.press(await stage.post(a_card()), "approve")
        view = await stage.client.view("send")
        stage.router.answer = HELLO
        after = await stage.client.fill(view, place="Gouda").submit()
        assert "Alleen voor jou" in after.words
        assert isinstance(stage.router.handled[1], Press)


async def test_an_envelope_that_comes_twice_is_handled_once(slack: StrictSlack, session: aiohttp.ClientSession) -> None:
    async with open_stage(slack, session, socket=True) as stage:
        await slack.until(lambda: slack.server.sockets)
        payload = stage.client.press_payload(await stage.post(a_card()), "approve")
        for _ in range(2):
            assert await slack.delivery.deliver_over_socket("interactive", payload, "env-1") == {}
        assert len(stage.router.handled) == 1
        assert list(stage.guard.keys) == ["slack:env-1"]


async def test_without_a_signing_secret_nothing_comes_in_over_http(
    slack: StrictSlack, session: aiohttp.ClientSession
) -> None:
    adapter = SlackAdapter(SlackSettings("", slack.bot_token, slack.app_token, slack.api_url), session)
    app = web.Application()
    app.add_routes(adapter.routes())
    await adapter.start(RecordingRouter(), RecordingGuard(), SCREENS)
    sent = slack.delivery.sign({"type": "url_verification", "challenge": "x"})
    try:
        async with (
            TestClient(TestServer(app, host="127.0.0.1")) as client,
            client.post("/slack/events", data=sent.body, headers=sent.headers) as answer,
        ):
            assert answer.status == 401
    finally:
        await adapter.stop()


# --- what goes into the log, and where tokens go ---


async def test_nothing_of_a_refused_request_is_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    payload = stage.client.press_payload(await stage.post(a_card("Vertrouwelijk")), "approve")
    await stage.slack.delivery.send(stage.slack.delivery.sign(payload, secret="wrong"))
    await stage.slack.delivery.deliver(payload, form=False)
    stage.router.mistake = ZeroDivisionError("Vertrouwelijk")
    await stage.slack.delivery.deliver(payload, form=False)
    await stage.adapter.stop()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("slack", "adapters"))]
    assert not [line for line in ours if "Vertrouwelijk" in line or "xoxb" in line or "Karim" in line]


def test_what_the_libraries_report_is_stripped(caplog: pytest.LogCaptureFixture) -> None:
    logger = quiet_logger()
    error = ValueError("Karim koos xoxb-1-geheim")
    logger.error("Failed to connect (error: %s); Retrying...", error, exc_info=error)
    logger.error("Lost wss://wss-primary.slack.com/link/?ticket=geheim with xapp-1-geheim")
    logger.warning("Invalid request signature detected (body: Karim)")
    text = caplog.text
    assert "Failed to connect ValueError" in text
    assert "Lost" in text
    assert "geheim" not in text
    assert "Karim" not in text


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("slack.com", True),
        ("files.slack.com", True),
        ("notslack.com", False),
        ("slack.com.evil.example", False),
        (None, False),
    ],
)
def test_whose_host_it_is(host: str | None, own: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_slack_host(host) is own


async def test_a_proxy_of_the_environment_is_for_slack_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    async with open_session() as session:
        assert build_client("https://slack.com/api/", session).proxy == "http://proxy.example:8080"
        assert build_client("http://127.0.0.1:3010/api/", session).proxy is None
