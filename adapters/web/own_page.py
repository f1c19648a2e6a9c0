"""A page behind somebody's own link, which a dialog of Teams may show inside itself and nobody else."""

from dataclasses import dataclass

from aiohttp import web

from adapters.web.assets import Assets
from adapters.web.html import Html, join, tag
from adapters.web.pages import PRIVATE
from bot.texts import Texts

_POLICY = "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'self'; img-src 'self'"
_NOBODY = ("'none'",)


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Lays out pages with these styles and this script among `assets`; `framed_by` may show them inside theirs now."""

    assets: Assets
    framed_by: tuple[str, ...]
    styles: tuple[str, ...]
    script: str

    def lay_out(self, texts: Texts, title: str, body: Html, status: int) -> web.Response:
        """A page with this `body`."""
        path = self.assets.path
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
            tag("title", f"{title} · Paraaf"),
            *(tag("link", rel="stylesheet", href=f"{path}/{style}") for style in self.styles),
            tag("script", type="module", src=f"{path}/{self.script}"),
        )
        html = join((Html("<!doctype html>"), tag("html", head, tag("body", body), lang=texts.language)))
        headers = {**PRIVATE, "Content-Security-Policy": self._write_policy(), "Vary": "Accept-Language"}
        return web.Response(status=status, text=html, content_type="text/html", charset="utf-8", headers=headers)

    def _write_policy(self) -> str:
        source = self.assets.source
        framed_by = " ".join(self.framed_by or _NOBODY)
        sources = f"script-src {source}; style-src {source}; worker-src {source}"
        return f"{_POLICY}; {sources}; frame-ancestors {framed_by}"


def box_words(title: str, words: tuple[str, ...]) -> Html:
    """The body of a page that says something, and has nothing to do on it."""
    return tag("main", tag("div", tag("h1", title), *(tag("p", each) for each in words), class_="box"), class_="short")
