"""What a person sees in an Adaptive Card, and can press and fill in there."""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

INVISIBLE = dict.fromkeys(map(ord, "\u2060\u200b\u2068\u2069"))
_TAG = re.compile(r"<at>(.*?)</at>")
_ESCAPED = re.compile(r"\\([\\*_~`\[\]<>&#+\-!])")
_LINK = re.compile(r"(?<!\\)\[((?:[^\]\\]|\\.)*)\]\((\S+?)\)")
_CARDS_OWN = ("body", "actions", "items", "columns", "inlines", "card", "rows", "cells", "images")


def see(text: str) -> str:
    """`text` without the characters that show nothing."""
    return text.translate(INVISIBLE)


def read_card(card: Json | None) -> str:
    """Every word in a card, a line for each block, buttons and options included."""
    return "\n".join(line for line in _read(card or {}) if line)


def _read(thing: Json) -> Iterator[str]:
    kind = thing.get("type", "")
    if kind == "TextBlock":
        yield _show_markdown(thing["text"])
    elif kind == "RichTextBlock":
        yield see("".join(run if isinstance(run, str) else run["text"] for run in thing["inlines"]))
        return
    elif str(kind).startswith(("Input.", "Action.")):
        yield from (see(thing[name]) for name in ("label", "title", "placeholder") if name in thing)
        yield from (see(choice["title"]) for choice in thing.get("choices", ()))
    for part in _parts(thing):
        yield from _read(part)


def _show_markdown(text: str) -> str:
    shown = _TAG.sub(r"\1", _LINK.sub(r"\1", text)).replace("**", "")
    return see(_ESCAPED.sub(r"\1", shown))


def _parts(thing: Json) -> Iterator[Json]:
    """What stands inside an element: what replaces an action at an old client (`fallback`) is not seen beside it."""
    for name in _CARDS_OWN:
        inside = thing.get(name)
        for part in inside if isinstance(inside, list) else [inside]:
            if isinstance(part, dict):
                yield part


def walk(thing: Json | None, *, unfold: bool = True) -> Iterator[Json]:
    """Every element and action of a card, depth first; unless `unfold` nothing that an Action.ShowCard hides."""
    if thing is None:
        return
    yield thing
    if thing.get("type") == "Action.ShowCard" and not unfold:
        return
    for part in _parts(thing):
        yield from walk(part, unfold=unfold)


def find_buttons(card: Json | None) -> list[Json]:
    """The actions that are visible at once."""
    return [each for each in walk(card, unfold=False) if str(each.get("type", "")).startswith("Action.")]


def find_inputs(card: Json | None) -> dict[str, Json]:
    """The inputs that are visible at once, by id."""
    return {
        str(each.get("id")): each for each in walk(card, unfold=False) if str(each.get("type", "")).startswith("Input.")
    }


def find_form(card: Json) -> str:
    """The id of the form that an action of this card sends."""
    for button in find_buttons(card):
        data = button.get("data")
        if isinstance(data, dict) and isinstance(data.get("paraaf"), dict):
            return str(data["paraaf"].get("form", ""))
    return ""


def find_entities(card: Json | None) -> list[Json]:
    """The mentions that a card declares."""
    entities: list[Json] = ((card or {}).get("msteams") or {}).get("entities") or []
    return entities


def find_pings(card: Json | None) -> set[str]:
    """The ids of the people whose mention stands in a text block, where Teams looks for them."""
    texts = "\n".join(each["text"] for each in walk(card) if each.get("type") == "TextBlock")
    return {str(each["mentioned"]["id"]) for each in find_entities(card) if each["text"] in texts}


def find_links(card: Json | None) -> list[str]:
    """The addresses that runs, actions and Markdown lead to, in order."""
    links: list[str] = []
    for each in walk(card):
        runs = [run for run in each.get("inlines", ()) if isinstance(run, dict)]
        actions = [thing.get("selectAction") or {} for thing in (each, *runs)]
        links += [action["url"] for action in (each, *actions) if action.get("type") == "Action.OpenUrl"]
        if each.get("type") == "TextBlock":
            links += [found[1] for found in _LINK.findall(each["text"])]
    return list(dict.fromkeys(links))


def find_complaint(card: Json, input_id: str) -> str:
    """The words in the colour of a warning that follow an input, before the next one."""
    words: list[str] = []
    below = False
    for each in walk(card, unfold=False):
        if str(each.get("type", "")).startswith("Input."):
            below = each.get("id") == input_id
        elif below and each.get("type") == "RichTextBlock":
            warns = [run for run in each["inlines"] if isinstance(run, dict) and run.get("color") == "Attention"]
            words += [see("".join(run["text"] for run in warns))] if warns else []
        elif below and each.get("type") == "TextBlock" and each.get("color") == "Attention":
            words.append(_show_markdown(each["text"]))
    return "\n".join(words)
