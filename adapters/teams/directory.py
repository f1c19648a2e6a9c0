"""Who is who in Teams, asked live from the roster of a conversation.

Facts about the roster (Microsoft's documentation, and msteams-docs issue 6381 for guests): bots are not in it and have
ids that begin with `28:`. `userRole` is `user` for most guests as well, but their `userPrincipalName` has `#EXT#` in
it. Anonymous people have no object id in Entra. `tenantId` is the person's own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from adapters.teams.roster import Roster
from adapters.teams.wire import Json
from bot.conversation import Actor
from bot.domain.errors import PlatformUnavailable, Undeliverable
from bot.domain.people import Account, Person, Platform, Standing
from bot.domain.places import Place

PATIENCE: Final = 2.0
"""Seconds for a whole question, so that its answer still fits into the 5 s that Teams gives a request."""

_log = structlog.get_logger(__name__)


class TeamsDirectory:
    """The port `Directory`."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    async def person(self, actor: Actor) -> Person:
        """What the roster of the conversation where they are says of them, at most a minute old.

        Who is not in it (any more) comes back as an inactive outsider. Their language is what their client says.
        """
        if actor.place is None:
            raise Undeliverable("nobody knows where this happened")
        async with deadline():
            member = await self._roster.recall_member(actor.place, actor.account.user)
        if member is None:
            return Person(actor.account, actor.name, Standing.EXTERNAL, locale=actor.locale, active=False)
        return read_person(member, actor.office_tenant, actor.locale)

    async def find_by_email(self, near: Place, email: str) -> Person | None:  # noqa: ARG002 - the same for all
        """None: Teams tells a bot only who is in a conversation."""
        return None

    async def participants(self, place: Place) -> tuple[Person, ...]:
        async with deadline():
            members = await self._roster.list_members(place)
        return tuple(read_person(member, place.tenant) for member in members)

    async def takes_part(self, place: Place, account: Account) -> bool:
        """Compares ids alone: they are unique within the bot."""
        async with deadline():
            return await self._roster.find_member(place, account.user) is not None

    async def is_in_group(self, tenant: str, account: Account, group: str) -> bool:  # noqa: ARG002 - the same for all
        """False: Teams tells a bot of no user groups, so an office names its staff by their accounts instead."""
        _log.warning("teams_has_no_groups", tenant=tenant)
        return False


def read_person(member: Json, tenant: str, locale: str | None = None) -> Person:
    """A member of a roster, seen from the tenant in which Paraaf is installed.

    An address is taken as confirmed for full members alone: theirs is managed by the tenant.
    """
    user, home = str(member.get("id") or ""), str(member.get("tenantId") or "")
    standing = _find_standing(member, user, home, tenant)
    email = member.get("email") or None if standing is Standing.MEMBER else None
    account = Account(Platform.TEAMS, home, user)
    return Person(account, _find_name(member, user), standing, str(email) if email else None, locale)


def _find_standing(member: Json, user: str, home: str, tenant: str) -> Standing:
    if user.startswith("28:"):
        return Standing.BOT
    role = str(member.get("userRole") or "").casefold()
    has_object = bool(member.get("objectId") or member.get("aadObjectId"))
    if home != tenant or role == "anonymous" or not has_object:
        return Standing.EXTERNAL
    principal = str(member.get("userPrincipalName") or "").casefold()
    # Without a principal name nothing tells a guest from a member, and a guest taken for staff is the worse mistake.
    if role == "guest" or "#ext#" in principal or not principal:
        return Standing.GUEST
    return Standing.MEMBER


def _find_name(member: Json, user: str) -> str:
    full = " ".join(str(member[part]) for part in ("givenName", "surname") if member.get(part))
    return str(member.get("name") or full or member.get("userPrincipalName") or user)


@asynccontextmanager
async def deadline() -> AsyncIterator[None]:
    """Raise `PlatformUnavailable` unless the block ends within `PATIENCE`."""
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError as error:
        raise PlatformUnavailable(f"no answer within {PATIENCE:g} s") from error
