"""Files that Paraaf puts into a conversation of Slack, in the three steps that Slack has for it.

A place for the bytes is asked for, the bytes are brought there, and only the last step shows the file to anybody: what
breaks before it left nothing behind (https://docs.slack.dev/reference/methods/files.completeUploadExternal).

Slack has no key by which a file could be found again, and shares a file some time after it answered. So Paraaf looks
through its own newest files first, each time: that reads no history, of which a new app may read little. One with this
name and size that stands in this thread is the one; no two sealed files of a thread are alike in both. What this
process completed without hearing of it is remembered by its id as well, in case the list lags behind.
"""

import asyncio
import time

import aiohttp
from yarl import URL

from adapters.slack.api import Api, Json
from adapters.slack.errors import SERVER_TROUBLE, read_wait
from adapters.slack.files import GONE, PATIENCE, is_slack_address
from bot.domain.errors import DeliveryUnclear, PlatformError, PlatformUnavailable, RateLimited, Undeliverable
from bot.domain.places import Place

RECENT = 200
"""Files of its own that Paraaf looks through, the newest first."""

SHARING = 600
"""Seconds after which a file that Slack still shares with nobody counts as one that it dropped."""

REMEMBERED = 1_000
"""Files with an unclear fate that are kept in mind."""

_TIMED_OUT, _TOO_MANY = 408, 429


class FilePoster:
    """Posts files; see `Messenger.post_file`."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._own_user: str | None = None
        self._unclear: dict[str, str] = {}

    async def post(self, to: Place, name: str, content: bytes, key: str) -> None:
        """Post a file unless it is there. A missing scope is `Undeliverable`, unlike elsewhere.

        Apps that were installed before Paraaf posted files lack it, and then the other messages of the conversation
        would wait for a day in vain.
        """
        try:
            if not await self._is_there(to, name, len(content), key):
                await self._complete(to, name, await self._upload(name, content), key)
        except PlatformUnavailable as refusal:
            if refusal.reason == "missing_scope":
                raise Undeliverable(refusal.reason) from refusal
            raise
        self._unclear.pop(key, None)

    async def _is_there(self, to: Place, name: str, size: int, key: str) -> bool:
        """Raises `DeliveryUnclear` while Slack may be about to share it."""
        known = self._unclear.get(key)
        for id_ in [*([known] if known else []), *await self._list_alike(name, size)]:
            file = await self._look_at(id_)
            if file is None:
                continue
            if _stands_in(file, to):
                return True
            if not _is_shared(file) and time.time() - int(file.get("created") or 0) < SHARING:
                raise DeliveryUnclear("the file is not shared yet")
        return False

    async def _list_alike(self, name: str, size: int) -> list[str]:
        # Not by kind: Slack finds out what a file is only some time after it came.
        if self._own_user is None:
            self._own_user = str((await self._api.read("auth.test"))["user_id"])
        listed = await self._api.read("files.list", user=self._own_user, count=RECENT)
        files = listed.get("files") or ()
        return [str(file["id"]) for file in files if (file.get("name"), file.get("size")) == (name, size)]

    async def _look_at(self, id_: str) -> Json | None:
        try:
            file: Json = (await self._api.read("files.info", file=id_))["file"]
        except Undeliverable as refusal:
            if refusal.reason in GONE:
                return None
            raise
        return file

    async def _upload(self, name: str, content: bytes) -> str:
        """Bring the bytes to Slack; the id of the file, which nobody sees yet."""
        reserved = await self._api.reserve("files.getUploadURLExternal", filename=name, length=len(content))
        address = self._trust(str(reserved["upload_url"]))
        try:
            async with (
                asyncio.timeout(PATIENCE),
                self._api.session.post(address, data=content, allow_redirects=False) as answer,
            ):  # without the token: the address itself is the permission
                _check(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PlatformUnavailable(f"file not uploaded: {type(error).__name__}") from error
        return str(reserved["file_id"])

    def _trust(self, address: str) -> URL:
        try:
            if is_slack_address(url := URL(address), self._api):
                return url
        except ValueError:
            pass  # no address at all
        raise Undeliverable("the address to upload to is not Slack's")

    async def _complete(self, to: Place, name: str, id_: str, key: str) -> None:
        shown = {"files": [{"id": id_, "title": name}], "channel_id": to.channel, "thread_ts": to.thread}
        try:
            await self._api.write("files.completeUploadExternal", shown)
        except DeliveryUnclear:
            self._unclear[key] = id_
            if len(self._unclear) > REMEMBERED:
                del self._unclear[next(iter(self._unclear))]
            raise


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 200:  # noqa: PLR2004 - Slack: anything else is a failure
        return
    if answer.status == _TOO_MANY:
        raise RateLimited(read_wait(answer.headers))
    reason = f"file not uploaded: HTTP {answer.status}"
    mends_itself = answer.status >= SERVER_TROUBLE or answer.status == _TIMED_OUT
    error: type[PlatformError] = PlatformUnavailable if mends_itself else Undeliverable
    raise error(reason)


def _stands_in(file: Json, place: Place) -> bool:
    shares: Json = file.get("shares") or {}
    stands = [share for kind in shares.values() for share in kind.get(place.channel) or ()]
    return any(place.thread in {None, share.get("thread_ts"), share.get("ts")} for share in stands)


def _is_shared(file: Json) -> bool:
    return any(file.get(kind) for kind in ("shares", "channels", "groups", "ims"))
