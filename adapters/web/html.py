"""HTML that is safe by the way it is made: whatever is not `Html` already is escaped."""

from collections.abc import Iterable
from html import escape
from typing import Final

_WITHOUT_CONTENT: Final = frozenset({"br", "img", "input", "link", "meta"})


class Html(str):
    """Markup. Only what this module makes, and literals, may be called so."""

    __slots__ = ()


NOTHING: Final = Html()


def tag(name: str, /, *content: str, **attributes: str | bool | None) -> Html:
    """An element. `content` is text unless it is `Html`.

    In the names of `attributes` an underscore stands for a hyphen, and one at the end for nothing (`for_`). One that is
    False or None is left out, one that is True has no value.
    """
    written = "".join(_write_attribute(key, value) for key, value in attributes.items())
    if name in _WITHOUT_CONTENT:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(content)}</{name}>")


def join(parts: Iterable[str]) -> Html:
    """The parts behind each other, each as `tag` takes it."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def isolate(name: str) -> Html:
    """A name whose direction does not reorder the words around it."""
    return tag("bdi", name)


def _write_attribute(key: str, value: str | bool | None) -> str:  # noqa: FBT001 - a boolean attribute is one
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(value)}"'
