"""Spans as Slack's text objects.

Words of people go into `plain_text` wherever Slack allows: it has no markup, so they stay exactly as typed. Only a
mention, a strong word or a link makes a text `mrkdwn`. There `&`, `<` and `>` are escaped as Slack documents, and a
mark that could format gets a word joiner (U+2060, invisible) on both sides; Slack documents no escape for marks, so
that part rests on how its clients read them. `verbatim` keeps Slack from making links and mentions of what merely
looks like one.
"""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias, assert_never

from cards import limits
from cards.addresses import check_url
from cards.model import Anchor, Mention, Plain, Span, Strong
from cards.text import NOTHING, clean, is_blank, isolate, join_lines

Json: TypeAlias = dict[str, Any]
Spans: TypeAlias = tuple[Span, ...]

_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_GUARD = "\u2060"
_ZERO_WIDTH_SPACE = "\u200b"
_BAR = "\N{LEFT ONE QUARTER BLOCK} "
# an underscore inside a word formats nothing; a colon only as part of an emoji's name
_MARKS = re.compile(r"[*~`]|(?<![^\W_])_|_(?![^\W_])|:(?=[\w+'-]+:)|^&gt;", re.MULTILINE)


def escape(text: str) -> str:
    """`text` with Slack's three control characters as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """What a reader sees of a text that `make_literal` made."""
    text = text.replace(_GUARD, "").replace(_ZERO_WIDTH_SPACE, "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def make_literal(text: str) -> str:
    """`text` as mrkdwn that shows exactly `text`."""
    return _MARKS.sub(lambda mark: f"{_GUARD}{mark.group()}{_GUARD}", escape(clean(text)))


def plain(text: str) -> Json:
    """A plain_text object; what shows nothing becomes a dash, as Slack refuses empty text."""
    return {"type": "plain_text", "text": NOTHING if is_blank(text) else clean(text), "emoji": False}


def label(text: str, limit: int, what: str) -> Json:
    """A plain_text object of one line; raises TooLong."""
    return plain(limits.fit(join_lines(text), limit, what))


def write_spans(spans: Spans) -> Json:
    """A text object with what `spans` say; exact words win over bold ones, where Slack can't have both for certain."""
    if any(isinstance(span, Mention | Anchor) for span in spans):
        return _mrkdwn(_join(spans))
    words = tuple(span for span in spans if isinstance(span, Plain | Strong))
    text = "".join(isolate(span.text) for span in words) if len(words) > 1 else clean(words[0].text if words else "")
    written = make_literal(text)
    if is_blank(text):
        return plain(text)
    lines = "\n" in text.strip()
    # some clients show the line breaks of mrkdwn alone, which is worth some escaping, but no section of its own
    if written != text and not (lines and limits.measure(written) <= limits.SLACK_SECTION_TEXT):
        return plain(text.strip("\n"))
    if any(isinstance(span, Strong) for span in words):
        return _mrkdwn(_join(words))
    return _mrkdwn(text.strip("\n")) if lines and written == text else plain(text.strip("\n"))


def write_quote(spans: Spans) -> Json:
    """A text object that shows `spans` as somebody's literal words, every line of it marked."""
    if any(not isinstance(span, Plain) for span in spans):
        lines = _join(spans).strip("\n").split("\n")
        return _mrkdwn("\n".join(f"> {each}" for each in lines))
    text = clean("".join(span.text for span in spans if isinstance(span, Plain))).strip("\n")
    marked = "\n".join(_BAR + isolate(each) for each in text.split("\n"))
    return write_spans((Plain(marked),))


def show_nothing(spans: Spans) -> bool:
    """Whether `spans` show nothing at all."""
    return all(is_blank(read(span)) for span in spans)


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _join(spans: Sequence[Span]) -> str:
    written = ""
    after_word = False  # Slack sees a mark only beside a blank or punctuation
    for span in spans:
        piece = _write(span)
        if piece and ((after_word and piece[0] == "*") or (written.endswith("*") and piece[0].isalnum())):
            written += _ZERO_WIDTH_SPACE
        written += piece
        after_word = written[-1:].isalnum()
    return written


def _write(span: Span) -> str:
    match span:
        case Plain(text):
            return make_literal(isolate(text))
        case Strong(text):
            return "\n".join(_embolden(each) for each in clean(text).split("\n"))
        case Mention(user, name):
            return f"<@{user}>" if _USER.fullmatch(user) else make_literal(isolate(join_lines(name)))
        case Anchor(text, url):
            return f"<{escape(check_url(url))}|{make_literal(isolate(join_lines(text)))}>"
        case _:
            assert_never(span)


def _embolden(text: str) -> str:
    """Bold, unless an asterisk inside would end it too early: then as it is."""
    inner = text.strip()
    if is_blank(inner) or "*" in inner:
        return make_literal(isolate(text))
    return text.replace(inner, f"*{make_literal(isolate(inner))}*", 1)


def read(span: Span) -> str:
    """The text of a span, as far as it is one."""
    match span:
        case Plain(text) | Strong(text) | Anchor(text, _):
            return text
        case Mention(user, name):
            return user if _USER.fullmatch(user) else name
        case _:
            assert_never(span)
