"""Where something is said on a platform, and the link between a conversation and a client's dossier."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.people import Account, ClientId, OfficeId, Platform


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or group conversation, or one thread in it.

    `tenant` is the office's workspace or tenant in which Paraaf is installed, whoever else shares the conversation.
    """

    platform: Platform
    tenant: str
    channel: str
    thread: str | None = None

    @property
    def conversation(self) -> "Place":
        """The whole conversation that this place is in."""
        return replace(self, thread=None)


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that was delivered: where, its id there, and the address that opens it, if there is one."""

    place: Place
    id: str
    link: str | None = None
    may_be_twice: bool = False
    """It was sent where nobody could tell whether it was there already, and says so."""

    @property
    def thread(self) -> Place:
        """The thread below this message; a message inside a thread answers in that same thread."""
        return replace(self.place, thread=self.place.thread or self.id)


class ConversationKind(StrEnum):
    """What sort of conversation it is."""

    PERSONAL = "personal"
    """One person and Paraaf."""
    GROUP = "group"
    """A chat of several people, without threads."""
    CHANNEL = "channel"
    """A channel, where every post has a thread."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What it takes to write in a conversation unasked, as the platform told it last.

    `service_url` is the address of the platform's service for it, `bot` the id that Paraaf has there.
    """

    place: Place
    service_url: str
    kind: ConversationKind
    bot: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation that staff linked to one client's dossier."""

    office: OfficeId
    place: Place
    client: ClientId
    linked_by: Account
    linked_at: datetime
