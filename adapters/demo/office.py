"""Who the invented office, its clients and their people are, and where they talk. All of them are made up."""

from dataclasses import dataclass
from typing import Final

from adapters.demo.client.workspace import Channel, User, Workspace
from adapters.demo.playground.stage import Member, Room, Stage
from bot.domain.people import Role

OFFICE_NAME: Final = "Kantoor De Linde"
TEAM: Final = "T0DELINDE"
"""The office's workspace in Slack."""
TENANT: Final = "0de11d1e-0000-4000-8000-000000000001"
"""The office's tenant in Teams."""

RETURN: Final = "Aangifte inkomstenbelasting 2025.pdf"
CORRECTED_RETURN: Final = "Aangifte inkomstenbelasting 2025 (gecorrigeerd).pdf"
ACCOUNTS: Final = "Jaarrekening 2025.pdf"
AGREEMENT: Final = "Opdrachtbevestiging 2026.pdf"
OLDER_DOCUMENT: Final = "Machtiging vooraf ingevulde aangifte.pdf"
"""Old enough to be found by searching only."""

SANNE: Final = User("U0SANNE", "Sanne de Vries", "sanne@delinde.example")
MARK: Final = User("U0MARK", "Mark Jansen", "mark@delinde.example")
KAREL: Final = User("U0KAREL", "Karel van Dam", "karel@bakkerijvandam.example")
NOOR: Final = User("U0NOOR", "Noor van Dam", "noor@bakkerijvandam.example")
LOTTE: Final = User("U0LOTTE", "Lotte Visser", "lotte@groenefiets.example")
IRIS: Final = User("U0IRIS", "Iris Bos", "iris@ateliernoord.example")
PETER: Final = User("U0PETER", "Peter Buitenhuis", "peter@elders.example")

STAFF: Final = (SANNE, MARK)


@dataclass(frozen=True, slots=True)
class DemoContact:
    """Someone at a client; the workspace knows them by the same e-mail address."""

    user: User
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A client with its people, who holds which role for it, and its channel in Slack.

    `room` is its conversation in Teams, if any.
    """

    number: str
    name: str
    contacts: tuple[DemoContact, ...]
    roles: tuple[tuple[Role, User], ...]
    channel: Channel
    room: Room | None
    is_linked: bool


BAKERY_ROOM: Final = Room("19:bakkerij-van-dam@thread.tacv2", "bakkerij-van-dam")
BICYCLES_ROOM: Final = Room("19:groene-fiets@thread.v2", "De Groene Fiets en De Linde")
BAKERY: Final = DemoClient(
    number="1001",
    name="Bakkerij Van Dam",
    contacts=(DemoContact(KAREL, preferred=True), DemoContact(NOOR)),
    roles=((Role.RELATION_KEEPER, SANNE), (Role.TAX, MARK)),
    # Left for the first /sign to link, which asks for the client.
    channel=Channel("C0BAKKER", "bakkerij-van-dam", (SANNE.id, KAREL.id, NOOR.id), "Bakkerij Van Dam en De Linde"),
    room=BAKERY_ROOM,
    is_linked=False,
)
BICYCLES: Final = DemoClient(
    number="1002",
    name="De Groene Fiets B.V.",
    contacts=(DemoContact(LOTTE, preferred=True),),
    roles=((Role.RELATION_KEEPER, MARK), (Role.TAX, MARK)),
    channel=Channel("C0FIETS", "groene-fiets", (SANNE.id, MARK.id, LOTTE.id), "De Groene Fiets en De Linde"),
    room=BICYCLES_ROOM,
    is_linked=True,
)
STUDIO: Final = DemoClient(
    number="1003",
    name="Atelier Noord",
    contacts=(DemoContact(IRIS, preferred=True),),
    roles=((Role.RELATION_KEEPER, SANNE), (Role.TAX, MARK)),
    channel=Channel("C0ATELIER", "atelier-noord", (MARK.id, SANNE.id, IRIS.id), "Atelier Noord en De Linde"),
    room=None,
    is_linked=True,
)
"""The client whose returns a source package delivers."""
CLIENTS: Final = (BAKERY, BICYCLES, STUDIO)
INTAKE: Final = Channel("C0INTAKE", "intake", (SANNE.id, MARK.id), "Leveringen waarbij iets te kiezen is")
PACKAGE: Final = "aangiftepakket"
"""The source package."""
DELIVERED: Final = f"ob_{STUDIO.number}_2026-Q3.pdf"
"""What it delivers, named as it names files."""

WORKSPACE: Final = Workspace(
    team=TEAM,
    name=OFFICE_NAME,
    users=(SANNE, KAREL, NOOR, MARK, LOTTE, IRIS, PETER),
    channels=(*(client.channel for client in CLIENTS), INTAKE),
)

STAGE: Final = Stage(
    tenant=TENANT,
    app="0de11d1e-0000-4000-8000-00000000b0b0",
    me=Member(SANNE),
    others=(Member(KAREL), Member(NOOR), Member(MARK), Member(LOTTE), Member(PETER)),
    personal=Room("a:1sanne-de-vries", "Personal Chat"),
    group=BICYCLES_ROOM,
    team=Room("19:de-linde@thread.tacv2", "De Linde"),
    channel=BAKERY_ROOM,
)
