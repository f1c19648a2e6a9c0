"""Activities as Teams sends them to the bot."""

from tests.strict_teams.facts import Account, Json, Kind, Message, Room, make_guid
from tests.strict_teams.world import THREAD, World


def make_activity(
    world: World, service_url: str, kind: str, by: Account | None, room: Room, thread: str | None = None
) -> Json:
    """What every activity says: who, where, to whom, and through which service.

    A shared channel is the host's, while `channelData` names the tenant of who acts; a personal chat names no tenant in
    its conversation.
    """
    tenant = world.tenant_id(by.tenant) if by is not None and room.shared else room.tenant
    locale = by.locale if by is not None else "en-US"
    address = f"{room.id}{THREAD}{thread}" if thread and room.kind is Kind.CHANNEL else room.id
    conversation: Json = {"id": address, "conversationType": str(room.kind)}
    channel_data: Json = {"tenant": {"id": tenant}}
    if room.kind is not Kind.PERSONAL:
        conversation |= {"isGroup": True, "tenantId": room.tenant}
    if room.kind is Kind.CHANNEL:
        channel_data |= {"team": {"id": room.team}, "channel": {"id": room.id}}
        channel_data |= {"teamsTeamId": room.team, "teamsChannelId": room.id}
    activity: Json = {
        "type": kind,
        "id": f"f:{make_guid('activity', str(world.number()))}",
        "timestamp": "2026-11-24T03:06:56.940Z",
        "localTimezone": "Europe/Amsterdam",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "conversation": conversation,
        "recipient": {"id": world.bot_id, "name": world.bot_name},
        "channelData": channel_data,
        "entities": [{"type": "clientInfo", "locale": locale, "country": "NL", "platform": "Web"}],
        "locale": locale,
    }
    if by is not None:
        activity["from"] = {"id": by.id, "name": by.name}
        if by.object_id and not by.bot:
            activity["from"]["aadObjectId"] = by.object_id
    return activity


def mention_bot(world: World, activity: Json, words: str) -> Json:
    """A message that mentions the bot, with these words behind it."""
    tag = f"<at>{world.bot_name}</at>"
    mention = {"type": "mention", "text": tag, "mentioned": {"id": world.bot_id, "name": world.bot_name}}
    text = f"{tag} {words}".strip()
    return activity | {"text": text, "textFormat": "plain", "entities": [mention, *activity["entities"]]}


def describe_message(world: World, message: Message) -> Json:
    """A message as a message extension hears of it: files are references, which only Graph opens."""
    by = world.accounts.get(message.by)
    sender: Json = {"application": {"id": world.app_id, "displayName": world.bot_name}}
    if by:
        kind = "anonymousGuest" if by.anonymous else "aadUser"
        sender = {"user": {"userIdentityType": kind, "id": by.object_id, "displayName": by.name}}
    marks = "".join(f'<attachment id="{file.key}"></attachment>' for file in message.files)
    return {
        "id": message.id,
        "replyToId": message.thread,
        "createdDateTime": "2026-11-24T03:12:07.315Z",
        "lastModifiedDateTime": None,
        "deleted": False,
        "subject": None,
        "summary": None,
        "importance": "normal",
        "locale": "nl-nl",
        "linkToMessage": f"https://teams.microsoft.com/l/message/{message.room.id}/{message.id}",
        "from": sender,
        "body": {"contentType": "html", "content": f"<div>{message.text}</div>{marks}"},
        "attachments": [
            {
                "id": file.key, "contentType": "reference", "contentUrl": file.address, "content": None,
                "name": file.name, "thumbnailUrl": None,
            }
            for file in message.files
        ],
        "mentions": [],
        "reactions": [],
    }  # fmt: skip
