"""Keep to the platforms' rates: what a delivery asks of a platform asks first whether it may go now."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from bot.conversation import Actor, FileRef
from bot.domain.errors import RateLimited
from bot.domain.outgoing import Claimed, Errand
from bot.domain.people import Account, Person, Platform
from bot.domain.places import MessageRef, Place
from bot.domain.rates import Call, find_limits
from bot.ports import Directory, FetchedFile, Messenger, Pace, Ports
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
    """The same ports, which keep to the platforms' rates where there is a `Pace`."""
    if ports.pace is None:
        return ports
    gate = Gate(ports.pace, patient=row.outgoing.errand in _CAN_WAIT and not row.waits)
    messengers: dict[Platform, Messenger] = {
        platform: PacedMessenger(messenger, gate, chats) for platform, messenger in ports.messengers.items()
    }
    directories: dict[Platform, Directory] = {
        platform: PacedDirectory(directory, gate) for platform, directory in ports.directories.items()
    }
    return replace(ports, messengers=messengers, directories=directories)


class Gate:
    """Lets a call of one delivery through, or raises `RateLimited` where it would be more than the platform takes."""

    def __init__(self, pace: Pace, *, patient: bool) -> None:
        self._pace = pace
        self._patient = patient

    @asynccontextmanager
    async def keep_to(self, call: Call, place: Place) -> AsyncIterator[None]:
        """The block is one call. The platform's own 429 is told to all, so that nobody goes there before it is over."""
        limits = find_limits(call, place)
        if wait := await self._pace.ask(limits, patient=self._patient):
            raise RateLimited(wait)
        try:
            yield
        except RateLimited as limited:
            await self._pace.hold(limits[0], limited.retry_after)
            raise


class PacedDirectory:
    """A `Directory` behind a gate."""

    def __init__(self, directory: Directory, gate: Gate) -> None:
        self._directory = directory
        self._gate = gate

    async def person(self, actor: Actor) -> Person:
        async with self._gate.keep_to(Call.LOOK, Place(actor.account.platform, actor.office_tenant, "")):
            return await self._directory.person(actor)

    async def find_by_email(self, near: Place, email: str) -> Person | None:
        async with self._gate.keep_to(Call.LOOK, near):
            return await self._directory.find_by_email(near, email)

    async def participants(self, place: Place) -> tuple[Person, ...]:
        async with self._gate.keep_to(Call.LOOK, place):
            return await self._directory.participants(place)

    async def takes_part(self, place: Place, account: Account) -> bool:
        async with self._gate.keep_to(Call.LOOK, place):
            return await self._directory.takes_part(place, account)

    async def is_in_group(self, tenant: str, account: Account, group: str) -> bool:
        async with self._gate.keep_to(Call.LOOK, Place(account.platform, tenant, "")):
            return await self._directory.is_in_group(tenant, account, group)


class PacedMessenger:
    """A `Messenger` behind a gate, which opens each chat once."""

    def __init__(self, messenger: Messenger, gate: Gate, chats: Chats) -> None:
        self._messenger = messenger
        self._gate = gate
        self._chats = chats
        self.takes_uploads = messenger.takes_uploads
        self.posts_files = messenger.posts_files
        self.finds_messages = messenger.finds_messages
        self.makes_conversations = messenger.makes_conversations

    async def send(self, to: Place, card: Card, key: str) -> MessageRef:
        async with self._gate.keep_to(Call.SEND, to):
            return await self._messenger.send(to, card, key)

    async def find(self, to: Place, key: str) -> MessageRef | None:
        async with self._gate.keep_to(Call.FIND, to):
            return await self._messenger.find(to, key)

    async def update(self, message: MessageRef, card: Card) -> None:
        async with self._gate.keep_to(Call.UPDATE, message.place):
            await self._messenger.update(message, card)

    async def whisper(self, to: Place, account: Account, card: Card) -> None:
        async with self._gate.keep_to(Call.WHISPER, to):
            await self._messenger.whisper(to, account, card)

    async def open_chat(self, near: Place, account: Account) -> Place:
        if known := self._chats.find(near, account):
            return known
        async with self._gate.keep_to(Call.OPEN_CHAT, near):
            chat = await self._messenger.open_chat(near, account)
        self._chats.keep(near, account, chat)
        return chat

    async def make_conversation(self, near: Place, name: str) -> Place:
        async with self._gate.keep_to(Call.OPEN_CHAT, near):
            return await self._messenger.make_conversation(near, name)

    async def invite(self, to: Place, accounts: Sequence[Account]) -> Mapping[Account, str]:
        async with self._gate.keep_to(Call.LOOK, to):
            return await self._messenger.invite(to, accounts)

    async def post_file(self, to: Place, name: str, content: bytes, key: str) -> None:
        async with self._gate.keep_to(Call.POST_FILE, to):
            await self._messenger.post_file(to, name, content, key)

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        async with self._gate.keep_to(Call.FETCH, Place(file.platform, file.tenant, "")):
            return await self._messenger.fetch(file, limit)
