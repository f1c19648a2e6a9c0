"""The strict Slack takes files of an app as strictly as Slack does."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.strict_slack import SCOPES, StrictSlack


@pytest.fixture
async def slack() -> AsyncIterator[StrictSlack]:
    async with StrictSlack() as slack:
        yield slack


async def _reserve(client: AsyncWebClient, length: int = 3) -> tuple[str, str]:
    reserved = await client.files_getUploadURLExternal(filename="x.pdf", length=length)
    return str(reserved["upload_url"]), str(reserved["file_id"])


async def _bring(address: str, content: bytes) -> int:
    async with aiohttp.ClientSession() as session, session.post(address, data=content) as answer:
        return answer.status


async def _complete(client: AsyncWebClient, *ids: str, channel: str | None = None, thread: str | None = None) -> None:
    await client.files_completeUploadExternal(
        files=[{"id": each, "title": "X"} for each in ids], channel_id=channel, thread_ts=thread
    )


async def test_a_file_appears_where_it_was_completed(slack: StrictSlack) -> None:
    client = AsyncWebClient(slack.bot_token, slack.api_url)
    room = slack.channel("C0ROOM", members=[slack.user("U0A")])
    parent = await client.chat_postMessage(channel=room.id, text="x")
    address, file = await _reserve(client)
    assert await _bring(address, b"abc") == 200
    await _complete(client, file, channel=room.id, thread=str(parent["ts"]))
    (posted,) = room.messages[-1].files
    assert (posted.name, posted.title, posted.content) == ("x.pdf", "X", b"abc")
    told = (await client.files_info(file=file))["file"]
    share = {"ts": room.messages[-1].ts, "thread_ts": parent["ts"]}
    assert (told["user"], told["shares"]) == (slack.workspace.bot_user, {"public": {"C0ROOM": [share]}})
    assert [each["id"] for each in (await client.files_list(user=slack.workspace.bot_user))["files"]] == [file]
    assert (await client.files_list(user="U0A"))["files"] == []


async def test_an_upload_address_takes_all_the_bytes_once(slack: StrictSlack) -> None:
    address, _ = await _reserve(AsyncWebClient(slack.bot_token, slack.api_url))
    assert await _bring(address, b"ab") == 400
    assert await _bring(address, b"abcd") == 400
    assert await _bring(address, b"abc") == 200
    assert await _bring(address, b"abc") == 404
    assert await _bring(f"{address}x", b"abc") == 404


@pytest.mark.parametrize("length", ["0", "", "many", "-1"])
async def test_a_length_is_a_number_of_bytes(slack: StrictSlack, length: str) -> None:
    client = AsyncWebClient(slack.bot_token, slack.api_url)
    with pytest.raises(SlackApiError, match=r"missing_argument|invalid_arguments"):
        await client.files_getUploadURLExternal(filename="x.pdf", length=length)  # type: ignore[arg-type]  # the point


async def test_only_what_came_is_completed_and_only_once(slack: StrictSlack) -> None:
    client = AsyncWebClient(slack.bot_token, slack.api_url)
    slack.channel("C0ROOM")
    address, file = await _reserve(client)
    for unknown in (file, "F0UNKNOWN"):
        with pytest.raises(SlackApiError, match="file_not_found"):
            await _complete(client, unknown, channel="C0ROOM")
    await _bring(address, b"abc")
    await _complete(client, file, channel="C0ROOM")
    with pytest.raises(SlackApiError, match="file_not_found"):
        await _complete(client, file, channel="C0ROOM")
    assert len(slack.room("C0ROOM").messages) == 1


@pytest.mark.parametrize(
    ("channel", "code"),
    [("C0NOWHERE", "channel_not_found"), ("C0OTHERS", "not_in_channel"), ("C0CLOSED", "is_archived")],
)
async def test_a_file_goes_only_where_the_app_takes_part(slack: StrictSlack, channel: str, code: str) -> None:
    client = AsyncWebClient(slack.bot_token, slack.api_url)
    slack.channel("C0OTHERS", bot=False)
    slack.channel("C0CLOSED").archived = True
    address, file = await _reserve(client)
    await _bring(address, b"abc")
    with pytest.raises(SlackApiError, match=code):
        await _complete(client, file, channel=channel)


async def test_a_file_stands_under_a_message_and_not_under_a_reply(slack: StrictSlack) -> None:
    client = AsyncWebClient(slack.bot_token, slack.api_url)
    room = slack.channel("C0ROOM")
    parent = await client.chat_postMessage(channel=room.id, text="x")
    reply = await client.chat_postMessage(channel=room.id, text="x", thread_ts=str(parent["ts"]))
    address, file = await _reserve(client)
    await _bring(address, b"abc")
    for thread in (str(reply["ts"]), "1.000001"):
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            await _complete(client, file, channel=room.id, thread=thread)


async def test_files_need_their_scopes() -> None:
    async with StrictSlack(scopes=SCOPES - {"files:write", "files:read"}) as slack:
        client = AsyncWebClient(slack.bot_token, slack.api_url)
        for call in (
            client.files_getUploadURLExternal(filename="x.pdf", length=3),
            client.files_completeUploadExternal(files=[{"id": "F1"}]),
            client.files_list(),
            client.files_info(file="F1"),
        ):
            with pytest.raises(SlackApiError, match="missing_scope"):
                await call
