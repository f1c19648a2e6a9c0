"""What people do in the story, without the page: each step ends when its effect can be seen."""

from dataclasses import dataclass

from adapters.demo.client.workspace import Channel, User
from adapters.demo.office import BAKERY, KAREL, SANNE
from tests.e2e import words
from tests.e2e.filling_in import Answers, fill_in
from tests.e2e.slack_control import Json, SlackControl, read

CLIENT = f"{BAKERY.number} · {BAKERY.name}"


@dataclass(frozen=True, slots=True)
class Story:
    """One channel of the client, and what happens in it."""

    slack: SlackControl
    channel: Channel

    async def sign(self, by: User = SANNE, text: str = "") -> None:
        """Type /sign."""
        await self.slack.command(by, self.channel, "/sign", text)

    async def ask(self, document: str, *, to: User = KAREL) -> Json:
        """Send a document, linking the channel and confirming the signer first where it is asked; the card."""
        await self.sign()
        if (await self.slack.until_modal())["title"]["text"] == words.LINK_TITLE:
            assert await self.answer(SANNE, words.LINK_TITLE, {words.CLIENT: CLIENT}) == {}
        return await self.send(document, to=to)

    async def send_another(self, document: str) -> Json:
        """Send a document in a channel that is linked; the card."""
        await self.sign()
        return await self.send(document)

    async def send(self, document: str, *, to: User = KAREL) -> Json:
        """Send a document from the send dialog, once that is open; the card."""
        before = len(await self.cards())
        assert await self.answer(SANNE, words.SEND_TITLE, {words.DOCUMENTS: document, words.SIGNER: to.name}) == {}
        await self.tell_what_is_asked()
        if await self.slack.has_modal():
            assert await self.answer(SANNE, words.WHO_TITLE, {words.CONTACT: to.name}) == {}
        await self.slack.until_no_modal()
        return await self.slack.until(self.channel, _is_card, before + 1)

    async def tell_what_is_asked(self, asked: str = words.AGREE) -> None:
        """Where it is asked of annual accounts."""
        if await self.slack.has_modal() and (await self.slack.until_modal())["title"]["text"] == words.ASKS_TITLE:
            assert await self.answer(SANNE, words.ASKS_TITLE, {words.ASKS: asked}) == {}

    async def answer(self, user: User, title: str, answers: Answers) -> dict[str, str]:
        """Submit the dialog with this title, once one is open; the errors that it shows."""
        modal = await self.slack.until_modal()
        assert modal["title"]["text"] == title, f"{modal['title']['text']}: {read(modal)}"
        return await self.slack.submit(user, fill_in(modal, answers))

    async def press(self, user: User, message: Json, label: str) -> None:
        await self.slack.press(user, self.channel, message, label)

    async def approve(self, user: User, card: Json, place: str = "Utrecht") -> None:
        await self.press(user, card, words.APPROVE)
        assert await self.answer(user, words.APPROVE, {words.PLACE: place}) == {}
        await self.slack.until_no_modal()

    async def reject(self, user: User, card: Json, reason: str) -> None:
        await self.press(user, card, words.REJECT)
        assert await self.answer(user, words.REJECT, {words.REASON: reason}) == {}
        await self.slack.until_no_modal()

    async def until_card_says(self, card: Json, text: str) -> Json:
        """The card, once it was updated in place to say this."""
        return await self.slack.until(self.channel, lambda each: each["ts"] == card["ts"] and text in read(each))

    async def reply(self, card: Json, text: str) -> Json:
        """The message in the thread under a card that says this, once it is there."""
        return await self.slack.until(
            self.channel, lambda each: each.get("thread_ts") == card["ts"] and text in read(each)
        )

    async def told(self, user: User, number: int = 1) -> str:
        """What this person alone was told last, once they were told so many things."""
        return read(await self.slack.until(self.channel, lambda each: each.get("ephemeral_to") == user.id, number))

    async def cards(self) -> list[Json]:
        """The cards in the channel, the oldest first."""
        return [each for each in await self.slack.messages(self.channel.id) if _is_card(each)]


def _is_card(message: Json) -> bool:
    return not message.get("ephemeral_to") and any(block["type"] == "header" for block in message.get("blocks", []))
