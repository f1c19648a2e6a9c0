"""Files of people, taken from Microsoft's own hosts and from nowhere else.

A file of a message lies in SharePoint, and only Microsoft Graph gives it to an app, by its address, to an app that the
tenant lets read files (`Files.Read.All`). A file that somebody sends to Paraaf in their own chat comes with an address
that opens by itself. Graph answers with a redirect to such an address as well; no token goes there.

The address passes through the client of whoever fills in the dialog, and Graph gives the app more than that person may
read. So a reference carries a seal, and only addresses that Teams itself named are ever asked for.
"""

import asyncio
import base64
from contextlib import suppress
from typing import Final
from urllib.parse import unquote

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from adapters.teams.addresses import NotPublicError, open_public_connector
from adapters.teams.hosts import GRAPH, Hosts
from adapters.teams.seals import Seal
from adapters.teams.tokens import TokenRefused, Tokens
from adapters.teams.wire import TooLargeError, read_limited
from bot.conversation import FileRef
from bot.domain.errors import FilesNotTaken, FileTrouble, PlatformUnavailable
from bot.domain.people import Platform
from bot.ports import FetchedFile

PATIENCE: Final = 60.0
"""Seconds for one whole file."""
CONNECT_PATIENCE: Final = 5.0
HOPS: Final = 3
"""Redirects followed, each checked like the first address."""

GRAPH_SCOPE: Final = f"{GRAPH}/.default"

_OPEN: Final = "download:"
_SEAL: Final = "~"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_REFUSALS: Final = frozenset({400, 403})
# By 400 Graph says that an address is none of SharePoint's.
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_SERVER_TROUBLE: Final = 500
_OK: Final = 200


def name_file(seal: Seal, tenant: str, address: str, name: str, *, is_open: bool = False) -> FileRef:
    """A reference to a file that Teams names; `is_open` for an address that needs no token."""
    target = f"{_OPEN if is_open else ''}{address}"
    return FileRef(Platform.TEAMS, tenant, f"{seal.mark(tenant, name, target)}{_SEAL}{name}{_SEAL}{target}", name)


class Files:
    """Fetches files over a session of its own, which reaches public addresses and the stand-ins among `hosts` alone."""

    def __init__(self, tokens: Tokens, hosts: Hosts, seal: Seal, resolver: AbstractResolver | None = None) -> None:
        self._tokens = tokens
        self._hosts = hosts
        self._seal = seal
        self._resolver = resolver
        self._public: aiohttp.ClientSession | None = None
        self._local: aiohttp.ClientSession | None = None

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        """A file; see `Messenger.fetch`."""
        mark, _, rest = file.id.partition(_SEAL)
        name, _, target = rest.partition(_SEAL)
        if not self._seal.is_mark(mark, file.tenant, name, target):
            raise FilesNotTaken(file.name or name or "?", FileTrouble.FOREIGN)
        name = name or unquote(URL(target).name) or "?"
        try:
            async with asyncio.timeout(PATIENCE):
                content = await self._download(file.tenant, target, name, limit)
        except TooLargeError as error:
            raise FilesNotTaken(name, FileTrouble.TOO_LARGE, limit) from error
        except (ValueError, TokenRefused) as error:  # no address at all, or an app that may not read files
            raise FilesNotTaken(name, FileTrouble.FOREIGN) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(getattr(error, "os_error", error), NotPublicError):
                raise FilesNotTaken(name, FileTrouble.FOREIGN) from error
            raise PlatformUnavailable(f"file not read: {type(error).__name__}") from error
        if not content:
            raise FilesNotTaken(name, FileTrouble.EMPTY)
        return FetchedFile(name, content)

    async def close(self) -> None:
        """Close the connections."""
        for session in (self._public, self._local):
            if session:
                await session.close()
        self._public = self._local = None

    async def _download(self, tenant: str, target: str, name: str, limit: int) -> bytes:
        if target.startswith(_OPEN):
            address = URL(target.removeprefix(_OPEN), encoded=True)
        else:
            address = self._ask_graph(target, name)
        for _ in range(HOPS + 1):
            headers = await self._choose_headers(tenant, address, name)
            session = self._choose_session(address)
            async with session.get(address, headers=headers, allow_redirects=False) as answer:
                if answer.status == _UNAUTHORIZED and headers:
                    self._tokens.forget(headers["Authorization"].removeprefix("Bearer "))
                    raise PlatformUnavailable("the token for files is refused")
                if answer.status not in _REDIRECTS:
                    return await _read(answer, name, limit)
                address = address.join(URL(answer.headers.get("Location", ""), encoded=True))
        raise FilesNotTaken(name, FileTrouble.FOREIGN)

    def _ask_graph(self, target: str, name: str) -> URL:
        if URL(target).scheme != "https":
            raise FilesNotTaken(name, FileTrouble.FOREIGN)
        share = base64.urlsafe_b64encode(target.encode()).rstrip(b"=").decode()
        return self._hosts.graph / "v1.0/shares" / f"u!{share}" / "driveItem/content"

    async def _choose_headers(self, tenant: str, address: URL, name: str) -> dict[str, str]:
        """The token for Graph, nothing for other hosts of Microsoft's. Raises `FilesNotTaken` for any other host."""
        if self._hosts.is_graph(address):
            token = await self._tokens.get(GRAPH_SCOPE, tenant)
            return {"Authorization": f"Bearer {token}"} if token else {}
        if not self._hosts.keeps_files(address):
            raise FilesNotTaken(name, FileTrouble.FOREIGN)
        return {}

    def _choose_session(self, address: URL) -> aiohttp.ClientSession:
        patience = aiohttp.ClientTimeout(total=PATIENCE, sock_connect=CONNECT_PATIENCE)
        if self._hosts.is_local(address):
            self._local = self._local or aiohttp.ClientSession(timeout=patience)
            return self._local
        if self._public is None:
            self._public = aiohttp.ClientSession(timeout=patience, connector=open_public_connector(self._resolver))
        return self._public


async def _read(answer: aiohttp.ClientResponse, name: str, limit: int) -> bytes:
    if answer.status in _REFUSALS:
        raise FilesNotTaken(name, FileTrouble.FOREIGN)
    if answer.status == _TOO_MANY or answer.status >= _SERVER_TROUBLE:
        raise PlatformUnavailable(f"file not read: HTTP {answer.status}")
    if answer.status != _OK:
        raise FilesNotTaken(name, FileTrouble.GONE)
    if answer.content_type == "text/html" and not name.lower().endswith((".htm", ".html")):
        raise FilesNotTaken(name, FileTrouble.FOREIGN)  # SharePoint's login page, which it shows with state 200
    with suppress(KeyError, ValueError):
        if int(answer.headers["Content-Length"]) > limit:
            raise TooLargeError
    return await read_limited(answer.content, limit)
