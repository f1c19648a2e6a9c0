"""What scenarios ask of a chat platform, in words that fit each: `SlackChat` and `TeamsChat` are the two.

People, rooms, messages and views are the strict stand-ins' own; the protocols name what both have.
"""

# ruff: noqa: ANN401 - a person of one platform takes the messages, views and files of that platform alone

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from aiohttp import web

from bot.domain.people import Platform
from bot.ports import Directory, Messenger
from bot.router import Router
from tests.troubles import Drop, RateLimit, Status

Trouble = RateLimit | Status | Drop


class Message(Protocol):
    """A message as people see it."""

    @property
    def id(self) -> str: ...
    @property
    def thread(self) -> str | None:
        """The id of the message under which it stands."""

    @property
    def words(self) -> str: ...
    @property
    def labels(self) -> list[str]:
        """What stands on its buttons, in order."""

    @property
    def links(self) -> list[str]: ...
    @property
    def pings(self) -> set[str]:
        """The ids of whom it notifies."""


class View(Protocol):
    """A dialog, or what stands in for one."""

    @property
    def form_id(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def body(self) -> dict[str, Any]: ...
    @property
    def inputs(self) -> Mapping[str, Any]: ...
    @property
    def errors(self) -> dict[str, str]: ...
    def options(self, input_id: str) -> dict[str, str]:
        """The labels that an input offers by their values."""

    def chosen(self, input_id: str) -> list[str]:
        """What an input shows as chosen or typed."""


class Words(Protocol):
    """Anything with words in it."""

    @property
    def words(self) -> str: ...


class Tasks(Words, Protocol):
    """A list of tasks."""

    @property
    def labels(self) -> list[str]: ...
    @property
    def links(self) -> list[str]: ...


class Room(Protocol):
    """A conversation with the app in it."""

    @property
    def id(self) -> str: ...
    @property
    def members(self) -> list[str]:
        """The ids of who is in it; a test may change it, and the app hears nothing of that."""

    @property
    def messages(self) -> Sequence[Message]: ...


class Held(Protocol):
    """Something that a person did and that is still on its way."""

    async def release(self) -> None: ...


class Form(Protocol):
    """A view with something filled in."""

    async def submit(self) -> View:
        """Send it; the view comes back with `errors`, with new contents, or closed."""

    def hold(self) -> Held:
        """Send it, and keep it on its way."""


class Person(Protocol):
    """A person in front of their client."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def views(self) -> Sequence[View]:
        """What is open, the newest last."""

    @property
    def direct_messages(self) -> Sequence[Message]:
        """What Paraaf wrote in this person's own chat with it, oldest first."""

    async def press(self, message: Any, button: str) -> None:
        """Press a button by its label."""

    async def hold_press(self, message: Any, button: str) -> Held: ...
    def fill(self, view: Any, /, **filled: Any) -> Form:
        """Fill in by input id: text, a day, a tick, options by label or value."""

    async def search(self, view: Any, input_id: str, text: str) -> list[str]:
        """Type into an input that looks its options up; the labels that come."""

    async def close(self, view: Any) -> None: ...
    async def view(self, form_id: str = "", containing: str = "") -> View:
        """The newest open view with this id and these words, as soon as there is one."""

    async def told(self, containing: str = "") -> Words:
        """The newest words like these for this person alone, as soon as there are some."""


class File(Protocol):
    """A file that someone has."""

    deleted: bool


class Adapter(Protocol):
    """Paraaf's side of a platform."""

    def routes(self) -> Sequence[web.AbstractRouteDef]: ...
    async def stop(self) -> None: ...


class Chat(Protocol):
    """A platform, with an office on it and what only it can do."""

    @property
    def platform(self) -> Platform: ...
    @property
    def office_tenant(self) -> str: ...
    @property
    def client_tenant(self) -> str: ...
    @property
    def messenger(self) -> Messenger: ...
    @property
    def directory(self) -> Directory: ...
    async def start(self, router: Router) -> None:
        """Let Paraaf listen, once its address is known to the platform."""

    def routes(self) -> Sequence[web.AbstractRouteDef]: ...
    def connect(self, address: str, public_url: str) -> None:
        """Tell the platform where Paraaf is, and where browsers find its pages."""

    async def stop(self) -> None: ...

    # --- the world ---

    def person(
        self,
        key: str,
        name: str,
        *,
        email: str | None = None,
        locale: str = "nl-NL",
        guest: bool = False,
        elsewhere: bool = False,
        bot: bool = False,
        gone: bool = False,
    ) -> Person:
        """Someone of the office's tenant, or of the client's own (`elsewhere`)."""

    async def room(self, key: str, members: Sequence[Any]) -> Room:
        """A conversation that the app was added to."""

    def file(self, name: str, content: bytes) -> File: ...
    def say(self, person: Any, room: Any, text: str, files: Sequence[Any] = ()) -> Message:
        """Let a person write a message."""

    # --- what people do ---

    async def sign(self, person: Any, room: Any, words: str = "") -> None:
        """Ask Paraaf for a signature in a conversation, or for what `words` say, and go on to what it opens."""

    async def sign_message(self, person: Any, message: Any) -> None:
        """Ask Paraaf for a signature from the menu of a message."""

    async def tasks(self, person: Any, room: Any = None, words: str = "taken") -> Tasks:
        """Ask Paraaf for one's tasks in a conversation, or in one's own place with it; the list that comes."""

    async def tasks_say(self, person: Any, tasks: Any, containing: str) -> Tasks:
        """A list of tasks as this person sees it, once it has these words."""

    def renewing(self, tasks: Any) -> AbstractAsyncContextManager[None]:
        """Ends when a list that renews itself after what is done in the meantime has done so."""

    async def press_early(self, person: Any, message: Any, button: str) -> None:
        """Press what everybody sees, where a person's client has no view of their own yet."""

    def at_other_client(self, person: Any) -> Person:
        """The same person, at another client of theirs."""

    async def seen_by(self, person: Any, message: Any) -> Message:
        """A message as this person sees it."""

    def spell(self, words: str) -> str:
        """What people type for a command."""

    def link_of(self, message: Any) -> str:
        """What every address of a message begins with."""

    # --- trouble, and waiting ---

    def break_next(self, call: str, *troubles: Trouble) -> None:
        """Let the next calls go wrong: `post` a message, ask who takes part (`roster`), open a chat (`direct`)."""

    async def deliver_again(self) -> None:
        """Deliver what the last deed sent once more, the very same request."""

    async def deliver_anew(self) -> None:
        """Deliver what the last deed sent once more, as a request of its own."""

    async def message(self, room: Any, containing: str = "") -> Message:
        """The newest message of the app with these words, as soon as there is one."""

    async def settled(self) -> None:
        """Wait until the platform's clients ask nothing more by themselves."""


def forms(person: Person) -> list[View]:
    """What a person has open to fill in."""
    return [view for view in person.views if view.inputs]


def names(view: View, input_id: str) -> list[str]:
    """What an input offers, without what is said beside each option."""
    return [label.split(" · ")[0] for label in view.options(input_id).values()]
