"""The few pages of our own, in the reader's language and without anything from elsewhere."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape

from aiohttp import web

from bot.texts import Texts, texts_for

STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;box-sizing:border-box;"
    "font:1.0625rem/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}"
    "main{max-width:32rem;padding:2rem;border:1px solid color-mix(in srgb,CanvasText 18%,Canvas);border-radius:1rem}"
    "h1{margin:0 0 .75rem;font-size:1.375rem;line-height:1.3}p{margin:0 0 .75rem}p:last-child{margin:0}"
    "h2{margin:2rem 0 .5rem;font-size:1.125rem}dl{margin:0 0 1rem}dd{margin:0 0 .5rem 1rem}pre{white-space:pre-wrap}"
    "small{color:color-mix(in srgb,CanvasText 65%,Canvas)}"
    "main{overflow-wrap:anywhere}ul{margin:0 0 .75rem;padding-left:1.25rem}label{display:block;font-weight:600}"
    "input,button{font:inherit;width:100%;box-sizing:border-box;margin:.25rem 0 .75rem;min-height:2.75rem}"
    "button{border:0;border-radius:.5rem;background:#1d3557;color:#fff;font-weight:600;cursor:pointer}"
    "[role=alert]{padding:.75rem 1rem;border-left:.25rem solid #c1121f;"
    "background:color-mix(in srgb,#c1121f 12%,Canvas)}"
)
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()

PRIVATE: Mapping[str, str] = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""For everything that hangs on a personal link: its address goes nowhere else, and nothing of it is kept."""

_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'; form-action"


def read_texts(request: web.Request) -> Texts:
    """The texts for whoever asks, by the language that the browser prefers (RFC 9110, section 12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for part in request.headers.get("Accept-Language", "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((float(quality or 1), tag.strip()))
        except ValueError:
            continue
    best = max(wishes, key=lambda wish: wish[0], default=(0.0, ""))[1]
    return texts_for(None if best in {"", "*"} else best)


def show_page(status: int, title: str, *paragraphs: str, texts: Texts) -> web.Response:
    """A page with one message; everything in it is escaped."""
    return lay_out(status, title, "".join(f"<p>{escape(each)}</p>" for each in paragraphs), texts)


def lay_out(status: int, title: str, body: str, texts: Texts, *, asks: bool = False) -> web.Response:
    """A page with a `body` in HTML, in which what people wrote is escaped; with a form to send back if it `asks`."""
    html = (
        f'<!doctype html><html lang="{texts.language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · Paraaf</title><style>{STYLE}</style>"
        f"<main><h1>{escape(title)}</h1>{body}</main></html>"
    )
    target = "'self'" if asks else "'none'"
    headers = {**PRIVATE, "Content-Security-Policy": f"{_POLICY} {target}", "Vary": "Accept-Language"}
    return web.Response(status=status, text=html, content_type="text/html", charset="utf-8", headers=headers)


def is_prefetch(request: web.Request) -> bool:
    """Whether a browser only wants to have it ready; nobody sees it then."""
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return any("prefetch" in each or "prerender" in each for each in said)


async def show_root(request: web.Request) -> web.Response:
    """What this is, to who comes here without a link."""
    texts = read_texts(request)
    return show_page(
        200,
        "Paraaf",
        texts.say("Paraaf has documents signed in the chat of an office and its clients."),
        texts.say("There is nothing to do here. Open the conversation, and press View on the card."),
        texts=texts,
    )
