"""What somebody waits for gives up on the database in time to say so."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.conversation import Answer, Interaction, Router
from storage.sql.patience import hurrying

_PATHS = frozenset({"/slack/events", "/api/messages", "/readyz", "/metrics"})
"""Where platforms give up after seconds, and whoever watches over Paraaf as well."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def hurry(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """An aiohttp middleware."""
    if request.path not in _PATHS:
        return await handler(request)
    with hurrying():
        return await handler(request)


class HurryingRouter:
    """As `hurry`, for what comes over a socket."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def handle(self, interaction: Interaction) -> Answer:
        with hurrying():
            return await self._router.handle(interaction)

    async def failed(self, interaction: Interaction) -> Answer:
        return await self._router.failed(interaction)
