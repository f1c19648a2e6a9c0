"""The state of the strict Slack, and how it shows itself in payloads and answers."""

import asyncio
import base64
from itertools import count
from typing import Any

from tests.strict_slack.facts import (
    TRIGGER_LIFE,
    VIEWS_ON_STACK,
    Account,
    Call,
    Clock,
    File,
    Home,
    Json,
    Message,
    ResponseUrl,
    Room,
    SlackError,
    Trigger,
    Upload,
    View,
)


class Workspace:
    """Everything in one workspace that the app is installed in."""

    def __init__(self, team: str, bot_token: str, scopes: frozenset[str]) -> None:
        self.team, self.bot_token, self.scopes = team, bot_token, scopes
        self.bot_user, self.bot_id, self.app_id = "U0PARAAF", "B0PARAAF", "A0PARAAF"
        self.clock = Clock()
        self.accounts: dict[str, Account] = {}
        self.rooms: dict[str, Room] = {}
        self.groups: dict[str, set[str]] = {}
        self.files: dict[str, File] = {}
        self.uploads: dict[str, Upload] = {}
        self.upload_url: str | None = None  # told in place of the address of a ticket
        self.upload_redirect: str | None = None  # where an upload is sent on to
        self.private: list[Message] = []
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, Home] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.calls: list[Call] = []
        self.changed = asyncio.Condition()
        self._numbers = count(1)
        self.accounts[self.bot_user] = Account(self.bot_user, "paraaf", team, bot=True)

    def number(self) -> int:
        return next(self._numbers)

    def new_ts(self) -> str:
        return f"{int(self.clock.now)}.{self.number():06d}"

    async def tell_change(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def issue_trigger(self, user: str) -> str:
        trigger = f"{self.number()}.{self.number()}.trigger"
        self.triggers[trigger] = Trigger(user, self.clock.now + TRIGGER_LIFE)
        return trigger

    def spend_trigger(self, trigger_id: str) -> Trigger:
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock.now > trigger.until:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def put_view(self, user: str, body: Json, *, replaces: View | None = None) -> View:
        """A view on top of the stack, or in the place of another; blocks without an id get one, as in Slack."""
        blocks = [{"block_id": f"auto{self.number()}", **block} for block in body["blocks"]]
        stack = self.stacks.setdefault(user, [])
        fresh = f"{self.number()}.hash"
        if replaces is not None:
            replaces.body, replaces.hash, replaces.errors = {**body, "blocks": blocks}, fresh, {}
            return replaces
        if len(stack) >= VIEWS_ON_STACK:
            raise SlackError("push_limit_reached")
        view_id = f"V{self.number():08d}"
        below = stack[-1] if stack else None
        view = View(
            view_id,
            user,
            {**body, "blocks": blocks},
            fresh,
            root=below.root if below else view_id,
            previous=below.id if below else None,
        )
        stack.append(view)
        return view

    def publish_home(self, user: str, body: Json) -> Home:
        blocks = [{"block_id": f"auto{self.number()}", **block} for block in body["blocks"]]
        fresh = f"{self.number()}.hash"
        if home := self.homes.get(user):
            home.body, home.hash, home.published = {**body, "blocks": blocks}, fresh, home.published + 1
            return home
        return self.homes.setdefault(user, Home(user, f"V{self.number():08d}", {**body, "blocks": blocks}, fresh))

    def keep_file(self, upload: Upload, title: str) -> File:
        """The file that an upload of the app becomes when it is completed."""
        upload.completed = True
        self.files[upload.file_id] = File(
            upload.file_id, upload.name, upload.content or b"",
            title=title, user=self.bot_user, created=int(self.clock.now),
        )  # fmt: skip
        return self.files[upload.file_id]

    def find_view(self, *, view_id: str | None = None, external_id: str | None = None) -> View:
        for stack in self.stacks.values():
            for view in stack:
                if view_id and view.id == view_id:
                    return view
                if external_id and view.body.get("external_id") == external_id:
                    return view
        raise SlackError("not_found")

    def show_home(self, home: Home) -> Json:
        """A home tab as payloads and answers carry it."""
        own = {"id": home.id, "hash": home.hash, "root_view_id": home.id, "previous_view_id": None}
        installed = {"team_id": self.team, "app_id": self.app_id, "app_installed_team_id": self.team}
        return {**home.body, **own, **installed, "bot_id": self.bot_id, "state": {"values": {}}}

    def show_view(self, view: View) -> Json:
        """A view as payloads and answers carry it."""
        return {
            **view.body,
            "id": view.id,
            "team_id": self.team,
            "app_id": self.app_id,
            "bot_id": self.bot_id,
            "app_installed_team_id": self.team,
            "hash": view.hash,
            "root_view_id": view.root,
            "previous_view_id": view.previous,
            "state": {"values": {}},
        }

    def show_user(self, account: Account, *, locale: bool) -> Json:
        profile: Json = {"real_name": account.name, "display_name": account.name, "team": account.team}
        if "users:read.email" in self.scopes and account.email and account.team == self.team:
            profile["email"] = account.email
        user: Json = {
            "id": account.id,
            "team_id": account.team,
            "name": account.name.split()[0].lower(),
            "real_name": account.name,
            "deleted": account.deleted,
            "is_bot": account.bot,
            "is_restricted": account.guest or account.single_channel_guest,
            "is_ultra_restricted": account.single_channel_guest,
            "is_email_confirmed": account.email_confirmed,
            "profile": profile,
        }
        if account.grid_teams:
            user["enterprise_user"] = {"id": account.id, "enterprise_id": "E0GRID", "teams": list(account.grid_teams)}
        return user | ({"locale": account.locale} if locale else {})

    def is_visible(self, account: Account) -> bool:
        shared = (room for room in self.rooms.values() if self.bot_user in room.members)
        return account.team == self.team or any(account.id in room.members for room in shared)

    def cut_page(self, items: list[Any], limit: object, cursor: object, *, most: int) -> tuple[list[Any], str]:
        """One page of a list and the cursor of the next one, empty at the end."""
        size = int(str(limit or 100))
        if not 1 <= size <= most:
            raise SlackError("invalid_limit")
        start = 0
        if cursor:
            try:
                start = int(base64.b64decode(str(cursor), validate=True).decode().removeprefix("next:"))
            except ValueError as error:
                raise SlackError("invalid_cursor") from error
        end = start + size
        following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
        return items[start:end], following
