"""What every `Messenger` promises. A platform's suite inherits `MessengerContract` and gives a `stage`."""

from dataclasses import replace
from typing import Protocol

import pytest

from bot.conversation import FileRef
from bot.domain.errors import (
    DeliveryUnclear,
    FilesNotTaken,
    FileTrouble,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Undeliverable,
)
from bot.domain.people import Account
from bot.domain.places import MessageRef, Place
from bot.ports import Messenger
from cards.model import Actions, Button, Card, Plain, Text

LIMIT = 1_000


class MessengerStage(Protocol):
    """A platform with one conversation, and what a test has to see and do there."""

    messenger: Messenger
    place: Place
    member: Account
    outsider: Account

    def shown(self, message: MessageRef) -> str:
        """The words that a message shows now."""

    def messages(self) -> int:
        """How many messages the conversation holds, threads included."""

    def whispered(self, account: Account) -> str:
        """The words of the newest private message in the conversation, empty when there is none."""

    def written_directly(self, account: Account) -> str:
        """The words of the newest direct message, empty when there is none."""

    def remove(self, message: MessageRef) -> None:
        """Delete a message."""

    def close(self) -> None:
        """Archive the conversation."""

    def limit_next(self, seconds: int) -> None:
        """Let the next message be refused for that many seconds."""

    def refuse_next(self) -> None:
        """Let the next message be refused in a way that nobody knows."""

    def lose_answer(self) -> None:
        """Let the next message be posted and its answer be lost."""

    def stop(self) -> None:
        """Let the platform stop answering altogether."""

    def put_file(self, name: str, content: bytes) -> FileRef:
        """A file that somebody uploaded."""

    def posted_files(self, place: Place) -> list[tuple[str, bytes]]:
        """The files that Paraaf put into the conversation, or into this thread of it, with their names."""

    def delete_file(self, file: FileRef) -> None:
        """Delete a file."""

    def move_file_elsewhere(self, file: FileRef) -> None:
        """Let another host hold the bytes of a file."""


def a_card(words: str = "Jaarrekening 2025.pdf") -> Card:
    return Card("Ter ondertekening", (Text((Plain(words),)), Actions((Button("approve", "Goedkeuren", "e1"),))), words)


class MessengerContract:
    async def test_sends_a_card_that_people_can_open(self, stage: MessengerStage) -> None:
        message = await stage.messenger.send(stage.place, a_card("Aangifte <b>2025</b> & meer"), "k1")
        assert "Aangifte <b>2025</b> & meer" in stage.shown(message)
        assert message.place == stage.place
        assert message.link is not None
        assert message.link.startswith("https://")

    async def test_answers_in_the_thread_of_a_card(self, stage: MessengerStage) -> None:
        card = await stage.messenger.send(stage.place, a_card(), "k1")
        reply = await stage.messenger.send(card.thread, a_card("Bedrag klopt niet"), "k2")
        assert reply.place.thread == card.id
        assert reply.thread == card.thread

    async def test_updates_in_place(self, stage: MessengerStage) -> None:
        message = await stage.messenger.send(stage.place, a_card(), "k1")
        await stage.messenger.update(message, a_card("Ondertekend"))
        assert "Ondertekend" in stage.shown(message)
        assert stage.messages() == 1

    async def test_finds_what_was_sent_by_its_key(self, stage: MessengerStage) -> None:
        sent = await stage.messenger.send(stage.place, a_card("een"), "k1")
        await stage.messenger.send(stage.place, a_card("twee"), "k2")
        assert await stage.messenger.find(stage.place, "k1") == sent
        assert await stage.messenger.find(stage.place, "k3") is None

    async def test_finds_what_was_sent_in_a_thread(self, stage: MessengerStage) -> None:
        card = await stage.messenger.send(stage.place, a_card(), "k1")
        for number in range(60):
            await stage.messenger.send(card.thread, a_card(f"antwoord {number}"), f"r{number}")
        newest = await stage.messenger.send(card.thread, a_card("het laatste"), "k2")
        assert await stage.messenger.find(card.thread, "k2") == newest

    async def test_a_lost_answer_is_unclear_and_can_be_looked_up(self, stage: MessengerStage) -> None:
        stage.lose_answer()
        with pytest.raises(DeliveryUnclear):
            await stage.messenger.send(stage.place, a_card(), "k1")
        assert stage.messages() == 1
        found = await stage.messenger.find(stage.place, "k1")
        assert found is not None
        assert "Jaarrekening" in stage.shown(found)

    async def test_tells_how_long_to_wait(self, stage: MessengerStage) -> None:
        stage.limit_next(17)
        with pytest.raises(RateLimited) as limited:
            await stage.messenger.send(stage.place, a_card(), "k1")
        assert limited.value.retry_after.total_seconds() == 17
        assert stage.messages() == 0

    async def test_nothing_is_done_when_nobody_answers(self, stage: MessengerStage) -> None:
        stage.stop()
        with pytest.raises(PlatformUnavailable):
            await stage.messenger.send(stage.place, a_card(), "k1")

    async def test_refuses_for_good_what_nobody_knows(self, stage: MessengerStage) -> None:
        stage.refuse_next()
        with pytest.raises(Undeliverable):
            await stage.messenger.send(stage.place, a_card(), "k1")

    async def test_a_closed_conversation_takes_nothing(self, stage: MessengerStage) -> None:
        stage.close()
        with pytest.raises(Undeliverable):
            await stage.messenger.send(stage.place, a_card(), "k1")

    async def test_a_removed_message_cannot_be_updated(self, stage: MessengerStage) -> None:
        message = await stage.messenger.send(stage.place, a_card(), "k1")
        stage.remove(message)
        with pytest.raises(Undeliverable):
            await stage.messenger.update(message, a_card("te laat"))

    async def test_a_card_beyond_the_limits_is_undeliverable(self, stage: MessengerStage) -> None:
        with pytest.raises(Undeliverable):
            await stage.messenger.send(stage.place, a_card("x" * 200_000), "k1")

    async def test_whispers_to_who_takes_part(self, stage: MessengerStage) -> None:
        await stage.messenger.whisper(stage.place, stage.member, a_card("alleen voor jou"))
        assert "alleen voor jou" in stage.whispered(stage.member)
        assert stage.messages() == 0

    async def test_writes_directly_to_who_left(self, stage: MessengerStage) -> None:
        await stage.messenger.whisper(stage.place, stage.outsider, a_card("alleen voor jou"))
        assert not stage.whispered(stage.outsider)
        assert "alleen voor jou" in stage.written_directly(stage.outsider)
        assert stage.messages() == 0

    async def test_sends_to_the_chat_of_one_person(self, stage: MessengerStage) -> None:
        chat = await stage.messenger.open_chat(stage.place, stage.member)
        assert await stage.messenger.open_chat(stage.place.conversation, stage.member) == chat
        message = await stage.messenger.send(chat, a_card("u bent aan de beurt"), "k1")
        assert message.place == chat
        assert "u bent aan de beurt" in stage.written_directly(stage.member)
        assert stage.messages() == 0
        assert not stage.whispered(stage.member)

    async def test_whom_it_cannot_reach_has_no_chat(self, stage: MessengerStage) -> None:
        stranger = replace(stage.member, user="U0NOBODY")
        with pytest.raises(Undeliverable):
            await stage.messenger.open_chat(stage.place, stranger)

    async def test_makes_a_conversation_once_or_says_that_it_cannot(self, stage: MessengerStage) -> None:
        making = stage.messenger.make_conversation(stage.place, "1001 Haddad Bouw B.V.")
        if not stage.messenger.makes_conversations:
            with pytest.raises(Undeliverable):
                await making
            with pytest.raises(Undeliverable):
                await stage.messenger.invite(stage.place, (stage.outsider,))
            return
        made = await making
        assert made not in {stage.place, stage.place.conversation}
        assert await stage.messenger.make_conversation(stage.place, "1001 Haddad Bouw B.V.") == made
        assert await stage.messenger.make_conversation(stage.place, "1002 Haddad Bouw B.V.") != made
        stranger = replace(stage.member, user="U0NOBODY")
        assert set(await stage.messenger.invite(made, (stage.member, stranger, stage.outsider))) == {stranger}
        assert await stage.messenger.invite(made, (stage.member, stage.outsider)) == {}

    async def test_a_file_stands_in_the_thread_or_is_refused_for_good(self, stage: MessengerStage) -> None:
        card = await stage.messenger.send(stage.place, a_card(), "k1")
        posting = stage.messenger.post_file(card.thread, "getekend.pdf", b"%PDF-1.7 getekend", "k2")
        if stage.messenger.posts_files:
            await posting
            assert stage.posted_files(card.thread) == [("getekend.pdf", b"%PDF-1.7 getekend")]
        else:
            with pytest.raises(Undeliverable):
                await posting
            assert stage.posted_files(stage.place) == []

    async def test_fetches_a_file_with_its_name(self, stage: MessengerStage) -> None:
        file = stage.put_file("jaarrekening.pdf", b"%PDF-1.7 ...")
        fetched = await stage.messenger.fetch(file, LIMIT)
        assert (fetched.name, fetched.content) == ("jaarrekening.pdf", b"%PDF-1.7 ...")

    async def test_a_file_may_be_as_large_as_the_limit(self, stage: MessengerStage) -> None:
        fetched = await stage.messenger.fetch(stage.put_file("vol.pdf", b"x" * LIMIT), LIMIT)
        assert len(fetched.content) == LIMIT

    async def test_refuses_a_larger_file(self, stage: MessengerStage) -> None:
        with pytest.raises(FilesNotTaken) as refused:
            await stage.messenger.fetch(stage.put_file("groot.pdf", b"x" * (LIMIT + 1)), LIMIT)
        assert (refused.value.name, refused.value.trouble, refused.value.limit) == (
            "groot.pdf",
            FileTrouble.TOO_LARGE,
            LIMIT,
        )

    async def test_refuses_an_empty_file(self, stage: MessengerStage) -> None:
        with pytest.raises(FilesNotTaken) as refused:
            await stage.messenger.fetch(stage.put_file("leeg.pdf", b""), LIMIT)
        assert refused.value.trouble is FileTrouble.EMPTY

    async def test_refuses_a_deleted_file(self, stage: MessengerStage) -> None:
        file = stage.put_file("weg.pdf", b"weg")
        stage.delete_file(file)
        with pytest.raises(FilesNotTaken) as refused:
            await stage.messenger.fetch(file, LIMIT)
        assert refused.value.trouble is FileTrouble.GONE

    async def test_refuses_a_file_that_another_host_holds(self, stage: MessengerStage) -> None:
        file = stage.put_file("elders.pdf", b"elders")
        stage.move_file_elsewhere(file)
        with pytest.raises(FilesNotTaken) as refused:
            await stage.messenger.fetch(file, LIMIT)
        assert refused.value.trouble is FileTrouble.FOREIGN

    async def test_a_file_is_not_there_when_nobody_answers(self, stage: MessengerStage) -> None:
        file = stage.put_file("x.pdf", b"x")
        stage.stop()
        with pytest.raises(PlatformError):
            await stage.messenger.fetch(file, LIMIT)
