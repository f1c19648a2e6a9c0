"""What a person filled in or pressed, and sends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.strict_slack.facts import ClientRefuses, View
from tests.strict_slack.filling import Filled, build_state

if TYPE_CHECKING:
    from tests.strict_slack.people import User


@dataclass
class Held:
    """Something that a person did and that is still on its way to the app."""

    go_on: Callable[[], Awaitable[None]]

    async def release(self) -> None:
        """Let it arrive."""
        await self.go_on()


@dataclass(frozen=True)
class Form:
    """A modal with something filled in; `submit` sends it."""

    user: "User"
    view: View
    filled: dict[str, Filled]

    async def submit(self) -> View:
        """Send it and do as the app answers. The view comes back: with `errors`, with new contents, or closed."""
        await self.hold().release()
        return self.view

    def hold(self) -> Held:
        """Press the button, and keep what that sends on its way."""
        user, view = self.user, self.view
        if "submit" not in view.body:
            raise ClientRefuses("There is nothing to send in this view.")
        payload = user.view_payload("view_submission", view, build_state(view, self.filled))

        async def deliver() -> None:
            await user.follow(view, await user.slack.delivery.deliver(payload, form=False))

        return Held(deliver)
