"""Who is who in Slack, asked live."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.slack.api import Api, Json
from bot.conversation import Actor
from bot.domain.errors import PlatformUnavailable, Undeliverable
from bot.domain.people import Account, Person, Platform, Standing
from bot.domain.places import Place

PATIENCE = 2.0
"""Seconds for a whole question, so that its answer still fits into the 3 s that Slack gives a request."""

KEEP = 300.0
"""Seconds that a person is remembered. Who takes part in a conversation never is."""

PAGE = 200
"""Members asked at once; Slack recommends no more (https://docs.slack.dev/apis/web-api/pagination)."""

AT_ONCE = 10
"""People asked about at the same time: users.info allows 100 and more a minute."""

_MOST_REMEMBERED = 10_000

_UNKNOWN_USER = frozenset({"user_not_found", "user_not_visible", "users_not_found"})

_SLACKBOT = "USLACKBOT"  # users.info does not call it a bot


@dataclass(frozen=True, slots=True)
class _Remembered:
    person: Person
    until: float


class SlackDirectory:
    """The port `Directory`. `monotonic` tells seconds, for the memory of people."""

    def __init__(self, api: Api, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._monotonic = monotonic
        self._people: dict[tuple[str, str], _Remembered] = {}
        self._ourselves: str | None = None

    async def person(self, actor: Actor) -> Person:
        """What the workspace tells about this account; one that it does not know comes back as an inactive outsider."""
        async with _deadline():
            return await self._ask(actor.office_tenant, actor.account.user)

    async def find_by_email(self, near: Place, email: str) -> Person | None:
        async with _deadline():
            try:
                answer = await self._api.read("users.lookupByEmail", email=email)
            except Undeliverable as refusal:
                if refusal.reason in _UNKNOWN_USER:
                    return None
                raise
        person = read_person(answer["user"], near.tenant, trust_unflagged_email=not self._api.is_slack)
        is_theirs = (person.email or "").casefold() == email.casefold()
        return person if is_theirs and person.active and person.standing is Standing.MEMBER else None

    async def participants(self, place: Place) -> tuple[Person, ...]:
        """Raises `Undeliverable` where Paraaf is not in the conversation: it can look into a public one, not post."""
        async with _deadline():
            users = [user async for page in self._pages(place) for user in page]
            if await self._ask_ourselves() not in users:
                raise Undeliverable("not_in_channel", absent=True)
            slots = asyncio.Semaphore(AT_ONCE)

            async def ask(user: str) -> Person:
                async with slots:
                    return await self._ask(place.tenant, user)

            try:
                async with asyncio.TaskGroup() as group:
                    asked = [group.create_task(ask(user)) for user in dict.fromkeys(users)]
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from failures
            return tuple(task.result() for task in asked)

    async def takes_part(self, place: Place, account: Account) -> bool:
        """Compares user ids alone: members come without a workspace, and ids are unique within a conversation."""
        async with _deadline():
            async for page in self._pages(place):
                if account.user in page:
                    return True
        return False

    async def is_in_group(self, tenant: str, account: Account, group: str) -> bool:  # noqa: ARG002 - one token, one workspace
        async with _deadline():
            answer = await self._api.read("usergroups.users.list", usergroup=group)
        return account.user in answer.get("users", ())

    async def _pages(self, place: Place) -> AsyncIterator[list[str]]:
        cursor: str | None = None
        while True:
            page = await self._api.read("conversations.members", channel=place.channel, limit=PAGE, cursor=cursor)
            yield page.get("members", [])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return

    async def _ask_ourselves(self) -> str:
        if self._ourselves is None:
            self._ourselves = str((await self._api.read("auth.test"))["user_id"])
        return self._ourselves

    async def _ask(self, tenant: str, user: str) -> Person:
        known = self._people.get((tenant, user))
        if known and known.until > self._monotonic():
            return known.person
        try:
            answer = await self._api.read("users.info", user=user, include_locale=True)
        except Undeliverable as refusal:
            if refusal.reason not in _UNKNOWN_USER:
                raise
            # Closed to us, so neither staff nor signer; one such member must not hide the others.
            return Person(Account(Platform.SLACK, "", user), user, Standing.EXTERNAL, active=False)
        person = read_person(answer["user"], tenant, trust_unflagged_email=not self._api.is_slack)
        self._remember(tenant, person)
        return person

    def _remember(self, tenant: str, person: Person) -> None:
        while len(self._people) >= _MOST_REMEMBERED:
            self._people.pop(next(iter(self._people)))
        key = (tenant, person.account.user)
        self._people.pop(key, None)
        self._people[key] = _Remembered(person, self._monotonic() + KEEP)


def read_person(user: Json, tenant: str, *, trust_unflagged_email: bool) -> Person:
    """A user object of Slack (https://docs.slack.dev/reference/objects/user-object), seen from the workspace `tenant`.

    Slack says of every address whether it was confirmed. `trust_unflagged_email` takes one without that word as
    confirmed, which is for stand-ins of Slack whose operator made the users himself.
    """
    profile: Json = user.get("profile") or {}
    team = _find_team(user, tenant)
    confirmed = user.get("is_email_confirmed", trust_unflagged_email) is True
    return Person(
        account=Account(Platform.SLACK, team, str(user["id"])),
        name=_find_name(user, profile),
        standing=_find_standing(user, team, tenant),
        email=(profile.get("email") or None) if confirmed else None,
        locale=user.get("locale") or None,
        active=not user.get("deleted", False),
    )


def _find_team(user: Json, tenant: str) -> str:
    # In an Enterprise organisation a person has one home workspace and belongs to several; ours counts as theirs then.
    grid: Json = user.get("enterprise_user") or {}
    return tenant if tenant in (grid.get("teams") or ()) else str(user.get("team_id") or "")


def _find_name(user: Json, profile: Json) -> str:
    candidates = (
        profile.get("real_name"),
        user.get("real_name"),
        profile.get("display_name"),
        user.get("name"),
        user["id"],
    )
    return next(str(name) for name in candidates if name)


def _find_standing(user: Json, team: str, tenant: str) -> Standing:
    if user.get("is_bot") or user["id"] == _SLACKBOT:
        return Standing.BOT
    # is_stranger says only that no conversation is shared with us, so the workspace decides
    if user.get("is_stranger") or team != tenant:
        return Standing.EXTERNAL
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.MEMBER


@asynccontextmanager
async def _deadline() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError as error:
        raise PlatformUnavailable(f"no answer within {PATIENCE:g} s") from error
