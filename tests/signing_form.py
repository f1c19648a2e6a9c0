"""The signing page as a browser without scripts has it: its words, its links, and the form to fill in."""

from base64 import b64encode
from dataclasses import dataclass, field
from html.parser import HTMLParser

from aiohttp import ClientResponse, ClientSession

from tests.pictures import STROKES, make_png

DUTCH = {"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8"}
DRAWN = {"drawing": "data:image/png;base64," + b64encode(make_png()).decode(), "strokes": STROKES}
"""The fields of a drawn signature."""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass(frozen=True)
class Opened:
    """A page as it came. `words` is what stands in it, without markup."""

    status: int
    headers: dict[str, str]
    html: str
    words: str
    elements: list[Element] = field(repr=False)

    def find(self, tag: str, **attributes: str | None) -> list[Element]:
        """The elements with these attributes; None stands for any value."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            each
            for each in self.elements
            if each.tag == tag
            and all(
                name in each.attributes and value in {None, each.attributes[name]} for name, value in wanted.items()
            )
        ]

    def value(self, name: str) -> str:
        """What a field of one line holds."""
        (found,) = self.find("input", name=name)
        return found.attributes.get("value") or ""

    @property
    def action(self) -> str:
        """Where the form is sent to; empty where there is none."""
        return "".join(str(each.attributes["action"]) for each in self.find("form"))

    @property
    def links(self) -> list[str]:
        """Where its links lead, in order."""
        return [str(each.attributes["href"]) for each in self.find("a", href=None)]


async def read(answer: ClientResponse) -> Opened:
    """Read a page that arrives."""
    html = await answer.text()
    reader = _Reader()
    reader.feed(html)
    return Opened(answer.status, dict(answer.headers), html, " ".join("".join(reader.words).split()), reader.elements)


@dataclass(frozen=True)
class Browser:
    """Opens pages of the Paraaf at `root`, and sends their forms."""

    session: ClientSession
    root: str

    async def open(self, path: str, **headers: str) -> Opened:
        """Open a page by its path, or by its whole address."""
        async with self.session.get(self._locate(path), headers=DUTCH | headers) as answer:
            return await read(answer)

    async def approve(self, page: Opened, **typed: str) -> Opened:
        """Fill in the form and press the button to sign."""
        return await self.send(page.action, {"token": page.value("token"), "answer": "approved", **typed})

    async def reject(self, page: Opened, reason: str, **typed: str) -> Opened:
        """Fill in the reason and press the button to reject."""
        fields = {"token": page.value("token"), "answer": "rejected", "reason": reason}
        return await self.send(page.action, {**fields, **typed})

    async def send(self, path: str, fields: dict[str, str], **headers: str) -> Opened:
        """Send a form, as another page or a program might too."""
        own = {"Sec-Fetch-Site": "same-origin", **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.session.post(self._locate(path), data=fields, headers=DUTCH | own) as answer:
            return await read(answer)

    def _locate(self, path: str) -> str:
        return path if path.startswith("http") else self.root + path
