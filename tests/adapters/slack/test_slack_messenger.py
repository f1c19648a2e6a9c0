import aiohttp
import pytest

from adapters.slack.api import Api
from adapters.slack.messenger import SlackMessenger
from bot.conversation import FileRef
from bot.domain.errors import DeliveryUnclear, FilesNotTaken, FileTrouble, PlatformUnavailable, Undeliverable
from bot.domain.people import Platform
from cards.model import Card, Mention, Plain, Text
from tests.adapters.slack.messenger_stage import TENANT, SlackStage
from tests.contracts.messenger import LIMIT, MessengerContract, a_card
from tests.strict_slack import SCOPES, Drop, File, Refuse, Status, StrictSlack


@pytest.fixture
def stage(slack: StrictSlack, session: aiohttp.ClientSession) -> SlackStage:
    api = Api(slack.bot_token, slack.api_url, session)
    return SlackStage(slack, api, SlackMessenger(api))


class TestSlackMessenger(MessengerContract):
    pass


async def test_asks_slack_to_unfurl_nothing_and_marks_its_message(stage: SlackStage) -> None:
    await stage.messenger.send(stage.place, a_card(), "k1")
    (sent,) = stage.slack.calls_of("chat.postMessage")
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    assert sent["metadata"] == {"event_type": "paraaf_message", "event_payload": {"key": "k1"}}
    assert "thread_ts" not in sent


async def test_a_smuggled_mention_notifies_nobody(stage: SlackStage) -> None:
    words = "<!channel> <@U0MEMBER> <!here> @everyone"
    await stage.messenger.send(
        stage.place, Card(words, (Text((Plain(words), Mention("U0OUTSIDE", "Weg"))),), words), "k"
    )
    assert stage.room.messages[0].pings == {"U0OUTSIDE"}  # the one that was meant


@pytest.mark.parametrize(
    "fault", [Status(503), Status(500), Refuse("fatal_error"), Refuse("internal_error"), Status(200)]
)
async def test_trouble_behind_the_door_is_unclear(stage: SlackStage, fault: Status | Refuse) -> None:
    stage.slack.break_next("chat.postMessage", fault)
    with pytest.raises(DeliveryUnclear):
        await stage.messenger.send(stage.place, a_card(), "k1")


async def test_a_broken_connection_is_never_repeated_by_itself(stage: SlackStage) -> None:
    stage.slack.break_next("chat.postMessage", Drop(done=True), Drop(done=True))
    with pytest.raises(DeliveryUnclear):
        await stage.messenger.send(stage.place, a_card(), "k1")
    assert len(stage.slack.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize("code", ["invalid_auth", "missing_scope", "service_unavailable", "token_expired"])
async def test_what_an_operator_can_mend_is_tried_again(stage: SlackStage, code: str) -> None:
    stage.slack.break_next("chat.postMessage", Refuse(code))
    with pytest.raises(PlatformUnavailable) as unavailable:
        await stage.messenger.send(stage.place, a_card(), "k1")
    assert unavailable.value.reason == code


@pytest.mark.parametrize(
    "code", ["channel_not_found", "is_archived", "not_in_channel", "account_inactive", "msg_too_long"]
)
async def test_what_slack_refuses_for_good_tells_its_code(stage: SlackStage, code: str) -> None:
    stage.slack.break_next("chat.postMessage", Refuse(code))
    with pytest.raises(Undeliverable) as refused:
        await stage.messenger.send(stage.place, a_card(), "k1")
    assert refused.value.reason == code


async def test_a_message_without_a_link_is_still_delivered(stage: SlackStage) -> None:
    stage.slack.break_next("chat.getPermalink", Status(500))
    message = await stage.messenger.send(stage.place, a_card(), "k1")
    assert message.link is None
    assert stage.messages() == 1


async def test_whispers_inside_the_thread(stage: SlackStage) -> None:
    card = await stage.messenger.send(stage.place, a_card(), "k1")
    await stage.messenger.whisper(card.thread, stage.member, a_card("hier"))
    assert stage.slack.user("U0MEMBER").ephemerals[0].thread_ts == card.id


async def test_another_apps_metadata_is_not_ours(stage: SlackStage) -> None:
    message = await stage.messenger.send(stage.place, a_card(), "k1")
    stage.room.messages[0].metadata = {"event_type": "other_app", "event_payload": {"key": "k1"}}
    assert await stage.messenger.find(message.place, "k1") is None


# --- attack 3: the token goes to Slack alone ---


def _tokens_at(stage: SlackStage) -> list[str | None]:
    return [token for _, token in stage.slack.server.file_requests]


async def _expect_foreign(stage: SlackStage, file: FileRef) -> None:
    with pytest.raises(FilesNotTaken) as refused:
        await stage.messenger.fetch(file, LIMIT)
    assert refused.value.trouble is FileTrouble.FOREIGN


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x.pdf",
        "https://files.slack.com@evil.example/x.pdf",
        "https://files.slack.com.evil.example/x.pdf",
        "https://evilslack.com/x.pdf",
        "http://files.slack.com/x.pdf",
        "https://files.slack.com:8443/x.pdf",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:127.0.0.1]/x.pdf",
        "http://100.64.0.1/x.pdf",
        "http://localhost/x.pdf",
        "file:///etc/passwd",
        "//files.slack.com/x.pdf",
        "not an address",
        "https://[broken",
    ],
)
async def test_a_foreign_address_is_never_asked(stage: SlackStage, address: str) -> None:
    file = stage.put_file("x.pdf", b"x")
    stage.file.address = address
    await _expect_foreign(stage, file)


async def test_the_same_host_at_another_port_is_foreign(stage: SlackStage) -> None:
    other = StrictSlack()
    async with other:
        file = stage.put_file("x.pdf", b"x")
        stage.file.address = f"{other.server.url}/files-pri/F1/download/x.pdf"
        await _expect_foreign(stage, file)
        assert other.server.file_requests == []


async def test_a_redirect_away_is_not_followed(stage: SlackStage) -> None:
    async with StrictSlack() as other:
        file = stage.put_file("x.pdf", b"x")
        stage.file.redirect = f"{other.server.url}/files-pri/F1/download/x.pdf"
        await _expect_foreign(stage, file)
        assert other.server.file_requests == []
    assert _tokens_at(stage) == ["Bearer xoxb-strict"]


async def test_a_redirect_within_slack_is_followed(stage: SlackStage) -> None:
    target = stage.put_file("x.pdf", b"het echte bestand")
    file = stage.put_file("x.pdf", b"x")
    stage.file.redirect = f"/files-pri/{target.id}/download/x.pdf"
    assert (await stage.messenger.fetch(file, LIMIT)).content == b"het echte bestand"


async def test_redirects_come_to_an_end(stage: SlackStage) -> None:
    file = stage.put_file("x.pdf", b"x")
    stage.file.redirect = f"/files-pri/{file.id}/download/x.pdf"
    await _expect_foreign(stage, file)
    assert len(stage.slack.server.file_requests) == 4


async def test_a_size_that_lies_is_found_out(stage: SlackStage) -> None:
    file = stage.put_file("x.pdf", b"x" * (LIMIT + 1))
    stage.file.told_size = 1
    with pytest.raises(FilesNotTaken) as refused:
        await stage.messenger.fetch(file, LIMIT)
    assert refused.value.trouble is FileTrouble.TOO_LARGE


def _show_login(file: File) -> None:
    file.shows_login = True


def _hold_elsewhere(file: File) -> None:
    file.external = True


async def test_a_login_page_is_not_the_file(stage: SlackStage) -> None:
    file = stage.put_file("x.pdf", b"%PDF")
    _show_login(stage.file)
    with pytest.raises(FilesNotTaken) as refused:
        await stage.messenger.fetch(file, LIMIT)
    assert refused.value.trouble is FileTrouble.GONE


async def test_a_file_that_slack_only_links_to_is_foreign(stage: SlackStage) -> None:
    file = stage.put_file("x.pdf", b"%PDF")
    _hold_elsewhere(stage.file)
    await _expect_foreign(stage, file)


async def test_without_the_scope_no_file_can_be_had(session: aiohttp.ClientSession) -> None:
    async with StrictSlack(scopes=SCOPES - {"files:read"}) as slack:
        slack.file("F1", "x.pdf", b"x")
        messenger = SlackMessenger(Api(slack.bot_token, slack.api_url, session))
        with pytest.raises(PlatformUnavailable) as unavailable:
            await messenger.fetch(FileRef(Platform.SLACK, TENANT, "F1"), LIMIT)
    assert unavailable.value.reason == "missing_scope"
