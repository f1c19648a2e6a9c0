"""Spans as text of an Adaptive Card.

A `TextRun` shows its text literally, so whatever people wrote goes into runs of a `RichTextBlock`. Microsoft Teams
finds mentions in a `TextBlock` alone, whose text is a subset of Markdown: there marks are escaped with a backslash.
Both expand `{{DATE(…)}}` and `{{TIME(…)}}`, which a word joiner (U+2060, invisible) prevents. Titles and labels of
inputs are Markdown on some clients and literal on others: a word joiner breaks the links in them, and backslashes
would show, so are left out.
"""

import re
from collections.abc import Iterable
from typing import Any, TypeAlias, assert_never

from cards.addresses import check_url
from cards.model import Anchor, Mention, Plain, Span, Strong
from cards.text import clean, is_blank, isolate, join_lines

Json: TypeAlias = dict[str, Any]
Spans: TypeAlias = tuple[Span, ...]

_PERSON = re.compile(r"(?:\d+:[\w-]{10,200}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
"""A user as the Bot Framework names one in Teams (`29:…`), or the object id that Entra gives a person."""
_GUARD = "\u2060"
_FUNCTION = re.compile(r"\{(?=\{)")
_MARKS = re.compile(r"[\\*_~`\[\]<>&]|^(?:[-+#]|\d+(?=[.)]))", re.MULTILINE)
_LINK = re.compile(r"\](?=[(\[:])|<(?=[A-Za-z/!])")
_NOT_IN_NAMES = re.compile(r"[\\*_~`\[\]<>&{}]")
_LINES_APART = 60
"""Lines that get blocks of their own; more would make a card too big, so then they share one."""


def tame(text: str) -> str:
    """`text` on one line for a label or title, with links broken and functions off."""
    return _LINK.sub(lambda mark: mark.group() + _GUARD, _defuse(join_lines(text)))


def write_lines(spans: Spans, *, muted: bool = False, look: Json | None = None) -> list[Json]:
    """The blocks that show `spans`, one for a line; the first keeps its distance, the others follow close."""
    lines = _split_lines(spans)
    if sum(not _is_empty(each) for each in lines) > _LINES_APART:
        lines = [spans]
    blocks: list[Json] = []
    gap = False
    for each in lines:
        if _is_empty(each):
            gap = True
            continue
        block = _write_line(each, muted=muted, look=look or {})
        if blocks and not gap:
            block["spacing"] = "None"
        blocks.append(block)
        gap = False
    return blocks


def _is_empty(spans: Spans) -> bool:
    return all(is_blank(_read(span)) for span in spans)


def find_mentions(spans: Iterable[Span]) -> list[Json]:
    """The entities that Teams wants for the mentions in `spans`, in their order."""
    return [
        {
            "type": "mention",
            "text": _tag(span.name),
            "mentioned": {"id": span.user, "name": _name(span.name)},
        }
        for span in spans
        if isinstance(span, Mention) and _PERSON.fullmatch(span.user)
    ]


def _write_line(spans: Spans, *, muted: bool, look: Json) -> Json:
    if any(isinstance(span, Mention) and _PERSON.fullmatch(span.user) for span in spans):
        text = "".join(_write_markdown(span) for span in spans)
        subtle: Json = {"isSubtle": True, "size": "Small"} if muted else {}
        return {"type": "TextBlock", "text": text, "wrap": True, **subtle, **look}
    together = len(spans) > 1
    runs = [_write_run(span, muted=muted, look=look, together=together) for span in spans if _read(span)]
    return {"type": "RichTextBlock", "inlines": runs}


def _write_run(span: Span, *, muted: bool, look: Json, together: bool) -> Json:
    text = _read(span)
    run: Json = {"type": "TextRun", "text": _defuse(isolate(text) if together else clean(text))}
    if muted:
        run |= {"isSubtle": True, "size": "Small"}
    match span:
        case Plain() | Mention():
            return {**run, **look}
        case Strong():
            return {**run, **look, "weight": "Bolder"}
        case Anchor(_, url):
            return {**run, **look, "selectAction": {"type": "Action.OpenUrl", "url": check_url(url)}}
        case _:
            assert_never(span)


def _write_markdown(span: Span) -> str:
    match span:
        case Plain(text):
            return escape(isolate(text))
        case Strong(text):
            inner = text.strip()
            return text.replace(inner, f"**{escape(isolate(inner))}**", 1) if inner else text
        case Mention(user, name):
            return _tag(name) if _PERSON.fullmatch(user) else escape(isolate(name))
        case Anchor(label, url):
            address = check_url(url).replace("(", "%28").replace(")", "%29")
            return f"[{escape(isolate(join_lines(label)))}]({address})"
        case _:
            assert_never(span)


def escape(text: str) -> str:
    """`text` as Markdown that shows exactly `text`."""

    def protect(mark: re.Match[str]) -> str:
        found = mark.group()
        return f"{found}{_GUARD}" if found.isdigit() else f"\\{found}"

    return _defuse(_MARKS.sub(protect, clean(text)))


def _defuse(text: str) -> str:
    return _FUNCTION.sub("{" + _GUARD, clean(text))


def _tag(name: str) -> str:
    return f"<at>{_name(name)}</at>"


def _name(name: str) -> str:
    """A name inside a mention's tag, where Teams compares it literally and nothing can be escaped."""
    return _NOT_IN_NAMES.sub("", join_lines(name)).strip() or "…"


def _split_lines(spans: Spans) -> list[Spans]:
    lines: list[list[Span]] = [[]]
    for span in spans:
        if not isinstance(span, Plain | Strong):
            lines[-1].append(span)
            continue
        first, *others = clean(span.text).split("\n")
        lines[-1].append(type(span)(first))
        lines += [[type(span)(other)] for other in others]
    return [tuple(line) for line in lines]


def _read(span: Span) -> str:
    match span:
        case Plain(text) | Strong(text):
            return text
        case Mention(_, name):
            return join_lines(name)
        case Anchor(label, _):
            return join_lines(label)
        case _:
            assert_never(span)
