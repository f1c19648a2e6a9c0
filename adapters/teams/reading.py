"""Activities of the Bot Framework as neutral interactions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

import orjson

from adapters.teams.activity import is_personal, look, read_actor, read_place, read_words
from adapters.teams.files import name_file
from adapters.teams.seals import Seal
from adapters.teams.shapes import ShapeRefused, read_shape
from adapters.teams.values import read_values
from adapters.teams.wire import Json
from bot.conversation import Actor, Command, FileRef, Interaction, Lookup, Press, Submission
from bot.domain.people import Platform
from bot.domain.places import Place
from bot.use_cases.draft import Draft, write_draft
from bot.views.commands import HELP, LINK
from bot.views.task_list import TASK_ACTIONS
from cards.adaptive_card import FORM_KEY
from cards.model import Form

COMMAND: Final = "command"
"""What a button asks for that gives a command again; its value says which, and where."""

_NAMES: Final = re.compile(r"(?:sign|ondertekenen)\b\s*", re.IGNORECASE)
_WORDS: Final = {"sign": "", LINK: LINK, HELP: HELP}
"""What the commands of the message extension mean, by `commandId`."""


class Surface(StrEnum):
    """Where an answer is shown."""

    CARD = "card"
    """In place of the card of which a button was pressed, for that person alone."""
    DIALOG = "dialog"
    CHAT = "chat"
    """Nowhere by itself: whoever wrote a message waits for no answer."""
    LIST = "list"
    """Below a field that is being typed in."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent, as it was; `nonce` tells its renderings apart."""

    form: Form
    nonce: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants, and how it can be answered.

    `back` tells how they get the card back that the answer takes the place of, empty where there is none: by the
    envelope that it shows, or by action and value of the press that asks for it. `closes` tells that nothing more has
    to be shown when all is done.
    """

    interaction: Interaction
    surface: Surface
    back: str = ""
    closes: bool = False
    sent: Sent | None = None
    is_personal: bool = False


class Reader:
    """Reads activities of people.

    Raises `ValueError`, `TypeError`, `AttributeError` or `LookupError` for one that is not as Microsoft documents it.
    """

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def read_message(self, activity: Json) -> Asked | None:
        """A message: a command, or a press or form from a client that knows no better. None for one without a word."""
        if isinstance(data := activity.get("value"), dict):
            return self._read_data(activity, data, Surface.CHAT)
        actor, place = read_actor(activity), read_place(activity)
        words = read_words(activity)
        files = tuple(self._read_uploads(activity, place))
        if not words and not files:
            words = HELP
        name = _NAMES.match(words)
        personal = is_personal(activity)
        command = Command(actor, place, "sign", words[name.end() :] if name else words, files, personal)
        return Asked(command, Surface.CHAT, is_personal=personal)

    def read_invoke(self, activity: Json) -> Asked | None:
        """Something that waits for an answer. None for what Paraaf has no answer to."""
        value = activity.get("value")
        if not isinstance(value, dict):
            return None
        match activity.get("name"):
            case "adaptiveCard/action":
                action = value["action"]
                return self._read_data(
                    activity, {"action": action.get("verb"), **(action.get("data") or {})}, Surface.CARD
                )
            case "task/fetch" | "task/submit":
                return self._read_data(activity, value.get("data") or {}, Surface.DIALOG)
            case "composeExtension/submitAction":
                return self._read_data(activity, value.get("data") or {}, Surface.DIALOG)
            case "composeExtension/fetchTask":
                return Asked(self._read_extension(activity, value), Surface.DIALOG)
            case "application/search":
                return Asked(self._read_search(activity, value), Surface.LIST)
            case _:
                return None

    def _read_data(self, activity: Json, data: Json, surface: Surface) -> Asked | None:
        actor, place, personal = read_actor(activity), read_place(activity), is_personal(activity)
        if isinstance(marks := data.get(FORM_KEY), dict):
            return self._read_form(activity, data, marks, surface)
        action, value = data.get("action"), data.get("value")
        if not isinstance(action, str) or not isinstance(value, str):
            return None
        if action == COMMAND:
            return Asked(_read_again(actor, value), surface, is_personal=personal)
        back = data.get("back") or ("" if action in TASK_ACTIONS else value)
        return Asked(Press(actor, place, action, value), surface, str(back), is_personal=personal)

    def _read_form(self, activity: Json, data: Json, marks: Json, surface: Surface) -> Asked:
        actor, place = read_actor(activity), read_place(activity)
        form, context = str(marks.get("form") or ""), str(marks.get("context") or "")
        nonce = str(marks.get("nonce") or activity.get("id") or "")
        try:
            shape = read_shape(str(marks.get("shape") or ""), context, self._seal)
        except ShapeRefused:
            shape = None
        parts = (place.tenant, place.channel, actor.account.user, form, nonce)
        submission = Submission(
            actor=actor,
            form=form,
            context=context,
            values=read_values(data, shape),
            key=sha256("|".join(parts).encode()).hexdigest(),
        )
        return Asked(
            interaction=submission,
            surface=surface,
            back=str(marks.get("back") or ""),
            closes=True,
            sent=Sent(shape, nonce) if shape and shape.id == form else None,
            is_personal=is_personal(activity),
        )

    def _read_extension(self, activity: Json, value: Json) -> Command:
        place = read_place(activity)
        message = value.get("messagePayload")
        attachments = look(message, "attachments")
        listed = attachments if isinstance(attachments, list) else []
        files = tuple(
            name_file(self._seal, place.tenant, str(each["contentUrl"]), str(each.get("name") or ""))
            for each in listed
            if look(each, "contentType") == "reference" and look(each, "contentUrl")
        )
        words = _WORDS.get(str(value.get("commandId")), "")
        return Command(read_actor(activity), place, "sign", words, files)

    def _read_search(self, activity: Json, value: Json) -> Lookup:
        actor, place = read_actor(activity), read_place(activity)
        source, _, channel = str(value["dataset"]).partition("#")
        context = look(look(value.get("data"), FORM_KEY), "context")
        if not isinstance(context, str):
            # The client tells what is typed, and not in which form.
            context = write_draft(Draft(Place(Platform.TEAMS, place.tenant, channel or place.channel)))
        return Lookup(actor, source, str(value.get("queryText") or ""), context)

    def _read_uploads(self, activity: Json, place: Place) -> Iterable[FileRef]:
        for each in activity.get("attachments") or ():
            address = look(look(each, "content"), "downloadUrl")
            if look(each, "contentType") == "application/vnd.microsoft.teams.file.download.info" and address:
                name = str(look(each, "name") or "")
                yield name_file(self._seal, place.tenant, str(address), name, is_open=True)


def write_again(command: Command) -> str:
    """The value of a button that gives a command again, wherever the button ends up."""
    place = command.place
    told = {"words": command.words, "channel": place.channel, "thread": place.thread}
    return orjson.dumps({name: value for name, value in told.items() if value}).decode()


def _read_again(actor: Actor, value: str) -> Command:
    told = orjson.loads(value)
    thread = told.get("thread")
    place = Place(Platform.TEAMS, actor.office_tenant, str(told["channel"]), str(thread) if thread else None)
    return Command(actor, place, "sign", str(told.get("words") or ""))
