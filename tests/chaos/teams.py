"""The same office in Microsoft Teams: its channels and group chats, and what stands there in the end."""

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from bot.domain.people import Account, Platform
from bot.domain.places import Place
from bot.texts import load_texts
from bot.views.notes import say_twice
from cards.adaptive_card import render_card
from cards.model import Card
from storage.sql.store import SqlStore
from tests import builders as a
from tests.chaos.history import Posted
from tests.strict_teams import Message, NotAcknowledged, Room, StrictTeams, User
from tests.strict_teams.facts import Kind
from tests.strict_teams.reading import read_card

UNHEARD = (NotAcknowledged, aiohttp.ClientError, OSError)


def is_unheard(fault: BaseException) -> bool:
    """Whether nobody was there to answer, or not who has the same request already; any other answer is one."""
    unanswered = ("No answer within", "The bot answered 502", "The bot answered 503", "The bot answered 409")
    return not isinstance(fault, NotAcknowledged) or str(fault).startswith(unanswered)


class _Failures(list[BaseException]):
    """What goes wrong in refreshes, but for those whose replica died: a client asks again when a card is looked at."""

    def append(self, fault: BaseException, /) -> None:
        if not isinstance(fault, UNHEARD) or not is_unheard(fault):
            super().append(fault)


class TroubledTeams(StrictTeams):
    """A Teams that names `connector` as the address of its connector."""

    connector = ""

    def __init__(self) -> None:
        super().__init__()
        self.failures = _Failures()

    @property
    def service_url(self) -> str:
        return f"{self.connector}/emea/"

    def name_settings(self, number: int) -> dict[str, str]:
        """What the replica with this number has to know."""
        return {
            "MICROSOFT_APP_ID": self.app_id,
            "MICROSOFT_APP_TENANT_ID": self.app_tenant,
            "MICROSOFT_APP_PASSWORD": self.password,
            "MICROSOFT_LOGIN_URL": f"{self.connector}/{number}",
            "MICROSOFT_METADATA_URL": self.metadata_url,
            "PARAAF_TEAMS_SERVICE_URL": self.connector,
        }


@dataclass(frozen=True, slots=True)
class OfficeInTeams:
    """Sanne sends in these channels and chats, Karim answers."""

    teams: TroubledTeams
    sanne: User
    karim: User
    rooms: Sequence[Room]

    def tell_posted(self) -> list[Posted]:
        """Everything that Paraaf posted, oldest first in each conversation."""
        return [_tell_posted(each) for room in self.rooms for each in room.messages if each.by_bot]


async def furnish_teams(store: SqlStore, teams: TroubledTeams, channels: int, chats: int) -> OfficeInTeams:
    """Give the office that is there so many conversations in Teams."""
    sanne = teams.user("sanne", "Sanne de Vries", email="sanne@vandijk.example")
    karim = teams.user("karim", "Karim Haddad", tenant="bakker", email="karim@haddad.example")
    members = [sanne, karim]
    made = [teams.channel(f"kanaal{number}", members=members, shared=True) for number in range(channels)]
    made += [teams.chat(f"chat{number}", members=members) for number in range(chats)]
    signer = Account(Platform.TEAMS, teams.tenant_id("bakker"), karim.id)
    async with store.transaction() as tx:
        await tx.offices.map_tenant(a.OFFICE, Platform.TEAMS, teams.tenant)
        await tx.people.confirm(signer, a.CONTACT, Account(Platform.TEAMS, teams.tenant, sanne.id), a.NOON)
        for room in made:
            place = Place(Platform.TEAMS, teams.tenant, room.id)
            await tx.conversations.link(a.a_conversation(place=place))
    return OfficeInTeams(teams, sanne, karim, made)


def is_chat(place: Place) -> bool:
    """Whether this is one of the chats, where everything stands below one another."""
    return place.platform is Platform.TEAMS and place.channel.endswith("@thread.v2")


def read_words(card: Card) -> str:
    """As a reader sees it in Teams who has no view of their own."""
    return read_card(dict(render_card(card, lang="nl", viewers=())))


def _say_twice() -> str:
    return read_words(say_twice(Card("", (), ""), load_texts("nl")))


def _tell_posted(message: Message) -> Posted:
    lines, twice = message.words.split("\n"), _say_twice()
    words = "\n".join(each for each in lines if each != twice)
    asked = ((message.card or {}).get("refresh") or {}).get("action", {}).get("data", {})
    if request := asked.get("value"):
        return Posted(message.id, f"card of {request}", words, says_twice=twice in lines)
    where = message.room.id if message.room.kind is Kind.CHAT else message.thread
    return Posted(message.id, message.id, words, where, says_twice=twice in lines)
