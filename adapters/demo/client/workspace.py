"""What the Slack client is told about the workspace that it plays."""

import json
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A person of the workspace. The id begins with U; mentions only match capitals and digits."""

    id: str
    name: str
    email: str

    @property
    def handle(self) -> str:
        """The short name, such as `karel`."""
        return self.name.split()[0].casefold()


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with the users in it; Paraaf's own user is always there as well."""

    id: str
    name: str
    members: tuple[str, ...]
    topic: str = ""


@dataclass(frozen=True, slots=True)
class App:
    """Paraaf as the workspace knows it. These secrets protect nothing: the client accepts any, on this machine only."""

    user: str = "U0PARAAF"
    bot_token: str = "xoxb-demo-paraaf"  # noqa: S105 - as the docstring says
    app_token: str = "xapp-demo-paraaf"  # noqa: S105 - likewise
    signing_secret: str = "demo-signing-secret"  # noqa: S105 - likewise


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace; the page opens as the first of `users`, in the first of `channels`."""

    team: str
    name: str
    users: tuple[User, ...]
    channels: tuple[Channel, ...]
    app: App = App()

    def configure(self, request_url: str | None) -> str:
        """The client's configuration: JSON, which is YAML too. Without `request_url` the app is in Socket Mode."""
        app = {
            "appId": "A0PARAAF",
            "botUserId": self.app.user,
            "botName": "paraaf",
            "botToken": self.app.bot_token,
            "appToken": self.app.app_token,
            "signingSecret": self.app.signing_secret,
        }
        app |= {"mode": "events", "requestUrl": request_url} if request_url else {"mode": "socket"}
        return json.dumps(
            {
                "workspace": {"name": self.name, "domain": "paraaf-demo", "teamId": self.team},
                "app": app,
                "users": [_describe_user(user) for user in self.users],
                "channels": list(self._describe_channels()),
            },
            indent=2,
            ensure_ascii=False,
        )

    def _describe_channels(self) -> Iterable[dict[str, object]]:
        for channel in self.channels:
            members = [*channel.members, self.app.user]
            yield {"id": channel.id, "name": channel.name, "topic": channel.topic, "members": members}


def _describe_user(user: User) -> dict[str, str]:
    return {
        "id": user.id,
        "name": user.handle,
        "real_name": user.name,
        "email": user.email,
        "tz": "Europe/Amsterdam",
    }
