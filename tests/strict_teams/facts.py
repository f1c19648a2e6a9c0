"""What the strict Teams consists of: people in tenants, conversations, messages, views, files."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from tests.strict_teams.reading import (
    find_buttons,
    find_complaint,
    find_form,
    find_inputs,
    find_links,
    find_pings,
    read_card,
    see,
)

Json = dict[str, Any]

USERS_TO_REFRESH = 60
ACTIVITY_BYTES = 102_400
"""Bytes of an activity beyond which it is refused with 413."""
SEARCH_RESULTS = 15


class ClientRefuses(AssertionError):
    """The Teams client would not let this person do this."""


class NotAcknowledged(AssertionError):
    """The bot did not answer as Teams demands: in time, with 200, with a body that Teams understands."""


class ConnectorError(Exception):
    """The connector answers with this status and `{"error": {"code": …, "message": …}}`, or with `body` as it is."""

    def __init__(self, status: int, code: str, message: str = "", body: str | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.body = status, code, message, body


class Kind(StrEnum):
    """What a conversation is, as `conversationType` names it."""

    PERSONAL = "personal"
    CHAT = "groupChat"
    CHANNEL = "channel"


def make_guid(*names: str) -> str:
    """A GUID that follows from names."""
    return str(uuid5(NAMESPACE_DNS, ".".join(names)))


@dataclass
class Account:
    """A person or a bot. `app` says whether the bot may write to them, `blocked` that they forbade it."""

    key: str
    name: str
    tenant: str
    host: str
    email: str | None = None
    locale: str = "nl-NL"
    guest: bool = False
    anonymous: bool = False
    bot: bool = False
    app: bool = True
    blocked: bool = False
    deleted: bool = False

    @property
    def id(self) -> str:
        """The id that the Bot Framework gives: another one for every bot."""
        number = make_guid("mri", self.tenant, self.key).replace("-", "")
        return f"28:{make_guid('bot', self.key)}" if self.bot else f"29:1{number}"

    @property
    def object_id(self) -> str | None:
        """The id in Entra; an anonymous person has none."""
        return None if self.anonymous else make_guid("object", self.tenant, self.key)

    @property
    def principal(self) -> str | None:
        """The user principal name: of a guest, what the office's tenant made of their address."""
        if self.anonymous:
            return None
        name = self.key.lower()
        return f"{name}_gmail.com#EXT#@{self.host}.example" if self.guest else f"{name}@{self.tenant}.example"


@dataclass(eq=False)
class Room:
    """A conversation, hosted by `tenant`."""

    id: str
    name: str
    kind: Kind
    tenant: str
    members: list[str] = field(default_factory=list)
    installed: bool = True
    shared: bool = False
    team: str = ""
    messages: list["Message"] = field(default_factory=list, repr=False)


@dataclass(eq=False)
class Message:
    """A message; `card` is what everybody sees who has no view of their own, `seen_by` is set for a private one."""

    room: Room
    id: str
    by: str
    text: str = ""
    card: Json | None = None
    thread: str | None = None
    summary: str = ""
    files: list["File"] = field(default_factory=list)
    mentioned: frozenset[str] = frozenset()
    edits: int = 0
    seen_by: str | None = None
    by_bot: bool = True
    alerts: bool = False
    deleted: bool = False

    @property
    def words(self) -> str:
        """Everything a reader sees of it, in one string."""
        return read_card(self.card) if self.card else see(self.text)

    @property
    def buttons(self) -> list[Json]:
        """Its actions, in order, as the card has them."""
        return find_buttons(self.card)

    @property
    def labels(self) -> list[str]:
        """What stands on its buttons, in order."""
        return [see(button.get("title", "")) for button in self.buttons]

    @property
    def pings(self) -> set[str]:
        """The ids of whom it mentions."""
        return find_pings(self.card) | self.mentioned

    @property
    def links(self) -> list[str]:
        """The addresses that its words and buttons lead to."""
        return find_links(self.card)


@dataclass
class File:
    """A file in SharePoint; `refused`: the app has no permission, `redirect` sends on whoever asks for its bytes."""

    key: str
    name: str
    content: bytes
    deleted: bool = False
    refused: bool = False
    redirect: str | None = None
    shows_login: bool = False

    @property
    def address(self) -> str:
        """Where SharePoint shows it to people: the `contentUrl` of a message's attachment."""
        return f"https://linde.sharepoint.com/sites/dossiers/Gedeelde%20documenten/{self.key}/{self.name}"


@dataclass(eq=False)
class View:
    """A dialog, or a card that a press gave one person. `way` says how it is sent: an invoke's name.

    `page` is the address of the page that a dialog shows in place of a card.
    """

    user: str
    card: Json
    way: str
    title: str = ""
    sent_with: Json = field(default_factory=dict)
    message: Message | None = None
    errors: dict[str, str] = field(default_factory=dict)
    offered: dict[str, dict[str, str]] = field(default_factory=dict)
    page: str = ""

    @property
    def form_id(self) -> str:
        """What the action that sends it calls it; empty where there is nothing to send."""
        return find_form(self.card)

    @property
    def body(self) -> Json:
        """The card itself."""
        return self.card

    @property
    def words(self) -> str:
        """Everything a reader sees of it, in one string."""
        return "\n".join(part for part in (self.title, read_card(self.card)) if part)

    @property
    def inputs(self) -> dict[str, Json]:
        """Its inputs by id."""
        return find_inputs(self.card)

    @property
    def labels(self) -> list[str]:
        """What stands on its buttons, in order."""
        return [see(button.get("title", "")) for button in find_buttons(self.card)]

    @property
    def links(self) -> list[str]:
        """The addresses that its words and buttons lead to, or of the page that it shows."""
        return [self.page] if self.page else find_links(self.card)

    def options(self, input_id: str) -> dict[str, str]:
        """The labels that an input offers by their values, those found by a search included."""
        choices = self.inputs[input_id].get("choices", ())
        return {each["value"]: see(each["title"]) for each in choices} | self.offered.get(input_id, {})

    def chosen(self, input_id: str) -> list[str]:
        """What an input shows as chosen or typed; several values where it takes several."""
        element = self.inputs[input_id]
        value = str(element.get("value", ""))
        return [each for each in (value.split(",") if element.get("isMultiSelect") else [value]) if each]

    def complain(self) -> None:
        """Read from the card what is wrong with which input."""
        found = {name: find_complaint(self.card, name) for name in self.inputs}
        self.errors = {name: words for name, words in found.items() if words}


@dataclass(frozen=True)
class Call:
    """A call as it arrived, with the status it was answered with."""

    name: str
    path: str
    body: Json
    status: int
