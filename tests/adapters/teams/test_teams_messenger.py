from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from adapters.teams.app import TeamsAdapter
from adapters.teams.files import name_file
from bot.conversation import FileRef
from bot.domain.errors import DeliveryUnclear, FilesNotTaken, FileTrouble, PlatformUnavailable, Undeliverable
from bot.domain.people import Account, Platform
from bot.domain.places import MessageRef, Place
from bot.views.envelope_card import SHOW
from cards.model import Card, Mention, Personal, Plain, Text
from storage.sql.store import SqlStore
from tests.adapters.teams.stage import know, make_settings
from tests.contracts.messenger import LIMIT, MessengerContract, MessengerStage, a_card
from tests.strict_teams import Drop, File, Message, RateLimit, Refuse, Room, Status, StrictTeams


@dataclass
class TeamsStage:
    teams: StrictTeams
    adapter: TeamsAdapter
    room: Room

    def __post_init__(self) -> None:
        self.messenger = self.adapter.messenger
        self.place = Place(Platform.TEAMS, self.teams.tenant, self.room.id)
        self.member = Account(Platform.TEAMS, self.teams.tenant, self.teams.user("sanne").id)
        self.outsider = Account(Platform.TEAMS, self.teams.tenant, self.teams.user("weg").id)

    def find(self, message: MessageRef) -> Message:
        return next(each for each in self.room.messages if each.id == message.id)

    def shown(self, message: MessageRef) -> str:
        return self.find(message).words

    def messages(self) -> int:
        return len(self.room.messages)

    def whispered(self, account: Account) -> str:
        return "".join([each.words for each in self.teams.world.private if each.seen_by == account.user][-1:])

    def written_directly(self, account: Account) -> str:
        return "".join([each.words for each in self.teams.world.personal_room(account.user).messages][-1:])

    def remove(self, message: MessageRef) -> None:
        self.room.messages.remove(self.find(message))

    def close(self) -> None:
        self.room.installed = False

    def limit_next(self, seconds: int) -> None:
        self.teams.break_next("post", RateLimit(seconds))

    def refuse_next(self) -> None:
        self.teams.break_next("post", Refuse(403, "OfTomorrow"))

    def lose_answer(self) -> None:
        self.teams.break_next("post", Drop(done=True))

    def stop(self) -> None:
        for call in ("post", "graph"):
            self.teams.break_always(call, Status(503))

    def put_file(self, name: str, content: bytes) -> FileRef:
        self.file = self.teams.file(name, content)
        return self.refer(self.file)

    def refer(self, file: File) -> FileRef:
        return name_file(self.adapter._seal, self.teams.tenant, file.address, file.name)

    def posted_files(self, place: Place) -> list[tuple[str, bytes]]:
        shown = [each for each in self.room.messages if each.by_bot and place.thread in {None, each.thread}]
        return [(file.name, file.content) for each in shown for file in each.files]

    def delete_file(self, file: FileRef) -> None:
        self.file.deleted = True

    def move_file_elsewhere(self, file: FileRef) -> None:
        self.file.redirect = "https://elsewhere.example/file.pdf"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore) -> AsyncIterator[TeamsStage]:
    room = teams.channel("bakkerij", members=[teams.user("sanne")])
    await know(store, teams, room)
    adapter = TeamsAdapter(make_settings(teams), session, store)
    yield TeamsStage(teams, adapter, room)
    teams.repair()
    await adapter.stop()


class TestTeamsMessenger(MessengerContract):
    """Nobody can look a message up in Teams, so what is unclear is posted again."""

    async def test_finds_what_was_sent_by_its_key(self, stage: MessengerStage) -> None:
        await stage.messenger.send(stage.place, a_card("een"), "k1")
        assert await stage.messenger.find(stage.place, "k1") is None

    async def test_finds_what_was_sent_in_a_thread(self, stage: MessengerStage) -> None:
        card = await stage.messenger.send(stage.place, a_card(), "k1")
        await stage.messenger.send(card.thread, a_card("antwoord"), "k2")
        assert await stage.messenger.find(card.thread, "k2") is None

    async def test_a_lost_answer_is_unclear_and_can_be_looked_up(self, stage: MessengerStage) -> None:
        stage.lose_answer()
        with pytest.raises(DeliveryUnclear):
            await stage.messenger.send(stage.place, a_card(), "k1")
        assert stage.messages() == 1
        again = await stage.messenger.send(stage.place, a_card(), "k1")
        await stage.messenger.update(again, a_card("bijgewerkt"))
        assert "bijgewerkt" in stage.shown(again)


# --- posting ---


async def test_a_card_stands_alone_with_its_summary(stage: TeamsStage) -> None:
    message = stage.find(await stage.messenger.send(stage.place, a_card(), "k1"))
    assert (message.text, message.summary) == ("", "Jaarrekening 2025.pdf")
    assert message.card
    assert message.card["lang"] == "nl"


async def test_mentions_ping(stage: TeamsStage) -> None:
    card = Card("", (Text((Mention(stage.member.user, "sanne"), Plain(" kijk"))),), "kijk")
    message = stage.find(await stage.messenger.send(stage.place, card, "k1"))
    assert message.pings == {stage.member.user}


async def test_a_reply_stands_in_the_thread_and_links_to_it(stage: TeamsStage) -> None:
    card = await stage.messenger.send(stage.place, a_card(), "k1")
    reply = await stage.messenger.send(card.thread, a_card("reden"), "k2")
    assert stage.find(reply).thread == card.id
    await stage.messenger.update(reply, a_card("andere reden"))
    assert "andere reden" in stage.shown(reply)
    assert reply.link
    link = URL(reply.link)
    assert link.parts[-2:] == (stage.room.id, reply.id)
    assert dict(link.query) == {"tenantId": stage.teams.tenant, "parentMessageId": card.id}


async def test_chats_have_no_threads(stage: TeamsStage, store: SqlStore) -> None:
    chat = stage.teams.chat("overleg", members=[stage.teams.user("sanne")])
    await know(store, stage.teams, chat)
    card = await stage.messenger.send(Place(Platform.TEAMS, chat.tenant, chat.id), a_card(), "k1")
    reply = await stage.messenger.send(card.thread, a_card("reden"), "k2")
    assert [message.thread for message in chat.messages] == [None, None]
    await stage.messenger.update(reply, a_card("andere reden"))
    assert "andere reden" in chat.messages[-1].words
    assert card.link
    assert URL(card.link).query["context"] == '{"contextType":"chat"}'


async def test_a_chat_with_one_person_has_no_address(stage: TeamsStage, store: SqlStore) -> None:
    chat = stage.teams.personal(stage.teams.user("sanne"))
    await know(store, stage.teams, chat)
    message = await stage.messenger.send(Place(Platform.TEAMS, chat.tenant, chat.id), a_card(), "k1")
    assert message.link is None


async def test_at_most_sixty_people_are_refreshed_and_who_matters_first(stage: TeamsStage) -> None:
    stage.room.members += [stage.teams.user(f"u{number}").id for number in range(100)]
    last = stage.room.members[-1]
    card = Card("", (Text((Plain("x"),)),), "x", Personal(SHOW, "e1", (last, stage.member.user)))
    for _ in range(3):
        message = stage.find(await stage.messenger.send(stage.place, card, "k"))
        assert message.card
        listed = message.card["refresh"]["userIds"]
        assert (listed[:2], len(listed), len(set(listed))) == ([last, stage.member.user], 60, 60)
    assert stage.teams.server.seen.count("members") == 1


async def test_a_conversation_that_nobody_told_of(stage: TeamsStage) -> None:
    with pytest.raises(Undeliverable) as refused:
        await stage.messenger.send(Place(Platform.TEAMS, stage.teams.tenant, "19:elders@thread.v2"), a_card(), "k1")
    assert refused.value.reason == "the app is not installed here"


async def test_says_why_nothing_is_delivered(stage: TeamsStage) -> None:
    stage.close()
    with pytest.raises(Undeliverable) as refused:
        await stage.messenger.send(stage.place, a_card(), "k1")
    assert refused.value.reason == "the app is not installed here; BotNotInConversationRoster"


# --- whispering ---


async def test_whispers_inside_a_thread(stage: TeamsStage) -> None:
    card = await stage.messenger.send(stage.place, a_card(), "k1")
    await stage.messenger.whisper(card.thread, stage.member, a_card("alleen voor jou"))
    (private,) = stage.teams.world.private
    assert private.thread == card.id


@pytest.mark.parametrize("trouble", ["removed", "not targeted", "unknown"])
async def test_writes_directly_when_the_conversation_cannot_be_used(stage: TeamsStage, trouble: str) -> None:
    place = stage.place
    if trouble == "removed":
        stage.close()
    elif trouble == "not targeted":
        stage.teams.targeted = False
    else:
        place = Place(Platform.TEAMS, stage.teams.tenant, "19:elders@thread.v2")
    await stage.messenger.whisper(place, stage.member, a_card("alleen voor jou"))
    assert "alleen voor jou" in stage.written_directly(stage.member)
    assert stage.messages() == 0


async def test_who_has_no_app_and_left_cannot_be_told(stage: TeamsStage) -> None:
    user = stage.teams.user("zonder", app=False)
    with pytest.raises(Undeliverable) as refused:
        await stage.messenger.whisper(stage.place, Account(Platform.TEAMS, stage.teams.tenant, user.id), a_card())
    assert refused.value.reason == "the app is not installed for this person; ForbiddenOperationException"


async def test_who_blocked_the_app_cannot_be_told(stage: TeamsStage) -> None:
    stage.teams.user("weg").block()
    with pytest.raises(Undeliverable) as refused:
        await stage.messenger.whisper(stage.place, stage.outsider, a_card())
    assert refused.value.reason == "the app was blocked; MessageWritesBlocked"


@pytest.mark.parametrize(("status", "failure"), [(503, PlatformUnavailable), (413, Undeliverable)])
async def test_other_trouble_is_no_reason_to_write_directly(
    stage: TeamsStage, status: int, failure: type[Exception]
) -> None:
    stage.teams.break_next("whisper", Status(status))
    with pytest.raises(failure):
        await stage.messenger.whisper(stage.place, stage.member, a_card())
    assert not stage.written_directly(stage.member)


# --- files ---


async def test_a_file_that_the_tenant_does_not_let_us_read(stage: TeamsStage) -> None:
    file = stage.put_file("x.pdf", b"x")
    stage.file.refused = True
    with pytest.raises(FilesNotTaken) as refused:
        await stage.messenger.fetch(file, LIMIT)
    assert refused.value.trouble is FileTrouble.FOREIGN


async def test_a_tenant_that_does_not_know_the_app_gives_no_files(stage: TeamsStage) -> None:
    file = stage.teams.file("x.pdf", b"x")
    with pytest.raises(FilesNotTaken) as refused:
        await stage.messenger.fetch(name_file(stage.adapter._seal, "elsewhere", file.address, file.name), LIMIT)
    assert refused.value.trouble is FileTrouble.FOREIGN


async def test_a_login_page_is_no_file(stage: TeamsStage) -> None:
    file = stage.put_file("x.pdf", b"x")
    stage.file.shows_login = True
    with pytest.raises(FilesNotTaken) as refused:
        await stage.messenger.fetch(file, LIMIT)
    assert refused.value.trouble is FileTrouble.FOREIGN


async def test_a_file_that_nobody_named_is_not_asked_for(stage: TeamsStage) -> None:
    good = stage.put_file("loonstrook.pdf", b"geheim")
    address = stage.file.address
    for forged in (address, f"~x~{address}", f"{'A' * 22}~x~{address}", good.id.replace("loonstrook.pdf~", "x~"), ""):
        with pytest.raises(FilesNotTaken) as refused:
            await stage.messenger.fetch(FileRef(Platform.TEAMS, stage.teams.tenant, forged), LIMIT)
        assert refused.value.trouble is FileTrouble.FOREIGN
    with pytest.raises(FilesNotTaken):
        await stage.messenger.fetch(FileRef(Platform.TEAMS, "another", good.id), LIMIT)
    assert "graph" not in stage.teams.server.seen


async def test_a_refused_token_for_files_is_replaced(stage: TeamsStage) -> None:
    file = stage.put_file("x.pdf", b"x")
    await stage.messenger.fetch(file, LIMIT)
    stage.teams.revoke_tokens()
    with pytest.raises(PlatformUnavailable):
        await stage.messenger.fetch(file, LIMIT)
    assert (await stage.messenger.fetch(file, LIMIT)).content == b"x"
    assert stage.teams.leaks == []


@pytest.mark.parametrize(("call", "status"), [("graph", 429), ("graph", 500), ("download", 503), ("token", 503)])
async def test_an_outage_while_fetching(stage: TeamsStage, call: str, status: int) -> None:
    file = stage.put_file("x.pdf", b"x")
    stage.teams.break_next(call, Status(status))
    with pytest.raises(PlatformUnavailable):
        await stage.messenger.fetch(file, LIMIT)


async def test_a_broken_download(stage: TeamsStage) -> None:
    file = stage.put_file("x.pdf", b"x")
    stage.teams.break_next("download", Drop(done=True), Drop(done=True))
    with pytest.raises(PlatformUnavailable):
        await stage.messenger.fetch(file, LIMIT)
