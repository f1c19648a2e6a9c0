"""What a person filled in or pressed, and sends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.strict_teams.facts import View
from tests.strict_teams.filling import Filled, fill_in
from tests.strict_teams.reading import find_buttons

if TYPE_CHECKING:
    from tests.strict_teams.people import User


@dataclass
class Held:
    """Something that a person did and that is still on its way to the bot."""

    go_on: Callable[[], Awaitable[None]]

    async def release(self) -> None:
        """Let it arrive."""
        await self.go_on()


@dataclass(frozen=True)
class Form:
    """A view with something filled in; `submit` sends it."""

    user: "User"
    view: View
    filled: dict[str, Filled] = field(default_factory=dict)

    async def submit(self, label: str = "") -> View:
        """Send it, by the button with this label or the first that sends it, and do as the bot answers.

        The view comes back: with `errors`, with new contents, or closed.
        """
        await self.hold(label).release()
        return self.view

    def hold(self, label: str = "") -> Held:
        """Press the button, and keep what that sends on its way."""
        view, user = self.view, self.user
        action = user.find_action(find_buttons(view.card), label, sends=True)
        if action["type"] == "Action.OpenUrl":
            return Held(_open_address)
        checked = action.get("associatedInputs") != "none"
        typed = fill_in(view, self.filled) if checked else {}
        activity, sent = user.client.prepare_sending(view, action, typed)
        return Held(lambda: user.client.finish_sending(view, activity, sent))


async def _open_address() -> None:
    """Opening an address asks nothing of the bot."""
