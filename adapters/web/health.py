"""Whether Paraaf lives, and whether it can do its work."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from aiohttp import web

from bot.domain.errors import StoreUnavailable
from bot.ports import Clock, Store

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is wrong, in a few words without any secret."""

LATE = timedelta(minutes=5)
"""What waits longer for its entry in the evidence is worth a look: everything else was tried several times by then."""


async def tell_owed(store: Store, clock: Clock) -> str | None:
    """What is wrong with what is owed to the evidence: refused, or waiting for long."""
    try:
        async with store.reading() as tx:
            lag = await tx.owed_evidence.lag()
    except StoreUnavailable:
        return None  # which the check of the database tells
    if lag.refused:
        return f"events that were refused: {lag.refused}; see paraaf doctor"
    if lag.oldest and clock.now() - lag.oldest > LATE:
        return f"events that wait: {lag.owed}, the oldest since {lag.oldest:%Y-%m-%d %H:%M} UTC; see paraaf doctor"
    return None


def serve_health(checks: Mapping[str, Check], notes: Mapping[str, Check]) -> list[web.AbstractRouteDef]:
    """`GET /healthz`: the process answers. `GET /readyz`: every check passes, else 503 with what does not.

    What `notes` tell is worth knowing, and no reason to send requests elsewhere.
    """

    async def is_alive(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def is_ready(_request: web.Request) -> web.Response:
        found = {name: await check() for name, check in checks.items()}
        ready = not any(found.values())
        noted = {name: await check() for name, check in notes.items()}
        told = {name: trouble or "ok" for name, trouble in (found | noted).items()}
        return web.json_response({"ready": ready, "checks": told}, status=200 if ready else 503)

    return [web.get("/healthz", is_alive), web.get("/readyz", is_ready)]
