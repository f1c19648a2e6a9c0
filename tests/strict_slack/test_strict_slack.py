"""The strict Slack is strict: each of its refusals is seen once, through slack_sdk."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.strict_slack import SCOPES, ClientRefuses, NotAcknowledged, StrictSlack, User, View
from tests.strict_slack.facts import Json

TEXT = {"type": "plain_text", "text": "x"}
MODAL: Json = {
    "type": "modal",
    "callback_id": "m",
    "title": TEXT,
    "submit": TEXT,
    "blocks": [
        {
            "type": "input", "block_id": "place", "label": TEXT,
            "element": {"type": "plain_text_input", "action_id": "place", "max_length": 5, "min_length": 2},
        },
        {
            "type": "input", "block_id": "who", "label": TEXT, "optional": True,
            "element": {
                "type": "static_select", "action_id": "who",
                "options": [{"text": {"type": "plain_text", "text": "Karim"}, "value": "U1"}],
            },
        },
    ],
}  # fmt: skip
BUTTON: Json = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "v"}],
}


@pytest.fixture
async def slack() -> AsyncIterator[StrictSlack]:
    async with StrictSlack() as slack:
        yield slack


@pytest.fixture
def api(slack: StrictSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, slack.api_url)


@pytest.fixture
def sanne(slack: StrictSlack) -> User:
    return slack.user("U0SANNE", "Sanne")


async def code_of(call: Any) -> str:  # noqa: ANN401 - any coroutine of slack_sdk
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def open_modal(slack: StrictSlack, api: AsyncWebClient, user: User, modal: Json = MODAL) -> View:
    await api.views_open(trigger_id=slack.workspace.issue_trigger(user.id), view=modal)
    return user.views[-1]


async def test_wrong_tokens(slack: StrictSlack) -> None:
    assert await code_of(AsyncWebClient("xoxb-no", slack.api_url).auth_test()) == "invalid_auth"
    assert await code_of(AsyncWebClient(base_url=slack.api_url).auth_test()) == "not_authed"
    assert (
        await code_of(
            AsyncWebClient(slack.bot_token, slack.api_url).chat_deleteScheduledMessage(
                channel="C1", scheduled_message_id="Q1"
            )
        )
        == "unknown_method"
    )


async def test_missing_scopes() -> None:
    async with StrictSlack(scopes=SCOPES - {"chat:write", "users:read", "channels:read", "users:read.email"}) as slack:
        api = AsyncWebClient(slack.bot_token, slack.api_url)
        room = slack.channel("C1")
        assert await code_of(api.chat_postMessage(channel=room.id, text="x")) == "missing_scope"
        assert await code_of(api.users_info(user="U0PARAAF")) == "missing_scope"
        assert await code_of(api.conversations_members(channel=room.id)) == "missing_scope"
    async with StrictSlack(scopes=SCOPES - {"users:read.email"}) as slack:
        slack.user("U1", "Sanne", email="s@kantoor.example")
        answer = await AsyncWebClient(slack.bot_token, slack.api_url).users_info(user="U1")
        assert "email" not in answer["user"]["profile"]


async def test_membership(slack: StrictSlack, api: AsyncWebClient, sanne: User) -> None:
    slack.channel("C1", bot=False)
    slack.channel("G1", bot=False, private=True)
    room = slack.channel("C2")
    assert await code_of(api.chat_postMessage(channel="C1", text="x")) == "not_in_channel"
    assert await code_of(api.chat_postMessage(channel="G1", text="x")) == "channel_not_found"
    assert await code_of(api.chat_postMessage(channel="C9", text="x")) == "channel_not_found"
    assert await code_of(api.chat_postEphemeral(channel="C2", user=sanne.id, text="x")) == "user_not_in_channel"
    room.archived = True
    assert await code_of(api.chat_postMessage(channel="C2", text="x")) == "is_archived"


async def test_blocks_and_views(slack: StrictSlack, api: AsyncWebClient, sanne: User) -> None:
    slack.channel("C1")
    assert (
        await code_of(api.chat_postMessage(channel="C1", text="x", blocks=[{"type": "nonsense"}])) == "invalid_blocks"
    )
    assert await code_of(api.api_call("chat.postMessage", json={"channel": "C1", "text": ""})) == "no_text"
    assert await code_of(api.chat_postMessage(channel="C1", text="<!channel> hoi")) == "invalid_blocks"
    trigger = slack.workspace.issue_trigger(sanne.id)
    view = {name: value for name, value in MODAL.items() if name != "submit"}
    assert await code_of(api.views_open(trigger_id=trigger, view=view)) == "invalid_arguments"


async def test_triggers(slack: StrictSlack, api: AsyncWebClient, sanne: User) -> None:
    trigger = slack.workspace.issue_trigger(sanne.id)
    await api.views_open(trigger_id=trigger, view=MODAL)
    assert await code_of(api.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    assert await code_of(api.views_open(trigger_id="1.2.x", view=MODAL)) == "invalid_trigger_id"
    trigger = slack.workspace.issue_trigger(sanne.id)
    slack.clock.advance(3.1)
    assert await code_of(api.views_open(trigger_id=trigger, view=MODAL)) == "expired_trigger_id"


async def test_three_views_and_no_more(slack: StrictSlack, api: AsyncWebClient, sanne: User) -> None:
    await open_modal(slack, api, sanne)
    for _ in range(2):
        await api.views_push(trigger_id=slack.workspace.issue_trigger(sanne.id), view=MODAL)
    refused = api.views_push(trigger_id=slack.workspace.issue_trigger(sanne.id), view=MODAL)
    assert await code_of(refused) == "push_limit_reached"
    assert await code_of(api.views_update(view_id="V9", view=MODAL)) == "not_found"
    assert await code_of(api.views_update(view_id=sanne.views[0].id, hash="old", view=MODAL)) == "hash_conflict"


async def test_updates_of_messages(slack: StrictSlack, api: AsyncWebClient, sanne: User) -> None:
    room = slack.channel("C1", members=[sanne])
    theirs = slack.say(sanne, room, "hoi")
    assert await code_of(api.chat_update(channel="C1", ts="1.1", text="x")) == "message_not_found"
    assert await code_of(api.chat_update(channel="C1", ts=theirs.ts, text="x")) == "cant_update_message"


async def test_pages(slack: StrictSlack, api: AsyncWebClient) -> None:
    room = slack.channel("C1")
    room.members += [f"U{number}" for number in range(5)]
    first = await api.conversations_members(channel="C1", limit=4)
    assert first["members"] == room.members[:4]
    cursor = first["response_metadata"]["next_cursor"]
    second = await api.conversations_members(channel="C1", limit=4, cursor=cursor)
    assert second["members"] == room.members[4:]
    assert second["response_metadata"]["next_cursor"] == ""
    assert await code_of(api.conversations_members(channel="C1", cursor="bm9uc2Vuc2U=")) == "invalid_cursor"
    assert await code_of(api.conversations_members(channel="C1", limit=2000)) == "invalid_limit"


async def test_people_of_elsewhere(slack: StrictSlack, api: AsyncWebClient) -> None:
    karim = slack.user("U0KARIM", "Karim", team="T0OTHER", email="k@other.example")
    assert await code_of(api.users_info(user=karim.id)) == "user_not_visible"
    room = slack.channel("C1", members=[karim])
    user = (await api.users_info(user=karim.id))["user"]
    assert (user["team_id"], "email" in user["profile"], "locale" in user) == ("T0OTHER", False, False)
    with pytest.raises(ClientRefuses, match="not a valid command"):
        await karim.command("/sign", room)


async def test_response_urls_wear_out(slack: StrictSlack, sanne: User) -> None:
    slack.channel("C1", members=[sanne])
    async with aiohttp.ClientSession() as session:

        async def respond(url: str) -> int:
            async with session.post(url, json={"text": "x"}) as answer:
                return answer.status

        url = sanne.response_url("C1")
        assert [await respond(url) for _ in range(6)] == [200] * 5 + [404]
        url = sanne.response_url("C1")
        slack.clock.advance(30 * 60 + 1)
        assert await respond(url) == 404
    assert len(sanne.ephemerals) == 5


@pytest.fixture
async def app(slack: StrictSlack) -> AsyncIterator[dict[str, web.Response]]:
    """An app that answers every request with `answer`."""
    answers: dict[str, web.Response] = {}

    async def answer(_: web.Request) -> web.Response:
        return answers["answer"]

    server = web.Application()
    server.router.add_post("/", answer)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    slack.connect(f"http://{host}:{port}/")
    yield answers
    await runner.cleanup()


@pytest.mark.parametrize(
    ("place", "why"),
    [("", "has to be filled in"), ("Utrecht", "characters can be typed"), ("U", "At least"), ("a\nb", "one line")],
)
async def test_what_cannot_be_typed(slack: StrictSlack, api: AsyncWebClient, sanne: User, place: str, why: str) -> None:
    view = await open_modal(slack, api, sanne)
    with pytest.raises(ClientRefuses, match=why):
        await sanne.fill(view, place=place).submit()


async def test_what_is_not_offered(slack: StrictSlack, api: AsyncWebClient, sanne: User) -> None:
    view = await open_modal(slack, api, sanne)
    with pytest.raises(ClientRefuses, match="not offered"):
        await sanne.fill(view, place="Gouda", who="Sanne").submit()
    with pytest.raises(ClientRefuses, match="no inputs"):
        await sanne.fill(view, nonsense="x").submit()
    with pytest.raises(ClientRefuses, match="not open"):
        slack.user("U0OTHER").fill(view)
    room = slack.channel("C1")
    await api.chat_postMessage(channel="C1", text="x", blocks=[BUTTON])
    with pytest.raises(ClientRefuses, match="no button"):
        await sanne.press(room.messages[0], "Stop")


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500),
        web.Response(status=302, headers={"Location": "/elsewhere"}),
        web.Response(text="ok"),
        web.json_response({"response_action": "dance"}),
        web.json_response({"response_action": "errors", "errors": {"nonsense": "x"}}),
        web.json_response({"response_action": "errors", "errors": {}}),
        web.json_response({"response_action": "update", "view": {"type": "modal", "blocks": []}}),
    ],
)
async def test_what_is_no_acknowledgement(
    slack: StrictSlack, api: AsyncWebClient, sanne: User, app: dict[str, web.Response], answer: web.Response
) -> None:
    app["answer"] = answer
    view = await open_modal(slack, api, sanne)
    with pytest.raises(NotAcknowledged):
        await sanne.fill(view, place="Gouda").submit()


async def test_what_reads_as_a_ping(slack: StrictSlack, api: AsyncWebClient) -> None:
    room = slack.channel("C1")
    await api.chat_postMessage(channel="C1", text="<@U0SANNE> &lt;!here&gt; &lt;@U0KARIM&gt;")
    assert room.messages[0].pings == {"U0SANNE"}
