"""The door: every request from Slack, over HTTP or a socket, is checked here before anything looks into it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from yarl import query_to_pairs

from adapters.slack.listeners import UNDO
from bot.incidents import describe, name_incident
from bot.ports import DuplicateGuard

PATH = "/slack/events"

KEEP = timedelta(minutes=10)
"""How long a request is remembered. A signature holds for 5 minutes before and after its own time."""

LARGEST = 1_000_000
"""Bytes of a request; a view with all that was typed in it is at most 250 kB."""

_log = structlog.get_logger(__name__)


class Door:
    """Lets every request in once; without a signing secret, which Socket Mode can do without, none over HTTP.

    The signature is checked here and not by Bolt, with the verifier that Bolt uses: Bolt looks at it after it has
    parsed the body, answers 500 to headers that are no numbers or no ASCII, and writes what it refuses to its log.
    """

    def __init__(self, bolt: AsyncApp, signing_secret: str, guard: DuplicateGuard) -> None:
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._guard = guard

    async def receive(self, request: web.Request) -> web.Response:
        """A request over HTTP."""
        if (request.content_length or 0) > LARGEST:
            return web.Response(status=413)
        raw = await request.read()  # of a body without a length aiohttp takes no more than the application's limit
        signature = request.headers.get("X-Slack-Signature", "")
        if not self._is_signed(raw, request.headers.get("X-Slack-Request-Timestamp", ""), signature):
            _log.warning("slack_request_refused", why="signature")
            return web.Response(status=401)
        try:
            body = _unwrap(await request.text())
            bolt_request = AsyncBoltRequest(body=body, headers=request.headers)  # type: ignore[arg-type]  # as Bolt's own
        except (ValueError, LookupError, TypeError, AttributeError):  # no JSON object, or an encoding nobody knows
            return web.Response(status=400)
        return await to_aiohttp_response(await self.admit(bolt_request, signature))

    async def admit(self, request: AsyncBoltRequest, key: str) -> BoltResponse:
        """Answer a request that is known to come from Slack, unless it was answered before.

        `key` is the same for the same request. An event has an id of its own, which is also the same when Slack
        delivers it again because it got no answer in time.
        """
        key = f"slack:{request.body.get('event_id') or key}"
        if not await self._is_first(key):
            _log.info("slack_request_repeated")
            # An acknowledgement would close a form whose answer nobody knows here: the first one may have been lost on
            # the way, or its process died. Whoever presses again sends another request, which is answered.
            return BoltResponse(status=409 if request.body.get("type") == "view_submission" else 200)
        request.context[UNDO] = self._forget(key)
        try:
            response: BoltResponse = await self._bolt.async_dispatch(request)
        except Exception as error:  # noqa: BLE001 - the last place where a failure can be told from silence
            _log.error("slack_request_failed", incident=name_incident(), **describe(error))
            response = BoltResponse(status=500)
        if response.status >= 500:  # noqa: PLR2004 - ours
            await self._forget(key)()
        return response

    def _is_signed(self, raw: bytes, timestamp: str, signature: str) -> bool:
        if self._verifier is None:
            return False
        try:
            return self._verifier.is_valid(raw, timestamp, signature)
        except (ValueError, TypeError, OverflowError):
            return False  # a time that is no number or a huge one, a body not in UTF-8, a signature not in ASCII

    async def _is_first(self, key: str) -> bool:
        try:
            return await self._guard.first(key, KEEP)
        except Exception as error:  # noqa: BLE001 - losing the guard costs work, never an answer
            _log.warning("slack_duplicate_guard_failed", **describe(error))
            return True

    def _forget(self, key: str) -> Callable[[], Awaitable[None]]:
        async def forget() -> None:
            try:
                await self._guard.forget(key)
            except Exception as error:  # noqa: BLE001 - as above
                _log.warning("slack_duplicate_guard_failed", **describe(error))

        return forget


def _unwrap(body: str) -> str:
    """The JSON that a form carries as its `payload`; anything else as it is, for Bolt to read or refuse.

    Bolt takes JSON as well, and does this itself, ten times slower: measured, a third of its whole time for a press.
    """
    if not body.startswith("payload="):
        return body
    payload = dict(query_to_pairs(body))["payload"]
    return payload if payload.startswith("{") else body
