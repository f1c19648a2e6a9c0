"""The Bot Framework's connector: the REST calls that Paraaf makes. Repeating them is the outbox's business."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import aiohttp
import orjson
from yarl import URL

from adapters.teams.errors import Refused, lost, translate_answer, translate_failure
from adapters.teams.hosts import Hosts
from adapters.teams.tokens import Tokens
from adapters.teams.wire import Json, TooLargeError, quote_part, read_limited
from bot.domain.errors import Undeliverable

PATIENCE: Final = aiohttp.ClientTimeout(total=15, sock_connect=3)
"""Microsoft gives up by itself after 15 s."""
PAGE: Final = 500
"""Members asked at once; the most that the connector gives."""

_LARGEST: Final = 5_000_000
_OK: Final = range(200, 300)
_UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: URL
    payload: bytes | None

    @property
    def posts(self) -> bool:
        return self.method == "POST"


class Connector:
    """The REST calls. Every one raises a `PlatformError` and nothing else when it fails."""

    def __init__(self, session: aiohttp.ClientSession, tokens: Tokens, hosts: Hosts) -> None:
        self._session = session
        self._tokens = tokens
        self._hosts = hosts

    async def post(self, service: str, conversation: str, activity: Json) -> str:
        """Post, and tell the id of the message."""
        return await self._post(service, f"v3/conversations/{quote_part(conversation)}/activities", activity)

    async def whisper(self, service: str, conversation: str, activity: Json) -> str:
        """Post for the person alone whom `activity` names as its recipient."""
        path = f"v3/conversations/{quote_part(conversation)}/activities?isTargetedActivity=true"
        return await self._post(service, path, activity)

    async def update(self, service: str, conversation: str, message: str, activity: Json) -> None:
        """Replace a message."""
        path = f"v3/conversations/{quote_part(conversation)}/activities/{quote_part(message)}"
        await self._call("PUT", service, path, activity)

    async def open_chat(self, service: str, bot: str, user: str, tenant: str) -> str:
        """The id of the chat with one person; it is made when there is none yet, and always the same one."""
        asked = {
            "bot": {"id": bot},
            "members": [{"id": user}],
            "isGroup": False,
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        return await self._post(service, "v3/conversations", asked)

    async def members(self, service: str, conversation: str) -> AsyncIterator[tuple[Json, ...]]:
        """Everybody in the conversation but bots, page by page."""
        token, seen = "", {""}
        while True:
            more = f"&continuationToken={quote_part(token)}" if token else ""
            path = f"v3/conversations/{quote_part(conversation)}/pagedmembers?pageSize={PAGE}{more}"
            page = await self._call("GET", service, path)
            members = page.get("members")
            yield tuple(each for each in members if isinstance(each, dict)) if isinstance(members, list) else ()
            token = str(page.get("continuationToken") or "")
            if token in seen:
                return
            seen.add(token)

    async def member(self, service: str, conversation: str, user: str) -> Json | None:
        """One person in the conversation, None when they are not in it."""
        path = f"v3/conversations/{quote_part(conversation)}/members/{quote_part(user)}"
        try:
            return await self._call("GET", service, path)
        except Refused as refusal:
            # A conversation that is gone, or that we are not in, says nothing about the person.
            if refusal.status == 404 and refusal.code not in {"ConversationNotFound", "BotNotInConversationRoster"}:  # noqa: PLR2004 - HTTP's own
                return None
            raise

    async def _post(self, service: str, path: str, body: Json) -> str:
        told = await self._call("POST", service, path, body)
        if not (id_ := told.get("id")):
            raise lost("an answer without an id", posts=True)
        return str(id_)

    async def _call(self, method: str, service: str, path: str, body: Json | None = None) -> Json:
        call = _Call(method, self._find_address(service, path), None if body is None else orjson.dumps(body))
        token = await self._tokens.get()
        status, headers, raw = await self._ask(call, token)
        if status == _UNAUTHORIZED and token:
            self._tokens.forget(token)
            status, headers, raw = await self._ask(call, await self._tokens.get())
        if status not in _OK:
            raise translate_answer(status, headers, raw, posts=call.posts)
        return _read(raw, call)

    def _find_address(self, service: str, path: str) -> URL:
        try:
            url = URL(f"{service.rstrip('/')}/{path}", encoded=True)
        except ValueError:
            url = URL()
        if not self._hosts.is_connector(url):
            raise Undeliverable("the service is none of Microsoft's")
        return url

    async def _ask(self, call: _Call, token: str | None) -> tuple[int, Json, bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            async with self._session.request(
                call.method, call.url, data=call.payload, headers=headers, timeout=PATIENCE, allow_redirects=False
            ) as answer:
                return answer.status, answer.headers, await read_limited(answer.content, _LARGEST)
        except (aiohttp.ClientError, TimeoutError, OSError, TooLargeError) as error:
            raise translate_failure(error, posts=call.posts) from error


def _read(raw: bytes, call: _Call) -> Json:
    if not raw:
        return {}
    try:
        told = orjson.loads(raw)
    except ValueError as error:
        raise lost("an answer that is no JSON", posts=call.posts) from error
    return told if isinstance(told, dict) else {}
