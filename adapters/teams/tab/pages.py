"""The pages that Teams shows in a frame, and the files that belong to them. They hold nothing of anybody."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Final

from aiohttp import web

from adapters.teams_settings import FRAMES
from bot.texts import Texts, texts_for

ADDRESS: Final = "/teams/tab"

_LIBRARY: Final = "vendor/teams-js/MicrosoftTeams.min.js"
# Microsoft's library for pages in Teams: npm's @microsoft/teams-js 2.58.0, its dist/umd as published.
_TYPES: Final = {
    _LIBRARY: "text/javascript",
    "tab.js": "text/javascript",
    "configure.js": "text/javascript",
    "tab.css": "text/css",
}
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        # Keeps Microsoft's library from asking its CDN for a list of hosts at each start; it then takes its own.
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {' '.join(FRAMES)}",
    )
)
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_THEMES: Final = frozenset({"dark", "contrast"})
_FOREVER: Final = "public, max-age=31536000, immutable"


def serve_pages() -> list[web.AbstractRouteDef]:
    """`GET /teams/tab`, `/teams/tab/configure` and their files. Teams fills in `locale` and `theme`."""
    contents = {name: files(__package__ or "").joinpath("static", name).read_bytes() for name in _TYPES}
    versions = {name: sha256(content).hexdigest()[:16] for name, content in contents.items()}

    async def show_tab(request: web.Request) -> web.Response:
        return _show(request, "tab.js", _write_tab, versions)

    async def show_configuration(request: web.Request) -> web.Response:
        return _show(request, "configure.js", _write_configuration, versions)

    async def send(request: web.Request) -> web.Response:
        name = request.match_info["file"]
        if name not in contents:
            raise web.HTTPNotFound
        is_named = request.query_string == versions[name]
        headers = {
            "Cache-Control": _FOREVER if is_named else "no-cache",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=contents[name], content_type=_TYPES[name], charset="utf-8", headers=headers)

    return [
        web.get(ADDRESS, show_tab),
        web.get(f"{ADDRESS}/configure", show_configuration),
        web.get(f"{ADDRESS}/static/{{file:.+}}", send),
    ]


def _show(
    request: web.Request, script: str, write: Callable[[Texts], str], versions: Mapping[str, str]
) -> web.Response:
    texts, theme = texts_for(request.query.get("locale")), request.query.get("theme", "")
    # Relative to the address, since a web server in front may add a folder to it.
    static = "static" if request.path.endswith("/configure") else "tab/static"
    style, library, own = (f"{static}/{name}?{versions[name]}" for name in ("tab.css", _LIBRARY, script))
    title = escape(texts.say("Tasks"))
    html = (
        f'<!doctype html><html lang="{texts.language}" data-theme="{theme if theme in _THEMES else "default"}">'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{title} · Paraaf</title><link rel="stylesheet" href="{style}">'
        f'<script src="{library}" defer></script><script src="{own}" defer></script>{write(texts)}</html>'
    )
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=_HEADERS)


def _write_tab(texts: Texts) -> str:
    """What the script shows until it has the tasks, or when it cannot get them, by the id of a template."""
    told = (texts.say("The tasks are being fetched …"), texts.say("Close"), texts.say("Try again"))
    wait, close, again = (escape(each) for each in told)
    templates = "".join(
        f'<template id="{id_}"><div role="alert"><p>{escape(words)}</p><p class="muted reason"></p>'
        f"<p><button data-again>{again}</button></p></div></template>"
        for id_, words in _list_troubles(texts).items()
    )
    return (
        f'<main id="tasks" aria-busy="true"><p role="status">{wait}</p></main>'
        '<dialog id="shown" aria-labelledby="title"><h2 id="title"></h2><div id="body"></div>'
        f'<form method="dialog"><button>{close}</button></form></dialog>{templates}'
    )


def _list_troubles(texts: Texts) -> dict[str, str]:
    return {
        "outside": texts.say(
            "This page works in Microsoft Teams alone. Open the app Paraaf there, and choose the tab with the tasks."
        ),
        "no-consent": texts.say(
            "Your organisation does not let Teams tell Paraaf who you are yet. "
            "Ask the administrator of Microsoft 365 to grant the app Paraaf consent, then try again."
        ),
        "no-token": texts.say(
            "Teams does not tell Paraaf who you are. Try again; if it stays, sign out of Teams and in again."
        ),
        "refused": texts.say(
            "Paraaf does not accept what Teams tells of you: it has expired, or your organisation belongs to no office "
            "yet. Try again; if it stays, ask the office."
        ),
        "outage": texts.say("Paraaf is not answering right now. Nothing was lost; please try again in a moment."),
    }


def _write_configuration(texts: Texts) -> str:
    told = texts.say("This tab shows the tasks of this conversation to who takes part in it.")
    name = escape(texts.say("Tasks"))
    return f'<main id="configure" data-name="{name}"><h1>{name}</h1><p>{escape(told)}</p></main>'
