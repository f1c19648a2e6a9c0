"""Scripts and styles of pages: served from memory, under addresses whose content never changes."""

import gzip
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

from aiohttp import web
from yarl import URL

_TYPES: Final = {
    ".bcmap": "application/octet-stream",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".pfb": "application/octet-stream",
    ".ttf": "font/ttf",
}
_WORTH_PACKING: Final = frozenset({".css", ".js", ".mjs", ".ttf"})
_DIGITS: Final = 16
"""Hex digits of the hash that stands in an address: enough to tell versions of our own files apart."""


class Assets:
    """The files in `folder` that a page can use, below `path`, for a Paraaf that browsers reach at `public_url`.

    `beside` are further folders by the name that they have in that one.
    `source` is where they come from as a Content-Security-Policy names it: scripts may come from there and nowhere
    else, so that no document that somebody sent can be run as one.
    """

    def __init__(self, folder: Traversable, public_url: str, beside: Mapping[str, Traversable] | None = None) -> None:
        self._files = dict(_list_files(folder))
        for name, other in (beside or {}).items():
            self._files |= _list_files(other, f"{name}/")
        digest = sha256()
        for name, content in sorted(self._files.items()):
            digest.update(f"{name}\n{len(content)}\n".encode() + content)
        url = URL(public_url)
        self._route = f"/assets/{digest.hexdigest()[:_DIGITS]}"
        self.path = url.path.rstrip("/") + self._route
        self.source = f"{url.origin()}{self.path}/"
        self._pack = cache(self._pack_file)

    def routes(self) -> list[web.AbstractRouteDef]:
        """`GET` of every file; 404 for any other name."""
        return [web.get(self._route + "/{name:.+}", self._serve)]

    async def _serve(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        content, suffix = self._files.get(name), PurePosixPath(name).suffix
        if content is None:
            return web.Response(status=404)
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            # A worker keeps to the policy that its own file comes with.
            "Content-Security-Policy": f"default-src 'none'; script-src {self.source}; connect-src {self.source}",
            "Content-Type": _TYPES[suffix],
            "Cross-Origin-Resource-Policy": "same-origin",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        if suffix in _WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
            content, headers = self._pack(name), {**headers, "Content-Encoding": "gzip"}
        return web.Response(body=content, headers=headers)

    def _pack_file(self, name: str) -> bytes:
        return gzip.compress(self._files[name], mtime=0)


def _list_files(folder: Traversable, above: str = "") -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _list_files(each, f"{above}{each.name}/")
        elif PurePosixPath(each.name).suffix in _TYPES:
            found.append((above + each.name, each.read_bytes()))
    return found
