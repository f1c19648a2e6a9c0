"""The methods of the Web API that Paraaf uses, as Slack's reference describes them, with their scopes and errors."""

from collections.abc import Callable, Mapping

from tests.strict_slack.blocks import check_message, check_view
from tests.strict_slack.facts import Json, Message, Room, SlackError
from tests.strict_slack.files import FILE_METHODS, show_file
from tests.strict_slack.making import MAKING_METHODS
from tests.strict_slack.parts import Invalid
from tests.strict_slack.rooms import find_open_room, find_room, need
from tests.strict_slack.workspace import Workspace

Method = Callable[[Workspace, Json], Json]

_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}


def _check_message(arguments: Json) -> None:
    try:
        check_message({name: arguments[name] for name in ("text", "blocks") if name in arguments})
    except Invalid as invalid:
        raise SlackError(invalid.code, errors=[str(invalid)]) from invalid


def _check_view(body: object) -> Json:
    if not isinstance(body, dict):
        raise SlackError("invalid_arguments")
    try:
        check_view(body)
    except Invalid as invalid:
        more = {"response_metadata": {"messages": [f"[ERROR] {invalid}"]}}
        raise SlackError("invalid_arguments" if invalid.code == "invalid_blocks" else invalid.code, **more) from invalid
    return body


def _auth_test(workspace: Workspace, _: Json) -> Json:
    return {
        "url": "https://kantoor.slack.com/",
        "team": "Kantoor Vermeer",
        "user": "paraaf",
        "team_id": workspace.team,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def _post(workspace: Workspace, arguments: Json, *, seen_by: str | None = None) -> Message:
    need(workspace, "chat:write")
    room = find_open_room(workspace, arguments.get("channel"))
    _check_message(arguments)
    if seen_by is not None and seen_by not in room.members:
        raise SlackError("user_not_in_channel")
    message = Message(
        channel=room.id,
        ts=workspace.new_ts(),
        user=workspace.bot_user,
        text=str(arguments.get("text", "")),
        blocks=[{"block_id": f"auto{workspace.number()}", **block} for block in arguments.get("blocks") or []],
        thread_ts=arguments.get("thread_ts"),
        metadata=arguments.get("metadata"),
        seen_by=seen_by,
    )
    (room.messages if seen_by is None else workspace.private).append(message)
    return message


def _post_message(workspace: Workspace, arguments: Json) -> Json:
    message = _post(workspace, arguments)
    return {"channel": message.channel, "ts": message.ts, "message": show_message(workspace, message)}


def _post_ephemeral(workspace: Workspace, arguments: Json) -> Json:
    return {"message_ts": _post(workspace, arguments, seen_by=str(arguments.get("user"))).ts}


def _update(workspace: Workspace, arguments: Json) -> Json:
    need(workspace, "chat:write")
    room = find_room(workspace, arguments.get("channel"))
    message = next((each for each in room.messages if each.ts == arguments.get("ts")), None)
    if message is None:
        raise SlackError("message_not_found")
    if not message.by_bot:
        raise SlackError("cant_update_message")
    _check_message(arguments)
    message.text = str(arguments.get("text", ""))
    message.blocks = [{"block_id": f"auto{workspace.number()}", **block} for block in arguments.get("blocks") or []]
    message.edits += 1
    return {"channel": room.id, "ts": message.ts, "text": message.text}


def _permalink(workspace: Workspace, arguments: Json) -> Json:
    room = find_room(workspace, arguments.get("channel"))
    ts = str(arguments.get("message_ts"))
    if all(each.ts != ts for each in room.messages):
        raise SlackError("message_not_found")
    return {"channel": room.id, "permalink": f"https://kantoor.slack.com/archives/{room.id}/p{ts.replace('.', '')}"}


def show_message(workspace: Workspace, message: Message, *, metadata: bool = False) -> Json:
    """A message as payloads and answers carry it; a message with replies carries its own ts as `thread_ts`."""
    shown: Json = {"type": "message", "ts": message.ts, "text": message.text, "team": workspace.team}
    shown |= {"user": message.user, "blocks": message.blocks}
    if message.by_bot:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
    replies = (each for each in workspace.rooms[message.channel].messages if each.thread_ts == message.ts)
    if message.thread_ts or any(replies):
        shown["thread_ts"] = message.thread_ts or message.ts
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    if message.files:
        shown["files"] = [show_file(file, "") for file in message.files]
    return shown


def _history(workspace: Workspace, arguments: Json) -> Json:
    room = find_open_room(workspace, arguments.get("channel"))
    need(workspace, _HISTORY[room.kind])
    return _read_messages(workspace, arguments, [each for each in reversed(room.messages) if each.thread_ts is None])


def _replies(workspace: Workspace, arguments: Json) -> Json:
    room = find_open_room(workspace, arguments.get("channel"))
    need(workspace, _HISTORY[room.kind])
    thread = arguments.get("ts")
    if all(each.ts != thread for each in room.messages):
        raise SlackError("thread_not_found")
    return _read_messages(workspace, arguments, [each for each in room.messages if thread in {each.ts, each.thread_ts}])


def _read_messages(workspace: Workspace, arguments: Json, messages: list[Message]) -> Json:
    page, following = workspace.cut_page(messages, arguments.get("limit"), arguments.get("cursor"), most=999)
    with_metadata = str(arguments.get("include_all_metadata")).lower() in {"1", "true"}
    return {
        "messages": [show_message(workspace, each, metadata=with_metadata) for each in page],
        "has_more": bool(following),
        "response_metadata": {"next_cursor": following},
    }


def _members(workspace: Workspace, arguments: Json) -> Json:
    room = find_room(workspace, arguments.get("channel"))
    need(workspace, _READ[room.kind])
    page, following = workspace.cut_page(room.members, arguments.get("limit"), arguments.get("cursor"), most=1000)
    return {"members": page, "response_metadata": {"next_cursor": following}}


def _open_conversation(workspace: Workspace, arguments: Json) -> Json:
    users = str(arguments.get("users", "")).split(",")
    need(workspace, "im:write" if len(users) == 1 else "mpim:write")
    account = workspace.accounts.get(users[0])
    if account is None or not workspace.is_visible(account):
        raise SlackError("user_not_found")
    if account.deleted:
        raise SlackError("user_disabled")
    if account.bot:
        raise SlackError("cannot_dm_bot")
    room_id = f"D{account.id[1:]}"
    workspace.rooms.setdefault(room_id, Room(room_id, account.name, "im", [account.id, workspace.bot_user]))
    return {"channel": {"id": room_id}}


def _user(workspace: Workspace, arguments: Json) -> Json:
    need(workspace, "users:read")
    account = workspace.accounts.get(str(arguments.get("user")))
    if account is None:
        raise SlackError("user_not_found")
    if not workspace.is_visible(account):
        raise SlackError("user_not_visible")
    return {"user": workspace.show_user(account, locale=str(arguments.get("include_locale")).lower() in {"1", "true"})}


def _group_members(workspace: Workspace, arguments: Json) -> Json:
    need(workspace, "usergroups:read")
    users = workspace.groups.get(str(arguments.get("usergroup")))
    if users is None:
        raise SlackError("no_such_subteam")
    return {"users": sorted(users)}


def _open_view(workspace: Workspace, arguments: Json) -> Json:
    trigger = workspace.spend_trigger(str(arguments.get("trigger_id")))
    body = _check_view(arguments.get("view"))
    if body["type"] != "modal":
        raise SlackError("invalid_arguments")
    workspace.stacks[trigger.user] = []  # a new modal takes the place of what was open
    return {"view": workspace.show_view(workspace.put_view(trigger.user, body))}


def _push_view(workspace: Workspace, arguments: Json) -> Json:
    trigger = workspace.spend_trigger(str(arguments.get("trigger_id")))
    return {"view": workspace.show_view(workspace.put_view(trigger.user, _check_view(arguments.get("view"))))}


def _update_view(workspace: Workspace, arguments: Json) -> Json:
    view = workspace.find_view(view_id=arguments.get("view_id"), external_id=arguments.get("external_id"))
    if arguments.get("hash") not in {None, view.hash}:
        raise SlackError("hash_conflict")
    body = _check_view(arguments.get("view"))
    return {"view": workspace.show_view(workspace.put_view(view.user, body, replaces=view))}


def _publish_view(workspace: Workspace, arguments: Json) -> Json:
    """Takes no scope; see https://docs.slack.dev/reference/methods/views.publish."""
    account = workspace.accounts.get(str(arguments.get("user_id")))
    if account is None or account.team != workspace.team:
        raise SlackError("user_not_found")
    body = _check_view(arguments.get("view"))
    if body["type"] != "home":
        raise SlackError("invalid_arguments")
    shown = workspace.homes.get(account.id)
    if shown and arguments.get("hash") not in {None, shown.hash}:
        raise SlackError("hash_conflict")
    return {"view": workspace.show_home(workspace.publish_home(account.id, body))}


METHODS: Mapping[str, Method] = {
    **FILE_METHODS,
    **MAKING_METHODS,
    "auth.test": _auth_test,
    "chat.postMessage": _post_message,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.getPermalink": _permalink,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "conversations.members": _members,
    "conversations.open": _open_conversation,
    "users.info": _user,
    "usergroups.users.list": _group_members,
    "views.open": _open_view,
    "views.publish": _publish_view,
    "views.push": _push_view,
    "views.update": _update_view,
}
