"""Keep to the platforms' rates: whatever is asked of a messenger asks first whether it may go now."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from bot.conversation import FileRef
from bot.domain.errors import RateLimited
from bot.domain.outgoing import Claimed, Errand
from bot.domain.people import Account, Platform
from bot.domain.places import MessageRef, Place
from bot.domain.rates import Call, find_limits
from bot.ports import FetchedFile, Messenger, Pace, Ports
from cards.model import Card

CHATS: Final = 20_000
"""Chats with one person each that are known without asking the platform again; about 10 MB."""

_CAN_WAIT: Final = frozenset({Errand.REMIND, Errand.ESCALATE, Errand.TELL_ESCALATION})
"""What thousands of are asked for in one moment, and nobody waits for."""


@dataclass(slots=True)
class Chats:
    """The chats that were opened, whose ids never change; beyond `most` the oldest are forgotten."""

    most: int = CHATS
    _known: dict[tuple[Platform, str, Account], Place] = field(default_factory=dict)

    def find(self, near: Place, account: Account) -> Place | None:
        """The chat of this person with this office."""
        return self._known.get((near.platform, near.tenant, account))

    def keep(self, near: Place, account: Account, chat: Place) -> None:
        """Know it from now on."""
        self._known[near.platform, near.tenant, account] = chat
        if len(self._known) > self.most:
            del self._known[next(iter(self._known))]


def pace_ports(ports: Ports, chats: Chats, row: Claimed) -> Ports:
    """The same ports, with messengers that keep to the platforms' rates where there is a `Pace`."""
    if ports.pace is None:
        return ports
    patient = row.outgoing.errand in _CAN_WAIT and not row.waits
    paced: Mapping[Platform, Messenger] = {
        platform: PacedMessenger(messenger, ports.pace, chats, patient=patient)
        for platform, messenger in ports.messengers.items()
    }
    return replace(ports, messengers=paced)


class PacedMessenger:
    """A `Messenger` that raises `RateLimited` where a call would be more than the platform takes.

    A platform's own 429 is told to the `Pace`, so that nobody else goes there before it is over.
    """

    def __init__(self, messenger: Messenger, pace: Pace, chats: Chats, *, patient: bool) -> None:
        self._messenger = messenger
        self._pace = pace
        self._chats = chats
        self._patient = patient
        self.takes_uploads = messenger.takes_uploads
        self.posts_files = messenger.posts_files

    async def send(self, to: Place, card: Card, key: str) -> MessageRef:
        async with self._keep_to(Call.SEND, to):
            return await self._messenger.send(to, card, key)

    async def find(self, to: Place, key: str) -> MessageRef | None:
        async with self._keep_to(Call.FIND, to):
            return await self._messenger.find(to, key)

    async def update(self, message: MessageRef, card: Card) -> None:
        async with self._keep_to(Call.UPDATE, message.place):
            await self._messenger.update(message, card)

    async def whisper(self, to: Place, account: Account, card: Card) -> None:
        async with self._keep_to(Call.WHISPER, to):
            await self._messenger.whisper(to, account, card)

    async def open_chat(self, near: Place, account: Account) -> Place:
        if known := self._chats.find(near, account):
            return known
        async with self._keep_to(Call.OPEN_CHAT, near):
            chat = await self._messenger.open_chat(near, account)
        self._chats.keep(near, account, chat)
        return chat

    async def post_file(self, to: Place, name: str, content: bytes, key: str) -> None:
        async with self._keep_to(Call.POST_FILE, to):
            await self._messenger.post_file(to, name, content, key)

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        async with self._keep_to(Call.FETCH, Place(file.platform, file.tenant, "")):
            return await self._messenger.fetch(file, limit)

    @asynccontextmanager
    async def _keep_to(self, call: Call, place: Place) -> AsyncIterator[None]:
        limits = find_limits(call, place)
        if wait := await self._pace.ask(limits, patient=self._patient):
            raise RateLimited(wait)
        try:
            yield
        except RateLimited as limited:
            await self._pace.hold(limits[0], limited.retry_after)
            raise
