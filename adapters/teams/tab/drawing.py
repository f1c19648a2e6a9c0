"""Elements of cards as HTML; everything in them is escaped."""

from collections.abc import Iterable
from html import escape
from typing import assert_never

from cards.model import (
    Actions,
    Anchor,
    Button,
    Divider,
    Element,
    Facts,
    Image,
    Input,
    Link,
    Mention,
    Plain,
    Span,
    Strong,
    Style,
    Text,
)


def draw_elements(elements: Iterable[Element | Input]) -> str:
    """The elements below each other. Inputs are left out: a tab has nothing to fill in."""
    return "".join(_draw(each) for each in elements if not isinstance(each, Input))


def draw_spans(spans: Iterable[Span]) -> str:
    """Text inside a paragraph. Names are kept from reordering the words around them."""
    return "".join(_draw_span(each) for each in spans)


def draw_button(button: Button) -> str:
    """A button whose press goes to `POST /teams/tab/press`."""
    kind = "" if button.style is Style.PLAIN else f' class="{button.style}"'
    press = f'data-action="{escape(button.action)}" data-value="{escape(button.value)}"'
    return f"<button{kind} {press}>{escape(button.label)}</button>"


def _draw(element: Element) -> str:
    match element:
        case Text(spans, muted, quote):
            tag = "blockquote" if quote else "p"
            return f"<{tag}{' class=muted' if muted else ''}>{draw_spans(spans)}</{tag}>"
        case Facts(rows):
            facts = (f"<dt>{escape(row.label)}</dt><dd>{draw_spans(row.value)}</dd>" for row in rows)
            return f"<dl>{''.join(facts)}</dl>"
        case Image(url, alt):
            return f'<img src="{escape(url)}" alt="{escape(alt)}">'
        case Divider():
            return "<hr>"
        case Actions(items):
            drawn = (draw_button(each) if isinstance(each, Button) else _draw_link(each) for each in items)
            return f"<p class=actions>{''.join(drawn)}</p>"
        case _:
            assert_never(element)


def _draw_link(link: Link | Anchor) -> str:
    return f'<a href="{escape(link.url)}" target="_blank" rel="noopener noreferrer">{escape(link.label)}</a>'


def _draw_span(span: Span) -> str:
    match span:
        case Plain(text):
            return f"<span class=text>{escape(text)}</span>"
        case Strong(text):
            return f"<strong>{escape(text)}</strong>"
        case Mention(_, name):
            return f"<bdi>{escape(name)}</bdi>"
        case Anchor():
            return _draw_link(span)
        case _:
            assert_never(span)
