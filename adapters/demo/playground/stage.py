"""What the playground is told about the tenant that it plays."""

import json
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from adapters.demo.client.workspace import User


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the workspace, as Teams knows them."""

    user: User

    @property
    def id(self) -> str:
        """As the Bot Framework names people."""
        return f"29:1{self.user.name.casefold().replace(' ', '-')}"

    @property
    def object_id(self) -> str:
        """As Microsoft Entra names them."""
        return str(uuid5(NAMESPACE_URL, self.user.email))

    def describe(self) -> dict[str, str]:
        """The person for the playground's configuration, and for its page."""
        given, _, family = self.user.name.partition(" ")
        return {
            "id": self.id,
            "name": self.user.name,
            "userPrincipleName": self.user.email,  # the playground's own spelling
            "aadObjectId": self.object_id,
            "givenName": given,
            "surname": family,
            "email": self.user.email,
        }


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation; `name` is what the page calls it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A tenant with the only things that the playground knows.

    `me` sits at its page. There are exactly five `others`, and all six are in the group chat and in the team, whose
    General channel has the id of `team`. `app` is the id of Paraaf's registration.
    """

    tenant: str
    app: str
    me: Member
    others: tuple[Member, Member, Member, Member, Member]
    personal: Room
    group: Room
    team: Room
    channel: Room

    @property
    def bot(self) -> str:
        """Paraaf as the Bot Framework names it."""
        return f"28:{self.app}"

    def name_in_page(self, room: Room) -> str:
        """What to click on for a conversation."""
        return f"{self.team.name} - {room.name}" if room is self.channel else room.name

    def configure(self) -> str:
        """The playground's configuration: JSON, which is YAML too. It refuses keys that it does not know."""
        team = {
            "id": self.team.id,
            "name": self.team.name,
            "aadGroupId": str(uuid5(NAMESPACE_URL, self.team.id)),
            "channels": [{"id": self.channel.id, "name": self.channel.name}],
        }
        return json.dumps(
            {
                "version": "0.1.1",
                "tenantId": self.tenant,
                "bot": {"id": self.bot, "name": "Paraaf"},
                "currentUser": self.me.describe(),
                "users": [each.describe() for each in self.others],
                "personalChat": {"id": self.personal.id},
                "groupChat": {"id": self.group.id, "name": self.group.name},
                "team": team,
            },
            indent=2,
            ensure_ascii=False,
        )
