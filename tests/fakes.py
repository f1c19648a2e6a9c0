"""Stand-ins for what lies outside, which record what they were asked.

What can run here for real has no fake, but for `FakeSealer`: it fails when a test wants.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from bot.conversation import Actor, FileRef
from bot.domain.certified import SealLevel
from bot.domain.errors import FilesNotTaken, FileTrouble, PlatformError, SealingUnavailable, Undeliverable
from bot.domain.people import Account, Person, Standing
from bot.domain.places import MessageRef, Place
from bot.domain.sealing import CannotBeSealed, Inspection, Obstacle, SealedPdf, SealOrder
from bot.ports import Blobs, FetchedFile
from cards.model import Card
from tests import builders as a


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = a.NOON) -> None:
        self._now = start

    def now(self) -> datetime:
        """The time it was set to."""
        return self._now

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by


class Stopwatch:
    """Seconds since some moment, which pass when a test lets them."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class BreakableRedis(Redis):
    """A real client whose connection can be taken away."""

    is_away = False
    asked = 0

    async def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - the client's signature
        """As the client does, or as it does where nobody is there."""
        self.asked += 1
        if self.is_away:
            raise ConnectionRefusedError("nobody there")
        return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call] # the client has no types here


@dataclass(slots=True)
class Posted:
    """A message on the fake platform: the cards it showed, newest last."""

    ref: MessageRef
    key: str
    cards: list[Card]


@dataclass(slots=True)
class FakeMessenger:
    """A platform that keeps what it is sent. `fail_next` breaks calls, `breaks` one kind, `broken` a channel."""

    messages: list[Posted] = field(default_factory=list)
    whispers: list[tuple[Place, Account, Card]] = field(default_factory=list)
    files: dict[str, FetchedFile] = field(default_factory=dict)
    fail_next: deque[PlatformError] = field(default_factory=deque)
    broken: dict[str, PlatformError] = field(default_factory=dict)
    loses_answers: deque[PlatformError] = field(default_factory=deque)
    lookups: list[str] = field(default_factory=list)
    unreachable: set[Account] = field(default_factory=set)
    takes_uploads: bool = True
    posts_files: bool = True
    finds_messages: bool = True
    makes_conversations: bool = True
    made: list[str] = field(default_factory=list)
    invited: list[tuple[Place, Account]] = field(default_factory=list)
    uninvitable: dict[Account, str] = field(default_factory=dict)
    breaks: dict[str, PlatformError] = field(default_factory=dict)
    posted_files: list[tuple[Place, str, bytes]] = field(default_factory=list)

    async def send(self, to: Place, card: Card, key: str) -> MessageRef:
        """Keep the message, then fail if the answer is to be lost."""
        self._fail()
        if to.channel in self.broken:
            raise self.broken[to.channel]
        id_ = f"{len(self.messages) + 1}.000"
        ref = MessageRef(to, id_, f"https://chat.example/{id_}")
        self.messages.append(Posted(ref, key, [card]))
        if self.loses_answers:
            raise self.loses_answers.popleft()
        return ref

    async def find(self, to: Place, key: str) -> MessageRef | None:
        """The kept message with this key."""
        self.lookups.append(key)
        return next((each.ref for each in self.messages if (each.ref.place, each.key) == (to, key)), None)

    async def update(self, message: MessageRef, card: Card) -> None:
        """Add the card to the message."""
        self._fail()
        shown = (message.place, message.id)
        next(each for each in self.messages if (each.ref.place, each.ref.id) == shown).cards.append(card)

    async def whisper(self, to: Place, account: Account, card: Card) -> None:
        """Keep the private message."""
        self._fail()
        self.whispers.append((to, account, card))

    async def open_chat(self, near: Place, account: Account) -> Place:
        """A place that is named after the person; `unreachable` people have none."""
        self._fail()
        if account in self.unreachable:
            raise Undeliverable("cannot_dm")
        return Place(near.platform, near.tenant, f"chat with {account.user}")

    async def make_conversation(self, near: Place, name: str) -> Place:
        """A place that is named so; asking for the same name again gives the same one."""
        self._fail("make_conversation")
        self.made.append(name)
        return Place(near.platform, near.tenant, name)

    async def invite(self, to: Place, accounts: Sequence[Account]) -> dict[Account, str]:
        """Keep who was invited; those who are `uninvitable` are refused."""
        self._fail("invite")
        self.invited += [(to, account) for account in accounts if account not in self.uninvitable]
        return {account: self.uninvitable[account] for account in accounts if account in self.uninvitable}

    async def post_file(self, to: Place, name: str, content: bytes, key: str) -> None:
        """Keep the file."""
        self._fail()
        self.posted_files.append((to, name, content))

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        """A file that a test put into `files`."""
        self._fail()
        if file.id not in self.files:
            raise FilesNotTaken(file.name or file.id, FileTrouble.GONE)
        fetched = self.files[file.id]
        if len(fetched.content) > limit:
            raise FilesNotTaken(fetched.name, FileTrouble.TOO_LARGE, limit)
        return fetched

    def _fail(self, call: str = "") -> None:
        if self.fail_next:
            raise self.fail_next.popleft()
        if call in self.breaks:
            raise self.breaks[call]


A_PLAIN_PDF = Inspection(((595, 842),), is_signed=False, is_pdfa=False, fields=())


@dataclass(slots=True)
class FakeSealer:
    """Knows of every PDF what it is told, and seals by adding a line. `reachable` is the highest level that it has."""

    blobs: Blobs
    level: SealLevel = SealLevel.B_T
    reachable: SealLevel = SealLevel.B_T
    inspection: Inspection = A_PLAIN_PDF
    inspections: dict[str, Inspection] = field(default_factory=dict)
    obstacle: Obstacle | None = None
    orders: list[SealOrder] = field(default_factory=list)
    fail_next: deque[SealingUnavailable] = field(default_factory=deque)

    async def inspect(self, sha256: str) -> Inspection:
        """What a test put there, of this document or of all others."""
        self._fail()
        return self.inspections.get(sha256, self.inspection)

    async def seal(self, order: SealOrder) -> SealedPdf:
        """The original with a line that names the level."""
        self.orders.append(order)
        self._fail()
        reached = min(order.level, self.reachable, key=list(SealLevel).index)
        original = b"".join([piece async for piece in self.blobs.read(order.original)])
        content = await self.blobs.put(original + f"\nsealed {reached} {len(self.orders)}".encode())
        return SealedPdf(content, 3, reached, "" if reached is order.level else f"{order.level}: nobody answers")

    def _fail(self) -> None:
        if self.fail_next:
            raise self.fail_next.popleft()
        if self.obstacle:
            raise CannotBeSealed(self.obstacle)


@dataclass(slots=True)
class FakeGeography:
    """Knows these networks, and keeps which ones it was asked for."""

    places: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def locate(self, network: str) -> str | None:
        """The place that a test put there."""
        self.asked.append(network)
        return self.places.get(network)


@dataclass(slots=True)
class FakeDirectory:
    """A platform with these people, all of them in every conversation, except those who `left`."""

    people: dict[Account, Person] = field(default_factory=dict)
    left: set[Account] = field(default_factory=set)
    groups: dict[str, set[Account]] = field(default_factory=dict)
    fail_next: deque[PlatformError] = field(default_factory=deque)

    async def person(self, actor: Actor) -> Person:
        """A known person, else what the builders make of the account."""
        self._fail()
        return self.people.get(actor.account) or a.a_person(actor.account.user, account=actor.account)

    async def find_by_email(self, near: Place, email: str) -> Person | None:
        """The known member with this address."""
        self._fail()
        members = (person for person in self.people.values() if person.standing is Standing.MEMBER)
        return next((person for person in members if person.email == email), None)

    async def participants(self, place: Place) -> tuple[Person, ...]:
        """Everybody who did not leave."""
        self._fail()
        return tuple(person for account, person in self.people.items() if account not in self.left)

    async def takes_part(self, place: Place, account: Account) -> bool:
        """Whether the person is known and did not leave."""
        self._fail()
        return account in self.people and account not in self.left

    async def is_in_group(self, tenant: str, account: Account, group: str) -> bool:
        """Whether a test put the account into the group."""
        self._fail()
        return account in self.groups.get(group, set())

    def _fail(self) -> None:
        if self.fail_next:
            raise self.fail_next.popleft()
