"""What every part of the page for placing fields stands on, and the page around whatever it shows."""

from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from adapters.web.assets import Assets
from adapters.web.html import Html, join, tag
from adapters.web.pages import PRIVATE
from bot.ports import Ports
from bot.texts import Texts

PATH = "/placing/{secret}"
SAVED = "saved"
"""What the address of the page says once fields were saved."""

_POLICY = "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'self'; img-src 'self'"
_TEAMS = {"in": "teams"}


@dataclass(frozen=True, slots=True)
class PlacingSite:
    """The ports, the files of the page, and the origins that may show it inside theirs where a dialog of Teams asks."""

    ports: Ports
    assets: Assets
    framed_by: tuple[str, ...] = ()

    def locate(self, request: web.Request, *parts: str, **query: str) -> str:
        """The path of the page that is asked for, or of what `parts` name below it, in a dialog still for one."""
        root = URL(self.ports.public_url).path.rstrip("/")
        path = URL("/".join((root + PATH.format(secret=request.match_info["secret"]), *parts)))
        return str(path.with_query(query | (_TEAMS if is_in_dialog(request) else {})))

    def lay_out(self, request: web.Request, texts: Texts, title: str, body: Html, status: int = 200) -> web.Response:
        """A page with this `body`."""
        path = self.assets.path
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
            tag("title", f"{title} · Paraaf"),
            tag("link", rel="stylesheet", href=f"{path}/signing.css"),
            tag("link", rel="stylesheet", href=f"{path}/placing/placing.css"),
            tag("script", type="module", src=f"{path}/placing/placing.mjs"),
        )
        html = join((Html("<!doctype html>"), tag("html", head, tag("body", body), lang=texts.language)))
        headers = {**PRIVATE, "Content-Security-Policy": self._write_policy(request), "Vary": "Accept-Language"}
        return web.Response(status=status, text=html, content_type="text/html", charset="utf-8", headers=headers)

    def lay_out_words(self, request: web.Request, texts: Texts, status: int, title: str, *words: str) -> web.Response:
        """A page that says something, and has nothing to do on it."""
        box = tag("div", tag("h1", title), *(tag("p", each) for each in words), class_="box")
        return self.lay_out(request, texts, title, tag("main", box, class_="short"), status)

    def _write_policy(self, request: web.Request) -> str:
        source = self.assets.source
        framed_by = " ".join((self.framed_by if is_in_dialog(request) else ()) or ("'none'",))
        sources = f"script-src {source}; style-src {source}; worker-src {source}"
        return f"{_POLICY}; {sources}; frame-ancestors {framed_by}"


def is_in_dialog(request: web.Request) -> bool:
    """Whether the page is asked for by a dialog of Teams. Anybody can ask so; only Teams may frame what comes."""
    return request.query.get("in") == _TEAMS["in"]
