"""What every part of the signing page stands on, and the page around whatever it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from aiohttp import web
from yarl import URL

from adapters.proxy_settings import Networks
from adapters.web.assets import Assets
from adapters.web.html import Html, join, tag
from adapters.web.pages import PRIVATE
from bot.domain.envelope import Answer
from bot.domain.links import IN_DIALOG
from bot.ports import Ports
from bot.texts import Texts

PATH = "/signing/{secret}"

_POLICY = "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'self'; img-src 'self'"
_NOBODY = ("'none'",)


def load_assets(public_url: str) -> Assets:
    """Scripts and styles of the page, and of the one for placing fields. Reads a few megabytes."""
    static = files("adapters.web.signing").joinpath("static")
    return Assets(static, public_url, beside={"placing": files("adapters.web.placing").joinpath("static")})


@dataclass(frozen=True, slots=True)
class Site:
    """The ports, and what the page needs beside them.

    `wake` is called after whatever may have put something in the outbox, `count` for each answer that was given here.
    `framed_by` are the origins that may show the page inside theirs, none where Teams is not connected; `proxies` whose
    word counts for the address that a request comes from.
    """

    ports: Ports
    assets: Assets
    wake: Callable[[], None]
    count: Callable[[Answer], None]
    framed_by: tuple[str, ...] = ()
    proxies: Networks = ()

    def locate(self, request: web.Request, *parts: str) -> str:
        """The path of the page that is asked for, or of what `parts` name below it, in a dialog still for one."""
        root = URL(self.ports.public_url).path.rstrip("/")
        path = "/".join((root + PATH.format(secret=request.match_info["secret"]), *parts))
        return f"{path}?{IN_DIALOG}" if is_in_dialog(request) else path

    def lay_out(self, request: web.Request, texts: Texts, title: str, body: Html, status: int = 200) -> web.Response:
        """A page with this `body`."""
        path = self.assets.path
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
            tag("title", f"{title} · Paraaf"),
            tag("link", rel="stylesheet", href=f"{path}/signing.css"),
            tag("script", type="module", src=f"{path}/signing.mjs"),
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
        framed_by = " ".join((self.framed_by if is_in_dialog(request) else ()) or _NOBODY)
        sources = f"script-src {source}; style-src {source}; worker-src {source}"
        return f"{_POLICY}; {sources}; frame-ancestors {framed_by}"


def is_in_dialog(request: web.Request) -> bool:
    """Whether the page is asked for by a dialog of Teams. Anybody can ask so; only Teams may frame what comes."""
    return request.query_string == IN_DIALOG
