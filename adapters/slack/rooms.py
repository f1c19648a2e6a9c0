"""Private channels that Paraaf makes for clients, and whom it invites to them.

Slack lets a name be used once in a workspace, so the name itself keeps two who ask at once, or one who asks again after
a crash, from making two channels: of a name that is taken, the channel that Paraaf made is the one.
"""

import re
import unicodedata
from collections.abc import Sequence

from adapters.slack.api import Api, Json
from bot.domain.errors import PlatformUnavailable, Undeliverable
from bot.domain.people import Account
from bot.domain.places import Place

LONGEST = 80
"""Characters of a name (https://docs.slack.dev/reference/methods/conversations.create)."""

TRIES = 20
"""Names that are tried: as it is, then with 2, 3 and so on behind it."""

PAGE = 200
"""Channels asked at once; Slack recommends no more (https://docs.slack.dev/apis/web-api/pagination)."""

_THERE_ALREADY = frozenset({"already_in_channel", "cant_invite_self"})

_NO_ROOM = frozenset({"channel_not_found", "is_archived", "method_not_supported_for_channel_type", "not_in_channel"})
# Codes that are about the channel and not about who is invited (…/methods/conversations.invite).


class RoomMaker:
    """Makes private channels; see `Messenger.make_conversation` and `Messenger.invite`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def make(self, near: Place, name: str) -> Place:
        """The channel of this name. A missing scope is `Undeliverable`: apps installed earlier lack it."""
        try:
            for number in range(1, TRIES + 1):
                channel = await self._try_name(spell_name(name, number))
                if channel is not None:
                    return Place(near.platform, near.tenant, channel)
        except PlatformUnavailable as refusal:
            raise _settle(refusal) from refusal
        raise Undeliverable("name_taken")

    async def invite(self, to: Place, accounts: Sequence[Account]) -> dict[Account, str]:
        """One by one: of several, Slack leaves out some who could come when another cannot."""
        refused: dict[Account, str] = {}
        for account in dict.fromkeys(accounts):
            try:
                await self._api.write("conversations.invite", {"channel": to.channel, "users": account.user})
            except PlatformUnavailable as refusal:
                raise _settle(refusal) from refusal
            except Undeliverable as refusal:
                if refusal.reason in _NO_ROOM:
                    raise
                if refusal.reason not in _THERE_ALREADY:
                    refused[account] = refusal.reason
        return refused

    async def _try_name(self, name: str) -> str | None:
        try:
            made = await self._api.write("conversations.create", {"name": name, "is_private": True})
        except Undeliverable as refusal:
            if refusal.reason != "name_taken":
                raise
            return await self._find_own(name)
        return str(made["channel"]["id"])

    async def _find_own(self, name: str) -> str | None:
        own_user = str((await self._api.read("auth.test"))["user_id"])
        cursor: str | None = None
        while True:
            page = await self._api.read(
                "conversations.list", types="private_channel", exclude_archived=True, limit=PAGE, cursor=cursor
            )
            for channel in page.get("channels") or ():
                if channel.get("name") == name and _is_made_by(channel, own_user):
                    return str(channel["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return None


def spell_name(name: str, number: int = 1) -> str:
    """A name as Slack takes it: plain letters in lower case, digits and hyphens; `number` behind it from 2 on."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    behind = f"-{number}" if number > 1 else ""
    return (re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "paraaf")[: LONGEST - len(behind)].rstrip("-") + behind


def _is_made_by(channel: Json, user: str) -> bool:
    return channel.get("creator") == user and not channel.get("is_archived")


def _settle(refusal: PlatformUnavailable) -> PlatformUnavailable | Undeliverable:
    return Undeliverable(refusal.reason) if refusal.reason == "missing_scope" else refusal
