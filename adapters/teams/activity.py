"""Who did what an activity of the Bot Framework tells of, and where.

Whose tenant is whose, where organisations share a channel: `conversation.tenantId` is the host's, where Paraaf is
installed; `channelData.tenant.id` is the person's own. Which tenant a person really is of, the roster tells.

A thread exists in channels alone: there `conversation.id` carries the first message of the thread behind
`;messageid=`. In chats a reply is one more message.
"""

from typing import Final

from adapters.teams.gate import find_tenant
from adapters.teams.wire import Json
from bot.conversation import Actor
from bot.domain.people import Account, Platform
from bot.domain.places import ConversationKind, Place, Reference

_THREAD: Final = ";messageid="
_KINDS: Final = {
    "personal": ConversationKind.PERSONAL,
    "groupChat": ConversationKind.GROUP,
    "channel": ConversationKind.CHANNEL,
}


def read_reference(activity: Json) -> Reference | None:
    """How to reach the conversation again; None for an activity that does not say."""
    service, bot = activity.get("serviceUrl"), look(activity.get("recipient"), "id")
    conversation = str(look(activity.get("conversation"), "id") or "")
    if not isinstance(service, str) or not isinstance(bot, str) or not conversation:
        return None
    return Reference(read_place(activity).conversation, service, _read_kind(activity), bot)


def read_place(activity: Json) -> Place:
    """Where it happened."""
    conversation, _, root = str(look(activity.get("conversation"), "id") or "").partition(_THREAD)
    is_channel = _read_kind(activity) is ConversationKind.CHANNEL
    return Place(Platform.TEAMS, find_tenant(activity), conversation, root if is_channel and root else None)


def read_actor(activity: Json) -> Actor:
    """Who did it. Their tenant is the one that their client names, until the roster is asked."""
    who, office = activity["from"], find_tenant(activity)
    home = str(look(look(activity.get("channelData"), "tenant"), "id") or office)
    account = Account(Platform.TEAMS, home, str(who["id"]))
    return Actor(account, office, str(who.get("name") or ""), read_place(activity), _read_locale(activity))


def read_words(activity: Json) -> str:
    """What was written, without the mention of Paraaf."""
    text = str(activity.get("text") or "")
    bot = look(activity.get("recipient"), "id")
    for entity in activity.get("entities") or ():
        if look(entity, "type") == "mention" and look(look(entity, "mentioned"), "id") == bot:
            text = text.replace(str(entity.get("text") or ""), " ")
    return " ".join(text.replace("&nbsp;", " ").split())


def _read_locale(activity: Json) -> str | None:
    told = [activity.get("locale"), *(look(each, "locale") for each in activity.get("entities") or ())]
    return next((locale for locale in told if isinstance(locale, str) and locale), None)


def _read_kind(activity: Json) -> ConversationKind:
    conversation = activity.get("conversation")
    if kind := _KINDS.get(str(look(conversation, "conversationType"))):
        return kind
    id_ = str(look(conversation, "id") or "")
    if id_.startswith("a:"):
        return ConversationKind.PERSONAL
    return ConversationKind.CHANNEL if "@thread.tacv2" in id_ or "@thread.skype" in id_ else ConversationKind.GROUP


def is_personal(activity: Json) -> bool:
    """Whether it happened in somebody's own chat with Paraaf."""
    return _read_kind(activity) is ConversationKind.PERSONAL


def look(part: object, name: str) -> object:
    """A part of a part, None where there is none."""
    return part.get(name) if isinstance(part, dict) else None
