"""The connector service of the strict Teams: what the bot asks of conversations, and what it is told."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from tests.strict_teams.cards import ADAPTIVE, Invalid, check_activity, measure
from tests.strict_teams.facts import ACTIVITY_BYTES, ConnectorError, Json, Kind, Message, Room
from tests.strict_teams.world import World

_PAGES = range(50, 501)
_USUAL_PAGE = 200


@dataclass(frozen=True)
class Asked:
    """One request: `room` and `activity` are ids in its path, `rest` is its query."""

    body: Json
    room: str = ""
    activity: str = ""
    member: str = ""
    rest: dict[str, str] | None = None

    @property
    def is_targeted(self) -> bool:
        return (self.rest or {}).get("isTargetedActivity", "").lower() == "true"


Answer = tuple[int, Json]


def post(world: World, asked: Asked) -> Answer:
    room, root = world.find_room(asked.room)
    world.enter(room)
    world.check_writes(room)
    seen_by = _read_target(world, room, asked) if asked.is_targeted else None
    message = _write(world, room, root, asked, seen_by)
    return 201, {"id": message.id}


def update(world: World, asked: Asked) -> Answer:
    room, _ = world.find_room(asked.room)
    world.enter(room)
    world.check_writes(room)
    if asked.is_targeted and "recipient" in asked.body:
        raise ConnectorError(400, "BadArgument", "The recipient of a targeted message cannot change.")
    message = _find(world, room, asked)
    _check(world, asked.body, targeted=asked.is_targeted)
    message.text, message.card = str(asked.body.get("text", "")), _card_of(asked.body)
    message.summary, message.mentioned = str(asked.body.get("summary", "")), _mentioned(asked.body)
    message.edits += 1
    world.show(message)
    return 200, {"id": message.id}


def delete(world: World, asked: Asked) -> Answer:
    room, _ = world.find_room(asked.room)
    world.enter(room)
    message = _find(world, room, asked)
    message.deleted = True
    (world.private if message.seen_by else room.messages).remove(message)
    return 200, {}


def open_conversation(world: World, asked: Asked) -> Answer:
    body = asked.body
    if body.get("isGroup"):
        room, _ = world.find_room(str(((body.get("channelData") or {}).get("channel") or {}).get("id")))
        world.enter(room)
        message = _write(world, room, None, Asked(body.get("activity") or {}), None)
        return 201, {"id": f"{room.id};messageid={message.id}", "activityId": message.id}
    members = body.get("members") or []
    tenant = body.get("tenantId") or ((body.get("channelData") or {}).get("tenant") or {}).get("id")
    if len(members) != 1 or not tenant:
        raise ConnectorError(400, "BadArgument", "A chat with one person needs that person and a tenant.")
    wanted = members[0].get("id")
    account = next((each for each in world.accounts.values() if wanted in {each.id, each.object_id}), None)
    if account is None or account.deleted:
        raise ConnectorError(400, "BadArgument", "Failed to decrypt pairwise id")
    if not account.app or account.anonymous or account.bot:
        raise ConnectorError(403, "ForbiddenOperationException", "Bot isn't installed in user's personal scope")
    room = world.personal_room(account.id)
    return 201, {"id": room.id}


def tell_members(world: World, asked: Asked) -> Answer:
    room, root = world.find_room(asked.room)
    if root:
        raise ConnectorError(400, "BadArgument", "The roster is the conversation's, not a thread's.")
    world.enter(room)
    people = [world.show_member(each) for each in world.roster(room)]
    rest = asked.rest or {}
    size = int(rest.get("pageSize", _USUAL_PAGE))
    if size not in _PAGES:
        raise ConnectorError(400, "BadArgument", "pageSize must be 50 to 500.")
    if room.kind is not Kind.CHANNEL:
        return 200, {"members": people}
    start = _read_token(rest.get("continuationToken", ""))
    told: Json = {"members": people[start : start + size]}
    if start + size < len(people):
        told["continuationToken"] = base64.b64encode(f"next+{start + size}/".encode()).decode()
    return 200, told


def tell_member(world: World, asked: Asked) -> Answer:
    room, root = world.find_room(asked.room)
    if root:
        raise ConnectorError(400, "BadArgument", "The roster is the conversation's, not a thread's.")
    world.enter(room)
    for account in world.roster(room):
        if asked.member in {account.id, account.object_id, account.principal}:
            return 200, world.show_member(account)
    raise ConnectorError(404, "MemberNotFoundInConversation", "The member is not in the conversation roster.")


CALLS: dict[str, Callable[[World, Asked], Answer]] = {
    "post": post,
    "whisper": post,
    "update": update,
    "delete": delete,
    "open_chat": open_conversation,
    "members": tell_members,
    "member": tell_member,
}


def _write(world: World, room: Room, root: str | None, asked: Asked, seen_by: str | None) -> Message:
    body = asked.body
    _check(world, body, targeted=asked.is_targeted)
    alert = ((body.get("channelData") or {}).get("notification") or {}).get("alert")
    message = Message(
        room, world.new_id(), world.bot_id, str(body.get("text", "")), _card_of(body), root,
        str(body.get("summary", "")), mentioned=_mentioned(body), seen_by=seen_by, alerts=bool(alert),
    )  # fmt: skip
    (world.private if seen_by else room.messages).append(message)
    world.show(message)
    return message


def _check(world: World, body: Json, *, targeted: bool) -> None:
    if (size := measure(body)) > ACTIVITY_BYTES:
        raise ConnectorError(413, "MessageSizeTooBig", f"{size} bytes")
    try:
        check_activity(body, targeted=targeted)
    except (Invalid, KeyError, TypeError) as fault:
        raise ConnectorError(400, "BadArgument", str(fault)) from fault
    card = _card_of(body) or {}
    entities = [*(body.get("entities") or []), *((card.get("msteams") or {}).get("entities") or [])]
    known = {name for each in world.accounts.values() for name in (each.id, each.object_id, each.principal)}
    if strange := [each["mentioned"]["id"] for each in entities if each["mentioned"]["id"] not in known]:
        raise ConnectorError(400, "BadArgument", f"mentions whom Teams does not know: {strange}")


def _read_target(world: World, room: Room, asked: Asked) -> str:
    if not world.targeted:
        raise ConnectorError(405, "MethodNotAllowed", "Targeted messages are not available.")
    if room.kind is Kind.PERSONAL:
        raise ConnectorError(400, "BadArgument", "There is nobody else in a personal chat.")
    user = str((asked.body.get("recipient") or {}).get("id") or "")
    if not user:
        raise ConnectorError(400, "BadArgument", "A targeted message needs a recipient.")
    if user not in {each.id for each in world.roster(room)}:
        raise ConnectorError(403, "BotNotInConversationRoster", "The recipient is not in the conversation.")
    return user


def _find(world: World, room: Room, asked: Asked) -> Message:
    among = [each for each in world.private if each.room is room] if asked.is_targeted else room.messages
    for message in among:
        if message.id == asked.activity:
            if not message.by_bot:
                raise ConnectorError(403, "ForbiddenOperationException", "Not a message of the bot.")
            return message
    raise ConnectorError(404, "ActivityNotFoundInConversation", "The activity is not in the conversation.")


def _card_of(body: Json) -> Json | None:
    attachments = body.get("attachments") or []
    return attachments[0]["content"] if attachments and attachments[0]["contentType"] == ADAPTIVE else None


def _mentioned(body: Json) -> frozenset[str]:
    return frozenset(str(each["mentioned"]["id"]) for each in body.get("entities") or [])


def _read_token(token: str) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("next+").removesuffix("/"))
    except ValueError as fault:
        raise ConnectorError(400, "BadArgument", "That is no continuation token.") from fault
