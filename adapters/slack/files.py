"""Files that Slack holds, taken from Slack's own hosts and from nowhere else.

The address of a file comes out of an answer of Slack, but a file may be kept elsewhere, and a name may come to point
elsewhere. So the bot token goes to Slack's hosts over https only; their certificates also make a changed DNS answer
useless. With a stand-in for Slack its own origin (scheme, host and port of the API) is allowed beside them.
"""

import asyncio

import aiohttp
from yarl import URL

from adapters.slack.api import Api, Json, is_slack_host
from adapters.slack.errors import SERVER_TROUBLE
from bot.conversation import FileRef
from bot.domain.errors import FilesNotTaken, FileTrouble, PlatformUnavailable, Undeliverable
from bot.ports import FetchedFile

PATIENCE = 60.0
"""Seconds for one whole file."""

HOPS = 3
"""Redirects followed, each checked like the first address."""

GONE = frozenset({"file_not_found", "file_deleted"})
"""Codes by which Slack says that there is no such file (any more)."""

_NO_BYTES = frozenset({"external", "tombstone", "hidden_by_limit"})
# Modes of a file whose bytes Slack does not hold, or no longer gives (https://docs.slack.dev/reference/objects/file-object).


async def fetch(api: Api, file: FileRef, limit: int) -> FetchedFile:
    """A file; see `Messenger.fetch`."""
    try:
        told: Json = (await api.read("files.info", file=file.id))["file"]
    except Undeliverable as refusal:
        if refusal.reason in GONE:
            raise FilesNotTaken(file.name or file.id, FileTrouble.GONE) from refusal
        raise
    name = str(told.get("name") or file.name or file.id)
    if told.get("mode") in _NO_BYTES or told.get("is_external"):
        raise FilesNotTaken(name, FileTrouble.FOREIGN if told.get("is_external") else FileTrouble.GONE)
    if int(told.get("size") or 0) > limit:
        raise FilesNotTaken(name, FileTrouble.TOO_LARGE, limit)
    address = told.get("url_private_download") or told.get("url_private")
    if not address:
        raise FilesNotTaken(name, FileTrouble.GONE)
    try:
        async with asyncio.timeout(PATIENCE):
            content = await _download(api, URL(str(address)), name, limit)
    except ValueError as error:  # no address at all
        raise FilesNotTaken(name, FileTrouble.FOREIGN) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise PlatformUnavailable(f"file not read: {type(error).__name__}") from error
    if not content:
        raise FilesNotTaken(name, FileTrouble.EMPTY)
    return FetchedFile(name, content)


def is_slack_address(address: URL, api: Api) -> bool:
    """Whether this address is Slack's own, so that the bot token or what people signed may be sent there."""
    if address.user or address.password:
        return False
    if address.scheme == "https" and is_slack_host(address.host) and address.port == 443:  # noqa: PLR2004 - https
        return True
    return not api.is_slack and address.absolute and address.origin() == api.base.origin()


async def _download(api: Api, address: URL, name: str, limit: int) -> bytes:
    for _ in range(HOPS + 1):
        if not is_slack_address(address, api):
            raise FilesNotTaken(name, FileTrouble.FOREIGN)
        bearer = {"Authorization": f"Bearer {api.token}"}
        async with api.session.get(address, headers=bearer, allow_redirects=False) as answer:
            if answer.status in {301, 302, 303, 307, 308}:
                address = address.join(URL(answer.headers.get("Location", "")))
                continue
            return await _read(answer, name, limit)
    raise FilesNotTaken(name, FileTrouble.FOREIGN)


async def _read(answer: aiohttp.ClientResponse, name: str, limit: int) -> bytes:
    if answer.status >= SERVER_TROUBLE or answer.status == 429:  # noqa: PLR2004 - too many requests
        raise PlatformUnavailable(f"file not read: HTTP {answer.status}")
    if answer.status != 200:  # noqa: PLR2004 - anything else than the file itself
        raise FilesNotTaken(name, FileTrouble.GONE)
    if answer.content_type == "text/html" and not name.lower().endswith((".htm", ".html")):
        # Slack shows its login page, with state 200, to a token that may not read the file.
        raise FilesNotTaken(name, FileTrouble.GONE)
    content = bytearray()
    async for piece in answer.content.iter_any():
        content += piece
        if len(content) > limit:
            raise FilesNotTaken(name, FileTrouble.TOO_LARGE, limit)
    return bytes(content)
