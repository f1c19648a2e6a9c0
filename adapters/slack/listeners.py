"""The few listeners that Bolt knows.

Each one costs about 10 µs on every request, so there is one for each kind of request; what was pressed or sent is
looked up by the router, in a dictionary. The most frequent kinds come first.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.answering import Answering
from adapters.slack.api import Json
from adapters.slack.homes import is_at_home
from adapters.slack.reading import read_command, read_home, read_lookup, read_press, read_shortcut, read_submission
from adapters.slack.showing import WayBack

UNDO = "paraaf_undo"
"""Where a Bolt request carries what lets it in again."""

_ANY = re.compile("")


def listen(bolt: AsyncApp, answering: Answering, home: str) -> None:
    """Make Bolt hand every kind of request to `answering`; `home` is the workspace of our own installation."""

    async def press(body: Json, request: AsyncBoltRequest) -> BoltResponse:
        interaction = read_press(body, home)
        return _respond(await answering.answer(interaction, _way(body, request)) if interaction else {})

    async def happen(body: Json, request: AsyncBoltRequest) -> BoltResponse:
        opened = read_home(body, home)
        return _respond(await answering.answer_home(opened, _way(body, request)) if opened else {})

    async def submit(body: Json, request: AsyncBoltRequest) -> BoltResponse:
        submission = read_submission(body, home)
        return _respond(await answering.answer_submission(submission, _way(body, request)))

    async def look_up(body: Json, request: AsyncBoltRequest) -> BoltResponse:
        return _respond(await answering.answer_lookup(read_lookup(body, home), _way(body, request)))

    async def command(body: Json, request: AsyncBoltRequest) -> BoltResponse:
        return _respond(await answering.answer(read_command(body, home), _way(body, request)))

    async def shortcut(body: Json, request: AsyncBoltRequest) -> BoltResponse:
        interaction = read_shortcut(body, home)
        return _respond(await answering.answer(interaction, _way(body, request)) if interaction else {})

    bolt.block_action(_ANY)(press)
    bolt.event(_ANY)(happen)
    bolt.view_submission(_ANY)(submit)
    bolt.options(_ANY)(look_up)
    bolt.command(_ANY)(command)
    bolt.shortcut(_ANY)(shortcut)
    bolt.view_closed(_ANY)(_acknowledge)


async def _acknowledge() -> BoltResponse:
    return BoltResponse(status=200)


def _way(body: Json, request: AsyncBoltRequest) -> WayBack:
    view: Json = body.get("view") or {}
    undo: Callable[[], Awaitable[None]] = request.context[UNDO]
    return WayBack(
        undo=undo,
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        pushed=bool(view.get("previous_view_id")),
        is_home=is_at_home(body),
    )


def _respond(body: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=dict(body) if body else "")
