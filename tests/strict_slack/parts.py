"""What every part of Block Kit is checked with. Each check returns nothing or raises `Invalid`."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

ID = 255
URL = 3_000

Check = Callable[[Any, str], None]
Json = Mapping[str, Any]


class Invalid(ValueError):
    """Slack would refuse this. `path` points at the offending place, like `/blocks/3/text/text`."""

    def __init__(self, path: str, reason: str, code: str = "invalid_blocks") -> None:
        super().__init__(f"{path or '/'}: {reason}")
        self.path, self.reason, self.code = path, reason, code


def count(text: str) -> int:
    """UTF-16 units of `text`."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(kind: str | None, most: int) -> Check:
    """What checks a text object of `kind` (of any when None) with at most `most` characters."""

    def check(text: Json, path: str) -> None:
        found = read_kind(text, path)
        if found not in {"plain_text", "mrkdwn"} or (kind and found != kind):
            raise Invalid(f"{path}/type", f"{found!r} where {kind or 'a text object'} belongs")
        check_keys(text, path, {"type", "text"}, {"emoji"} if found == "plain_text" else {"verbatim"})
        check_length(text["text"], f"{path}/text", most)
        if not text["text"].strip():
            raise Invalid(f"{path}/text", "blank")
        if found == "mrkdwn":
            check_markup(text["text"], f"{path}/text")

    return check


_MARKUP = re.compile(r"<(@[UW][A-Z0-9]{2,}|#C[A-Z0-9]{2,}|https?://[^<>|\s]+(\|[^<>]+)?|mailto:[^<>|\s]+(\|[^<>]+)?)>")


def check_markup(text: str, path: str) -> None:
    """What is left after known markup may hold no angle bracket, and no ampersand but an entity."""
    rest = _MARKUP.sub("", text)
    if found := re.search(r"<[^>]{0,20}|&(?!amp;|lt;|gt;).{0,10}", rest):
        raise Invalid(path, f"unescaped {found.group()!r}")


def check_keys(thing: object, path: str, needed: set[str], optional: set[str]) -> None:
    """An object with all of `needed` and nothing beside these and `optional`."""
    if not isinstance(thing, Mapping):
        raise Invalid(path, "must be an object")
    if missing := needed - thing.keys():
        raise Invalid(path, f"lacks {sorted(missing)}")
    if unknown := thing.keys() - needed - optional:
        raise Invalid(path, f"does not know {sorted(unknown)}")


def read_kind(thing: object, path: str) -> str:
    """The `type` of an object."""
    if not isinstance(thing, Mapping) or not isinstance(thing.get("type"), str):
        raise Invalid(path, "must be an object with a type")
    return str(thing["type"])


def check_many(things: object, path: str, most: int, check: Check, least: int = 1) -> None:
    """A list of `least` to `most` things, each of which passes `check`."""
    if not isinstance(things, Sequence) or isinstance(things, str):
        raise Invalid(path, "must be a list")
    if not least <= len(things) <= most:
        raise Invalid(path, f"{len(things)} items, {least} to {most} allowed")
    for number, thing in enumerate(things):
        check(thing, f"{path}/{number}")


def check_length(text: object, path: str, most: int, *, empty: bool = False) -> None:
    """A string of at most `most` characters, or nothing at all."""
    if text is None:
        return
    if not isinstance(text, str):
        raise Invalid(path, "must be a string")
    if not text and not empty:
        raise Invalid(path, "must not be empty")
    if count(text) > most:
        raise Invalid(path, f"{count(text)} characters, {most} allowed")


def check_within(number: object, path: str, least: int, most: int) -> None:
    """A whole number from `least` to `most`."""
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise Invalid(path, f"{number!r} is not within {least} to {most}")


def check_picture_url(url: object, path: str) -> None:
    """An address from which Slack fetches a picture."""
    check_url(url, path)
    if not str(url).startswith("https://"):
        raise Invalid(path, f"not an https address: {url!r}")


def check_url(url: object, path: str) -> None:
    """An http address."""
    check_length(url, path, URL)
    if not isinstance(url, str) or not re.match(r"https?://[^\s/]+", url):
        raise Invalid(path, f"not an http address: {url!r}")
