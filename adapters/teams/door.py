"""The door: every request from Teams is checked here before anything looks into it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import orjson
import structlog
from aiohttp import web

from adapters.teams.activity import read_reference
from adapters.teams.answering import Answering, Undo
from adapters.teams.gate import Gate
from adapters.teams.keys import KeysUnavailable
from adapters.teams.reading import Asked, Reader, Surface
from adapters.teams.references import KnownPlaces
from adapters.teams.rendering import Body
from adapters.teams.signatures import BadToken
from adapters.teams.wire import Json, TooLargeError, read_limited
from bot.incidents import describe, name_incident
from bot.ports import DuplicateGuard

PATH: Final = "/api/messages"

KEEP: Final = timedelta(minutes=10)
"""How long an activity is remembered; Teams gives up on one after seconds, and a token lives for an hour."""

LARGEST: Final = 1024**2
"""Bytes of a request; what Teams sends is bound by the size of a card, 100 kB."""

_log = structlog.get_logger(__name__)


class Door:
    """Lets every activity in once."""

    def __init__(
        self, gate: Gate, places: KnownPlaces, reader: Reader, answering: Answering, guard: DuplicateGuard
    ) -> None:
        self._gate = gate
        self._places = places
        self._reader = reader
        self._answering = answering
        self._guard = guard

    async def receive(self, request: web.Request) -> web.Response:
        """A request over HTTP."""
        if (request.content_length or 0) > LARGEST:
            return web.Response(status=413)
        try:
            allowed = await self._gate.verify(request.headers.get("Authorization"))
            activity = _parse(await read_limited(request.content, LARGEST))
            if activity is None:
                return web.Response(status=400)
            allowed.match(activity)
        except TooLargeError:
            return web.Response(status=413)
        except BadToken as refusal:
            _log.warning("teams_request_refused", why=str(refusal))
            return web.Response(status=401)
        except KeysUnavailable:
            _log.error("teams_keys_unavailable")
            return web.Response(status=503)
        return await self._admit(activity)

    async def _admit(self, activity: Json) -> web.Response:
        """Answer an activity that is known to come from Teams."""
        try:
            if reference := read_reference(activity):
                await self._places.keep(reference)
            asked = self._read(activity)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            _log.warning("teams_activity_not_read", kind=type(error).__name__)
            return web.Response(status=400)
        if asked is None:
            return web.Response(status=200)
        undo = None if asked.surface is Surface.LIST else await self._enter(activity)
        if undo is None and asked.surface is not Surface.LIST:
            _log.info("teams_request_repeated")
            # 200 would close a form whose answer nobody knows here: the first one may have been lost on the way, or its
            # process died. Whoever presses again sends another activity, which is answered.
            return web.Response(status=409 if activity.get("type") == "invoke" else 200)
        return await self._answer(asked, undo or _keep)

    def _read(self, activity: Json) -> Asked | None:
        match activity.get("type"):
            case "message":
                return self._reader.read_message(activity)
            case "invoke":
                return self._reader.read_invoke(activity)
            case _:
                return None  # what there is to learn from it is where it happened

    async def _answer(self, asked: Asked, undo: Undo) -> web.Response:
        try:
            if asked.surface is Surface.CHAT:
                await self._answering.answer_message(asked, undo)
                return web.Response(status=200)
            return _respond(await self._answering.answer_invoke(asked, undo))
        except Exception as error:  # noqa: BLE001 - the last place where a failure can be told from silence
            _log.error("teams_request_failed", incident=name_incident(), **describe(error))
            await undo()
            return web.Response(status=500)

    async def _enter(self, activity: Json) -> Undo | None:
        """How to let the same activity in again, None when it was here before."""
        conversation = activity.get("conversation")
        where = conversation.get("id") if isinstance(conversation, dict) else ""
        key = f"teams:{where}:{activity.get('type')}:{activity.get('name', '')}:{activity.get('id')}"
        if not activity.get("id"):
            return _keep
        try:
            is_first = await self._guard.first(key, KEEP)
        except Exception as error:  # noqa: BLE001 - losing the guard costs work, never an answer
            _log.warning("teams_duplicate_guard_failed", **describe(error))
            is_first = True
        return self._forget(key) if is_first else None

    def _forget(self, key: str) -> Callable[[], Awaitable[None]]:
        async def forget() -> None:
            try:
                await self._guard.forget(key)
            except Exception as error:  # noqa: BLE001 - as above
                _log.warning("teams_duplicate_guard_failed", **describe(error))

        return forget


async def _keep() -> None:
    """Nothing was remembered, so there is nothing to forget."""


def _parse(raw: bytes) -> Json | None:
    try:
        told = orjson.loads(raw)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _respond(body: Body | None) -> web.Response:
    if body is None:
        return web.Response(status=200)
    return web.Response(body=orjson.dumps(body), content_type="application/json")
