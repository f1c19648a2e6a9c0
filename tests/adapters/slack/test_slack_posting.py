"""Files that Paraaf puts into a thread of Slack: once, and to Slack alone."""

import aiohttp
import pytest

from adapters.slack.api import Api
from adapters.slack.messenger import SlackMessenger
from bot.conversation import FileRef
from bot.domain.errors import DeliveryUnclear, PlatformUnavailable, RateLimited, Undeliverable
from bot.domain.people import Platform
from bot.domain.places import Place
from tests.adapters.slack.messenger_stage import TENANT, SlackStage
from tests.contracts.messenger import a_card
from tests.strict_slack import SCOPES, Drop, RateLimit, Refuse, Status, StrictSlack

NAME, SEALED = "Jaarrekening 2025.pdf", b"%PDF-1.7 sealed"
COMPLETE, UPLOAD, RESERVE, LIST = "files.completeUploadExternal", "upload", "files.getUploadURLExternal", "files.list"


@pytest.fixture
def stage(slack: StrictSlack, session: aiohttp.ClientSession) -> SlackStage:
    api = Api(slack.bot_token, slack.api_url, session)
    return SlackStage(slack, api, SlackMessenger(api))


async def a_thread(stage: SlackStage) -> Place:
    return (await stage.messenger.send(stage.place, a_card(), "card")).thread


async def post(stage: SlackStage, thread: Place, key: str = "k1") -> None:
    await stage.messenger.post_file(thread, NAME, SEALED, key)


def restart(stage: SlackStage) -> SlackMessenger:
    """The messenger of another process, which remembers nothing."""
    return SlackMessenger(stage.api)


async def test_who_is_in_the_thread_can_download_it(stage: SlackStage) -> None:
    thread = await a_thread(stage)
    await post(stage, thread)
    message = stage.room.messages[-1]
    assert (message.thread_ts, message.files[0].name, message.files[0].title) == (thread.thread, NAME, NAME)
    fetched = await stage.messenger.fetch(FileRef(Platform.SLACK, TENANT, message.files[0].id), 1_000)
    assert (fetched.name, fetched.content) == (NAME, SEALED)


async def test_a_whole_conversation_takes_one_as_well(stage: SlackStage) -> None:
    await post(stage, stage.place)
    assert stage.room.messages[-1].thread_ts is None
    assert stage.posted_files(stage.place) == [(NAME, SEALED)]


async def test_the_token_stays_behind_where_the_bytes_go(stage: SlackStage) -> None:
    await post(stage, await a_thread(stage))
    assert [token for _, token in stage.slack.server.uploads] == [None]


@pytest.mark.parametrize("name", ["Aangifte 2025 – België & co <b>.pdf", "年度报告 🙂.pdf", "a" * 250 + ".pdf"])
async def test_a_name_comes_through(stage: SlackStage, name: str) -> None:
    await stage.messenger.post_file(stage.place, name, SEALED, "k1")
    assert stage.posted_files(stage.place) == [(name, SEALED)]


# --- once for a key ---


@pytest.mark.parametrize("fault", [Drop(done=True), Status(502, done=True)])
async def test_what_was_completed_unheard_is_not_posted_again(stage: SlackStage, fault: Drop | Status) -> None:
    thread = await a_thread(stage)
    stage.slack.break_next(COMPLETE, fault)
    with pytest.raises(DeliveryUnclear):
        await post(stage, thread)
    await post(stage, thread)
    assert stage.posted_files(thread) == [(NAME, SEALED)]


async def test_nor_by_a_process_that_did_not_begin_it(stage: SlackStage) -> None:
    thread = await a_thread(stage)
    stage.slack.break_next(COMPLETE, Drop(done=True))
    with pytest.raises(DeliveryUnclear):
        await post(stage, thread)
    await restart(stage).post_file(thread, NAME, SEALED, "k1")
    assert stage.posted_files(thread) == [(NAME, SEALED)]


async def test_nor_when_the_list_does_not_have_it_yet(stage: SlackStage) -> None:
    thread = await a_thread(stage)
    stage.slack.break_next(COMPLETE, Drop(done=True))
    with pytest.raises(DeliveryUnclear):
        await post(stage, thread)
    stage.slack.workspace.files[stage.room.messages[-1].files[0].id].told_size = 0  # no longer found by its size
    await post(stage, thread)
    assert len(stage.posted_files(thread)) == 1


@pytest.mark.parametrize("fault", [Drop(done=False), Status(503)])
async def test_what_was_not_completed_is_posted_by_the_next_try(stage: SlackStage, fault: Drop | Status) -> None:
    thread = await a_thread(stage)
    stage.slack.break_next(COMPLETE, fault)
    with pytest.raises(DeliveryUnclear):
        await post(stage, thread)
    assert stage.posted_files(thread) == []
    await post(stage, thread)
    assert stage.posted_files(thread) == [(NAME, SEALED)]


async def test_while_slack_is_about_to_share_it_nothing_is_posted(stage: SlackStage) -> None:
    thread = await a_thread(stage)
    stage.slack.break_next(COMPLETE, Drop(done=True))
    with pytest.raises(DeliveryUnclear):
        await post(stage, thread)
    message = stage.room.messages.pop()
    for messenger in (stage.messenger, restart(stage)):
        with pytest.raises(DeliveryUnclear):
            await messenger.post_file(thread, NAME, SEALED, "k1")
    stage.room.messages.append(message)
    await post(stage, thread)
    assert len(stage.posted_files(thread)) == 1


async def test_what_slack_never_shared_is_posted_anew(stage: SlackStage) -> None:
    thread = await a_thread(stage)
    stage.slack.break_next(COMPLETE, Drop(done=True))
    with pytest.raises(DeliveryUnclear):
        await post(stage, thread)
    stage.room.messages.pop().files[0].created = 1
    await post(stage, thread)
    assert stage.posted_files(thread) == [(NAME, SEALED)]


async def test_what_people_deleted_is_posted_anew(stage: SlackStage) -> None:
    thread = await a_thread(stage)
    stage.slack.break_next(COMPLETE, Drop(done=True))
    with pytest.raises(DeliveryUnclear):
        await post(stage, thread)
    stage.room.messages.pop().files[0].deleted = True
    await post(stage, thread)
    assert stage.posted_files(thread) == [(NAME, SEALED)]


async def test_the_same_document_in_another_thread_is_another_file(stage: SlackStage) -> None:
    first, second = await a_thread(stage), await a_thread(stage)
    await post(stage, first)
    await post(stage, second, "k2")
    assert stage.posted_files(first) == stage.posted_files(second) == [(NAME, SEALED)]


async def test_what_a_person_puts_there_is_not_ours(stage: SlackStage) -> None:
    thread = await a_thread(stage)
    card = stage.room.messages[-1]
    member = stage.slack.user("U0MEMBER")
    file = stage.slack.file("F0MEMBER", NAME, SEALED)
    file.user = member.id
    stage.slack.say(member, stage.room, "kijk", files=[file], thread=card)
    await post(stage, thread)
    assert stage.posted_files(thread) == [(NAME, SEALED)]


# --- failures ---


@pytest.mark.parametrize(
    ("step", "fault"),
    [(LIST, Status(503)), *((step, fault) for step in (RESERVE, UPLOAD) for fault in (Drop(done=True), Status(503)))],
)
async def test_before_the_last_step_nothing_was_done(stage: SlackStage, step: str, fault: Drop | Status) -> None:
    stage.slack.break_next(step, fault)
    with pytest.raises(PlatformUnavailable):
        await post(stage, stage.place)
    assert stage.slack.calls_of(COMPLETE) == []
    await post(stage, stage.place)
    assert stage.posted_files(stage.place) == [(NAME, SEALED)]


@pytest.mark.parametrize("step", [LIST, RESERVE, UPLOAD, COMPLETE])
async def test_every_step_tells_how_long_to_wait(stage: SlackStage, step: str) -> None:
    stage.slack.break_next(step, RateLimit(17))
    with pytest.raises(RateLimited) as limited:
        await post(stage, stage.place)
    assert limited.value.retry_after.total_seconds() == 17
    assert stage.messages() == 0


async def test_an_address_that_refuses_the_bytes_is_for_good(stage: SlackStage) -> None:
    stage.slack.break_next(UPLOAD, Status(403))
    with pytest.raises(Undeliverable):
        await post(stage, stage.place)


@pytest.mark.parametrize("code", ["file_uploads_disabled", "file_upload_size_restricted", "file_type_not_allowed"])
async def test_what_a_workspace_does_not_allow_is_for_good(stage: SlackStage, code: str) -> None:
    stage.slack.break_next(RESERVE, Refuse(code))
    with pytest.raises(Undeliverable) as refused:
        await post(stage, stage.place)
    assert refused.value.reason == code


async def test_a_conversation_without_paraaf_takes_none(stage: SlackStage) -> None:
    stage.room.members.remove(stage.slack.workspace.bot_user)
    with pytest.raises(Undeliverable) as refused:
        await post(stage, stage.place)
    assert (refused.value.reason, refused.value.absent) == ("not_in_channel", True)


async def test_an_unknown_conversation_takes_none(stage: SlackStage) -> None:
    with pytest.raises(Undeliverable) as refused:
        await post(stage, Place(Platform.SLACK, TENANT, "C0NOWHERE"))
    assert (refused.value.reason, refused.value.absent) == ("channel_not_found", True)


@pytest.mark.parametrize("scope", ["files:write", "files:read"])
async def test_without_the_scope_no_other_message_waits(session: aiohttp.ClientSession, scope: str) -> None:
    async with StrictSlack(scopes=SCOPES - {scope}) as slack:
        api = Api(slack.bot_token, slack.api_url, session)
        stage = SlackStage(slack, api, SlackMessenger(api))
        with pytest.raises(Undeliverable) as refused:
            await post(stage, stage.place)
    assert refused.value.reason == "missing_scope"


async def test_nothing_is_posted_when_nobody_answers(stage: SlackStage) -> None:
    stage.stop()
    with pytest.raises(PlatformUnavailable):
        await post(stage, stage.place)


# --- attack: signed documents go to Slack alone ---


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/upload/v1/x",
        "https://files.slack.com@evil.example/x",
        "https://files.slack.com.evil.example/x",
        "https://evilslack.com/x",
        "http://files.slack.com/x",
        "https://files.slack.com:8443/x",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/x",
        "file:///etc/passwd",
        "//files.slack.com/x",
        "not an address",
        "https://[broken",
    ],
)
async def test_a_foreign_address_gets_no_bytes(stage: SlackStage, address: str) -> None:
    stage.slack.workspace.upload_url = address
    with pytest.raises(Undeliverable):
        await post(stage, stage.place)
    assert stage.messages() == 0


async def test_another_port_of_the_same_host_gets_no_bytes(stage: SlackStage) -> None:
    async with StrictSlack() as other:
        stage.slack.workspace.upload_url = f"{other.server.url}/upload/v1/x"
        with pytest.raises(Undeliverable):
            await post(stage, stage.place)
        assert other.server.uploads == []


async def test_a_redirect_is_not_followed(stage: SlackStage) -> None:
    async with StrictSlack() as other:
        stage.slack.workspace.upload_redirect = f"{other.server.url}/upload/v1/x"
        with pytest.raises(Undeliverable):
            await post(stage, stage.place)
        assert other.server.uploads == []
