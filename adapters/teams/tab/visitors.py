"""From a person in Entra to the account by which Paraaf knows them in Teams."""

from dataclasses import replace
from typing import Final

from adapters.teams.connector import Connector
from adapters.teams.directory import deadline, read_person
from adapters.teams.references import KnownPlaces
from adapters.teams.roster import Roster
from adapters.teams.tab.gate import Visitor
from bot.conversation import Actor
from bot.domain.errors import NotAParticipant
from bot.domain.people import Platform
from bot.domain.places import ConversationKind, Place

REMEMBERED: Final = 10_000
"""Chats with people, whose ids never change."""


class Visitors:
    """Finds people in the roster of the conversation whose tab they look at, live."""

    def __init__(self, connector: Connector, places: KnownPlaces, roster: Roster) -> None:
        self._connector = connector
        self._places = places
        self._roster = roster
        self._chats: dict[Visitor, Place] = {}

    async def find(self, visitor: Visitor, conversation: str | None, locale: str | None) -> Actor:
        """The visitor in a conversation of their tenant, or else in their own chat with Paraaf.

        A client names the conversation, so it is asked whether they take part in it. Raises `NotAParticipant` and a
        `PlatformError`: `Undeliverable` where Paraaf is not installed.
        """
        async with deadline():
            if conversation is None:
                place = await self._find_chat(visitor)
            else:
                place = Place(Platform.TEAMS, visitor.tenant, conversation)
            member = await self._roster.find_by_object(place, visitor.object_id)
        if member is None:
            raise NotAParticipant("")
        person = read_person(member, visitor.tenant, locale)
        return Actor(person.account, visitor.tenant, person.name, place, locale)

    async def _find_chat(self, visitor: Visitor) -> Place:
        if known := self._chats.get(visitor):
            return known
        reference = await self._places.find_any(visitor.tenant)
        chat = await self._connector.open_chat(reference.service_url, reference.bot, visitor.object_id, visitor.tenant)
        place = Place(Platform.TEAMS, visitor.tenant, chat)
        await self._places.keep(replace(reference, place=place, kind=ConversationKind.PERSONAL))
        if len(self._chats) >= REMEMBERED:
            del self._chats[next(iter(self._chats))]
        self._chats[visitor] = place
        return place
