"""Who the invented office, its clients and their people are, and where they talk. All of them are made up."""

from dataclasses import dataclass
from typing import Final

from adapters.demo.client.workspace import Channel, User, Workspace
from bot.domain.people import Role

OFFICE_NAME: Final = "Kantoor De Linde"
TEAM: Final = "T0DELINDE"

RETURN: Final = "Aangifte inkomstenbelasting 2025.pdf"
CORRECTED_RETURN: Final = "Aangifte inkomstenbelasting 2025 (gecorrigeerd).pdf"
ACCOUNTS: Final = "Jaarrekening 2025.pdf"
OLDER_DOCUMENT: Final = "Machtiging vooraf ingevulde aangifte.pdf"
"""Old enough to be found by searching only."""

SANNE: Final = User("U0SANNE", "Sanne de Vries", "sanne@delinde.example")
MARK: Final = User("U0MARK", "Mark Jansen", "mark@delinde.example")
KAREL: Final = User("U0KAREL", "Karel van Dam", "karel@bakkerijvandam.example")
NOOR: Final = User("U0NOOR", "Noor van Dam", "noor@bakkerijvandam.example")
LOTTE: Final = User("U0LOTTE", "Lotte Visser", "lotte@groenefiets.example")
PETER: Final = User("U0PETER", "Peter Buitenhuis", "peter@elders.example")

STAFF: Final = (SANNE, MARK)


@dataclass(frozen=True, slots=True)
class DemoContact:
    """Someone at a client; the workspace knows them by the same e-mail address."""

    user: User
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A client with its people, who holds which role for it, and its channel."""

    number: str
    name: str
    contacts: tuple[DemoContact, ...]
    roles: tuple[tuple[Role, User], ...]
    channel: Channel
    is_linked: bool


BAKERY: Final = DemoClient(
    number="1001",
    name="Bakkerij Van Dam",
    contacts=(DemoContact(KAREL, preferred=True), DemoContact(NOOR)),
    roles=((Role.RELATION_KEEPER, SANNE), (Role.TAX, MARK)),
    # Left for the first /sign to link, which asks for the client.
    channel=Channel("C0BAKKER", "bakkerij-van-dam", (SANNE.id, KAREL.id, NOOR.id), "Bakkerij Van Dam en De Linde"),
    is_linked=False,
)
BICYCLES: Final = DemoClient(
    number="1002",
    name="De Groene Fiets B.V.",
    contacts=(DemoContact(LOTTE, preferred=True),),
    roles=((Role.RELATION_KEEPER, MARK), (Role.TAX, MARK)),
    channel=Channel("C0FIETS", "groene-fiets", (SANNE.id, MARK.id, LOTTE.id), "De Groene Fiets en De Linde"),
    is_linked=True,
)
CLIENTS: Final = (BAKERY, BICYCLES)

WORKSPACE: Final = Workspace(
    team=TEAM,
    name=OFFICE_NAME,
    users=(SANNE, KAREL, NOOR, MARK, LOTTE, PETER),
    channels=tuple(client.channel for client in CLIENTS),
)
