"""Who is in a conversation, as the connector tells it."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.teams.connector import Connector
from adapters.teams.references import KnownPlaces
from adapters.teams.wire import Json
from bot.domain.places import Place

KEEP_SECONDS: Final = 60.0
"""How long it is remembered what someone is, which spares a call for each viewer who looks at a card that changed:
the connector takes 14 such calls a second for one conversation. Who takes part is never answered from memory."""
REMEMBERED: Final = 1_000
"""Conversations."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    members: dict[str, Json]
    is_whole: bool
    until: float


class Roster:
    """The members of conversations, bots left out, live or as they were less than a minute ago.

    Every call raises a `PlatformError` when the connector does not tell. `monotonic` tells seconds.
    """

    def __init__(
        self, connector: Connector, places: KnownPlaces, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._connector = connector
        self._places = places
        self._monotonic = monotonic
        self._known: dict[Place, _Remembered] = {}

    async def list_members(self, place: Place) -> tuple[Json, ...]:
        """Everybody now."""
        members = {str(member.get("id")): member async for page in self._pages(place) for member in page}
        self._remember(place, members, is_whole=True)
        return tuple(members.values())

    async def find_member(self, place: Place, user: str) -> Json | None:
        """One person now, None when they are not there."""
        member = await self._ask(place, user)
        if member is None:
            self._forget(place, user)
        else:
            self._add(place, user, member)
        return member

    async def find_by_object(self, place: Place, object_id: str) -> Json | None:
        """The person with this id in Entra now, None when they are not there.

        The connector takes such an id in place of its own (Microsoft: "Get single member details").
        """
        member = await self._ask(place, object_id)
        if member is None or object_id not in {member.get("aadObjectId"), member.get("objectId")}:
            return None
        self._add(place, str(member.get("id")), member)
        return member

    async def recall_member(self, place: Place, user: str) -> Json | None:
        """One person, now or less than a minute ago."""
        known = self._recall(place)
        return known.members[user] if known and user in known.members else await self.find_member(place, user)

    async def recall_ids(self, place: Place) -> Iterable[str]:
        """The ids of the first members, now or less than a minute ago; at most one page."""
        known = self._recall(place)
        if known and known.is_whole:
            return known.members
        members: Mapping[str, Json] = {}
        async for page in self._pages(place):
            members = {str(member.get("id")): member for member in page}
            break
        self._remember(place, dict(members), is_whole=True)
        return members

    async def _pages(self, place: Place) -> AsyncIterator[tuple[Json, ...]]:
        reference = await self._places.find(place)
        async for page in self._connector.members(reference.service_url, place.channel):
            yield page

    async def _ask(self, place: Place, name: str) -> Json | None:
        reference = await self._places.find(place)
        return await self._connector.member(reference.service_url, place.channel, name)

    def _add(self, place: Place, user: str, member: Json) -> None:
        known = self._recall(place)
        others = known.members if known else {}
        self._remember(place, {**others, user: member}, is_whole=known is not None and known.is_whole)

    def _recall(self, place: Place) -> _Remembered | None:
        known = self._known.get(place.conversation)
        return known if known and known.until > self._monotonic() else None

    def _remember(self, place: Place, members: dict[str, Json], *, is_whole: bool) -> None:
        place = place.conversation
        known = self._recall(place)
        until = known.until if known else self._monotonic() + KEEP_SECONDS
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known.pop(place, None)
        self._known[place] = _Remembered(members, is_whole, until)

    def _forget(self, place: Place, user: str) -> None:
        if known := self._recall(place):
            known.members.pop(user, None)
