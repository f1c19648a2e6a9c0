"""The bots whose invokes are measured: Paraaf's Teams adapter, a stock `CloudAdapter`, and a raw aiohttp handler.

Each answers a press with the same card and does nothing else: no roster, no database, so that the doors are compared.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from adapters.commands.running import run
from adapters.teams.app import TeamsAdapter, TeamsSettings
from adapters.teams.proof import Secret
from bot.conversation import Answer, Interaction, Show
from bot.texts import load_texts
from bot.views.envelope_card import show_envelope
from cards.adaptive_card import render_card
from storage.redis.guard import ProcessDuplicateGuard
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore
from tests import builders as a
from tests.bench.bare_bolt import serve

PATH = "/api/messages"
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
CARD = show_envelope(a.an_envelope(message="Graag uw akkoord."), load_texts("nl"), a.NOON)

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the stand-ins for Microsoft's services are, and as what the bot is registered with them."""

    app_id: str
    password: str
    authority: str
    origin: str
    login_url: str
    metadata_url: str


class ShowingRouter:
    """Answers everything with the card."""

    async def handle(self, _interaction: Interaction) -> Answer:
        """The card."""
        return Show(CARD)

    async def failed(self, _interaction: Interaction) -> Answer:
        """Never called: `handle` does not fail."""
        raise AssertionError


@asynccontextmanager
async def open_paraaf(stand: Stand, folder: Path) -> AsyncIterator[Answering]:
    """Paraaf's whole door: token, duplicates, reading, rendering."""
    url = f"sqlite:///{folder}/teams.db"
    await migrate(url)
    store = SqlStore(url)
    settings = TeamsSettings(
        app_id=stand.app_id,
        proof=Secret(stand.password),
        authority=stand.authority,
        local=frozenset({stand.origin}),
        login_url=stand.login_url,
        metadata_url=stand.metadata_url,
    )
    async with aiohttp.ClientSession() as session:
        adapter = TeamsAdapter(settings, session, store)
        await adapter.start(ShowingRouter(), ProcessDuplicateGuard())
        (route,) = adapter.routes()
        yield route.handler  # type: ignore[attr-defined]  # every route of the adapter's is a RouteDef
        await adapter.stop()
    await store.dispose()


@asynccontextmanager
async def open_stock(stand: Stand, _folder: Path) -> AsyncIterator[Answering]:
    """botbuilder as its samples use it; its answer is written by hand, since its own way of doing so fails."""
    from botbuilder.core import ActivityHandler, TurnContext  # noqa: PLC0415 - slow, and for this bot alone
    from botbuilder.integration.aiohttp import CloudAdapter  # noqa: PLC0415
    from botbuilder.schema import Activity, AdaptiveCardInvokeResponse  # noqa: PLC0415
    from botframework.connector.auth import (  # noqa: PLC0415
        AuthenticationConfiguration,
        BotFrameworkAuthenticationFactory,
        PasswordServiceClientCredentialFactory,
    )

    scope = "https://api.botframework.com"
    authentication = BotFrameworkAuthenticationFactory.create(
        channel_service="",
        validate_authority=True,
        to_channel_from_bot_login_url=stand.login_url,
        to_channel_from_bot_oauth_scope=scope,
        to_bot_from_channel_token_issuer=scope,
        oauth_url=scope,
        to_bot_from_channel_open_id_metadata_url=stand.metadata_url,
        to_bot_from_emulator_open_id_metadata_url=stand.metadata_url,
        caller_id="urn:botframework:azure",
        credential_factory=PasswordServiceClientCredentialFactory(stand.app_id, stand.password),
        auth_configuration=AuthenticationConfiguration(),
    )
    adapter, card = CloudAdapter(authentication), render_card(CARD, lang="nl")

    class Bot(ActivityHandler):  # type: ignore[misc]  # botbuilder has no types
        async def on_adaptive_card_invoke(self, _context: TurnContext, _value: object) -> AdaptiveCardInvokeResponse:
            return AdaptiveCardInvokeResponse(status_code=200, type=ADAPTIVE, value=card)

    bot = Bot()

    async def receive(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        answer = await adapter.process_activity(request.headers.get("Authorization", ""), activity, bot.on_turn)
        body: Any = answer.body if isinstance(answer.body, dict) else answer.body.serialize()
        return web.json_response(body, status=answer.status)

    yield receive


@asynccontextmanager
async def open_raw(_stand: Stand, _folder: Path) -> AsyncIterator[Answering]:
    """No more than the web server: read JSON, write JSON."""
    answer = {"statusCode": 200, "type": ADAPTIVE, "value": render_card(CARD, lang="nl")}

    async def receive(request: web.Request) -> web.Response:
        await request.json()
        return web.json_response(answer)

    yield receive


BOTS = {"paraaf": open_paraaf, "stock": open_stock, "raw": open_raw}


async def _say_ready(_request: web.Request) -> web.Response:
    return web.Response()


async def _main(name: str, port: str, folder: str, stand: str) -> None:
    async with BOTS[name](Stand(**json.loads(stand)), Path(folder)) as receive:
        app = web.Application()
        app.add_routes([web.post(PATH, receive), web.get("/ready", _say_ready)])
        await asyncio.shield(serve(app, int(port)))


if __name__ == "__main__":
    run(_main(*sys.argv[1:]))
