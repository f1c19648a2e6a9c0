"""Payloads of Slack as neutral interactions.

Whose workspace is whose, in a conversation that two organisations share (Slack Connect):

| payload                            | the person's workspace | where Paraaf is installed                            |
|------------------------------------|------------------------|------------------------------------------------------|
| command, shortcut                  | `team`, `user.team_id` | the same: people of elsewhere have neither           |
| press on a message                 | `user.team_id`         | `team`                                               |
| view sent, options asked in a view | `user.team_id`         | `view.app_installed_team_id`; `team` is the person's |

Sources: slackapi/java-slack-sdk issue 1041 (press), slackapi/bolt-js issue 1614 (view). Where a view does not tell, it
is our own installation's, since it came back to our address, signed with our secret.
"""

from hashlib import sha256

from adapters.slack.api import Json
from adapters.slack.homes import ask_home, find_home, is_at_home
from adapters.slack.values import read_files, read_values
from bot.conversation import Actor, Command, Lookup, Press, Submission
from bot.domain.people import Account, Platform
from bot.domain.places import Place
from cards.block_kit.naming import is_link, read_source


def read_command(body: Json, home: str) -> Command:
    """A slash command. Slack does not tell in which thread it was typed."""
    team, channel = str(body.get("team_id") or home), str(body["channel_id"])
    actor = Actor(Account(Platform.SLACK, team, str(body["user_id"])), team, str(body.get("user_name") or ""))
    return Command(
        actor=actor,
        place=Place(Platform.SLACK, team, channel),
        name=str(body["command"]).removeprefix("/"),
        words=str(body.get("text") or "").strip(),
        # Between two people as well, where Paraaf is not and so nothing can have been sent.
        is_personal=channel.startswith("D"),
    )


def read_home(body: Json, home: str) -> Command | None:
    """Someone opened the home tab. None for every other event, and for the other tabs of the app."""
    event: Json = body.get("event") or {}
    if event.get("type") != "app_home_opened" or event.get("tab") != "home":
        return None
    team = str(body.get("team_id") or home)
    return ask_home(Actor(Account(Platform.SLACK, team, str(event["user"])), team, ""))


def read_shortcut(body: Json, home: str) -> Command | None:
    """A message shortcut, as the command that its `callback_id` names, started on the message's files.

    None for a global shortcut, which happens nowhere in particular.
    """
    if body.get("type") != "message_action":
        return None
    actor = _read_actor(body, _read_team(body) or home)
    message: Json = body.get("message") or {}
    place = _read_place(str(body["channel"]["id"]), message, actor.office_tenant)
    files = read_files(message.get("files") or (), actor.office_tenant)
    return Command(actor, place, str(body["callback_id"]), files=files)


def read_press(body: Json, home: str) -> Press | None:
    """A press on a button of a message or of the home tab. None for what only opens an address, and in a dialog."""
    action: Json = (body.get("actions") or [{}])[0]
    container: Json = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    is_home = is_at_home(body)
    if action.get("type") != "button" or is_link(str(action.get("action_id"))) or not (channel or is_home):
        return None
    actor = _read_actor(body, _read_team(body) or home)
    # A private message comes back without `message`, but its container says in which thread it is.
    message: Json = {"ts": container.get("message_ts"), **container, **(body.get("message") or {})}
    place = find_home(actor) if is_home else _read_place(str(channel), message, actor.office_tenant)
    return Press(actor, place, str(action["action_id"]), str(action.get("value") or ""))


def read_submission(body: Json, home: str) -> Submission:
    """A view that was sent.

    One form in one view is one submission, however often it is delivered or sent again after errors: a view that was
    taken closes or shows another form. So the key is made of the view and the form, and not of `hash`, which changes
    with a view that merely looks different.
    """
    view: Json = body["view"]
    actor = _read_actor(body, str(view.get("app_installed_team_id") or home))
    form = str(view.get("callback_id") or "")
    key = sha256("|".join((actor.office_tenant, str(view["id"]), form)).encode()).hexdigest()
    return Submission(
        actor=actor,
        form=form,
        context=str(view.get("private_metadata") or ""),
        values=read_values(view, actor.office_tenant),
        key=key,
    )


def read_lookup(body: Json, home: str) -> Lookup:
    """Someone types into a select that looks its options up."""
    view: Json = body.get("view") or {}
    office = view.get("app_installed_team_id") or (home if view else _read_team(body) or home)
    return Lookup(
        actor=_read_actor(body, str(office)),
        source=read_source(str(body["action_id"])),
        text=str(body.get("value") or ""),
        context=str(view.get("private_metadata") or ""),
    )


def _read_actor(body: Json, office: str) -> Actor:
    user: Json = body["user"]
    team = str(user.get("team_id") or _read_team(body) or office)
    name = str(user.get("name") or user.get("username") or "")
    return Actor(Account(Platform.SLACK, team, str(user["id"])), office, name)


def _read_team(body: Json) -> str | None:
    # `team` is null where the app is installed on a whole Enterprise organisation
    return (body.get("team") or {}).get("id")


def _read_place(channel: str, message: Json, tenant: str) -> Place:
    thread = message.get("thread_ts")
    # From its first reply on, the first message of a thread carries its own ts as thread_ts; it is not inside.
    inside = thread if thread and thread != message.get("ts") else None
    return Place(Platform.SLACK, tenant, channel, inside)
