"""An office and its client in one conversation, on whichever platform."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.envelope import EnvelopeId
from bot.domain.log import LogLine
from bot.domain.people import Account, ClientId, OfficeId
from bot.ports import Ports
from bot.use_cases.filing import PDF, StoredFile, file_document
from bot.views.envelope_words import find_day
from tests.documents import make_pdf
from tests.scenarios.chat import Chat, Message, Person, Room, View
from tests.scenarios.holdable import Recording

OFFICE = OfficeId("linde")
CLIENT = ClientId("bakker")


def on(*platforms: str) -> pytest.MarkDecorator:
    """The tests of a file run on these platforms alone."""
    return pytest.mark.parametrize("chat", platforms, indirect=True)


async def narrow_staff(scene: "Scene", **changes: object) -> None:
    """Let the office say who its staff are."""
    async with scene.ports.store.transaction() as tx:
        await tx.offices.save(replace(await tx.offices.get(OFFICE), **changes))  # type: ignore[arg-type]  # any field


class MovableClock:
    """The real time, plus what a test lets pass."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The time now, in UTC."""
        return datetime.now(UTC) + self._ahead

    def today(self) -> date:
        """The day in the office's zone, which in the evening is another one than in UTC."""
        return find_day(self.now())

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._ahead += by


@dataclass(frozen=True, slots=True)
class Scene:
    """An office, a client's conversation, and who is in it. What is done there is recorded in the evidence.

    `sanne` and `bas` are staff, `karim` is the client's contact in a tenant of his own, `mila` a guest beside him;
    `vera` is staff too, in no conversation.
    """

    chat: Chat
    room: Room
    sanne: Person
    bas: Person
    karim: Person
    mila: Person
    vera: Person
    ports: Ports
    clock: MovableClock
    address: str
    recording: Recording

    def account(self, person: Person) -> Account:
        """Who a person of the scene is to Paraaf."""
        tenant = self.chat.client_tenant if person is self.karim else self.chat.office_tenant
        return Account(self.chat.platform, tenant, person.id)

    async def link_and_compose(self) -> View:
        """Sanne links the conversation to Bakker and has the send dialog open."""
        await self.file("Aangifte IB 2025.pdf")
        await self.sign(self.sanne)
        await self.sanne.fill(await self.sanne.view("link"), client="1001 · Bakker B.V.").submit()
        return await self.sanne.view("send")

    async def sign(self, person: Person, words: str = "") -> None:
        """Ask Paraaf for a signature in the conversation, or for what `words` say."""
        await self.chat.sign(person, self.room, words)

    async def message(self, containing: str = "") -> Message:
        """The newest message of Paraaf in the conversation with these words, as soon as there is one."""
        return await self.chat.message(self.room, containing)

    async def send(self, *documents: str, message: str = "Graag uw akkoord.") -> Message:
        """Sanne sends documents of the dossier to Karim; the card, once it is there."""
        await self.sign(self.sanne)
        form = await self.sanne.view("send")
        filled = self.sanne.fill(form, documents=list(documents), signer=self.karim.id, message=message)
        view = await filled.submit()
        assert not view.errors
        await self.settled()
        return await self.message(documents[0])

    async def log_of(self, card: Message) -> tuple[LogLine, ...]:
        """What the transaction log says of the envelope that a card shows."""
        async with self.ports.store.reading() as tx:
            return await tx.log.of_envelope(OFFICE, self.envelope_of(card))

    def envelope_of(self, card: Message) -> EnvelopeId:
        """The envelope whose card this is."""
        for button in getattr(card, "buttons", ()):
            data = button.get("data") or {}
            if value := button.get("value") or data.get("value"):
                return EnvelopeId(value)
        raise LookupError(card)

    async def file(self, name: str, content: bytes | None = None, client: ClientId = CLIENT) -> None:
        """Put a document into the client's dossier, as a PDF of two pages without looking into it."""
        kept = await self.ports.blobs.put(content or make_pdf(pages=2, text=name))
        stored = StoredFile(name, kept, PDF, pages=2)
        async with self.ports.store.transaction() as tx:
            await file_document(tx, client, "", stored, "Sanne de Vries", self.clock.now())

    async def settled(self, *, skipping: timedelta = timedelta()) -> None:
        """Wait until nothing is left to deliver, to record or to seal, unless the evidence or the seal is away.

        At every look let `skipping` pass, for what was postponed.
        """
        async with asyncio.timeout(30):
            while await self._depth():
                self.clock.move(skipping)
                self.recording.recorder.wake()
                await asyncio.sleep(0.01)
            await self.chat.settled()

    async def _depth(self) -> int:
        async with self.ports.store.reading() as tx:
            owed = 0 if self.recording.evidence.is_away else (await tx.owed_evidence.lag()).owed
            return owed + await tx.outbox.depth() - len(self.recording.sealer.waiting)
