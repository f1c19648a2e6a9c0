"""What every method asks first: whether the token has the scope, and whether the app may know of the conversation."""

from tests.strict_slack.facts import Room, SlackError
from tests.strict_slack.workspace import Workspace


def need(workspace: Workspace, scope: str) -> None:
    """Refuse a token without this scope."""
    if scope not in workspace.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))


def find_room(workspace: Workspace, room_id: object) -> Room:
    """A conversation that the app may know of: every public one, and those that it takes part in."""
    room = workspace.rooms.get(str(room_id))
    if room is None or (room.kind != "channel" and workspace.bot_user not in room.members):
        raise SlackError("channel_not_found")
    return room


def find_open_room(workspace: Workspace, room_id: object) -> Room:
    """A conversation that the app takes part in and where something can be said."""
    room = find_room(workspace, room_id)
    if workspace.bot_user not in room.members:
        raise SlackError("not_in_channel")
    if room.archived:
        raise SlackError("is_archived")
    return room
