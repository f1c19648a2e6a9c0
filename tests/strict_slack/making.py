"""Making private channels, inviting to them and finding them again, as Slack's reference describes it."""

import re
from collections.abc import Callable, Mapping

from tests.strict_slack.facts import Json, Room, SlackError
from tests.strict_slack.rooms import find_open_room, need
from tests.strict_slack.workspace import Workspace

MOST_INVITED = 1_000


def _create(workspace: Workspace, arguments: Json) -> Json:
    need(workspace, "groups:write" if arguments.get("is_private") is True else "channels:manage")
    name = arguments.get("name")
    if not isinstance(name, str) or not name:
        raise SlackError("invalid_name_required")
    if len(name) > 80:
        raise SlackError("invalid_name_maxlength")
    if not re.search("[a-z0-9]", name):
        raise SlackError("invalid_name_punctuation")
    if not re.fullmatch("[a-z0-9_-]+", name):
        raise SlackError("invalid_name_specials")
    if any(room.name == name for room in workspace.rooms.values()):  # archived and unseen ones as well
        raise SlackError("name_taken")
    room = Room(f"C{workspace.number():08d}", name, "group" if arguments.get("is_private") is True else "channel")
    room.members, room.creator = [workspace.bot_user], workspace.bot_user
    workspace.rooms[room.id] = room
    return {"channel": _show(room)}


def _invite(workspace: Workspace, arguments: Json) -> Json:
    room = find_open_room(workspace, arguments.get("channel"))
    need(workspace, "groups:write" if room.kind == "group" else "channels:manage")
    users = [user for user in str(arguments.get("users") or "").split(",") if user]
    if not users:
        raise SlackError("no_user")
    if len(users) > MOST_INVITED:
        raise SlackError("too_many_users")
    troubles = [
        {"user": user, "ok": False, "error": code} for user in users if (code := _refuse(workspace, room, user))
    ]
    if troubles:
        raise SlackError(str(troubles[0]["error"]), errors=troubles)
    room.members += users
    return {"channel": _show(room)}


def _refuse(workspace: Workspace, room: Room, user: str) -> str:
    account = workspace.accounts.get(user)
    if user == workspace.bot_user:
        return "cant_invite_self"
    if account is None or account.deleted:
        return "user_not_found"
    if user in room.members:
        return "already_in_channel"
    if account.team != workspace.team:
        return "not_in_team"
    return "user_is_restricted" if account.single_channel_guest else ""


def _list(workspace: Workspace, arguments: Json) -> Json:
    if arguments.get("types") != "private_channel":
        raise SlackError("missing_scope" if "channels:read" not in workspace.scopes else "invalid_types")
    need(workspace, "groups:read")
    without_archived = str(arguments.get("exclude_archived")).lower() in {"1", "true"}
    seen = [
        room
        for room in workspace.rooms.values()
        if room.kind == "group" and workspace.bot_user in room.members and not (without_archived and room.archived)
    ]
    page, following = workspace.cut_page(seen, arguments.get("limit"), arguments.get("cursor"), most=1000)
    return {"channels": [_show(room) for room in page], "response_metadata": {"next_cursor": following}}


def _look_up(workspace: Workspace, arguments: Json) -> Json:
    need(workspace, "users:read.email")
    wanted = str(arguments.get("email")).casefold()
    for account in workspace.accounts.values():
        if (account.email or "").casefold() == wanted and workspace.is_visible(account):
            return {"user": workspace.show_user(account, locale=False)}
    raise SlackError("users_not_found")


def _show(room: Room) -> Json:
    return {
        "id": room.id, "name": room.name, "is_private": room.kind == "group", "is_archived": room.archived,
        "creator": room.creator,
    }  # fmt: skip


MAKING_METHODS: Mapping[str, Callable[[Workspace, Json], Json]] = {
    "conversations.create": _create,
    "conversations.invite": _invite,
    "conversations.list": _list,
    "users.lookupByEmail": _look_up,
}
