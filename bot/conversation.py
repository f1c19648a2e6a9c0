"""What people do on a platform, and what they get back, in words that belong to no platform.

An adapter turns each request of its platform into one `Interaction`, gives it to the router and shows the `Answer`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.domain.people import Account, Platform
from bot.domain.places import MessageRef, Place
from cards.model import Card, Form, FormErrors, Option


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that a platform holds; `name` where the platform tells it along with the id."""

    platform: Platform
    tenant: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it; their office is found by `office_tenant`, the workspace or tenant where Paraaf is installed.

    `place` is where they did it and `locale` the language of their client, both where the platform tells.
    """

    account: Account
    office_tenant: str
    name: str
    place: Place | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """Someone typed a command, or started it from a menu.

    `name` comes without slash, `words` stood behind it, `files` are those of the message it was started on.
    `is_personal` says that it was in their own chat with Paraaf.
    """

    actor: Actor
    place: Place
    name: str
    words: str = ""
    files: tuple[FileRef, ...] = ()
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Someone pressed a button of a card."""

    actor: Actor
    place: Place
    action: str
    value: str


Value = str | tuple[str, ...] | date | bool | tuple[FileRef, ...] | None
"""What an input holds: text or one option; options; a day; a tick; files; nothing."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Someone sent a form. `key` is the same when the platform delivers the same submission again."""

    actor: Actor
    form: str
    context: str
    values: Mapping[str, Value]
    key: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """Someone types into a choice that searches `source` for `text`."""

    actor: Actor
    source: str
    text: str
    context: str


Interaction = Command | Press | Submission | Lookup


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing to show; a form closes."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Something for this person alone, where they are."""

    card: Card


@dataclass(frozen=True, slots=True)
class Open:
    """A form, in place of the one that was just sent if there was one."""

    form: Form


@dataclass(frozen=True, slots=True)
class Show:
    """The card that this person sees in place of a message's own, where each viewer has a view of their own."""

    card: Card


@dataclass(frozen=True, slots=True)
class Found:
    """The options that a lookup found."""

    options: tuple[Option, ...]


Answer = Done | Tell | Open | Show | FormErrors | Found


class Router(Protocol):
    """What an adapter asks; `bot.router.Router` is the one."""

    async def handle(self, interaction: Interaction) -> Answer:
        """Answer, refusals included; raises only for a mistake of ours."""

    async def failed(self, interaction: Interaction) -> Answer:
        """Answer after such a mistake; called while it is being handled."""


__all__ = [
    "Actor",
    "Answer",
    "Command",
    "Done",
    "FileRef",
    "FormErrors",
    "Found",
    "Interaction",
    "Lookup",
    "MessageRef",
    "Open",
    "Place",
    "Press",
    "Router",
    "Show",
    "Submission",
    "Tell",
    "Value",
]
