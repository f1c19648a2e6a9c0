"""What every part of the page for placing fields stands on, and the page around whatever it shows."""

from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from adapters.web.assets import Assets
from adapters.web.html import Html
from adapters.web.own_page import OwnPage, box_words
from bot.domain.links import IN_DIALOG
from bot.ports import Ports
from bot.texts import Texts

PATH = "/placing/{secret}"
SAVED = "saved"
"""What the address of the page says once fields were saved."""
_ASKED_BY_DIALOG = dict([IN_DIALOG.split("=")])


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
        return str(path.with_query(query | (_ASKED_BY_DIALOG if is_in_dialog(request) else {})))

    def lay_out(self, request: web.Request, texts: Texts, title: str, body: Html, status: int = 200) -> web.Response:
        """A page with this `body`."""
        framed_by = self.framed_by if is_in_dialog(request) else ()
        page = OwnPage(self.assets, framed_by, ("signing.css", "placing/placing.css"), "placing/placing.mjs")
        return page.lay_out(texts, title, body, status)

    def lay_out_words(self, request: web.Request, texts: Texts, status: int, title: str, *words: str) -> web.Response:
        """A page that says something, and has nothing to do on it."""
        return self.lay_out(request, texts, title, box_words(title, words), status)


def is_in_dialog(request: web.Request) -> bool:
    """Whether the page is asked for by a dialog of Teams. Anybody can ask so; only Teams may frame what comes."""
    return _ASKED_BY_DIALOG.items() <= request.query.items()
