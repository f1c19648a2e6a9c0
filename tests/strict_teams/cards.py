"""What Teams takes as an Adaptive Card, an activity and an answer. Each check returns nothing or raises `Invalid`.

Cards: Microsoft's schema of version 1.5 (unknown properties are refused), what Teams adds to it (`msteams`, and
`choices.data` of choices that are looked up), and what the schema cannot say.
"""

import json
import re
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
from jsonschema import Draft6Validator
from jsonschema.exceptions import best_match

from tests.strict_teams.facts import ACTIVITY_BYTES, SEARCH_RESULTS, USERS_TO_REFRESH, Json
from tests.strict_teams.reading import find_entities, walk

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
WORDS = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
FOUND = "application/vnd.microsoft.search.searchResponse"
_ACTIVITY = {
    "type", "text", "textFormat", "summary", "attachments", "entities", "channelData", "recipient", "locale",
    "importance", "from", "conversation", "replyToId",
}  # fmt: skip
_SIZES = {"small", "medium", "large"}
_MRI = re.compile(r"(?:29|8):[\w.:-]+")


class Invalid(ValueError):
    """Teams would refuse this, or show it wrongly."""


def check_activity(activity: Json, *, targeted: bool) -> None:
    """A message that the bot posts, or puts in the place of another."""
    _know(activity, _ACTIVITY, "activity")
    if activity.get("type") != "message":
        raise Invalid(f"an activity of type {activity.get('type')!r}")
    if "recipient" in activity and not targeted:
        raise Invalid("a recipient without isTargetedActivity: everybody would see this")
    attachments = activity.get("attachments") or []
    if len(attachments) > 1:
        raise Invalid("more than one attachment: one card for each activity")
    if attachments and activity.get("text"):
        raise Invalid("text beside a card: Teams splits it in two and tells no id")
    if not attachments and not str(activity.get("text") or "").strip():
        raise Invalid("nothing to show")
    for attachment in attachments:
        check_attachment(attachment, in_dialog=False)
    _check_mentions(activity.get("entities") or [], str(activity.get("text", "")), "activity")


def measure(activity: Json) -> int:
    """Bytes of an activity as JSON in UTF-8."""
    return len(json.dumps(activity, ensure_ascii=False).encode())


def check_attachment(attachment: Json, *, in_dialog: bool) -> None:
    """A card as an attachment."""
    _know(attachment, {"contentType", "content"}, "attachment")
    if attachment.get("contentType") != ADAPTIVE:
        raise Invalid(f"an attachment of type {attachment.get('contentType')!r}")
    check_card(attachment["content"], in_dialog=in_dialog)


def check_card(card: Json, *, in_dialog: bool = False) -> None:
    """An Adaptive Card as Teams shows it."""
    _check_card(json.dumps(card, sort_keys=True), in_dialog=in_dialog)


@lru_cache(maxsize=512)
def _check_card(text: str, *, in_dialog: bool) -> None:
    card: Json = json.loads(text)
    if len(text.encode()) > ACTIVITY_BYTES:
        raise Invalid(f"a card of {len(text):,} characters")
    if (card.get("type"), card.get("version")) != ("AdaptiveCard", "1.5"):
        raise Invalid(f"{card.get('type')} {card.get('version')} where an AdaptiveCard 1.5 belongs")
    _check_schema(card)
    ids = [str(each.get("id", "")) for each in walk(card) if str(each["type"]).startswith("Input.")]
    if "" in ids or len(ids) != len(set(ids)):
        raise Invalid(f"an input without an id, or two with one: {ids}")
    for each in walk(card):
        _check_part(each, in_dialog=in_dialog)
    texts = "\n".join(each["text"] for each in walk(card) if each["type"] == "TextBlock")
    _know(card.get("msteams") or {}, {"entities", "width"}, "msteams")
    _check_mentions(find_entities(card), texts, "card")
    if "refresh" in card:
        _check_refresh(card["refresh"], in_dialog=in_dialog)


@cache
def _schema() -> Json:
    text = files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text(encoding="utf-8")
    schema: Json = json.loads(text)
    return schema


@cache
def _judge() -> jsonschema_rs.Draft6Validator:
    return jsonschema_rs.Draft6Validator(_schema(), validate_formats=False)


def _check_schema(card: Json) -> None:
    plain = json.loads(json.dumps(card))
    plain.pop("msteams", None)
    for each in walk(plain):
        query = each.pop("choices.data", None)
        if query is not None:
            _know(query, {"type", "dataset", "count", "skip", "associatedInputs", "value"}, "choices.data")
            if query.get("type") != "Data.Query" or not query.get("dataset"):
                raise Invalid("choices.data without dataset")
        if each.get("style") == "filtered" and each.get("type") == "Input.ChoiceSet":
            del each["style"]
    if not _judge().is_valid(plain):
        # It judges a hundred times as quickly as this one, which can tell what the fault is.
        fault = best_match(Draft6Validator(_schema()).iter_errors(plain))
        assert fault
        raise Invalid(f"/{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}")


def _check_part(part: Json, *, in_dialog: bool) -> None:
    kind = part["type"]
    if kind == "Action.Execute":
        if not part.get("verb"):
            raise Invalid("an Action.Execute without verb")
        if in_dialog:
            raise Invalid("an Action.Execute in a dialog, where it does nothing")
        if part.get("fallback", "drop") != "drop" and part["fallback"].get("type") != "Action.Submit":
            raise Invalid("a fallback of Action.Execute that is no Action.Submit")
    if kind == "Image" and not part["url"].startswith("https://"):
        raise Invalid(f"a picture that Teams does not fetch: {part['url']}")
    if kind.startswith("Input.") and part.get("isRequired") and not part.get("errorMessage"):
        raise Invalid(f"a required input without errorMessage: {part['id']}")
    if kind.startswith("Input.") and not part.get("label"):
        raise Invalid(f"an input without label: {part['id']}")
    if kind == "Input.ChoiceSet":
        _check_choices(part)
    for action in (part, part.get("fallback") or {}):
        if isinstance(action, dict) and isinstance(action.get("data"), dict):
            _check_client_data(action["data"].get("msteams"))


def _check_choices(part: Json) -> None:
    values = [choice["value"] for choice in part.get("choices", ())]
    if not values and "choices.data" not in part:
        raise Invalid(f"nothing to choose: {part['id']}")
    if len(values) != len(set(values)):
        raise Invalid(f"two choices with one value: {part['id']}")
    if part.get("isMultiSelect") and any("," in value for value in values):
        raise Invalid(f"a comma in a value of {part['id']}")
    chosen = str(part.get("value") or "")
    wanted = [each for each in (chosen.split(",") if part.get("isMultiSelect") else [chosen]) if each]
    if "choices.data" not in part and set(wanted) - set(values):
        raise Invalid(f"chosen but not offered: {set(wanted) - set(values)}")


def _check_client_data(told: object) -> None:
    if told is not None and told not in ({"type": "task/fetch"}, {"justInTimeInstall": True}):
        raise Invalid(f"data.msteams that Teams does not know: {told}")


def _check_refresh(refresh: Json, *, in_dialog: bool) -> None:
    if in_dialog:
        raise Invalid("refresh in a dialog")
    if not (refresh.get("action") or {}).get("verb"):
        raise Invalid("refresh without a verb")
    users = refresh.get("userIds")
    if users is None:
        raise Invalid("refresh without userIds: in a large conversation nobody would see a view of their own")
    if len(users) > USERS_TO_REFRESH or len(users) != len(set(users)):
        raise Invalid(f"{len(users)} userIds, of which {len(set(users))} different")
    if strange := [user for user in users if not _MRI.fullmatch(user)]:
        raise Invalid(f"no ids of people: {strange}")


def _check_mentions(entities: Iterable[Json], text: str, where: str) -> None:
    for entity in entities:
        if entity.get("type") != "mention":
            raise Invalid(f"an entity of type {entity.get('type')!r}")
        if not re.fullmatch(r"<at>[^<>]+</at>", str(entity.get("text"))) or entity["text"] not in text:
            raise Invalid(f"{entity.get('text')!r} is mentioned nowhere in the texts of the {where}")
        if not (entity.get("mentioned") or {}).get("id") or not entity["mentioned"].get("name"):
            raise Invalid("a mention of nobody")
    known = {str(entity["text"]) for entity in entities}
    if strays := set(re.findall(r"<at>.*?</at>", text)) - known:
        raise Invalid(f"tags that would be shown as they are: {strays}")


# --- answers to invokes ---


def check_press(answer: Json) -> None:
    """The answer to `adaptiveCard/action`."""
    _need(answer, {"statusCode", "type", "value"}, "answer to a press")
    kind, code, value = answer["type"], answer["statusCode"], answer["value"]
    if kind == ADAPTIVE and code == 200:
        check_card(value)
    elif kind == WORDS and code == 200:
        if not isinstance(value, str) or not value.strip():
            raise Invalid("a message without words")
    elif kind == ERROR and code in {400, 500}:
        _need(value, {"code", "message"}, "error")
    else:
        raise Invalid(f"an answer of type {kind!r} with statusCode {code!r}")


def check_task(answer: Json, *, sent: bool, domains: Collection[str] = ()) -> None:
    """The answer to a dialog being asked for, or to one that was `sent`: only then it may be empty.

    `domains` are the `validDomains` of the app's manifest, whose pages alone are shown.
    """
    if not answer:
        if not sent:
            raise Invalid("no dialog where one was asked for")
        return
    _need(answer, {"task"}, "answer to a dialog")
    _need(answer["task"], {"type", "value"}, "task")
    kind, value = answer["task"]["type"], answer["task"]["value"]
    if kind == "message":
        if not isinstance(value, str) or not value.strip():
            raise Invalid("a dialog without words")
        return
    if kind != "continue":
        raise Invalid(f"a task of type {kind!r}")
    _know(value, {"title", "height", "width", "card", "url", "fallbackUrl"}, "dialog")
    if not str(value.get("title") or "").strip():
        raise Invalid("a dialog without title")
    for side in ("height", "width"):
        if side in value and not (isinstance(value[side], int) or value[side] in _SIZES):
            raise Invalid(f"a {side} of {value[side]!r}")
    if ("url" in value) is ("card" in value):
        raise Invalid("a dialog with both a card and a page, or with neither")
    if "card" in value:
        check_attachment(value["card"], in_dialog=True)
    else:
        _check_page(value, domains)


def _check_page(value: Json, domains: Collection[str]) -> None:
    for name in ("url", "fallbackUrl"):
        url = urlsplit(str(value.get(name) or ""))
        if url.scheme != "https" and (url.scheme, url.hostname) not in {("http", "127.0.0.1"), ("http", "localhost")}:
            raise Invalid(f"a page that a dialog does not show: {name} {value.get(name)!r}")
        if not any(fnmatchcase(url.netloc, domain) for domain in domains):
            raise Invalid(f"{url.netloc} is not among validDomains: {sorted(domains)}")


def check_search(answer: Json) -> None:
    """The answer to `application/search`."""
    _know(answer, {"type", "value", "statusCode"}, "answer to a search")
    if answer.get("type") != FOUND or answer.get("statusCode", 200) != 200:
        raise Invalid(f"an answer of type {answer.get('type')!r} to a search")
    results = answer["value"]["results"]
    if len(results) > SEARCH_RESULTS:
        raise Invalid(f"{len(results)} results, of which {SEARCH_RESULTS} are shown")
    for each in results:
        _need(each, {"title", "value"}, "result")
        if not all(isinstance(text, str) and text for text in each.values()):
            raise Invalid(f"a result without words: {each}")


def _know(thing: Any, known: set[str], where: str) -> None:  # noqa: ANN401 - any JSON value
    if not isinstance(thing, dict):
        raise Invalid(f"{where}: no object")
    if unknown := thing.keys() - known:
        raise Invalid(f"{where}: does not know {sorted(unknown)}")


def _need(thing: Any, needed: set[str], where: str) -> None:  # noqa: ANN401 - any JSON value
    _know(thing, needed, where)
    if missing := needed - thing.keys():
        raise Invalid(f"{where}: lacks {sorted(missing)}")
