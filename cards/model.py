"""Cards and forms as Paraaf means them, before any platform's own words for them.

All strings are plain text: nothing in them is markup, so a renderer escapes or structures them as its platform demands.
The unions `Span`, `Element`, `Input` are closed; renderers match them with `assert_never`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Plain:
    """Ordinary text; line breaks are kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Text that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person by the platform's user id, notified where the platform can; `name` stands where it can't."""

    user: str
    name: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link inside text. `url` is one that Paraaf or the platform made, never one that a person typed."""

    label: str
    url: str


Span = Plain | Strong | Mention | Anchor


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `muted` for what is secondary, `quote` for the literal words of a person."""

    spans: tuple[Span, ...]
    muted: bool = False
    quote: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its value."""

    label: str
    value: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, below each other."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture at an https address, with the text that replaces it for who can't see it."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Divider:
    """A line between two parts."""


class Style(StrEnum):
    """How a button asks for attention."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Confirm:
    """The question that a platform asks before a press counts."""

    title: str
    text: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button that comes back as a press with `action` and `value`."""

    action: str
    label: str
    value: str
    style: Style = Style.PLAIN
    confirm: Confirm | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Actions:
    """Buttons beside each other; `id` tells two rows in one card apart."""

    items: tuple[Button | Link, ...]
    id: str = "actions"


Element = Text | Facts | Image | Divider | Actions


@dataclass(frozen=True, slots=True)
class Personal:
    """How a viewer gets a view of their own: by the press `action` with `value`, as if on a button.

    `first` are the platform's ids of who must be among those for whom the platform does so by itself.
    """

    action: str
    value: str
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A message. `summary` is what a notification, a screen reader or a client without cards shows.

    `personal` is left aside by platforms where a message looks the same to everybody.
    """

    title: str
    elements: tuple[Element, ...]
    summary: str
    personal: Personal | None = None


@dataclass(frozen=True, slots=True)
class TextInput:
    """A text to type; `longest` in characters."""

    id: str
    label: str
    longest: int
    value: str = ""
    hint: str = ""
    multiline: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose; `hint` says more below the label."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """Options that are looked up while a person types; `source` says which."""

    source: str


class Look(StrEnum):
    """How the options of a choice are shown."""

    LIST = "list"
    """All at once: check boxes, or radio buttons for a single choice."""
    MENU = "menu"
    """Behind a select."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option, or with `most` above 1 up to that many. `selected` are options as they were chosen before."""

    id: str
    label: str
    options: tuple[Option, ...] | Search
    selected: tuple[Option, ...] = ()
    most: int = 1
    look: Look = Look.MENU
    hint: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class DateInput:
    """A day to choose."""

    id: str
    label: str
    value: date | None = None
    hint: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Toggle:
    """A single box to tick: `label` above it, `text` beside it."""

    id: str
    label: str
    text: str
    value: bool


@dataclass(frozen=True, slots=True)
class FileInput:
    """Files to upload, `most` at once. `page` is where to bring them on platforms whose forms cannot ask for files."""

    id: str
    label: str
    most: int
    hint: str = ""
    required: bool = False
    page: str = ""


Input = TextInput | Choice | DateInput | Toggle | FileInput


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog. Without `submit` there is nothing to fill in and it can only be closed.

    `context` comes back with the submission. It passes through the client of whoever fills in the form, so it says
    where they were, never what they may do. `page` is the address of a page that a platform shows inside the dialog
    where it can; elsewhere the body links to it.
    """

    id: str
    title: str
    body: tuple[Element | Input, ...]
    close: str
    submit: str | None = None
    context: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class FormErrors:
    """What is wrong, by input id; what was typed stays."""

    by_input: Mapping[str, str]
