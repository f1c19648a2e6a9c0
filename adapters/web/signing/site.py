"""What every part of the signing page stands on, and the page around whatever it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from aiohttp import web
from yarl import URL

from adapters.proxy_settings import Networks
from adapters.web.assets import Assets
from adapters.web.html import Html
from adapters.web.own_page import OwnPage, box_words
from bot.domain.envelope import Answer
from bot.domain.links import IN_DIALOG
from bot.ports import Ports
from bot.texts import Texts

PATH = "/signing/{secret}"


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
        framed_by = self.framed_by if is_in_dialog(request) else ()
        page = OwnPage(self.assets, framed_by, ("signing.css",), "signing.mjs")
        return page.lay_out(texts, title, body, status)

    def lay_out_words(self, request: web.Request, texts: Texts, status: int, title: str, *words: str) -> web.Response:
        """A page that says something, and has nothing to do on it."""
        return self.lay_out(request, texts, title, box_words(title, words), status)


def is_in_dialog(request: web.Request) -> bool:
    """Whether the page is asked for by a dialog of Teams. Anybody can ask so; only Teams may frame what comes."""
    return request.query_string == IN_DIALOG
